"""The few drawings there are: all decoration, hidden from screen readers."""

import reflex as rx

_PATHS = {
    "check": "M4.5 12.5l5 5 10-11",
    "back": "M15 5l-7 7 7 7",
    "forward": "M9 5l7 7-7 7",
    "alert": "M12 3.5l9.5 17h-19zM12 10v4.5M12 17.6v.4",
    "info": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5.5M12 7.4v.4",
    "person": "M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
    "clock": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7.5v5l3.5 2",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4",
    "minus": "M6 12h12",
    "cross": "M6 6l12 12M18 6L6 18",
}


def icon(name: str) -> rx.Component:
    """Return a drawing of 1 em in the colour of the text."""
    return rx.el.svg(
        rx.el.path(d=_PATHS[name]),
        class_name="icon",
        view_box="0 0 24 24",
        aria_hidden="true",
    )


def mark() -> rx.Component:
    """Return the service's mark."""
    return rx.el.svg(
        rx.el.rect(class_name="mark-ground", width="32", height="32", rx="8"),
        rx.el.path(class_name="mark-spark", d="M20.5 12.2a6 6 0 11-8.3 8.3"),
        class_name="mark",
        view_box="0 0 32 32",
        aria_hidden="true",
    )
