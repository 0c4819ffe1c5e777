"""/personal/meddelanden: messages that did not reach their residents."""

import reflex as rx

from webtidbok_app.components.feedback import empty_state, notice, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.undelivered import StaffUndeliveredState as State
from webtidbok_app.state.staff.views import UndeliveredRow

_COLUMNS = ("when", "what", "why", "booking")


def undelivered_page() -> rx.Component:
    """Return what was given up in the last 30 days."""
    return staff_page(
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.cond(State.waiting != "", notice(State.waiting, kind="warn")),
                rx.cond(
                    State.rows.length() > 0,
                    rx.fragment(rx.el.p(t("sv", "staff.undelivered.intro")), _table()),
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


def _table() -> rx.Component:
    """Return a table that stacks its cells where it is narrow; the roles keep it a table there too."""
    heads = [
        rx.el.th(t("sv", f"staff.undelivered.{name}"), scope="col", role="columnheader") for name in _COLUMNS
    ]
    return rx.el.table(
        rx.el.caption(t("sv", "staff.undelivered.title"), class_name="visually-hidden"),
        rx.el.thead(rx.el.tr(*heads, role="row"), role="rowgroup"),
        rx.el.tbody(rx.foreach(State.rows, _row), role="rowgroup"),
        role="table",
        class_name="table bookings-table",
    )


def _row(row: rx.Var[UndeliveredRow]) -> rx.Component:
    link = rx.el.a(t("sv", "staff.undelivered.open"), href=row.href, aria_label=row.link_name)
    return rx.el.tr(
        rx.el.th(row.when, scope="row", role="rowheader"),
        *(
            rx.el.td(cell, role="cell", data_label=t("sv", f"staff.undelivered.{name}"))
            for name, cell in (("what", row.what), ("why", row.why), ("booking", link))
        ),
        key=row.id,
        role="row",
    )
