"""/personal/installningar: what the clinic decides about its case types, its timebook and its messages to residents."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.settings import WATCH_MINUTES, WATCH_NOTICE
from webtidbok_app.state.staff.settings import StaffSettingsState as State
from webtidbok_app.state.views import Choice

_line = partial(line, State, "staff.settings")


def general_page() -> rx.Component:
    """Return the settings, to change for those who may."""
    return settings_frame(
        rx.cond(
            State.settings.clinic != "",
            rx.fragment(
                _about(),
                _case_types(),
                _hold(),
                rx.cond(~SessionState.session.connected, _rebooking()),
                rx.cond(State.settings.can_watch, _watch()),
                _messages(),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2)),
        ),
        part="general",
        title_key="staff.settings.title",
        caption=State.settings.clinic,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _about() -> rx.Component:
    settings = State.settings
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.about_title"), id="about"),
        _for_administrators(
            forms.form(
                _line("about_phone", settings.phone, type="tel", width="short"),
                _line("hours_sv", settings.hours_sv, hint=t("sv", "staff.settings.hours_hint"), width="half"),
                _line("hours_en", settings.hours_en, optional=True, width="half"),
                buttons.button_row(forms.submit(t("sv", "staff.settings.save_about"))),
                on_submit=State.save_about,
                key=settings.about_text,
            ),
            otherwise=settings.about_text,
        ),
    )


def _case_types() -> rx.Component:
    settings = State.settings
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.case_types")),
        rx.el.p(t("sv", "staff.settings.case_types_mean")),
        _for_administrators(
            forms.form(
                forms.checkbox_group(
                    "sv",
                    "case_types",
                    t("sv", "staff.settings.case_types_legend"),
                    settings.case_types,
                    checked=settings.case_types_on,
                    problems=State.problems,
                ),
                forms.text_field(
                    "sv",
                    "answer_days",
                    t("sv", "staff.settings.answer_days"),
                    hint=t("sv", "staff.settings.answer_days_hint"),
                    value=settings.answer_days,
                    problems=State.problems,
                    width="tiny",
                    input_mode="numeric",
                    auto_complete="off",
                ),
                buttons.button_row(forms.submit(t("sv", "staff.settings.save_case_types"))),
                on_submit=State.save_case_types,
                key=settings.case_types_text + settings.answer_days,
            ),
            otherwise=settings.case_types_text,
        ),
        rx.cond(settings.case_types_not != "", rx.el.p(settings.case_types_not, class_name="fine")),
    )


def _hold() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.hold")),
        rx.el.p(t("sv", "staff.settings.hold_means")),
        rx.el.p(t("sv", "staff.settings.hold_weigh")),
        _for_administrators(
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
            otherwise=State.settings.hold_text,
        ),
    )


def _rebooking() -> rx.Component:
    settings = State.settings
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.rebook_title")),
        rx.el.p(t("sv", "staff.settings.rebook_means")),
        rx.cond(
            settings.other_units == "",
            rx.el.p(settings.rebook_text, class_name="strong"),
            _for_administrators(
                forms.form(
                    forms.checkbox(
                        "sv",
                        "rebook_elsewhere",
                        t("sv", "staff.settings.rebook_tick"),
                        checked=settings.rebook_elsewhere,
                    ),
                    rx.el.p(
                        t("sv", "staff.settings.rebook_units"), " ", settings.other_units, class_name="fine"
                    ),
                    buttons.button_row(forms.submit(t("sv", "staff.settings.save_rebooking"))),
                    on_submit=State.save_rebooking,
                    key=settings.rebook_text,
                ),
                otherwise=settings.rebook_text,
            ),
        ),
    )


def _watch() -> rx.Component:
    settings = State.settings
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.watch_title")),
        rx.el.p(t("sv", "staff.settings.watch_means")),
        _for_administrators(
            forms.form(
                forms.checkbox("sv", "watch", t("sv", "staff.settings.watch_tick"), checked=settings.watch),
                _one_of("watch_notice_hours", WATCH_NOTICE, settings.watch_notice_hours),
                _one_of("watch_minutes", WATCH_MINUTES, settings.watch_minutes),
                forms.text_field(
                    "sv",
                    "watch_a_day",
                    t("sv", "staff.settings.watch_a_day"),
                    hint=t("sv", "staff.settings.watch_a_day_hint"),
                    value=settings.watch_a_day,
                    problems=State.problems,
                    width="tiny",
                    input_mode="numeric",
                    auto_complete="off",
                ),
                buttons.button_row(forms.submit(t("sv", "staff.settings.save_watch"))),
                on_submit=State.save_watch,
                key=settings.watch_text,
            ),
            otherwise=settings.watch_text,
        ),
    )


def _for_administrators(form: rx.Component, *, otherwise: rx.Var[str]) -> rx.Component:
    """Return the form for those who may change the settings; others read how it is now."""
    return rx.cond(
        State.settings.may_change,
        form,
        rx.fragment(
            rx.el.p(otherwise, class_name="strong"),
            rx.el.p(t("sv", "staff.settings.who_may"), class_name="fine"),
        ),
    )


def _one_of(field: str, options: list[Choice], value: rx.Var[str]) -> rx.Component:
    return forms.select_field(
        "sv", field, t("sv", f"staff.settings.{field}"), options, value=value, problems=State.problems
    )


def _messages() -> rx.Component:
    settings = State.settings
    return rx.fragment(
        rx.el.h2(t("sv", "staff.settings.messages")),
        rx.el.p(t("sv", "staff.settings.messages_mean")),
        _for_administrators(
            forms.form(
                _name("message_name_sv", settings.message_name_sv, hint=t("sv", "staff.settings.name_hint")),
                _name("message_name_en", settings.message_name_en),
                forms.radio_group(
                    "sv",
                    "reminder_hours",
                    t("sv", "staff.settings.reminder.title"),
                    [
                        Choice(hours, t("sv", f"staff.settings.reminder.{hours or 'none'}"))
                        for hours in ("48", "24", "")
                    ],
                    value=settings.reminder_hours,
                    problems=State.problems,
                ),
                buttons.button_row(forms.submit(t("sv", "staff.settings.save_messages"))),
                on_submit=State.save_messages,
            ),
            otherwise=settings.reminder_text,
        ),
        rx.el.p(settings.example),
        rx.el.p(rx.el.a(t("sv", "staff.undelivered.link"), href="/personal/meddelanden")),
    )


def _name(field: str, value: rx.Var[str], *, hint: str = "") -> rx.Component:
    return _line(field, value, hint=hint, optional=True, width="half", key=value)
