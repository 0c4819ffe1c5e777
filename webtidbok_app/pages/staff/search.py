"""/personal/sok: what the quick search has found about one person."""

from functools import partial

import reflex as rx

from webtidbok_app.components.feedback import badge, error_summary, notice, problem_box, status
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, attendance_buttons, stacked_cell, stacked_table, visit_words
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.day_view import DayRowView
from webtidbok_app.state.staff.search import StaffSearchState as State

_AREA = "staff.search"
_COLUMNS = ("when", "attendance", "time_type", "performer", "notes", OPEN)
_cell = partial(stacked_cell, _AREA)


def search_page() -> rx.Component:
    """Return the bookings that were found, or how one searches."""
    return staff_page(
        heading(t("sv", "staff.search.title")),
        rx.cond(State.found.heading != "", _found(), rx.el.p(t("sv", "staff.search.how"))),
        rx.el.p(t("sv", "staff.search.only_who_is_here"), class_name="fine no-print"),
        session=SessionState.session,
        failure=SessionState.failure,
        announcement=State.announcement,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.searches)
        ),
    )


def _found() -> rx.Component:
    found = State.found
    return rx.el.section(
        rx.el.h2(found.heading, id="found-title"),
        status(found.count),
        rx.cond(
            found.protected,
            notice(t("sv", "staff.booking.protected_body"), title=t("sv", "staff.booking.protected_title")),
        ),
        rx.cond(
            found.coming.length() > 0,
            _table(t("sv", "staff.search.coming"), found.coming),
            rx.el.p(t("sv", "staff.search.no_coming")),
        ),
        rx.cond(
            found.past.length() > 0,
            rx.fragment(
                rx.el.h3(t("sv", "staff.search.past")), _table(t("sv", "staff.search.past"), found.past)
            ),
        ),
        rx.el.p(t("sv", "staff.search.logged"), class_name="fine"),
        key=found.key,
        class_name="found",
        tab_index=-1,
        aria_labelledby="found-title",
        data_take_focus="true",
    )


def _table(caption: str, rows: rx.Var[list[DayRowView]]) -> rx.Component:
    return stacked_table(caption, _AREA, _COLUMNS, rx.foreach(rows, _row))


def _row(row: rx.Var[DayRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.time, scope="row", role="rowheader"),
        _cell("attendance", attendance_buttons(row, on_mark=State.mark)),
        _cell("time_type", visit_words(row)),
        _cell("performer", row.performer),
        _cell(
            "notes",
            rx.cond(row.cancelled, badge(row.cancelled_how, "danger")),
            rx.cond(row.interpreter != "", badge(row.interpreter, "warn")),
        ),
        rx.el.td(
            rx.el.a(t("sv", "staff.search.open"), href=row.href, aria_label=row.open_name),
            role="cell",
            class_name="no-print",
        ),
        key=row.href,
        id=row.id,
        role="row",
        class_name=rx.cond(row.cancelled, "cancelled", ""),
    )
