"""/personal/tidstyper and …/[time_type]: what the clinic's times are for, and by which rules."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading
from webtidbok_app.components.rich_text import rich_text_field
from webtidbok_app.i18n import LANGS, t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.staff.setup_views import SetupRow
from webtidbok_app.state.staff.time_types import (
    BOOKABLE,
    FROM,
    HAND_OVER,
    NEW,
    OPENS,
    PAGE,
    QUESTION_MAX,
    QUESTIONS_MAX,
    REASONS,
    TEMPLATES,
    TEXT_MAX,
    VISIT_FORMS,
    WEEKDAYS,
)
from webtidbok_app.state.staff.time_types import StaffTimeTypesState as State

_CHOICES_MAX = 600
_line = partial(line, State, "setup.types")
Text = str | rx.Var[str]


def time_types_page() -> rx.Component:
    """Return the clinic's time types, and the ways to begin a new one."""
    return _frame(
        rx.el.p(t("sv", "setup.types.intro")),
        rx.cond(
            State.rows.length() > 0,
            rx.el.ul(rx.foreach(State.rows, _row), class_name="booking-list"),
            empty_state(t("sv", "setup.types.empty")),
        ),
        rx.cond(State.may_change, _begin(), rx.el.p(t("sv", "setup.administrators_only"), class_name="fine")),
        title_key="setup.types.title",
    )


def time_type_page() -> rx.Component:
    """Return one time type with all its rules, to change for the administrator."""
    return _frame(
        heading(State.form.heading, State.clinic),
        rx.cond(State.may_change, rx.fragment(), rx.el.p(t("sv", "setup.administrators_only"))),
        rx.cond(State.form.said.length() > 0, _said()),
        rx.cond(State.may_change, _form()),
        back=PAGE,
        ready=State.form.heading != "",
    )


def _frame(
    *children: rx.Component, title_key: str = "", back: str = "", ready: rx.Var[bool] | None = None
) -> rx.Component:
    return settings_frame(
        rx.cond(
            State.clinic != "" if ready is None else ready,
            rx.fragment(*children),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        part="time_types",
        title_key=title_key,
        caption=State.clinic,
        back=back,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _row(row: rx.Var[SetupRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(rx.el.a(row.name, href=row.href, class_name="card-link"), class_name="card-title"),
        rx.el.p(row.facts),
        rx.el.p(row.coming, class_name="fine"),
        rx.cond(row.off != "", rx.el.p(badge(row.off))),
        key=row.id,
        class_name="card booking-card",
    )


def _begin() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "setup.types.new")),
        rx.el.p(t("sv", "setup.types.templates"), class_name="strong"),
        rx.el.ul(
            *(
                rx.el.li(rx.el.a(one.label, href=f"{NEW}?{FROM}={one.value}", class_name="chip"))
                for one in TEMPLATES
            ),
            class_name="chips",
        ),
        rx.el.p(rx.el.a(t("sv", "setup.types.new_blank"), href=NEW)),
    )


def _said() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("sv", "setup.types.said")),
        rx.el.ul(rx.foreach(State.form.said, lambda rule: rx.el.li(rule, key=rule))),
        rx.el.p(t("sv", "setup.types.said_saved"), class_name="fine"),
        class_name="card stack",
    )


def _form() -> rx.Component:
    form = State.form
    return forms.form(
        rx.el.h2(t("sv", "setup.types.basics")),
        _line("name_sv", form.name_sv, hint=t("sv", "setup.types.name_hint"), width="half"),
        _line("name_en", form.name_en, optional=True, width="half"),
        _number("length_minutes", form.length_minutes),
        _choose("visit_form", VISIT_FORMS, form.visit_form),
        _line("video_url", form.video_url, hint=t("sv", "setup.types.video_hint"), optional=True),
        rx.el.h2(t("sv", "setup.types.who")),
        forms.radio_group(
            "sv", "bookable", t("sv", "setup.types.bookable"), BOOKABLE, value=form.bookable, problems=State.problems
        ),
        _number("min_age", form.min_age, hint=t("sv", "setup.types.age_hint"), optional=True),
        _number("max_age", form.max_age, optional=True),
        _number("max_active", form.max_active, hint=t("sv", "setup.types.max_active_hint"), optional=True),
        rx.el.h2(t("sv", "setup.types.when")),
        _opens(),
        _choose("notice_minutes", form.notices, form.notice_minutes),
        _choose("cancel_hours", form.cancels, form.cancel_hours),
        rx.el.h2(t("sv", "setup.types.texts")),
        *(_texts(name) for name in ("audience", "not_here", "prepare")),
        rx.el.h2(t("sv", "setup.types.asked")),
        forms.radio_group(
            "sv", "reason", t("sv", "setup.types.reason"), REASONS, value=form.reason, problems=State.problems
        ),
        *(_question(number) for number in range(QUESTIONS_MAX)),
        rx.el.h2(t("sv", "setup.types.hand_over")),
        rx.el.p(t("sv", "setup.types.hand_over_means")),
        _choose("hand_over_hours", HAND_OVER, form.hand_over_hours, first=t("sv", "setup.types.never")),
        _choose("hand_over_to", form.receivers, form.hand_over_to, first=t("sv", "setup.types.never")),
        forms.checkbox(
            "sv",
            "active",
            t("sv", "setup.types.active"),
            hint=t("sv", "setup.types.active_hint"),
            checked=form.active,
        ),
        buttons.button_row(
            forms.submit(t("sv", "setup.save")), rx.el.a(t("sv", "setup.leave"), href=PAGE)
        ),
        on_submit=State.save,
        key=form.key,
    )  # fmt: skip


def _opens() -> rx.Component:
    """Return how times open; what only one of the ways needs is shown beside it (staff.css)."""
    form = State.form
    return rx.el.div(
        forms.radio_group(
            "sv", "opens", t("sv", "setup.types.opens"), OPENS, value=form.opens, problems=State.problems
        ),
        rx.el.div(_number("earliest_days", form.earliest_days), class_name="only-days"),
        rx.el.div(
            _choose("release_weekday", WEEKDAYS, form.release_weekday),
            _line(
                "release_time",
                form.release_time,
                hint=t("sv", "setup.types.release_time_hint"),
                width="tiny",
            ),
            _number("release_weeks", form.release_weeks, hint=t("sv", "setup.types.release_weeks_hint")),
            class_name="only-release",
        ),
        class_name="opens",
    )


def _texts(name: str) -> rx.Component:
    hint = t("sv", "setup.types.prepare_hint") if name == "prepare" else ""
    return rx.fragment(
        *(
            rich_text_field(
                f"{name}_{lang}",
                t("sv", f"setup.types.{name}_{lang}"),
                hint=hint,
                max_chars=TEXT_MAX,
                value=getattr(State.form, f"{name}_{lang}"),
                problems=State.problems,
                optional=True,
                lang=lang,
            )
            for lang in LANGS
        )
    )


def _question(number: int) -> rx.Component:
    question = State.form.questions[number]
    name = f"question_{number}"
    return rx.el.details(
        rx.el.summary(question.heading),
        *(
            forms.text_field(
                "sv",
                f"{name}_{lang}",
                t("sv", f"setup.types.question_{lang}"),
                value=getattr(question, lang),
                problems=State.problems,
                optional=lang == "en",
                auto_complete="off",
                max_length=QUESTION_MAX,
            )
            for lang in ("sv", "en")
        ),
        *(
            forms.textarea_field(
                "sv",
                f"{name}_choices_{lang}",
                t("sv", f"setup.types.choices_{lang}"),
                hint=t("sv", "setup.types.choices_hint") if lang == "sv" else "",
                max_chars=_CHOICES_MAX,
                value=getattr(question, f"choices_{lang}"),
                problems=State.problems,
                optional=True,
                rows=3,
            )
            for lang in ("sv", "en")
        ),
        forms.checkbox(
            "sv", f"{name}_required", t("sv", "setup.types.required"), checked=question.required
        ),
        open=forms.problem_of(State.problems, f"{name}_sv") != "",
        class_name="folded",
    )  # fmt: skip


def _number(field: str, value: rx.Var[str], **props: object) -> rx.Component:
    return _line(field, value, width="tiny", input_mode="numeric", **props)


def _choose(field: str, options: forms.Options, value: rx.Var[str], first: str = "") -> rx.Component:
    return forms.select_field(
        "sv",
        field,
        t("sv", f"setup.types.{field}"),
        options,
        value=value,
        problems=State.problems,
        first=first,
    )
