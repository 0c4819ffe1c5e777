"""/personal/bokningar: the bookings of one day, on screen and on paper."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, error_summary, problem_box, skeleton, status
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, stacked_cell, stacked_table, stepper
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.day import COUNT
from webtidbok_app.state.staff.day import StaffDayState as State
from webtidbok_app.state.staff.desk_who import WALK_IN
from webtidbok_app.state.staff.views import DayRowView

_AREA = "staff.day"
_COLUMNS = ("time", "name", "time_type", "performer", "visit_form", "notes", OPEN)
_cell = partial(stacked_cell, _AREA)


def day_list_page() -> rx.Component:
    """Return the day's bookings, names masked."""
    return staff_page(
        rx.el.h1(
            rx.cond(State.bookings.heading != "", State.bookings.heading, t("sv", "staff.day.title")),
            id="page-heading",
            tab_index=-1,
        ),
        rx.cond(
            State.bookings.heading != "",
            rx.fragment(_print_header(), _toolbar(), _bookings()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="day_list",
        announcement=State.bookings.heading,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _print_header() -> rx.Component:
    """Return what stands on paper only: where, and who printed it and when."""
    return rx.el.div(
        rx.el.p(State.bookings.clinic, class_name="strong"),
        rx.el.p(State.fetched),
        class_name="print-only",
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        stepper(
            State.steps,
            label=t("sv", "staff.day.days"),
            previous=t("sv", "staff.day.previous"),
            following=t("sv", "staff.day.next"),
            now=t("sv", "staff.day.today"),
        ),
        forms.form(
            forms.text_field(
                "sv",
                "dag",
                t("sv", "staff.day.go_label"),
                hint=State.day_hint,
                value=State.bookings.iso,
                problems=State.problems,
                width="short",
                key=State.bookings.iso,
                auto_complete="off",
            ),
            forms.submit(t("sv", "staff.day.go"), kind="secondary"),
            on_submit=State.go,
        ),
        buttons.link_as_button(t("sv", "staff.desk.walk_in_link"), href=WALK_IN, kind="secondary"),
        buttons.print_button("sv"),
        class_name="toolbar",
    )


def _bookings() -> rx.Component:
    return rx.fragment(
        _waiting(),
        rx.cond(
            State.bookings.rows.length() > 0,
            rx.fragment(
                status(State.bookings.count_text, id=COUNT, tab_index=-1),
                rx.el.p(t("sv", "staff.day.masked"), " ", State.fetched, class_name="fine no-print"),
                stacked_table(State.bookings.caption, _AREA, _COLUMNS, rx.foreach(State.bookings.rows, _row)),
            ),
            empty_state(State.bookings.count_text),
        ),
    )


def _waiting() -> rx.Component:
    """Return the button behind which new bookings wait, in a place that speaks up when it gets one."""
    return rx.el.div(
        rx.cond(
            State.bookings.waiting != "", buttons.secondary(State.bookings.waiting, on_click=State.show_new)
        ),
        role="status",
        class_name="no-print",
    )


def _row(row: rx.Var[DayRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.time, scope="row", role="rowheader"),
        _cell("name", row.name),
        _cell("time_type", row.time_type),
        _cell("performer", row.performer),
        _cell("visit_form", row.visit_form),
        _cell(
            "notes",
            rx.cond(row.new, badge(t("sv", "staff.day.badge_new"), "ok")),
            rx.cond(row.cancelled, badge(row.cancelled_how, "danger")),
            rx.cond(row.interpreter != "", badge(row.interpreter, "warn")),
        ),
        rx.el.td(
            rx.el.a(t("sv", "staff.day.open"), href=row.href, aria_label=row.open_name),
            role="cell",
            class_name="no-print",
        ),
        key=row.href,
        role="row",
        class_name=rx.cond(row.cancelled, "cancelled", ""),
    )
