"""Answers to check, and facts about a booking."""

from collections.abc import Callable

import reflex as rx

from webtidbok_app.components.feedback import badge
from webtidbok_app.components.native import anchor
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.resident_views import BookingCard, ErrandRow
from webtidbok_app.state.views import BookingRow, SummaryRow


def summary_list(lang: Lang, rows: rx.Var[list[SummaryRow]]) -> rx.Component:
    """Return term and answer, row by row, with a link to change what can be changed."""

    def one(row: rx.Var[SummaryRow]) -> rx.Component:
        return rx.el.div(
            rx.el.dt(row.term),
            rx.el.dd(rx.cond(row.value != "", _value(row), t(lang, "common.form.empty_value"))),
            rx.cond(
                row.change_href != "",
                rx.el.dd(
                    rx.el.a(t(lang, "common.form.change"), href=row.change_href, aria_label=row.change_label),
                    class_name="summary-change",
                ),
            ),
            key=row.term,
            class_name="summary-row",
        )

    return rx.el.dl(rx.foreach(rows, one), class_name="summary-list card")


def booking_list(lang: Lang, rows: rx.Var[list[BookingRow]]) -> rx.Component:
    """Return bookings as cards, each with one link named by its time and clinic."""

    def one(row: rx.Var[BookingRow]) -> rx.Component:
        return rx.el.li(
            rx.el.h3(rx.el.a(row.when, href=row.href, class_name="card-link")),
            rx.cond(row.badge != "", rx.el.span(row.badge, class_name="badge badge-warn")),
            rx.el.p(row.clinic, class_name="strong"),
            rx.el.p(row.what, rx.cond(row.how != "", rx.el.span(", ", row.how))),
            rx.cond(row.who != "", rx.el.p(row.who)),
            key=row.id,
            class_name="card booking-card",
        )

    return rx.el.ul(
        rx.foreach(rows, one), class_name="booking-list", aria_label=t(lang, "common.layout.bookings")
    )


def errand_list(rows: rx.Var[list[ErrandRow]], *, heading: Callable[..., rx.Component]) -> rx.Component:
    """Return cases or watches as cards, each with how far it has come. ``heading`` is the element of its title."""

    def one(row: rx.Var[ErrandRow]) -> rx.Component:
        return rx.el.li(
            heading(rx.el.a(row.title, href=row.href, class_name="card-link")),
            rx.el.p(rx.cond(row.news, badge(row.badge, "ok"), badge(row.badge))),
            rx.el.p(row.about),
            key=row.href,
            class_name="card booking-card",
        )

    return rx.el.ul(rx.foreach(rows, one), class_name="booking-list")


def booking_cards(lang: Lang, cards: rx.Var[list[BookingCard]]) -> rx.Component:
    """Return bookings as cards with everything about them, and what can be done about each."""

    def one(card: rx.Var[BookingCard]) -> rx.Component:
        return rx.el.li(
            rx.el.h3(rx.el.a(card.when, href=card.href)),
            rx.el.dl(rx.foreach(card.facts, _fact), class_name="card-facts"),
            rx.cond(
                card.prepare.first != "",
                rx.el.div(
                    rx.el.p(t(lang, "citizen.booking.prepare_title"), class_name="strong"),
                    rich_text(lang, card.prepare),
                ),
            ),
            rx.cond(
                card.unclear_href != "",
                rx.el.p(
                    t(lang, "citizen.booking.unclear"),
                    " ",
                    rx.el.a(t(lang, "citizen.booking.unclear_link"), href=card.unclear_href),
                ),
            ),
            rx.cond(card.change_text != "", rx.el.p(card.change_text)),
            rx.el.p(
                _act(t(lang, "citizen.rebook.link"), card.rebook_href, card.rebook_label),
                _act(t(lang, "citizen.booking.cancel_link"), card.cancel_href, card.cancel_label),
                anchor(
                    t(lang, "citizen.booking.calendar"),
                    href=card.calendar_href,
                    aria_label=card.calendar_label,
                    class_name="button button-secondary",
                ),
                class_name="button-row",
            ),
            key=card.id,
            class_name="card booking-card",
        )

    return rx.el.ul(
        rx.foreach(cards, one), class_name="booking-list", aria_label=t(lang, "common.layout.bookings")
    )


def _act(text: str, href: rx.Var[str], label: rx.Var[str]) -> rx.Component:
    """Return a link to what can be done, named by its time; nothing where it cannot."""
    link = rx.el.a(text, href=href, aria_label=label, class_name="button button-secondary")
    return rx.cond(href != "", link)


def _fact(row: rx.Var[SummaryRow]) -> rx.Component:
    return rx.el.div(rx.el.dt(row.term), rx.el.dd(_value(row)), key=row.term)


def _value(row: rx.Var[SummaryRow]) -> rx.Var[str]:
    return rx.cond(row.href != "", anchor(row.value, href=row.href, class_name="fact-link"), row.value)
