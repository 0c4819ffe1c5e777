"""/personal/anslutning: how it is with the clinic's connection to its journal system."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import notice, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.connection_state import StaffConnectionStateState as State


def connection_state_page() -> rx.Component:
    """Return the state of the connection."""
    view = State.view
    return staff_page(
        rx.cond(
            view.name != "",
            rx.fragment(_now(), _unsettled(), _cannot(), _facts()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.connection_state.title",
        caption=view.name,
        current="connection",
        announcement=State.announcement,
        above=problem_box("sv", State.problem),
    )


def _now() -> rx.Component:
    view = State.view
    return rx.fragment(
        rx.cond(
            view.kind == "ok",
            notice(view.body, title=view.now, kind="ok"),
            notice(view.body, t("sv", "staff.connection_state.what_to_do"), title=view.now),
        ),
        buttons.button_row(
            buttons.secondary(t("sv", "staff.connection_state.again"), on_click=State.look_again)
        ),
    )


def _unsettled() -> rx.Component:
    view = State.view
    return rx.el.section(
        rx.el.h2(t("sv", "staff.connection_state.lost")),
        rx.cond(
            view.unsettled != "",
            rx.fragment(
                rx.el.p(view.unsettled, class_name="strong"),
                rx.el.p(t("sv", "staff.connection_state.finding_out")),
                rx.el.ul(
                    rx.foreach(view.sent, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"
                ),
            ),
            rx.el.p(t("sv", "staff.connection_state.none_lost")),
        ),
        rx.cond(view.given_up != "", notice(view.given_up, t("sv", "staff.connection_state.given_up_body"))),
        class_name="stack",
    )


def _cannot() -> rx.Component:
    return rx.cond(
        State.view.cannot.length() > 0,
        rx.el.section(
            rx.el.h2(t("sv", "staff.connection_state.cannot_title")),
            rx.el.ul(
                rx.foreach(State.view.cannot, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"
            ),
            class_name="stack",
        ),
    )


def _facts() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("sv", "staff.connection_state.facts")),
        summary_list("sv", State.view.facts),
        rx.el.p(t("sv", "staff.connection_state.who_changes"), class_name="fine"),
        class_name="stack",
    )
