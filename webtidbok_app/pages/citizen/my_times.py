"""/mina-tider: the coming times at all clinics."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import empty_state
from webtidbok_app.components.summary_list import booking_list, errand_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.citizen.outcome import outcome_list
from webtidbok_app.pages.citizen.problems import clinic_problems
from webtidbok_app.pages.parts import for_a_child, heading, once_fetched, resident_page
from webtidbok_app.state.bookings import MyTimesState as State
from webtidbok_app.state.outcomes import OutcomeListState
from webtidbok_app.state.resident_views import ErrandRow


def page(lang: Lang) -> rx.Component:
    """Return when and where; each time leads to its clinic's own page."""
    book = path(lang, "/mottagningar")
    return resident_page(
        lang,
        heading(t(lang, "citizen.mine.title"), stop=State.stop),
        rx.el.p(t(lang, "citizen.mine.intro")),
        outcome_list(lang),
        once_fetched(
            lang,
            clinic_problems(State.problems),
            _errands(t(lang, "citizen.invitation.title"), State.invitations),
            _errands(t(lang, "requests.list.held"), State.held),
            _errands(t(lang, "watches.list.title"), State.watches),
            _pending(),
            rx.cond(
                State.rows.length() > 0,
                rx.fragment(
                    rx.el.h2(t(lang, "citizen.mine.coming")),
                    booking_list(lang, State.rows),
                    buttons.link_as_button(t(lang, "citizen.mine.book"), href=book, kind="secondary"),
                ),
                rx.cond(
                    (State.pending.length() == 0)
                    & (State.problems.length() == 0)
                    & ~OutcomeListState.unsettled,
                    _none(lang, book),
                ),
            ),
            for_a_child(lang),
            rx.el.p(rx.el.a(t(lang, "requests.list.link"), href=path(lang, "/arenden"))),
            rx.el.p(rx.el.a(t(lang, "citizen.messages.overview"), href=path(lang, "/meddelanden"))),
            ready=State.loaded,
            stop=State.stop,
            rows=2,
            height="card",
        ),
        current="bookings",
    )


def _errands(title: str, rows: rx.Var[list[ErrandRow]]) -> rx.Component:
    """Return what waits for the resident's answer, or the resident for: before all else on the page."""
    return rx.cond(rows.length() > 0, rx.el.section(rx.el.h2(title), errand_list(rows, heading=rx.el.h3)))


def _pending() -> rx.Component:
    """Return a line for each clinic that has not answered yet."""
    return rx.el.div(
        rx.foreach(State.pending, lambda line: rx.el.p(line, key=line, class_name="muted")), role="status"
    )


def _none(lang: Lang, book: str) -> rx.Component:
    return empty_state(
        t(lang, "citizen.mine.none_title"),
        t(lang, "citizen.mine.none_body"),
        buttons.link_as_button(t(lang, "citizen.mine.book"), href=book),
    )
