"""/personal/uppdrag: which commission one acts in."""

import reflex as rx

from webtidbok_app.components.feedback import problem_box, skeleton
from webtidbok_app.components.forms import radio_group, submit
from webtidbok_app.components.layout import staff_page
from webtidbok_app.components.native import post_form
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.commissions import CommissionState as State


def commissions_page() -> rx.Component:
    """Return the commissions to choose among; the browser itself posts the choice."""
    return staff_page(
        rx.el.p(t("sv", "permissions.commission.intro")),
        rx.cond(
            State.choices.length() > 0,
            post_form(
                radio_group(
                    "sv",
                    "commission",
                    t("sv", "permissions.commission.legend"),
                    State.choices,
                    value=State.chosen,
                    required=True,
                ),
                rx.el.input(type="hidden", name="vidare", default_value=State.after),
                submit(t("sv", "common.action.continue")),
                action="/auth/uppdrag",
                class_name="form",
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="permissions.commission.title",
        above=problem_box("sv", State.problem),
    )
