"""/mina-tider/<clinic>: the coming times at one clinic, with everything about them and what can be done."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import empty_state
from webtidbok_app.components.summary_list import booking_cards
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.citizen.problems import clinic_problems
from webtidbok_app.pages.parts import heading, once_fetched, resident_page
from webtidbok_app.state.bookings import ClinicTimesState as State


def page(lang: Lang) -> rx.Component:
    """Return the times at the clinic."""
    return resident_page(
        lang,
        heading(t(lang, "citizen.mine.title"), stop=State.stop, caption=State.info.name),
        once_fetched(
            lang,
            clinic_problems(State.problems),
            rx.cond(
                State.cards.length() > 0,
                rx.fragment(rx.el.h2(t(lang, "citizen.mine.coming")), booking_cards(lang, State.cards)),
                rx.cond(
                    State.problems.length() == 0,
                    empty_state(t(lang, "citizen.mine.none_title"), t(lang, "citizen.mine.none_body")),
                ),
            ),
            buttons.button_row(
                rx.cond(State.cards.length() > 0, buttons.print_button(lang)),
                rx.el.a(State.info.name, href=State.info.href),
            ),
            ready=State.info.name != "",
            stop=State.stop,
            rows=2,
            height="card",
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
    )
