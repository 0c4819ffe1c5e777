"""/bokning/<clinic>/<booking>/avboka: whether the time is really to be cancelled, or why it cannot be."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, problem_box, status
from webtidbok_app.components.forms import form, textarea_field
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import back_to, heading, once_fetched, resident_page
from webtidbok_app.state.bookings import MESSAGE_MAX
from webtidbok_app.state.bookings import BookingState as State


def page(lang: Lang) -> rx.Component:
    """Return the question, or why it is not asked."""
    return resident_page(
        lang,
        heading(_title(lang), stop=State.stop),
        once_fetched(
            lang,
            summary_list(lang, State.facts),
            rx.cond(State.booked.cancel == "yes", _question(lang), _why_not(lang)),
            ready=State.may_ask,
            stop=State.stop,
            rows=6,
        ),
        current="bookings",
        back=back_to(lang, State.booked.href, "/mina-tider"),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )


def _title(lang: Lang) -> rx.Var[str]:
    done = rx.cond(
        State.booked.status == "past",
        t(lang, "citizen.cancel.past_title"),
        t(lang, "citizen.cancel.done_title"),
    )
    asked = t(lang, "citizen.cancel.title")
    return rx.cond(
        State.booked.status == "",
        asked,
        rx.match(
            State.booked.cancel,
            ("yes", asked),
            ("late", t(lang, "citizen.cancel.late_title")),
            ("never", t(lang, "citizen.cancel.never_title")),
            ("closed", t(lang, "citizen.cancel.closed_title")),
            rx.cond(State.booked.unclear_href != "", t(lang, "citizen.cancel.unclear_title"), done),
        ),
    )


def _question(lang: Lang) -> rx.Component:
    message = textarea_field(
        lang,
        "message",
        t(lang, "citizen.cancel.message"),
        max_chars=MESSAGE_MAX,
        problems=State.problems,
        optional=True,
        rows=3,
    )
    return rx.fragment(
        rx.el.p(t(lang, "citizen.cancel.consequence")),
        form(
            rx.cond(State.can_write, message),
            buttons.button_row(
                buttons.submit(t(lang, "citizen.cancel.yes"), kind="warning"),
                buttons.link_as_button(
                    t(lang, "citizen.cancel.no"), href=State.booked.href, kind="secondary"
                ),
            ),
            on_submit=State.cancel,
        ),
        status(State.waiting),
    )


def _why_not(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.cond(State.booked.cancel_text != "", rx.el.p(State.booked.cancel_text)),
        rx.cond(State.booked.unclear_href != "", rx.el.p(t(lang, "citizen.booking.unclear"))),
        rx.cond(State.booked.note != "", rx.el.p(State.booked.note)),
        rx.el.p(rx.el.a(t(lang, "citizen.cancel.back"), href=State.booked.href)),
    )
