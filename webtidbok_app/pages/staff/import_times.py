"""/personal/importera, …/granska and …/klart: choose a file, check its rows, publish."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import preview_body, published_body
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.import_times import FIELD, MAX_CHARS, MAX_ROWS, PAGE
from webtidbok_app.state.staff.import_times import StaffImportState as State


def import_page() -> rx.Component:
    """Return where a file is chosen."""
    return _page(
        _form(),
        back="/personal/publicera",
        above=error_summary("sv", State.problems, attempt=State.attempts),
    )


def import_check_page() -> rx.Component:
    """Return what importing would do."""
    return _page(preview_body(State.preview, on_publish=State.publish, change_href=PAGE), back=PAGE)


def import_done_page() -> rx.Component:
    """Return what was published."""
    again = buttons.link_as_button(t("sv", "staff.published.again"), href=PAGE, kind="secondary")
    return _page(published_body(State.published, again))


def _page(step: rx.Component, *, back: str = "", above: rx.Component | None = None) -> rx.Component:
    waiting = rx.cond(State.problem.title == "", skeleton("sv"))
    return staff_page(
        rx.cond(State.loaded, step, rx.fragment(heading(t("sv", "staff.import.title")), waiting)),
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=rx.fragment(problem_box("sv", State.problem), above or rx.fragment()),
    )


def _form() -> rx.Component:
    return rx.fragment(
        heading(t("sv", "staff.import.title")),
        rx.el.p(t("sv", "staff.import.intro")),
        rx.el.p(t("sv", "staff.import.columns")),
        rx.el.p(t("sv", "staff.import.columns_more")),
        rx.el.p(anchor(t("sv", "staff.import.template"), href="/mall-tider.csv", download="mall-tider.csv")),
        forms.form(
            forms.text_field(
                "sv",
                "fil",
                t("sv", "staff.import.file"),
                hint=t("sv", "staff.import.file_hint", rows=MAX_ROWS),
                type="file",
                accept=".csv,.txt,text/csv,text/plain",
                data_file_into=FIELD,
                data_most=str(MAX_CHARS),
                data_too_big=t("sv", "staff.import.file_too_big"),
            ),
            rx.el.p(id="fil-problem", role="alert", class_name="field-error"),
            forms.textarea_field(
                "sv",
                FIELD,
                t("sv", "staff.import.rows"),
                max_chars=MAX_CHARS,
                hint=t("sv", "staff.import.rows_hint"),
                problems=State.problems,
                value=State.text,
                rows=12,
                max_length=MAX_CHARS,
                spell_check=False,
            ),
            buttons.button_row(forms.submit(t("sv", "staff.import.preview"))),
            on_submit=State.check,
        ),
    )
