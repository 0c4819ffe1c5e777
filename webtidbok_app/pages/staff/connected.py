"""What staff meet instead of the schedule where the times stand in a journal system of the clinic's own."""

from collections.abc import Callable

import reflex as rx

from webtidbok_app.components.feedback import notice
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.getting_started import getting_started
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.connected import StaffConnectedState as State

HERE = {
    "requests": "/personal/forfragningar",
    "texts": "/personal/texter",
    "notice": "/personal/driftmeddelande",
    "settings": "/personal/installningar",
    "connection": "/personal/anslutning",
    "permissions": "/personal/behorigheter",
    "log": "/personal/logg",
}
"""What is done here, by the names of the words for it."""
NEEDED = {"requests": "handles_cases", "permissions": "administers", "log": "administers"}
"""Those that only some staff may use, by what they must be able to do."""


def unless_connected(page: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
    """Return a page about times that says, where they stand in a journal system, that they are decided there."""
    return lambda: rx.cond(SessionState.session.connected, _connected(), page())


def _connected() -> rx.Component:
    return staff_page(
        rx.el.p(t("sv", "staff.connected.body")),
        rx.cond(State.lost.length() > 0, _lost()),
        rx.cond(State.start.steps.length() > 0, getting_started(State.start)),
        rx.el.h2(t("sv", "staff.connected.here")),
        rx.el.ul(*(_item(name, href) for name, href in HERE.items()), class_name="stack"),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.connected.title",
        caption=SessionState.session.clinic,
        current="home",
    )


def _lost() -> rx.Component:
    return notice(
        rx.foreach(State.lost, lambda words: rx.el.p(words, key=words)),
        rx.el.p(rx.el.a(t("sv", "staff.connected.connection.link"), href=HERE["connection"])),
        title=t("sv", "staff.connection_state.lost"),
    )


def _item(name: str, href: str) -> rx.Component:
    item = rx.el.li(
        rx.el.a(t("sv", f"staff.connected.{name}.link"), href=href),
        rx.el.br(),
        t("sv", f"staff.connected.{name}.about"),
    )
    return rx.cond(getattr(SessionState.session, NEEDED[name]), item) if name in NEEDED else item
