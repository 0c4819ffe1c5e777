"""/personal/veckomallar and …/ny: the clinic's templates, and the week that is looked at saved as one."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.week_templates import PAGE
from webtidbok_app.state.staff.week_templates import StaffWeekTemplatesState as State
from webtidbok_app.state.staff.weeks_views import TemplateCard


def week_templates_page() -> rx.Component:
    """Return the templates, and the ways to a new one."""
    return _page(
        heading(t("sv", "staff.week_templates.title"), State.clinic),
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "staff.week_templates.intro")),
                rx.cond(
                    State.templates.length() > 0,
                    rx.el.ul(rx.foreach(State.templates, _card), class_name="booking-list"),
                    empty_state(
                        t("sv", "staff.week_templates.empty"), t("sv", "staff.week_templates.empty_body")
                    ),
                ),
                rx.el.h2(t("sv", "staff.week_templates.new")),
                rx.el.p(
                    t("sv", "staff.week_templates.from_week"),
                    " ",
                    rx.el.a(t("sv", "staff.week_templates.save"), ": ", State.week, href=State.save_href),
                ),
                forms.form(
                    _name("empty_name"),
                    forms.submit(t("sv", "staff.week_templates.add"), kind="secondary"),
                    on_submit=State.add,
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        back=State.week_href,
    )


def save_week_page() -> rx.Component:
    """Return the form that saves a week as a template."""
    return _page(
        heading(t("sv", "staff.week_templates.save"), State.week),
        rx.cond(
            State.loaded,
            rx.cond(
                State.performers.length() > 0,
                forms.form(
                    rx.el.p(t("sv", "staff.week_templates.save_intro")),
                    _name("name"),
                    forms.checkbox_group(
                        "sv",
                        "performers",
                        t("sv", "staff.week_templates.whose"),
                        State.performers,
                        checked=State.chosen,
                        problems=State.problems,
                    ),
                    buttons.button_row(forms.submit(t("sv", "staff.week_templates.save_button"))),
                    on_submit=State.save_week,
                ),
                empty_state(
                    t("sv", "staff.week_templates.no_times"),
                    t("sv", "staff.week_templates.no_times_body"),
                    buttons.link_as_button(t("sv", "staff.copy.to_schedule"), href=State.week_href),
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv")),
        ),
        back=PAGE,
    )


def _page(*children: rx.Component, back: str | rx.Var[str]) -> rx.Component:
    return staff_page(
        *children,
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _card(card: rx.Var[TemplateCard]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(rx.el.a(card.name, href=card.href, class_name="card-link"), class_name="card-title"),
        rx.el.p(card.facts),
        rx.el.p(card.changed, class_name="fine"),
        rx.cond(
            card.use_href != "",
            buttons.link_as_button(
                t("sv", "staff.template_use.link"),
                href=card.use_href,
                kind="secondary",
                aria_label=card.use_name,
            ),
        ),
        key=card.id,
        class_name="card booking-card",
    )


def _name(label: str) -> rx.Component:
    hint = t("sv", "staff.week_templates.name_hint")
    return line(State, "staff.week_templates", "name", State.name, label=label, hint=hint, width="half")
