"""/personal/installningar: what the clinic decides about its timebook."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.settings import StaffSettingsState as State


def settings_page() -> rx.Component:
    """Return the settings, to change for those who may."""
    return staff_page(
        rx.cond(
            State.settings.clinic != "", _hold(), rx.cond(State.problem.title == "", skeleton("sv", rows=2))
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.settings.title",
        caption=State.settings.clinic,
        current="settings",
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _hold() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.hold")),
        rx.el.p(t("sv", "staff.settings.hold_means")),
        rx.el.p(t("sv", "staff.settings.hold_weigh")),
        rx.cond(
            State.settings.may_change,
            forms.form(
                forms.text_field(
                    "sv",
                    "hold_minutes",
                    t("sv", "staff.settings.minutes"),
                    hint=t("sv", "staff.settings.minutes_hint"),
                    value=State.settings.hold_minutes,
                    problems=State.problems,
                    width="tiny",
                    input_mode="numeric",
                    auto_complete="off",
                    key=State.settings.hold_minutes,
                ),
                buttons.button_row(forms.submit(t("sv", "staff.settings.save"))),
                on_submit=State.save,
            ),
            rx.fragment(
                rx.el.p(State.settings.hold_text, class_name="strong"),
                rx.el.p(t("sv", "staff.settings.who_may"), class_name="fine"),
            ),
        ),
    )
