"""/personal/ta-bort: what taking times away would do, a choice for each booked one, and the one button that does it."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, error_summary, notice, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line, side_by_side
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.removal import (
    ALL,
    CHOICES,
    EARLIEST,
    FIRST,
    LAST,
    LATEST,
    MESSAGE,
    MESSAGE_MAX,
    SINCE,
    UNTIL,
    WHOM,
)
from webtidbok_app.state.staff.removal import StaffRemovalState as State
from webtidbok_app.state.staff.removal_view import VisitView
from webtidbok_app.state.views import Choice

WEEK = "/personal"


def removal_page() -> rx.Component:
    """Return the impact, or the question which times are to go."""
    return staff_page(
        rx.cond(
            State.impact.heading != "",
            rx.fragment(heading(State.impact.heading), _body()),
            rx.fragment(
                heading(t("sv", "staff.removal.title")),
                rx.cond(State.asking, _ask(), rx.cond(State.problem.title == "", skeleton("sv", rows=5))),
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="schedule",
        back=WEEK,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
        ),
    )


def _body() -> rx.Component:
    return rx.cond(
        State.impact.some,
        rx.fragment(outcome_box(State.changed, "changed", kind="warn"), _free(), _kept(), _form()),
        rx.fragment(_kept(), rx.el.p(t("sv", "staff.removal.none_body")), _ask()),
    )


def _ask() -> rx.Component:
    """Return the form that asks who is away, and when."""
    return forms.form(
        rx.el.p(t("sv", "staff.removal.ask_body")),
        forms.fieldset(
            t("sv", "staff.removal.ask"),
            forms.select_field(
                "sv",
                WHOM,
                t("sv", "staff.removal.whom"),
                State.performers,
                value=State.whom,
                first=t("sv", "staff.removal.everybody"),
            ),
            side_by_side(_day(FIRST, "first_day", State.away_first), _day(LAST, "last_day", State.away_last)),
            side_by_side(_wall(SINCE, State.away_since), _wall(UNTIL, State.away_until)),
        ),
        forms.submit(t("sv", "staff.removal.show")),
        on_submit=State.look,
    )


def _day(name: str, label: str, value: rx.Var[str]) -> rx.Component:
    return line(State, "staff.removal", name, value, label=label, width="short", key=value)


def _wall(name: str, value: rx.Var[str]) -> rx.Component:
    hint = t("sv", "staff.removal.clock_hint")
    return line(State, "staff.removal", name, value, hint=hint, width="tiny", optional=True, key=value)


def _free() -> rx.Component:
    impact = State.impact
    return rx.cond(
        impact.free_title != "",
        rx.el.details(
            rx.el.summary(impact.free_title),
            _lines(impact.free),
            rx.cond(impact.more != "", rx.el.p(impact.more, class_name="fine")),
            class_name="folded stack",
        ),
    )


def _kept() -> rx.Component:
    impact = State.impact
    return rx.cond(
        impact.kept_title != "",
        notice(t("sv", "staff.removal.kept_body"), _lines(impact.kept), title=impact.kept_title, kind="info"),
    )


def _lines(lines: rx.Var[list[str]]) -> rx.Component:
    return rx.el.ul(rx.foreach(lines, lambda line: rx.el.li(line, key=line)), class_name="outcome-rows")


def _form() -> rx.Component:
    return forms.form(
        rx.cond(State.impact.booked, _booked()),
        rx.el.div(_message(), hidden=~State.tells),
        rx.el.div(_period(), hidden=~State.invites),
        rx.el.p(State.tally, role="status", class_name="strong"),
        rx.el.p(t("sv", "staff.removal.waits")),
        buttons.button_row(
            forms.submit(State.confirm, kind="warning"),
            buttons.link_as_button(t("sv", "staff.removal.no"), href=WEEK, kind="secondary"),
        ),
        on_submit=State.carry_out,
    )


def _booked() -> rx.Component:
    """Return a choice for all, and each booked visit with its own."""
    return rx.fragment(
        rx.el.h2(t("sv", "staff.removal.booked_title")),
        rx.cond(
            State.visits.length() > 1,
            rx.fragment(
                _select(
                    rx.Var.create(ALL),
                    t("sv", "staff.removal.all"),
                    rx.Var.create(t("sv", "staff.removal.all")),
                    State.all_choice,
                    rx.Var.create(CHOICES),
                    forms.problem_of(State.problems, ALL),
                    on_change=State.choose_all,
                    first=True,
                ),
                rx.el.p(t("sv", "staff.removal.all_hint"), class_name="fine"),
            ),
        ),
        rx.el.ul(rx.foreach(State.visits, _visit), class_name="cards removal-visits"),
    )


def _visit(visit: rx.Var[VisitView]) -> rx.Component:
    return rx.el.li(
        rx.el.h3(visit.when),
        rx.el.p(visit.name, rx.el.span(" · ", visit.what, class_name="fine")),
        rx.cond(visit.protected, badge(t("sv", "staff.removal.protected"), "danger")),
        rx.el.div(
            _select(
                rx.Var.create(f"choice-{visit.id}"),
                t("sv", "staff.removal.choice"),
                visit.choice_name,
                visit.choice,
                visit.choices,
                visit.problem,
                on_change=lambda value: State.choose(visit.id, value),
                first=True,
            ),
            rx.cond(
                visit.options.length() > 0,
                _select(
                    rx.Var.create(f"to-{visit.id}"),
                    t("sv", "staff.removal.to"),
                    visit.to_name,
                    visit.target,
                    visit.options,
                    visit.to_problem,
                    on_change=lambda value: State.choose_time(visit.id, value),
                ),
            ),
            class_name="removal-choice",
        ),
        rx.el.p(
            rx.el.a(t("sv", "staff.removal.open"), href=visit.href, aria_label=visit.open_name),
            class_name="fine",
        ),
        key=visit.id,
        class_name="card",
    )


def _select(
    identity: rx.Var[str],
    label: str,
    name: rx.Var[str],
    value: rx.Var[str],
    options: rx.Var[list[Choice]],
    problem: rx.Var[str],
    *,
    on_change: object,
    first: bool = False,
) -> rx.Component:
    """Return a list that the server answers at once: what is chosen decides what else there is to choose."""
    return rx.el.div(
        rx.el.label(label, html_for=identity, class_name="label"),
        rx.cond(problem != "", rx.el.p(problem, id=f"{identity}-error", class_name="field-error")),
        rx.el.select(
            *([rx.el.option(t("sv", "staff.removal.pick"), value="")] if first else []),
            rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value, key=one.value)),
            id=identity,
            name=identity,
            aria_label=name,
            aria_invalid=rx.cond(problem != "", "true", "false"),
            aria_describedby=rx.cond(problem != "", f"{identity}-error", rx.Var("undefined")),
            value=value,
            on_change=on_change,
            class_name="input input-select",
        ),
        class_name="field",
    )


def _message() -> rx.Component:
    return forms.textarea_field(
        "sv",
        MESSAGE,
        t("sv", "staff.removal.message"),
        max_chars=MESSAGE_MAX,
        hint=t("sv", "staff.removal.message_hint"),
        problems=State.problems,
        value=State.message,
    )


def _period() -> rx.Component:
    return forms.fieldset(
        t("sv", "staff.removal.period"),
        side_by_side(
            line(State, "staff.removal", EARLIEST, State.first_day, label="earliest", width="short"),
            line(State, "staff.removal", LATEST, State.last_day, label="latest", width="short"),
        ),
    )
