"""/arenden/<clinic>/<case>: what was asked, what is answered, and writing more."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.forms import form, textarea_field
from webtidbok_app.components.icons import icon
from webtidbok_app.components.messages import conversation
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, phone_link, resident_page
from webtidbok_app.state.cases import MESSAGE_MAX
from webtidbok_app.state.cases import CaseState as State
from webtidbok_app.state.views import Choice


def page(lang: Lang) -> rx.Component:
    """Return a case as it is now."""
    return resident_page(
        lang,
        _top(lang),
        once_fetched(
            lang,
            _done(),
            _offer(lang),
            rx.cond(
                State.case.messages.length() > 0,
                rx.el.section(rx.el.h2(t(lang, "requests.case.messages")), conversation(State.case.messages)),
            ),
            rx.cond(~State.case.ended, _write(lang)),
            rx.cond(
                State.case.unsent != "",
                rx.el.section(
                    rx.el.h2(t(lang, "requests.case.unsent")),
                    rx.el.p(State.case.unsent, class_name="written"),
                ),
            ),
            rx.el.section(rx.el.h2(t(lang, "requests.case.asked")), summary_list(lang, State.case.asked)),
            rx.el.p(t(lang, "requests.case.call"), " ", phone_link(State.case.phone, State.case.phone_href)),
            rx.cond(~State.case.ended, _withdraw(lang)),
            rx.el.p(rx.el.a(t(lang, "requests.case.all"), href=path(lang, "/arenden"))),
            ready=State.case.title != "",
            stop=State.stop,
            rows=6,
        ),
        current="bookings",
        back=path(lang, "/arenden"),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )


def _top(lang: Lang) -> rx.Component:
    """Return the h1 with how far the case has come. It stays the same element, so that it keeps focus."""
    case = State.case
    return rx.el.div(
        rx.cond(case.sent, rx.el.span(icon("check"), class_name="panel-tick")),
        heading(
            rx.cond(case.title != "", case.title, t(lang, "requests.case.title")),
            stop=State.stop,
            caption=case.caption,
        ),
        rx.cond(case.body != "", rx.el.p(case.body)),
        class_name=rx.cond(case.sent, "panel", "stack"),
    )


def _done() -> rx.Component:
    return rx.cond(
        State.done != "",
        rx.el.div(
            notice(State.done, kind="ok"),
            key=State.attempts.to_string(),
            tab_index=-1,
            data_take_focus="true",
        ),
    )


def _offer(lang: Lang) -> rx.Component:
    """Return the times that are held, each with the button that books it; or what has become of them."""
    offer = State.case.offer
    return rx.cond(
        offer.stands,
        rx.el.section(
            rx.el.h2(t(lang, "requests.offer.title")),
            rx.el.p(offer.until),
            rx.cond(State.case.exchanges, rx.el.p(t(lang, "requests.offer.exchange"))),
            rx.el.ul(rx.foreach(offer.times, lambda time: _time(lang, time)), class_name="booking-list"),
            buttons.secondary(t(lang, "requests.offer.none"), on_click=State.decline, once=True),
            class_name="stack",
        ),
        rx.cond(
            offer.news != "",
            rx.el.p(
                offer.news,
                rx.cond(
                    offer.booked_href != "",
                    rx.fragment(" ", rx.el.a(t(lang, "requests.offer.see"), href=offer.booked_href)),
                ),
            ),
        ),
    )


def _time(lang: Lang, time: rx.Var[Choice]) -> rx.Component:
    return rx.el.li(
        rx.el.p(time.label, class_name="strong"),
        buttons.primary(
            t(lang, "requests.offer.take"),
            on_click=State.take_time(time.value),
            once=True,
            aria_label=time.hint,
        ),
        key=time.value,
        class_name="card booking-card",
    )


def _write(lang: Lang) -> rx.Component:
    """Return the box to write in; once it is sent it is a new one, with nothing in it."""
    return rx.el.div(
        form(
            textarea_field(
                lang,
                "text",
                t(lang, "requests.case.write"),
                hint=t(lang, "requests.case.write_hint"),
                max_chars=MESSAGE_MAX,
                value=State.unsent,
                on_change=State.keep,
                problems=State.problems,
                rows=4,
            ),
            buttons.submit(t(lang, "requests.case.send"), kind="secondary"),
            on_submit=State.write,
        ),
        key=State.sends.to_string(),
    )


def _withdraw(lang: Lang) -> rx.Component:
    return rx.el.details(
        rx.el.summary(t(lang, "requests.case.withdraw")),
        rx.el.p(t(lang, "requests.case.withdraw_body")),
        buttons.warning(t(lang, "requests.case.withdraw_yes"), on_click=State.withdraw, once=True),
        class_name="folded stack",
    )
