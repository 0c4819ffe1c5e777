"""/bokning/<clinic>/<booking>: the confirmation, and the booking's own page as long as it is kept."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import notice
from webtidbok_app.components.icons import icon
from webtidbok_app.components.native import anchor
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, resident_page
from webtidbok_app.state.bookings import BookingState as State


def page(lang: Lang) -> rx.Component:
    """Return a booked time as it is now."""
    return resident_page(
        lang,
        _top(lang),
        once_fetched(
            lang,
            rx.cond(
                State.booked.result != "",
                notice(State.booked.result, title=t(lang, "citizen.booking.result_title"), kind="info"),
            ),
            _unclear(lang),
            summary_list(lang, State.facts),
            rx.cond(State.booked.status == "coming", _coming(lang)),
            _onward(lang),
            ready=State.booked.status != "",
            stop=State.stop,
            rows=6,
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
    )


def _top(lang: Lang) -> rx.Component:
    """Return the h1 with what has become of the time. It stays the same element, so that it keeps focus."""
    status = State.booked.status
    unclear = State.booked.unclear_href != ""
    coming = (status == "coming") & ~unclear
    moved = State.booked.newer_href != ""
    booked = rx.cond(
        State.booked.replaces != "", t(lang, "citizen.rebook.done"), t(lang, "citizen.booking.booked")
    )
    title = rx.match(
        status,
        ("coming", rx.cond(unclear, t(lang, "citizen.booking.title"), booked)),
        ("cancelled", rx.cond(moved, t(lang, "citizen.rebook.moved"), t(lang, "citizen.booking.cancelled"))),
        ("past", t(lang, "citizen.booking.past")),
        t(lang, "citizen.booking.title"),
    )
    return rx.el.div(
        rx.cond(coming, rx.el.span(icon("check"), class_name="panel-tick")),
        heading(title, stop=State.stop),
        rx.cond(coming, rx.el.p(State.booked.when, class_name="strong")),
        rx.cond(coming, rx.el.p(t(lang, "citizen.booking.nothing_more"))),
        rx.cond(
            status == "cancelled",
            rx.cond(
                moved,
                notice(
                    State.booked.note,
                    rx.el.p(rx.el.a(t(lang, "citizen.rebook.to_new"), href=State.booked.newer_href)),
                    kind="info",
                ),
                notice(State.booked.note, t(lang, "citizen.booking.cancelled_body"), kind="ok"),
            ),
        ),
        rx.cond(coming & (State.booked.replaces != ""), rx.el.p(_before(lang))),
        rx.cond(status == "past", rx.el.p(State.booked.note)),
        class_name=rx.cond(coming, "panel", "stack"),
    )


def _unclear(lang: Lang) -> rx.Component:
    """Return that nobody knows whether it has been changed, where it is so."""
    return rx.cond(
        State.booked.unclear_href != "",
        notice(
            t(lang, "citizen.booking.unclear"),
            rx.el.p(rx.el.a(t(lang, "citizen.booking.unclear_link"), href=State.booked.unclear_href)),
        ),
    )


def _before(lang: Lang) -> rx.Component:
    return rx.fragment(t(lang, "citizen.rebook.old"), ": ", State.booked.replaces)


def _coming(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.booked.prepare.first != "",
            rx.el.section(
                rx.el.h2(t(lang, "citizen.booking.prepare_title")), rich_text(lang, State.booked.prepare)
            ),
        ),
        rx.cond(
            State.messages != "",
            rx.el.section(
                rx.el.h2(t(lang, "citizen.messages.title")),
                rx.el.p(
                    State.messages,
                    " ",
                    rx.el.a(t(lang, "citizen.messages.link"), href=path(lang, "/meddelanden")),
                ),
            ),
        ),
        rx.cond(State.booked.cancel_text != "", _change(lang)),
    )


def _change(lang: Lang) -> rx.Component:
    """Return what can be done by who cannot come."""
    return rx.el.section(
        rx.el.h2(t(lang, "citizen.booking.change_title")),
        rx.el.p(State.booked.cancel_text),
        buttons.button_row(
            rx.cond(
                State.booked.rebook_href != "",
                buttons.link_as_button(
                    t(lang, "citizen.rebook.link"), href=State.booked.rebook_href, kind="secondary"
                ),
            ),
            rx.cond(
                State.booked.cancel == "yes",
                buttons.link_as_button(
                    t(lang, "citizen.booking.cancel_link"),
                    href=State.booked.cancel_href,
                    kind="secondary",
                ),
            ),
            rx.cond(
                State.booked.request_href != "",
                buttons.link_as_button(
                    t(lang, "requests.change.link"), href=State.booked.request_href, kind="secondary"
                ),
            ),
        ),
    )


def _onward(lang: Lang) -> rx.Component:
    again = buttons.link_as_button(t(lang, "citizen.booking.book_new"), href=State.booked.again_href)
    return buttons.button_row(
        rx.cond((State.booked.status != "coming") & (State.booked.again_href != ""), again),
        buttons.print_button(lang),
        rx.cond(
            State.booked.calendar_href != "",
            anchor(
                rx.cond(
                    State.booked.status == "cancelled",
                    t(lang, "citizen.booking.calendar_away"),
                    t(lang, "citizen.booking.calendar"),
                ),
                href=State.booked.calendar_href,
                class_name="button button-secondary",
            ),
        ),
        rx.el.a(t(lang, "citizen.booking.all"), href=path(lang, "/mina-tider")),
    )
