"""/personal/manad: a month of the schedule, how many times each day has."""

import reflex as rx

from webtidbok_app.components.feedback import problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.tally_table import HELP, tally_table
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import performer_ways, stepper, ways
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.month import StaffMonthState as State


def month_page() -> rx.Component:
    """Return the month: a table of days, or a list of them where it is narrow."""
    return staff_page(
        rx.el.h1(
            rx.cond(State.heading != "", State.heading, t("sv", "staff.month.title")),
            id="page-heading",
            tab_index=-1,
        ),
        rx.cond(
            State.heading != "",
            rx.fragment(
                rx.el.div(
                    stepper(
                        State.steps,
                        label=t("sv", "staff.month.months"),
                        previous=t("sv", "staff.month.previous"),
                        following=t("sv", "staff.month.next"),
                        now=t("sv", "staff.month.this"),
                    ),
                    ways(State.views, "views", "switch", "data-wide"),
                    ways(State.narrow_views, "views", "switch", "data-narrow"),
                    performer_ways(State.performers),
                    class_name="toolbar",
                ),
                rx.cond(State.empty != "", rx.el.p(State.empty)),
                rx.el.p(t("sv", "staff.month.help"), id=HELP, class_name="fine no-print"),
                tally_table(
                    State.month,
                    corner=t("sv", "staff.month.week"),
                    label=t("sv", "staff.month.scroll"),
                    kind="month",
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="schedule",
        announcement=State.month.caption,
        above=problem_box("sv", State.problem),
    )
