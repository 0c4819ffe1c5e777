"""/personal/mottagningar/…/e-tjanster: which systems may ask a clinic over the national service contracts."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, outcome_box, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.consumers import StaffConsumersState as State
from webtidbok_app.state.staff.views import ConsumerRow

_AREA = "staff.consumers.table"
_COLUMNS = ("name", "hsa_id", "since", OPEN)
_cell = partial(stacked_cell, _AREA)


def consumers_page() -> rx.Component:
    """Return the systems that are let in, with the step where one is shut out."""
    return staff_page(
        rx.cond(
            State.place != "",
            rx.cond(State.impact.title != "", _impact(), _everybody()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.consumers.title",
        caption=State.place,
        current="clinics",
        back=State.back,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _impact() -> rx.Component:
    return outcome_box(
        State.impact,
        "impact",
        buttons.button_row(
            buttons.warning(State.impact.confirm, on_click=State.confirm, once=True),
            buttons.secondary(State.impact.keep, on_click=State.leave),
        ),
        kind="warn",
    )


def _everybody() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("sv", "staff.consumers.intro")),
        rx.cond(
            State.consumers.length() > 0,
            stacked_table(
                t("sv", "staff.consumers.caption"), _AREA, _COLUMNS, rx.foreach(State.consumers, _row)
            ),
            rx.el.p(t("sv", "staff.consumers.none"), class_name="muted"),
        ),
        rx.el.h2(t("sv", "staff.consumers.new.title")),
        forms.form(
            _field("hsa_id"),
            _field("name"),
            buttons.submit(t("sv", "staff.consumers.new.let_in")),
            on_submit=State.let_in,
            key=State.boxes.to_string(),
        ),
    )


def _field(name: str) -> rx.Component:
    return forms.text_field(
        "sv",
        name,
        t("sv", f"staff.consumers.new.{name}"),
        hint=t("sv", f"staff.consumers.new.{name}_hint"),
        problems=State.problems,
        width="half",
        auto_complete="off",
    )


def _row(one: rx.Var[ConsumerRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(one.name, scope="row", role="rowheader"),
        _cell("hsa_id", one.hsa_id),
        _cell("since", one.since),
        rx.el.td(
            buttons.link_button(
                t("sv", "staff.consumers.shut_out"),
                on_click=State.ask(one.hsa_id),
                aria_label=one.shut_out_name,
            ),
            role="cell",
            class_name="no-print",
        ),
        key=one.hsa_id,
        role="row",
    )
