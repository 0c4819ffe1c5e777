"""/personal/svarsmallar: words that the clinic often answers with."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.templates import MESSAGE_MAX
from webtidbok_app.state.staff.templates import StaffTemplatesState as State
from webtidbok_app.state.staff.views import TemplateView


def templates_page() -> rx.Component:
    """Return the templates, and the form that adds one."""
    return staff_page(
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "staff.templates.intro")),
                rx.cond(
                    State.templates.length() > 0,
                    rx.el.ul(rx.foreach(State.templates, _template), class_name="booking-list"),
                    empty_state(t("sv", "staff.templates.empty")),
                ),
                _new(),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.templates.title",
        caption=State.clinic,
        current="requests",
        back="/personal/forfragningar",
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _template(template: rx.Var[TemplateView]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(template.title),
        rx.el.p(template.text, class_name="written"),
        buttons.link_button(
            t("sv", "staff.templates.remove"),
            on_click=State.remove(template.id),
            aria_label=template.remove_name,
        ),
        key=template.id,
        class_name="card booking-card",
    )


def _new() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.templates.new")),
        forms.form(
            forms.text_field(
                "sv",
                "title",
                t("sv", "staff.templates.name"),
                problems=State.problems,
                width="half",
                auto_complete="off",
            ),
            forms.textarea_field(
                "sv",
                "text",
                t("sv", "staff.templates.text"),
                hint=t("sv", "staff.templates.text_hint"),
                max_chars=MESSAGE_MAX,
                problems=State.problems,
            ),
            buttons.submit(t("sv", "staff.templates.add")),
            on_submit=State.add,
            key=State.boxes.to_string(),
        ),
    )
