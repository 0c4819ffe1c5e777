"""/personal/kopiera, …/granska and …/klart: fill in, check, copy the week."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import preview_body, published_body
from webtidbok_app.pages.staff.week_fields import week_fields
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.copy import StaffCopyState as State


def copy_page() -> rx.Component:
    """Return the form."""
    return _page(
        _form(),
        back=State.source.week_href,
        above=error_summary("sv", State.problems, attempt=State.attempts),
    )


def copy_check_page() -> rx.Component:
    """Return what copying would do."""
    back = State.source.here_href
    return _page(preview_body(State.preview, on_publish=State.publish, change_href=back), back=back)


def copy_done_page() -> rx.Component:
    """Return what was published."""
    return _page(published_body(State.published))


def _page(
    step: rx.Component, *, back: str | rx.Var[str] = "", above: rx.Component | None = None
) -> rx.Component:
    return staff_page(
        rx.cond(
            State.loaded,
            step,
            rx.fragment(
                heading(t("sv", "staff.copy.title")), rx.cond(State.problem.title == "", skeleton("sv"))
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=rx.fragment(problem_box("sv", State.problem), above or rx.fragment()),
    )


def _form() -> rx.Component:
    return rx.fragment(
        heading(t("sv", "staff.copy.title"), State.source.heading),
        rx.cond(
            State.source.empty,
            empty_state(
                t("sv", "staff.copy.none"),
                t("sv", "staff.copy.none_body"),
                buttons.link_as_button(t("sv", "staff.copy.to_schedule"), href=State.source.week_href),
            ),
            rx.fragment(
                rx.el.p(t("sv", "staff.copy.intro")),
                summary_list("sv", State.source.rows),
                rx.el.p(rx.el.a(t("sv", "staff.week_templates.save_instead"), href=State.source.save_href)),
                forms.form(
                    *week_fields(
                        State,
                        weeks_hint=t("sv", "staff.copy.weeks_hint"),
                        performers=t("sv", "staff.copy.performers"),
                    ),
                    buttons.button_row(forms.submit(t("sv", "staff.publish.preview"))),
                    on_submit=State.check,
                    key=State.source.here_href,
                ),
            ),
        ),
    )
