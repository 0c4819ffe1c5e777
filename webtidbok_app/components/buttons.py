"""Buttons say what they do; links go somewhere."""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.i18n import Lang, t

Text = str | rx.Var[str]


def button(
    text: Text | rx.Component, *, kind: str = "primary", once: bool = False, **props: object
) -> rx.Component:
    """Return a button. ``kind`` is primary, secondary, warning or link; ``once`` ignores a second click for 1 s."""
    if once:
        props["data_once"] = "true"
    return rx.el.button(text, class_name=f"button button-{kind}", **{"type": "button"} | props)


def primary(text: Text, **props: object) -> rx.Component:
    """Return the one button that carries the page on."""
    return button(text, **props)


def secondary(text: Text, **props: object) -> rx.Component:
    """Return a button beside the main one."""
    return button(text, kind="secondary", **props)


def warning(text: Text, **props: object) -> rx.Component:
    """Return the button of an act that takes something away."""
    return button(text, kind="warning", **props)


def link_button(text: Text, **props: object) -> rx.Component:
    """Return a button that looks like a link."""
    return button(text, kind="link", **props)


def submit(text: Text, *, kind: str = "primary", **props: object) -> rx.Component:
    """Return the button that sends the form, once."""
    return button(text, kind=kind, once=True, type="submit", **props)


def link_as_button(text: Text, *, href: Text, kind: str = "primary", **props: object) -> rx.Component:
    """Return a link to a page that stands where the main button would."""
    return rx.el.a(text, href=href, class_name=f"button button-{kind}", **props)


def button_row(*buttons: rx.Component) -> rx.Component:
    """Return buttons side by side, under each other where it is narrow."""
    return rx.el.div(*buttons, class_name="button-row")


def back_link(lang: Lang, href: Text, text: Text = "") -> rx.Component:
    """Return the way back, first on the page."""
    return rx.el.a(
        icon("back"),
        text if isinstance(text, rx.Var) or text else t(lang, "common.action.back"),
        href=href,
        class_name="back-link",
    )


def print_button(lang: Lang) -> rx.Component:
    """Return a button that opens the browser's print dialog."""
    return secondary(t(lang, "common.action.print"), data_print="true")
