"""/personal/bokningar: the bookings of one day, on screen and on paper."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import (
    badge,
    empty_state,
    error_summary,
    notice,
    problem_box,
    skeleton,
    status,
)
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import (
    OPEN,
    attendance_buttons,
    stacked_cell,
    stacked_table,
    stepper,
    visit_words,
)
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.day import COUNT
from webtidbok_app.state.staff.day import StaffDayState as State
from webtidbok_app.state.staff.day_view import DayRowView
from webtidbok_app.state.staff.desk_who import WALK_IN

_AREA = "staff.day"
_COLUMNS = ("time", "attendance", "name", "time_type", "performer", "notes", OPEN)
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
            rx.fragment(_print_header(), _downtime_warning(), _toolbar(), _bookings(), _downtime_line()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="day_list",
        announcement=State.announcement,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _print_header() -> rx.Component:
    """Return what stands first on paper only; who printed it stands on every page of it."""
    return rx.el.div(
        rx.el.p(State.bookings.clinic, class_name="strong"),
        class_name="print-only",
    )


def _downtime_warning() -> rx.Component:
    warning = notice(State.downtime.body, title=State.downtime.title)
    return rx.cond(State.downtime.title != "", rx.el.div(warning, class_name="no-print"))


def _downtime_line() -> rx.Component:
    line = rx.el.p(State.downtime.body, class_name="fine no-print")
    return rx.cond((State.downtime.title == "") & (State.downtime.body != ""), line)


def _toolbar() -> rx.Component:
    return rx.el.div(
        stepper(
            State.steps,
            label=t("sv", "staff.day.days"),
            previous=t("sv", "staff.day.previous"),
            following=t("sv", "staff.day.next"),
            now=t("sv", "staff.day.today"),
        ),
        buttons.link_as_button(t("sv", "staff.desk.walk_in_link"), href=WALK_IN, kind="secondary"),
        buttons.secondary(
            t("sv", "staff.day.print"), on_click=State.print_list, data_print_after=State.prints.to_string()
        ),
        rx.el.div(
            rx.cond(
                State.bookings.performers.length() > 1,
                forms.select_field(
                    "sv",
                    "hos",
                    t("sv", "staff.day.whom"),
                    State.bookings.performers,
                    value=State.performer,
                    first=t("sv", "staff.day.everybody"),
                    on_change=State.choose_performer,
                    key="hos",
                ),
            ),
            forms.form(
                line(
                    State,
                    "staff.day",
                    "dag",
                    State.bookings.iso,
                    label="go_label",
                    hint=State.day_hint,
                    width="short",
                    key=State.bookings.iso,
                ),
                forms.submit(t("sv", "staff.day.go"), kind="secondary"),
                on_submit=State.go,
            ),
            class_name="toolbar-fields",
        ),
        class_name="toolbar",
    )


def _bookings() -> rx.Component:
    return rx.fragment(
        _waiting(),
        rx.cond(
            State.bookings.performers.length() > 0,
            rx.fragment(
                status(State.bookings.count_text, id=COUNT, tab_index=-1),
                _next_up(),
                _only(),
                rx.el.p(t("sv", "staff.day.masked"), " ", State.fetched, class_name="fine no-print"),
                stacked_table(
                    State.bookings.caption,
                    _AREA,
                    _COLUMNS,
                    rx.foreach(State.bookings.rows, _row),
                    on_paper=State.printed,
                ),
            ),
            empty_state(State.bookings.count_text),
        ),
    )


def _next_up() -> rx.Component:
    jump = anchor(t("sv", "staff.day.next_up_go"), href=State.bookings.next_href, data_jump="true")
    return rx.cond(
        State.bookings.next_text != "", rx.el.p(State.bookings.next_text, " ", jump, class_name="no-print")
    )


def _only() -> rx.Component:
    whole_day = rx.el.a(t("sv", "staff.day.whole_day"), href=State.here_href)
    return rx.cond(State.bookings.only_text != "", rx.el.p(State.bookings.only_text, ". ", whole_day))


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
        _cell("attendance", attendance_buttons(row, on_mark=State.mark)),
        _cell("name", row.name),
        _cell("time_type", visit_words(row)),
        _cell("performer", row.performer),
        _cell(
            "notes",
            rx.cond(row.next, rx.el.span(badge(t("sv", "staff.day.badge_next")), class_name="no-print")),
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
        id=row.id,
        role="row",
        class_name=rx.cond(row.cancelled, "cancelled", rx.cond(row.next, "next-up", "")),
    )
