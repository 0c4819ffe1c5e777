"""/personal/meddelanden: messages that did not reach their residents."""

from functools import partial

import reflex as rx

from webtidbok_app.components.feedback import empty_state, notice, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.undelivered import StaffUndeliveredState as State
from webtidbok_app.state.staff.views import UndeliveredRow

_AREA = "staff.undelivered"
_COLUMNS = ("when", "what", "why", "booking")
_cell = partial(stacked_cell, _AREA)


def undelivered_page() -> rx.Component:
    """Return what was given up in the last 30 days."""
    return staff_page(
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.cond(State.waiting != "", notice(State.waiting, kind="warn")),
                rx.cond(
                    State.rows.length() > 0,
                    rx.fragment(
                        rx.el.p(t("sv", "staff.undelivered.intro")),
                        stacked_table(
                            t("sv", "staff.undelivered.title"), _AREA, _COLUMNS, rx.foreach(State.rows, _row)
                        ),
                    ),
                    empty_state(t("sv", "staff.undelivered.empty"), t("sv", "staff.undelivered.empty_body")),
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.undelivered.title",
        caption=State.clinic,
        current="settings",
        back="/personal/installningar",
        above=problem_box("sv", State.problem),
    )


def _row(row: rx.Var[UndeliveredRow]) -> rx.Component:
    link = rx.el.a(t("sv", "staff.undelivered.open"), href=row.href, aria_label=row.link_name)
    return rx.el.tr(
        rx.el.th(row.when, scope="row", role="rowheader"),
        _cell("what", row.what),
        _cell("why", row.why),
        _cell("booking", rx.cond(row.href != "", link)),
        key=row.id,
        role="row",
    )
