"""/personal/texter: what the clinic says in its own words, and the pages where it is written."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, error_summary, problem_box, skeleton
from webtidbok_app.components.rich_text import rich_text, rich_text_field
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.staff.text_views import NoticeRow, Preview, TextRow
from webtidbok_app.state.staff.texts import (
    CASE_TYPE_TEXT_MAX,
    PRESENTATION_MAX,
    StaffTextFormState,
    StaffTextsState,
)

TEXTS = "/personal/texter"
CASE_TYPE_FIELDS = ("text", "not_here", "care_info")
LANGS: tuple[Lang, ...] = ("sv", "en")


def texts_page() -> rx.Component:
    """Return the overview."""
    texts = StaffTextsState.texts
    return settings_frame(
        rx.cond(
            texts.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "staff.texts.intro")),
                rx.el.h2(t("sv", "staff.notice.title")),
                rx.el.p(t("sv", "staff.notice.means")),
                rx.el.ul(rx.foreach(texts.notices, _notice), class_name="row-list"),
                rx.el.h2(t("sv", "staff.texts.presentation")),
                rx.el.div(rich_text("sv", texts.presentation), class_name="preview"),
                rx.el.p(rx.el.a(_change(texts.may_change, "presentation"), href="/personal/presentation")),
                rx.el.h2(t("sv", "staff.settings.case_types")),
                rx.el.ul(rx.foreach(texts.case_types, _case_type), class_name="row-list"),
                rx.el.p(rx.el.a(t("sv", "staff.texts.see"), href=texts.clinic_href)),
            ),
            rx.cond(StaffTextsState.problem.title == "", skeleton("sv", rows=4, height="card")),
        ),
        part="texts",
        title_key="staff.texts.title",
        caption=texts.clinic,
        above=problem_box("sv", StaffTextsState.problem),
    )


def _change(may: rx.Var[bool], what: str) -> rx.Var[str]:
    return rx.cond(may, t("sv", f"staff.texts.change_{what}"), t("sv", f"staff.texts.read_{what}"))


def _notice(row: rx.Var[NoticeRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h3(rx.el.a(row.title, href=row.href)),
        rx.cond(row.stopped, badge(row.state, "danger"), rx.el.p(row.state, class_name="muted")),
        key=row.href,
    )


def _case_type(row: rx.Var[TextRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h3(rx.el.a(row.title, href=row.href)),
        rx.cond(row.off, rx.el.p(t("sv", "staff.texts.off"), class_name="muted")),
        rx.el.p(t("sv", "staff.texts.written"), " ", row.written),
        rx.cond(
            row.terms_href != "",
            rx.el.p(
                row.terms,
                " ",
                rx.el.a(
                    t("sv", "staff.terms.link"),
                    href=row.terms_href,
                    aria_label=t("sv", "staff.terms.link") + ": " + row.title,
                ),
            ),
        ),
        key=row.href,
    )


def presentation_page() -> rx.Component:
    """Return what the clinic tells about itself."""
    return _form_page(
        "staff.texts.presentation",
        StaffTextFormState.save_presentation,
        _pair("presentation", PRESENTATION_MAX),
    )


def case_type_page() -> rx.Component:
    """Return the texts of a case type."""
    form = StaffTextFormState.form
    return _form_page(
        "staff.texts.case_type",
        StaffTextFormState.save_case_type,
        *(
            rx.cond(
                form.fields.contains(field),
                _pair(field, CASE_TYPE_TEXT_MAX),
            )
            for field in CASE_TYPE_FIELDS
        ),
    )


def _pair(field: str, most: int) -> rx.Component:
    return rich_pair(
        field,
        StaffTextFormState.form.written,
        most,
        problems=StaffTextFormState.problems,
        hint=t("sv", f"staff.texts.hints.{field}"),
    )


def _form_page(title_key: str, on_submit: object, *fields: rx.Component) -> rx.Component:
    state = StaffTextFormState
    return settings_frame(
        rx.cond(
            state.form.clinic != "",
            rx.fragment(
                rx.cond(
                    state.form.may_change,
                    forms.form(
                        *fields,
                        buttons.button_row(
                            forms.submit(t("sv", "staff.texts.save")),
                            rx.el.a(t("sv", "staff.texts.leave"), href=TEXTS),
                        ),
                        on_submit=on_submit,
                        key=state.boxes.to_string(),
                    ),
                    rx.el.p(t("sv", "staff.settings.who_may"), class_name="fine"),
                ),
                previews(state.form.previews),
            ),
            rx.cond(state.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        part="texts",
        title_key=title_key,
        caption=state.form.clinic + " · " + state.form.title,
        back=TEXTS,
        above=rx.fragment(
            problem_box("sv", state.problem),
            error_summary("sv", state.problems, attempt=state.attempts.to_string()),
            outcome_box(state.done, "done", kind="ok"),
        ),
    )


def rich_pair(
    field: str,
    values: rx.Var[dict[str, str]],
    max_chars: int,
    *,
    problems: rx.Var,
    hint: str = "",
    optional: bool = True,
) -> rx.Component:
    """Return the two boxes of a text, in Swedish and English, beginning with ``values`` by ``<field>_<language>``."""
    return forms.fieldset(
        t("sv", f"staff.texts.fields.{field}"),
        *([rx.el.p(hint, class_name="hint")] if hint else []),
        *(
            rich_text_field(
                f"{field}_{lang}",
                t("sv", f"staff.texts.in_{lang}", field=t("sv", f"staff.texts.fields.{field}")),
                value=values[f"{field}_{lang}"],
                max_chars=max_chars,
                problems=problems,
                optional=optional or lang == "en",
                lang=lang,
            )
            for lang in LANGS
        ),
    )


def previews(shown: rx.Var[list[Preview]]) -> rx.Component:
    """Return the texts as residents see them; nothing where nothing is written."""
    return rx.cond(
        shown.length() > 0,
        rx.el.section(
            rx.el.h2(t("sv", "staff.texts.preview")),
            rx.foreach(
                shown,
                lambda one: rx.el.section(
                    rx.el.h3(one.label), rich_text("sv", one.text), key=one.label, class_name="preview"
                ),
            ),
            class_name="stack",
        ),
    )
