"""/mina-tider/<clinic>/oklart/<write>: a change whose answer was lost. What is known of it, as soon as it is."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import notice, problem_box
from webtidbok_app.components.summary_list import errand_list, summary_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, phone_link, resident_page
from webtidbok_app.state.outcomes import OutcomeListState
from webtidbok_app.state.outcomes import OutcomeState as State


def page(lang: Lang) -> rx.Component:
    """Return what nobody knows yet, or what is true."""
    shown = State.outcome
    return resident_page(
        lang,
        heading(rx.cond(shown.title != "", shown.title, t(lang, "outcomes.title")), stop=State.stop),
        once_fetched(
            lang,
            rx.el.p(shown.body),
            rx.cond(shown.told != "", notice(shown.told, title=t(lang, "citizen.booking.result_title"))),
            summary_list(lang, shown.rows),
            rx.cond(
                shown.state == "waiting",
                rx.fragment(rx.el.p(t(lang, "outcomes.stay")), rx.el.p(t(lang, "outcomes.urgent"))),
            ),
            rx.cond(
                (shown.state == "waiting") | (shown.state == "given_up"),
                rx.el.p(phone_link(shown.phone, shown.phone_href)),
            ),
            _onward(lang),
            rx.el.p(
                t(lang, "common.feedback.reference"), " ", rx.el.code(shown.reference), class_name="fine"
            ),
            rx.el.p(rx.el.a(t(lang, "citizen.booking.all"), href=path(lang, "/mina-tider"))),
            ready=shown.title != "",
            stop=State.stop,
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
        above=problem_box(lang, State.problem),
        announcement=State.announced,
    )


def _onward(lang: Lang) -> rx.Component:
    """Return what can be done now; going on from it puts it away."""
    shown = State.outcome
    onward = buttons.link_as_button(shown.onward, href=shown.onward_href, on_click=State.note_read)
    booking = buttons.link_as_button(
        t(lang, "citizen.cancel.back"),
        href=shown.booking_href,
        kind=rx.cond(shown.state == "done", "primary", "secondary"),
        on_click=State.note_read,
    )
    read = buttons.secondary(t(lang, "outcomes.read"), on_click=State.put_away, once=True)
    return buttons.button_row(
        rx.cond(shown.onward_href != "", onward),
        rx.cond(shown.booking_href != "", booking),
        rx.cond(shown.unread, read),
    )


def outcome_list(lang: Lang) -> rx.Component:
    """Return what the resident is to know of, before all else on a page; nothing where there is nothing."""
    rows = OutcomeListState.outcomes
    return rx.cond(
        rows.length() > 0,
        rx.el.section(rx.el.h2(t(lang, "outcomes.list")), errand_list(rows, heading=rx.el.h3)),
    )
