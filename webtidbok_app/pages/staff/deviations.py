"""/personal/avvikande-tider: closed days and deviating times, when nothing new is published."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line, side_by_side
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.deviations import StaffDeviationsState as State
from webtidbok_app.state.staff.weeks_views import DeviationRow

MAY_CHANGE = SessionState.session.handles_times
_line = partial(line, State, "staff.deviations")


def deviations_page() -> rx.Component:
    """Return the deviations, and the form that adds one."""
    return staff_page(
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "staff.deviations.intro")),
                rx.el.h2(t("sv", "staff.deviations.coming")),
                rx.cond(
                    State.coming.length() > 0,
                    rx.el.ul(rx.foreach(State.coming, _coming), class_name="booking-list"),
                    empty_state(t("sv", "staff.deviations.empty")),
                ),
                rx.cond(
                    State.passed.length() > 0,
                    rx.el.details(
                        rx.el.summary(t("sv", "staff.deviations.passed")),
                        rx.el.ul(
                            rx.foreach(
                                State.passed,
                                lambda row: rx.el.li(row.when, ": ", row.what, ", ", row.who, key=row.id),
                            )
                        ),
                    ),
                ),
                rx.cond(MAY_CHANGE, _new()),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.deviations.title",
        caption=State.clinic,
        current="schedule",
        back="/personal",
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(
                State.done,
                "done",
                rx.cond(
                    State.impact_href != "",
                    buttons.button_row(
                        buttons.link_as_button(
                            t("sv", "staff.deviations.impact"), href=State.impact_href, kind="secondary"
                        )
                    ),
                ),
                kind="ok",
            ),
        ),
    )


def _coming(row: rx.Var[DeviationRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h3(row.when, class_name="card-title"),
        rx.el.p(row.what, ", ", row.who),
        rx.cond(row.there != "", rx.el.p(row.there, class_name="fine")),
        rx.cond(
            MAY_CHANGE,
            rx.el.div(
                rx.cond(
                    row.impact_href != "",
                    rx.el.a(
                        t("sv", "staff.deviations.impact"),
                        href=row.impact_href,
                        aria_label=row.impact_name,
                        class_name="button button-link",
                    ),
                ),
                buttons.link_button(
                    t("sv", "staff.deviations.remove"),
                    on_click=State.remove(row.id),
                    aria_label=row.remove_name,
                    data_once="true",
                ),
                class_name="button-row",
            ),
        ),
        key=row.id,
        class_name="card booking-card",
    )


def _new() -> rx.Component:
    form = State.form
    return rx.fragment(
        rx.el.h2(t("sv", "staff.deviations.new")),
        forms.form(
            side_by_side(
                _line("first_day", form.first_day, hint=State.date_hint, width="short"),
                _line(
                    "last_day",
                    form.last_day,
                    hint=t("sv", "staff.deviations.last_day_hint"),
                    width="short",
                    optional=True,
                ),
            ),
            side_by_side(
                _line(
                    "from_time",
                    form.from_time,
                    hint=t("sv", "staff.deviations.time_hint"),
                    width="tiny",
                    optional=True,
                ),
                _line(
                    "to_time",
                    form.to_time,
                    hint=t("sv", "staff.deviations.time_hint"),
                    width="tiny",
                    optional=True,
                ),
            ),
            forms.select_field(
                "sv",
                "performer",
                t("sv", "staff.deviations.performer"),
                State.performers,
                value=form.performer,
                problems=State.problems,
                first=t("sv", "staff.deviations.clinic"),
            ),
            _line("reason", form.reason, hint=t("sv", "staff.deviations.reason_hint"), width="half"),
            buttons.button_row(forms.submit(t("sv", "staff.deviations.add"))),
            on_submit=State.add,
            key=State.boxes.to_string(),
        ),
    )
