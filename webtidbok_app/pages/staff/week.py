"""/personal: the week of the schedule."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import empty_state, notice, problem_box, skeleton, status
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.week_table import week_cell, week_legend, week_table
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box, stepper
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff_views import Chip, WeekDay
from webtidbok_app.state.staff_week import WITHDRAW_BUTTON
from webtidbok_app.state.staff_week import StaffWeekState as State

PUBLISH = "/personal/publicera"


def week_page() -> rx.Component:
    """Return the schedule: a table, or a list where it is narrow or wanted; how to begin where it is empty."""
    return staff_page(
        rx.el.div(
            rx.el.h1(
                rx.cond(State.heading != "", State.heading, t("sv", "staff.week.title")),
                id="page-heading",
                tab_index=-1,
            ),
            rx.el.p(State.span, class_name="week-span"),
            class_name="week-heading",
        ),
        rx.cond(
            State.heading != "",
            rx.cond(State.first_time, _first_time(), _schedule()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=8)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="schedule",
        announcement=State.week.caption,
        above=problem_box("sv", State.problem),
    )


def _schedule() -> rx.Component:
    return rx.fragment(
        _toolbar(),
        _impact(),
        outcome_box(State.done, "done", kind="ok"),
        rx.cond(
            State.empty != "",
            empty_state(State.empty, buttons.link_as_button(t("sv", "staff.week.publish"), href=PUBLISH)),
            rx.el.div(
                week_legend(),
                rx.cond(
                    State.as_list,
                    rx.fragment(),
                    rx.el.div(
                        week_table(State.week, selected=State.selected, on_toggle=State.toggle),
                        class_name="week-as-table",
                    ),
                ),
                rx.el.div(rx.foreach(State.days, _day), class_name="week-as-list"),
                class_name=rx.cond(State.as_list, "week-views", "week-views week-views-both"),
            ),
        ),
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        stepper(
            State.steps,
            label=t("sv", "staff.week.weeks"),
            previous=t("sv", "staff.week.previous"),
            following=t("sv", "staff.week.next"),
            now=t("sv", "staff.week.this"),
        ),
        rx.cond(
            State.chips.length() > 0,
            rx.el.div(
                rx.foreach(State.chips, _chip),
                role="group",
                aria_label=t("sv", "staff.week.performers"),
                class_name="chips",
            ),
        ),
        buttons.secondary(
            rx.cond(State.as_list, t("sv", "staff.week.as_table"), t("sv", "staff.week.as_list")),
            on_click=State.switch_view,
            custom_attrs={"data-wide": "true"},
        ),
        buttons.link_as_button(t("sv", "staff.week.publish"), href=PUBLISH),
        rx.cond(State.empty == "", _selection()),
        class_name="toolbar",
    )


def _selection() -> rx.Component:
    some = State.selected.length() > 0
    return rx.el.div(
        status(State.selected_text),
        buttons.link_button(
            rx.cond(some, t("sv", "staff.week.clear"), t("sv", "staff.week.select_all")),
            on_click=State.toggle_all,
        ),
        buttons.secondary(t("sv", "staff.week.withdraw"), on_click=State.ask_withdraw, id=WITHDRAW_BUTTON),
        class_name="toolbar-end",
    )


def _impact() -> rx.Component:
    return outcome_box(
        State.impact,
        "impact",
        buttons.button_row(
            rx.cond(
                State.impact.confirm != "",
                buttons.warning(State.impact.confirm, on_click=State.withdraw, once=True),
            ),
            buttons.secondary(State.impact.keep, on_click=State.keep),
        ),
        kind="warn",
    )


def _chip(chip: rx.Var[Chip]) -> rx.Component:
    return rx.el.button(
        chip.label,
        type="button",
        aria_pressed=rx.cond(chip.pressed, "true", "false"),
        on_click=State.show_performer(chip.value),
        key=chip.value,
        class_name="chip",
    )


def _day(day: rx.Var[WeekDay]) -> rx.Component:
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
            day.cells.length() > 0,
            rx.el.ul(
                rx.foreach(
                    day.cells,
                    lambda cell: rx.el.li(week_cell(cell, State.selected, State.toggle), key=cell.id),
                )
            ),
            rx.el.p(t("sv", "staff.week.empty_day"), class_name="fine"),
        ),
        key=day.iso,
        class_name="week-day",
    )


def _first_time() -> rx.Component:
    steps = ("type", "who", "when", "check", "done")
    return rx.cond(
        State.lacking != "",
        notice(State.lacking, title=t("sv", "staff.first.lacking_title")),
        empty_state(
            t("sv", "staff.first.title"),
            t("sv", "staff.first.intro"),
            rx.el.ol(
                *(rx.el.li(t("sv", f"staff.first.step_{name}")) for name in steps), class_name="first-steps"
            ),
            buttons.link_as_button(t("sv", "staff.first.start"), href=PUBLISH),
        ),
    )
