"""/boka/<clinic>/<time type>/villkor and /mina-tider/<clinic>/villkor: the clinic's terms, to be accepted."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, problem_box
from webtidbok_app.components.forms import checkbox, form
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import back_to, heading, once_fetched, resident_page
from webtidbok_app.state.terms import TermsState as State


def booking_page(lang: Lang, current: str = "clinics") -> rx.Component:
    """Return the terms for booking."""
    return _page(lang, "citizen.terms.title", State.accept_for_booking, current=current)


def my_times_page(lang: Lang) -> rx.Component:
    """Return the terms for seeing and cancelling what is booked."""
    return _page(lang, "citizen.terms.title_manage", State.accept_for_my_times, current="bookings")


def _page(lang: Lang, title_key: str, on_submit: object, *, current: str) -> rx.Component:
    return resident_page(
        lang,
        heading(t(lang, title_key), stop=State.stop, caption=State.step.caption),
        once_fetched(
            lang,
            rx.el.p(State.terms.intro),
            rich_text(lang, State.terms.text, class_name="card"),
            form(
                checkbox(lang, "accept", t(lang, "citizen.terms.accept"), problems=State.problems, box=True),
                buttons.submit(t(lang, "common.action.continue")),
                on_submit=on_submit,
            ),
            ready=State.terms.intro != "",
            stop=State.stop,
            rows=2,
            height="card",
        ),
        current=current,
        back=back_to(lang, State.step.back),
        above=rx.fragment(
            error_summary(lang, State.problems, attempt=State.attempts.to_string()),
            problem_box(lang, State.problem),
        ),
    )
