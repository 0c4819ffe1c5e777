"""/qa/journalsystem: the demo's journal system, and what goes wrong in it. Elsewhere the page finds nothing."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import OPEN, outcome_box, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.connection_views import CallRow, FaultRow
from webtidbok_app.state.staff.demo_journal import CODE_CHOICES, CONTRACT_CHOICES, KIND_CHOICES
from webtidbok_app.state.staff.demo_journal import StaffDemoJournalState as State

_AREA = "staff.qa"
_cell = partial(stacked_cell, _AREA)
_line = partial(line, State, _AREA)


def demo_journal_page() -> rx.Component:
    """Return what goes wrong, what could, and the last calls."""
    return staff_page(
        rx.cond(
            State.ready,
            rx.fragment(rx.el.p(t("sv", "staff.qa.intro")), _faults(), _add(), _calls()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.qa.title",
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _faults() -> rx.Component:
    columns = ("what", "where_head", "how_long", OPEN)
    return rx.el.section(
        rx.el.h2(t("sv", "staff.qa.on")),
        rx.cond(
            State.faults.length() > 0,
            rx.fragment(
                stacked_table(t("sv", "staff.qa.on"), _AREA, columns, rx.foreach(State.faults, _fault)),
                buttons.button_row(buttons.secondary(t("sv", "staff.qa.all_off"), on_click=State.remove_all)),
            ),
            rx.el.p(t("sv", "staff.qa.none_on")),
        ),
        class_name="stack",
    )


def _fault(row: rx.Var[FaultRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.what, scope="row", role="rowheader"),
        _cell("where_head", row.where),
        _cell("how_long", row.how_long),
        rx.el.td(
            buttons.link_button(
                t("sv", "staff.qa.off"), on_click=State.remove(row.id), aria_label=row.off_name
            ),
            role="cell",
        ),
        key=row.id,
        role="row",
    )


def _add() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("sv", "staff.qa.new")),
        forms.form(
            forms.radio_group(
                "sv", "kind", t("sv", "staff.qa.kind_label"), KIND_CHOICES, problems=State.problems
            ),
            forms.select_field(
                "sv",
                "contract",
                t("sv", "staff.qa.contract"),
                CONTRACT_CHOICES,
                first=t("sv", "staff.qa.every"),
                problems=State.problems,
            ),
            forms.select_field(
                "sv",
                "unit",
                t("sv", "staff.qa.unit"),
                State.units,
                first=t("sv", "staff.qa.everywhere"),
                problems=State.problems,
            ),
            _line(
                "times",
                hint=t("sv", "staff.qa.times_hint"),
                optional=True,
                width="tiny",
                input_mode="numeric",
            ),
            _line(
                "seconds",
                hint=t("sv", "staff.qa.seconds_hint"),
                optional=True,
                width="tiny",
                input_mode="numeric",
            ),
            forms.select_field(
                "sv",
                "code",
                t("sv", "staff.qa.code"),
                CODE_CHOICES,
                first=t("sv", "staff.qa.code_first"),
                problems=State.problems,
            ),
            _line("text", hint=t("sv", "staff.qa.text_hint"), optional=True),
            buttons.button_row(forms.submit(t("sv", "staff.qa.add"))),
            on_submit=State.add,
            key=State.boxes.to_string(),
        ),
        class_name="stack",
    )


def _calls() -> rx.Component:
    columns = ("contract", "when", "unit", "answered_head")
    return rx.el.section(
        rx.el.h2(t("sv", "staff.qa.calls")),
        buttons.button_row(buttons.secondary(t("sv", "staff.qa.look"), on_click=State.look_again)),
        rx.cond(
            State.calls.length() > 0,
            stacked_table(t("sv", "staff.qa.calls"), _AREA, columns, rx.foreach(State.calls, _call)),
            rx.el.p(t("sv", "staff.qa.no_calls")),
        ),
        class_name="stack",
    )


def _call(row: rx.Var[CallRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.contract, scope="row", role="rowheader"),
        _cell("when", row.when),
        _cell("unit", row.unit),
        _cell("answered_head", row.what),
        key=row.id,
        role="row",
    )
