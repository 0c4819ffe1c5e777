"""/boka/<clinic>/<time type>/kontrollera: check the answers, and book."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import problem_box, status
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.citizen.already import already_booked
from webtidbok_app.pages.parts import back_to, heading, once_fetched, resident_page, terms_folded
from webtidbok_app.state.check import CheckState as State


def page(lang: Lang) -> rx.Component:
    """Return the answers with the button that books."""
    answers = rx.cond(State.step.booked_href != "", already_booked(lang, State.step), _answers(lang))
    return _page(lang, t(lang, "citizen.check.title"), answers, current="clinics")


def rebook_page(lang: Lang) -> rx.Component:
    """Return the old time and the new with the button that exchanges them."""
    return _page(lang, t(lang, "citizen.rebook.check_title"), _exchange(lang), current="bookings")


def _page(lang: Lang, title: str, answers: rx.Component, *, current: str) -> rx.Component:
    return resident_page(
        lang,
        heading(title, stop=State.stop, caption=State.step.caption),
        once_fetched(
            lang,
            answers,
            ready=State.step.caption != "",
            stop=State.stop,
            rows=6,
            booking=State.step.kept_href,
        ),
        current=current,
        back=back_to(lang, State.step.back),
        above=problem_box(
            lang,
            State.problem,
            rx.cond(
                State.others_href != "",
                buttons.link_as_button(t(lang, "citizen.check.other_times"), href=State.others_href),
            ),
        ),
    )


def _answers(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.el.p(rx.el.strong(t(lang, "citizen.check.not_yet")), " ", State.until),
        summary_list(lang, State.rows),
        terms_folded(lang, State.terms),
        buttons.button_row(
            buttons.primary(t(lang, "citizen.check.book"), once=True, on_click=State.confirm),
            rx.el.a(t(lang, "citizen.steps.cancel"), href=State.step.clinic_href),
        ),
        status(State.waiting),
    )


def _exchange(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.el.p(rx.el.strong(t(lang, "citizen.rebook.not_yet")), " ", State.until),
        summary_list(lang, State.rows),
        rx.el.p(t(lang, "citizen.rebook.rest_comes_along")),
        terms_folded(lang, State.terms),
        buttons.button_row(
            buttons.primary(t(lang, "citizen.rebook.yes"), once=True, on_click=State.confirm),
            rx.el.a(t(lang, "citizen.rebook.no"), href=State.step.clinic_href),
        ),
        status(State.waiting),
    )
