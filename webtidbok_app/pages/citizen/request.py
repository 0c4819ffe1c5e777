"""/bestall/<clinic> and /andra/<clinic>: a request that staff of the clinic answer, and checking it."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.forms import form, radio_group, text_field, textarea_field
from webtidbok_app.components.rich_text import not_here, rich_text
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import back_to, emergency, heading, once_fetched, resident_page
from webtidbok_app.state.requests import (
    REQUEST_REASON_MAX,
    WAYS,
    WHEN_MAX,
    WHICH_MAX,
    WISHES,
    RequestCheckState,
)
from webtidbok_app.state.requests import RequestState as State
from webtidbok_app.state.views import Choice


def request_page(lang: Lang) -> rx.Component:
    """Return the form that asks for a time."""
    return _page(
        lang,
        "requests.request.title",
        _reason(lang, "request", hint=t(lang, "requests.request.reason_hint")),
        current="clinics",
    )


def change_page(lang: Lang) -> rx.Component:
    """Return the form that asks for a booked time to be changed or cancelled."""
    return _page(
        lang,
        "requests.change.title",
        _which(lang),
        radio_group(
            lang,
            "wish",
            t(lang, "requests.change.wish"),
            [Choice(wish, t(lang, f"requests.change.wishes.{wish}")) for wish in WISHES],
            value=State.request.wish,
            on_change=State.keep_wish,
            problems=State.problems,
        ),
        _reason(lang, "change", optional=True),
        current="bookings",
    )


def check_page(lang: Lang, current: str = "clinics") -> rx.Component:
    """Return the answers with the button that sends them."""
    check = RequestCheckState
    return resident_page(
        lang,
        heading(t(lang, "requests.check.title"), stop=check.stop, caption=check.caption),
        once_fetched(
            lang,
            rx.el.p(rx.el.strong(t(lang, "requests.check.not_yet"))),
            summary_list(lang, check.rows),
            buttons.button_row(
                buttons.primary(t(lang, "requests.check.send"), once=True, on_click=check.send),
                rx.el.a(t(lang, "requests.check.stop"), href=check.back),
            ),
            ready=check.caption != "",
            stop=check.stop,
            rows=6,
        ),
        current=current,
        back=back_to(lang, check.back),
        above=problem_box(lang, check.problem),
    )


def _page(lang: Lang, title_key: str, *fields: rx.Component, current: str) -> rx.Component:
    return resident_page(
        lang,
        heading(t(lang, title_key), stop=State.stop, caption=State.request.caption),
        once_fetched(
            lang,
            rich_text(lang, State.request.about),
            not_here(lang, State.request.not_here),
            rx.el.p(State.request.intro),
            form(
                *fields,
                *_answer(lang),
                buttons.submit(t(lang, "common.action.continue")),
                on_submit=State.submit,
            ),
            emergency(lang),
            ready=State.request.caption != "",
            stop=State.stop,
            rows=6,
        ),
        current=current,
        back=back_to(lang, State.request.back),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )


def _which(lang: Lang) -> rx.Component:
    """Return the booked times to choose among, with room for one that is not there; or room only."""

    def describe(key: str, *, optional: bool) -> rx.Component:
        return textarea_field(
            lang,
            "which",
            t(lang, f"requests.change.{key}"),
            hint=t(lang, "requests.change.which_hint"),
            max_chars=WHICH_MAX,
            value=State.request.which,
            on_change=State.keep_which,
            problems=State.problems,
            optional=optional,
            rows=2,
        )

    choice = radio_group(
        lang,
        "booking",
        t(lang, "requests.change.booking"),
        State.request.times,
        value=State.request.booking,
        problems=State.problems,
    )
    return rx.fragment(
        rx.cond(State.request.times_unknown != "", notice(State.request.times_unknown, kind="warn")),
        rx.cond(
            State.request.times.length() > 0,
            rx.fragment(choice, describe("which_other", optional=True)),
            describe("which", optional=False),
        ),
    )


def _reason(lang: Lang, kind: str, *, hint: str = "", optional: bool = False) -> rx.Component:
    return rx.fragment(
        rich_text(lang, State.request.care_info),
        textarea_field(
            lang,
            "reason",
            t(lang, f"requests.{kind}.reason"),
            hint=hint,
            max_chars=REQUEST_REASON_MAX,
            value=State.request.reason,
            on_change=State.keep_reason,
            problems=State.problems,
            optional=optional,
            rows=5,
        ),
    )


def _answer(lang: Lang) -> tuple[rx.Component, ...]:
    """Return the questions about when one can come and how one is reached."""
    return (
        textarea_field(
            lang,
            "can_come",
            t(lang, "requests.form.can_come"),
            hint=t(lang, "requests.form.can_come_hint"),
            max_chars=WHEN_MAX,
            value=State.request.can_come,
            on_change=State.keep_can_come,
            problems=State.problems,
            optional=True,
            rows=3,
        ),
        radio_group(
            lang,
            "contact",
            t(lang, "requests.form.contact"),
            [Choice(way, t(lang, f"requests.form.contacts.{way}")) for way in WAYS],
            value=State.request.contact,
            on_change=State.keep_contact,
            problems=State.problems,
        ),
        text_field(
            lang,
            "phone",
            t(lang, "requests.form.phone"),
            hint=t(lang, "requests.form.phone_hint"),
            value=State.request.phone,
            problems=State.problems,
            on_change=State.keep_phone,
            type="tel",
            width="short",
            auto_complete="tel",
        ),
    )
