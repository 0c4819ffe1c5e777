"""/personal: the schedule, a week or a day of it, as a grid or a list."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import (
    empty_state,
    error_summary,
    notice,
    problem_box,
    skeleton,
    status,
)
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.tally_table import HELP, tally_table
from webtidbok_app.components.week_table import schedule_box, week_cell, week_legend, week_table
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.getting_started import getting_started
from webtidbok_app.pages.staff.parts import outcome_box, performer_ways, stepper, ways
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.views import WeekDay
from webtidbok_app.state.staff.week import SCHEDULE, WITHDRAW_BUTTON
from webtidbok_app.state.staff.week import StaffWeekState as State
from webtidbok_app.state.staff.week_choice import SPAN_DAY, SPAN_FROM, SPAN_TO
from webtidbok_app.state.staff.week_where import DAY, LIST
from webtidbok_app.state.views import WeekCell

MAY_CHANGE = SessionState.session.handles_times
PUBLISH = "/personal/publicera"
COPY = "/personal/kopiera"
TEMPLATES = "/personal/veckomallar"
DEVIATIONS = "/personal/avvikande-tider"


def week_page() -> rx.Component:
    """Return the schedule: a grid, or a list where it is narrow or wanted; how to begin where it is empty."""
    return staff_page(
        rx.el.div(
            rx.el.h1(
                rx.cond(State.heading != "", State.heading, t("sv", "staff.week.title")),
                id="page-heading",
                tab_index=-1,
            ),
            rx.el.p(State.span, class_name="week-span"),
            rx.el.p(State.last_change, class_name="fine last-change"),
            rx.cond(State.waiting != "", rx.el.p(State.waiting, class_name="fine")),
            class_name="week-heading",
        ),
        rx.cond(
            State.heading != "",
            rx.cond(State.start.begins, getting_started(State.start), rx.fragment(_not_yet(), _schedule())),
            rx.cond(State.problem.title == "", skeleton("sv", rows=8)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="schedule",
        announcement=State.week.caption,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _schedule() -> rx.Component:
    return rx.fragment(
        _toolbar(),
        _impact(),
        outcome_box(State.done, "done", kind="ok"),
        _live_line(),
        schedule_box(
            rx.cond(
                State.empty != "",
                empty_state(
                    State.empty,
                    rx.cond(MAY_CHANGE, buttons.link_as_button(t("sv", "staff.week.publish"), href=PUBLISH)),
                ),
                rx.cond(State.overview.rows.length() > 0, _overview(), _times()),
            ),
            selected=State.selected,
            heard=State.heard,
            place=State.here,
            on_choose=State.choose,
            id=SCHEDULE,
            tab_index=-1,
            class_name=rx.cond(State.view == LIST, "week-views", "week-views week-views-both"),
        ),
    )


def _times() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.view != LIST,
            rx.el.div(
                week_table(State.week, since=State.since, may_choose=MAY_CHANGE), class_name="week-as-table"
            ),
        ),
        rx.el.div(rx.foreach(State.days, _day), class_name="week-as-list"),
    )


def _overview() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("sv", "staff.week.overview"), id=HELP, class_name="fine no-print"),
        tally_table(
            State.overview,
            corner=t("sv", "staff.week.performer"),
            label=t("sv", "staff.week.overview_scroll"),
            kind="week",
        ),
    )


def _toolbar() -> rx.Component:
    by_day = State.view == DAY
    return rx.el.div(
        rx.el.div(
            stepper(
                State.steps,
                label=rx.cond(by_day, t("sv", "staff.week.days"), t("sv", "staff.week.weeks")),
                previous=rx.cond(by_day, t("sv", "staff.week.previous_day"), t("sv", "staff.week.previous")),
                following=rx.cond(by_day, t("sv", "staff.week.next_day"), t("sv", "staff.week.next")),
                now=rx.cond(by_day, t("sv", "staff.week.today"), t("sv", "staff.week.this")),
            ),
            data_schedule_steps="true",
        ),
        ways(State.views, "views", "switch", "data-wide"),
        ways(State.narrow_views, "views", "switch", "data-narrow"),
        rx.cond(
            MAY_CHANGE,
            rx.fragment(
                buttons.link_as_button(t("sv", "staff.week.publish"), href=PUBLISH),
                buttons.link_as_button(
                    t("sv", "staff.copy.link"),
                    href=State.here.replace("/personal?", f"{COPY}?"),
                    kind="secondary",
                ),
                buttons.link_as_button(t("sv", "staff.removal.link"), href=State.away_href, kind="secondary"),
                rx.el.a(
                    t("sv", "staff.week_templates.link"),
                    href=State.here.replace("/personal?", f"{TEMPLATES}?"),
                ),
            ),
        ),
        rx.el.a(t("sv", "staff.deviations.link"), href=DEVIATIONS),
        performer_ways(State.performers),
        rx.cond((State.empty == "") & (State.overview.rows.length() == 0) & MAY_CHANGE, _selection()),
        class_name="toolbar",
    )


def _selection() -> rx.Component:
    some = State.selected.length() > 0
    return rx.el.div(
        status(State.selected_text),
        _span(),
        buttons.link_button(
            rx.cond(some, t("sv", "staff.week.clear"), t("sv", "staff.week.select_all")),
            on_click=State.toggle_all,
        ),
        buttons.secondary(t("sv", "staff.week.withdraw"), on_click=State.ask_withdraw, id=WITHDRAW_BUTTON),
        class_name="selection",
    )


def _span() -> rx.Component:
    """Return the way to choose many times without dragging or holding a key down."""
    return rx.el.details(
        rx.el.summary(t("sv", "staff.week.span")),
        forms.form(
            rx.el.p(t("sv", "staff.week.span_hint"), class_name="fine"),
            rx.cond(
                State.span_days.length() > 0,
                forms.select_field(
                    "sv",
                    SPAN_DAY,
                    t("sv", "staff.week.span_day"),
                    State.span_days,
                    first=t("sv", "staff.week.span_every_day"),
                ),
            ),
            _clock(SPAN_FROM),
            _clock(SPAN_TO),
            forms.submit(t("sv", "staff.week.span_select"), kind="secondary"),
            on_submit=State.select_span,
        ),
        class_name="span-choice",
    )


def _clock(name: str) -> rx.Component:
    return line(State, "staff.week", name, optional=True, width="tiny")


def _impact() -> rx.Component:
    impact = State.impact
    return outcome_box(
        impact,
        "impact",
        rx.cond(
            impact.kept_title != "",
            rx.fragment(
                rx.el.h3(impact.kept_title),
                rx.el.p(t("sv", "staff.withdraw.kept_body")),
                rx.el.ul(
                    rx.foreach(impact.kept, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"
                ),
            ),
        ),
        buttons.button_row(
            rx.cond(
                impact.confirm != "", buttons.warning(impact.confirm, on_click=State.withdraw, once=True)
            ),
            buttons.secondary(impact.keep, on_click=State.keep),
        ),
        kind="warn",
    )


def _live_line() -> rx.Component:
    """Return what has happened while the page was open. It keeps its place, so that nothing below it moves."""
    return rx.el.div(
        rx.cond((State.empty == "") & (State.overview.rows.length() == 0), week_legend()),
        rx.el.p(State.note, role="status", class_name="note"),
        rx.el.div(
            rx.cond(State.fresh != "", buttons.secondary(State.fresh, on_click=State.show_fresh)),
            role="status",
        ),
        class_name="live-line",
    )


def _day(day: rx.Var[WeekDay], index: rx.Var[int]) -> rx.Component:
    """Return a day as a list: the times of its column, or of the whole table where that is one day."""
    return rx.el.section(
        rx.el.h2(day.heading, rx.cond(day.note != "", rx.el.span(" ", day.note, class_name="week-note"))),
        rx.cond(
            day.selectable,
            buttons.link_button(
                t("sv", "staff.week.select_day"),
                on_click=State.select_day(day.iso),
                aria_label=day.select_name,
            ),
        ),
        rx.cond(
            day.has_times,
            rx.el.ul(
                rx.foreach(
                    State.week.rows,
                    lambda row: rx.cond(
                        State.week.by_performer, rx.foreach(row.cells, _item), _item(row.cells[index])
                    ),
                )
            ),
            rx.el.p(t("sv", "staff.week.none_on_day"), class_name="fine"),
        ),
        key=day.iso,
        class_name="week-day",
    )


def _item(cell: rx.Var[WeekCell]) -> rx.Component:
    return rx.cond(
        cell.id != "",
        rx.el.li(week_cell(cell, State.selected, State.toggle, since=State.since), key=cell.id),
    )


def _not_yet() -> rx.Component:
    """Return what is left, above a schedule that has times which nobody can book yet."""
    return rx.cond(
        State.start.steps.length() > 0,
        notice(
            rx.el.ul(
                rx.foreach(
                    State.start.steps,
                    lambda step: rx.cond(
                        step.state != "done",
                        rx.el.li(
                            rx.cond(step.href != "", rx.el.a(step.action, href=step.href), step.title),
                            key=step.name,
                        ),
                    ),
                )
            ),
            title=t("sv", "setup.start.not_yet"),
        ),
    )
