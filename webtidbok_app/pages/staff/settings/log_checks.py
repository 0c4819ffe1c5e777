"""/personal/logg/stickprov: random samples of the log, judged and signed."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, outcome_box, stacked_cell, stacked_table
from webtidbok_app.pages.staff.settings.log import WAYS, log_frame, period_fields, row_link
from webtidbok_app.state.staff.log_checks import NOTE_MAX, StaffLogChecksState
from webtidbok_app.state.staff.log_checks import StaffLogCheckState as One
from webtidbok_app.state.staff.log_view import CheckRowView, JudgedView

_AREA = "staff.log_check"
_COLUMNS = ("number", "span", "count", "drawn", "state", OPEN)
_cell = partial(stacked_cell, _AREA)


def log_checks_page() -> rx.Component:
    """Return the samples there are, and the form that draws another."""
    state = StaffLogChecksState
    return log_frame(
        rx.cond(
            state.ready,
            rx.fragment(
                rx.el.p(t("sv", "staff.log_check.intro")),
                _new(),
                rx.el.h2(t("sv", "staff.log_check.earlier")),
                rx.cond(
                    state.rows.length() > 0,
                    stacked_table(
                        t("sv", "staff.log_check.earlier"), _AREA, _COLUMNS, rx.foreach(state.rows, _row)
                    ),
                    empty_state(t("sv", "staff.log_check.empty"), t("sv", "staff.log_check.empty_body")),
                ),
            ),
            rx.cond(state.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        way="checks",
        title_key="staff.log.checks_title",
        above=rx.fragment(
            problem_box("sv", state.problem), error_summary("sv", state.problems, attempt=state.attempts)
        ),
    )


def log_check_page() -> rx.Component:
    """Return one sample: its lines to judge, and the signature; a signed one is only read."""
    return log_frame(
        rx.cond(
            One.check.heading != "",
            rx.fragment(
                heading(One.check.heading),
                summary_list("sv", One.check.facts),
                rx.cond(One.check.signed, _read(), rx.fragment(_judge(), _sign())),
            ),
            rx.fragment(
                heading(t("sv", "staff.log_check.title")),
                rx.cond(One.problem.title == "", skeleton("sv", rows=3, height="card")),
            ),
        ),
        way="checks",
        title_key="",
        above=rx.fragment(
            problem_box("sv", One.problem),
            error_summary("sv", One.problems, attempt=One.attempts),
            outcome_box(One.done, "done", kind="ok"),
        ),
        back=WAYS["checks"],
    )


def _new() -> rx.Component:
    state = StaffLogChecksState
    return rx.fragment(
        rx.el.h2(t("sv", "staff.log_check.new")),
        forms.form(
            period_fields(state.first_day, state.last_day, state.problems),
            forms.text_field(
                "sv",
                "lines",
                t("sv", "staff.log_check.lines"),
                hint=t("sv", "staff.log_check.lines_hint"),
                value="20",
                problems=state.problems,
                width="tiny",
                input_mode="numeric",
                auto_complete="off",
            ),
            buttons.button_row(forms.submit(t("sv", "staff.log_check.draw"))),
            on_submit=state.draw,
        ),
    )


def _row(row: rx.Var[CheckRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.number, scope="row", role="rowheader"),
        _cell("span", row.span),
        _cell("count", row.count),
        _cell("drawn", row.drawn),
        _cell("state", rx.cond(row.done, row.state, badge(row.state, "warn"))),
        rx.el.td(
            rx.el.a(t("sv", "staff.log_check.open"), href=row.href, aria_label=row.open_name),
            role="cell",
            class_name="no-print",
        ),
        key=row.id,
        role="row",
    )


def _judge() -> rx.Component:
    return forms.form(
        rx.el.ol(rx.foreach(One.check.lines, _line), class_name="booking-list"),
        buttons.button_row(forms.submit(t("sv", "staff.log_check.save"))),
        on_submit=One.save,
    )


def _line(line: rx.Var[JudgedView]) -> rx.Component:
    return rx.el.li(
        _about(line),
        rx.el.fieldset(
            rx.el.legend(
                t("sv", "staff.log_check.judgement"),
                rx.el.span(", ", line.heading, class_name="visually-hidden"),
                class_name="legend",
            ),
            rx.el.div(
                _choice(line, line.justified_id, "justified"),
                _choice(line, line.investigate_id, "investigate"),
                class_name="choices choices-inline",
            ),
            class_name="fieldset",
        ),
        rx.el.div(
            rx.el.label(
                t("sv", "staff.log_check.note"),
                rx.el.span(", ", line.heading, class_name="visually-hidden"),
                html_for=line.note_name,
                class_name="label",
            ),
            rx.cond(
                line.problem != "",
                rx.el.p(
                    rx.el.span(t("sv", "common.form.problem_prefix"), " ", class_name="visually-hidden"),
                    line.problem,
                    id=line.note_name + "-error",
                    class_name="field-error",
                ),
            ),
            rx.el.input(
                id=line.note_name,
                name=line.note_name,
                default_value=line.note,
                max_length=NOTE_MAX,
                auto_complete="off",
                aria_invalid=rx.cond(line.problem != "", "true", "false"),
                aria_describedby=rx.cond(line.problem != "", line.note_name + "-error", rx.Var("undefined")),
                class_name="input input-full",
            ),
            class_name="field",
        ),
        key=line.row.id,
        class_name="card booking-card",
    )


def _choice(line: rx.Var[JudgedView], element_id: rx.Var[str], judgement: str) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            id=element_id,
            name=line.judgement_name,
            type="radio",
            value=judgement,
            default_checked=line.judgement == judgement,
            class_name="tick",
        ),
        rx.el.label(t("sv", f"staff.log_check.{judgement}"), html_for=element_id, class_name="tick-label"),
        class_name="tick-row",
    )


def _about(line: rx.Var[JudgedView]) -> rx.Component:
    row = line.row
    return rx.fragment(
        rx.el.h2(line.heading, ": ", row.act),
        rx.el.p(row.at, ". ", row.who),
        rx.el.p(
            t("sv", "staff.log.person_column"),
            ": ",
            row.person,
            rx.cond(row.about != "", rx.el.span(", ", row.about)),
        ),
        rx.el.p(t("sv", "staff.log.why"), ": ", row.why),
        rx.el.p(row_link(row), class_name="no-print"),
    )


def _sign() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.log_check.sign_title")),
        rx.el.p(One.check.left, class_name="strong"),
        rx.el.p(t("sv", "staff.log_check.sign_means")),
        forms.form(
            forms.textarea_field(
                "sv",
                "conclusion",
                t("sv", "staff.log_check.conclusion"),
                hint=t("sv", "staff.log_check.conclusion_hint"),
                max_chars=NOTE_MAX,
                problems=One.problems,
                value=One.conclusion,
                rows=3,
            ),
            buttons.button_row(forms.submit(t("sv", "staff.log_check.sign"))),
            on_submit=One.sign,
        ),
    )


def _read() -> rx.Component:
    return rx.fragment(
        buttons.button_row(buttons.print_button("sv")),
        rx.el.ol(
            rx.foreach(
                One.check.lines,
                lambda line: rx.el.li(
                    _about(line),
                    rx.el.p(
                        t("sv", "staff.log_check.judgement"),
                        ": ",
                        rx.el.strong(line.judgement_text),
                        rx.cond(line.note != "", rx.el.span(". ", line.note)),
                    ),
                    key=line.row.id,
                    class_name="card booking-card",
                ),
            ),
            class_name="booking-list",
        ),
    )
