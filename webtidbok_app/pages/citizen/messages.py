"""/meddelanden: by SMS, by e-mail or not at all."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.forms import checkbox, form, text_field
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import back_to, heading, once_fetched, resident_page
from webtidbok_app.state.messages import MessagesState as State


def page(lang: Lang) -> rx.Component:
    """Return how messages go now, and the way to change it."""
    return resident_page(
        lang,
        heading(t(lang, "citizen.messages.title"), stop=State.failed),
        once_fetched(
            lang,
            _done(lang),
            rx.el.p(t(lang, "citizen.messages.about")),
            rx.el.section(
                rx.el.h2(t(lang, "citizen.messages.now_title")),
                rx.el.p(State.chosen.now, class_name="strong"),
                rx.cond(
                    State.chosen.on,
                    buttons.secondary(t(lang, "citizen.messages.stop"), on_click=State.stop, once=True),
                ),
            ),
            rx.cond(
                State.chosen.possible, rx.cond(State.chosen.code_sent != "", _code(lang), _address(lang))
            ),
            rx.cond(
                State.chosen.inbox_href != "",
                rx.el.p(
                    anchor(t(lang, "citizen.messages.inbox"), href=State.chosen.inbox_href), class_name="fine"
                ),
            ),
            ready=State.chosen.now != "",
            stop=State.failed,
        ),
        current="bookings",
        back=back_to(lang, State.watch_href, "/mina-tider"),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )


def _done(lang: Lang) -> rx.Component:
    return rx.cond(
        State.done != "",
        rx.el.div(
            notice(
                State.done,
                rx.cond(
                    State.watch_href != "",
                    buttons.button_row(
                        buttons.link_as_button(t(lang, "watches.messages.back"), href=State.watch_href)
                    ),
                ),
                kind="ok",
            ),
            key=State.attempts.to_string(),
            tab_index=-1,
            data_take_focus="true",
        ),
    )


def _address(lang: Lang) -> rx.Component:
    consent = checkbox(
        lang,
        "consent",
        t(lang, "citizen.messages.consent"),
        hint=t(lang, "citizen.messages.consent_hint"),
        problems=State.problems,
        checked=State.chosen.consented,
        box=True,
    )
    title = rx.cond(
        State.chosen.on, t(lang, "citizen.messages.change_title"), t(lang, "citizen.messages.choose_title")
    )
    return rx.el.section(
        rx.el.h2(title),
        form(
            text_field(
                lang,
                "address",
                t(lang, "citizen.messages.address"),
                hint=t(lang, "citizen.messages.address_hint"),
                value=State.chosen.address,
                problems=State.problems,
                width="half",
                auto_capitalize="none",
                spell_check=False,
            ),
            rx.cond(State.chosen.protected, consent),
            buttons.submit(t(lang, "citizen.messages.send_code")),
            on_submit=State.send_code,
        ),
    )


def _code(lang: Lang) -> rx.Component:
    """Return the question for the code. It takes focus as it comes, since the button that was pressed goes."""
    return rx.el.section(
        rx.el.h2(t(lang, "citizen.messages.code_title"), id="code-title"),
        rx.el.p(State.chosen.code_sent),
        form(
            text_field(
                lang,
                "code",
                t(lang, "citizen.messages.code"),
                problems=State.problems,
                width="short",
                input_mode="numeric",
                auto_complete="one-time-code",
            ),
            buttons.button_row(
                buttons.submit(t(lang, "citizen.messages.verify")),
                buttons.link_button(t(lang, "citizen.messages.forget_code"), on_click=State.forget_code),
            ),
            on_submit=State.verify,
        ),
        class_name="box box-soft",
        tab_index=-1,
        aria_labelledby="code-title",
        data_take_focus="true",
    )
