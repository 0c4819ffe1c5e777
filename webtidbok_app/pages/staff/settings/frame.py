"""What the pages of the clinic's settings share: the frame, and the way from one to another."""

import reflex as rx

from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff import performers, time_types

PARTS = {
    "general": "/personal/installningar",
    "texts": "/personal/texter",
    "time_types": time_types.PAGE,
    "performers": performers.PAGE,
    "permissions": "/personal/behorigheter",
    "log": "/personal/logg",
}
"""The settings, by the name of their title in the catalogue (``staff.settings_nav``)."""
FOR_ADMINISTRATORS = frozenset({"permissions", "log"})
"""Those that other staff do not even see."""

OF_TIMES = frozenset({"time_types", "performers"})
"""Those that a journal system of the clinic's own decides, where there is one."""


def settings_frame(
    *children: rx.Component,
    part: str,
    title_key: str,
    caption: rx.Var[str],
    above: rx.Component,
    back: str = "",
) -> rx.Component:
    """Return a page of the settings, with links to the other ones. ``part`` is a name of ``PARTS``."""
    return staff_page(
        *children,
        session=SessionState.session,
        failure=SessionState.failure,
        title_key=title_key,
        caption=caption,
        current="settings",
        back=back,
        above=rx.fragment(_parts(part), above),
    )


def _parts(here: str) -> rx.Component:
    def item(name: str, href: str) -> rx.Component:
        current = {"aria_current": "page"} if name == here else {}
        link = rx.el.li(rx.el.a(t("sv", f"staff.settings_nav.{name}"), href=href, **current))
        if name in OF_TIMES:
            return rx.cond(SessionState.session.connected, rx.fragment(), link)
        return rx.cond(SessionState.session.administers, link) if name in FOR_ADMINISTRATORS else link

    return rx.el.nav(
        rx.el.ul(*(item(*part) for part in PARTS.items())),
        aria_label=t("sv", "staff.settings_nav.label"),
        class_name="part-nav",
    )
