"""/boka/<clinic>/<time type>/uppgifter: what the resident tells the clinic."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.forms import form, radio_group, select_field, text_field, textarea_field
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.citizen.already import already_booked
from webtidbok_app.pages.parts import back_to, heading, once_fetched, resident_page
from webtidbok_app.state.details import ANSWER_MAX, NEED_MAX, QUESTIONS, REASON_MAX
from webtidbok_app.state.details import DetailsState as State


def page(lang: Lang) -> rx.Component:
    """Return the questions."""
    return resident_page(
        lang,
        heading(t(lang, "citizen.details.title"), stop=State.stop, caption=State.step.caption),
        once_fetched(
            lang,
            rx.cond(State.step.booked_href != "", already_booked(lang, State.step), _questions(lang)),
            ready=State.step.caption != "",
            stop=State.stop,
        ),
        current="clinics",
        back=back_to(lang, State.step.back),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )


def _questions(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.el.p(State.details.until),
        _overlapping(lang),
        form(
            rx.match(
                State.details.reason_rule,
                ("required", _reason(lang, optional=False)),
                ("optional", _reason(lang, optional=True)),
                rx.fragment(),
            ),
            *(_clinics_own(lang, number) for number in range(len(QUESTIONS))),
            *_contact(lang),
            *_needs(lang),
            buttons.submit(t(lang, "common.action.continue")),
            on_submit=State.submit,
        ),
        rx.el.p(rx.el.a(t(lang, "citizen.steps.cancel"), href=State.step.clinic_href)),
    )


def _overlapping(lang: Lang) -> rx.Component:
    times = State.details.overlapping
    return rx.cond(
        times.length() > 0,
        notice(
            rx.el.div(rx.foreach(times, lambda text: rx.el.p(text, key=text))),
            title=t(lang, "citizen.details.overlap_title"),
            kind="warn",
        ),
    )


def _reason(lang: Lang, *, optional: bool) -> rx.Component:
    return rx.fragment(
        rich_text(lang, State.details.care_info),
        textarea_field(
            lang,
            "reason",
            t(lang, "citizen.details.reason"),
            hint=t(lang, "citizen.details.reason_hint"),
            max_chars=REASON_MAX,
            value=State.details.reason,
            on_change=State.keep_reason,
            problems=State.problems,
            optional=optional,
            rows=3,
        ),
    )


def _clinics_own(lang: Lang, number: int) -> rx.Component:
    """Return one of the clinic's own questions: to choose an answer, or to write one."""
    asked = State.details.questions[number]
    keep = State.keep_answer(number)  # type: ignore[misc]  # the types of Reflex know no first argument here
    shared = {"problems": State.problems, "value": asked.value, "on_change": keep}
    choose = radio_group(lang, QUESTIONS[number], asked.text, asked.choices, **shared)
    write = textarea_field(lang, QUESTIONS[number], asked.text, max_chars=ANSWER_MAX, rows=2, **shared)
    return rx.cond(asked.text != "", rx.cond(asked.choices.length() > 0, choose, write))


def _contact(lang: Lang) -> tuple[rx.Component, rx.Component]:
    return (
        text_field(
            lang,
            "phone",
            t(lang, "citizen.details.phone"),
            hint=t(lang, "citizen.details.phone_hint"),
            value=State.details.phone,
            problems=State.problems,
            on_change=State.keep_phone,
            type="tel",
            width="short",
            auto_complete="tel",
        ),
        text_field(
            lang,
            "email",
            t(lang, "citizen.details.email"),
            value=State.details.email,
            problems=State.problems,
            optional=True,
            on_change=State.keep_email,
            type="email",
            width="half",
            auto_complete="email",
        ),
    )


def _needs(lang: Lang) -> tuple[rx.Component, rx.Component]:
    return (
        select_field(
            lang,
            "interpreter",
            t(lang, "citizen.details.interpreter"),
            State.details.languages,
            hint=t(lang, "citizen.details.interpreter_hint"),
            value=State.details.interpreter,
            problems=State.problems,
            optional=True,
            on_change=State.keep_interpreter,
        ),
        textarea_field(
            lang,
            "access_needs",
            t(lang, "citizen.details.access"),
            hint=t(lang, "citizen.details.access_hint"),
            max_chars=NEED_MAX,
            value=State.details.access_needs,
            on_change=State.keep_access_needs,
            problems=State.problems,
            optional=True,
            rows=2,
        ),
    )
