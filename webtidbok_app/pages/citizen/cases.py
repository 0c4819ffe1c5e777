"""/arenden: what one has asked clinics for."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import empty_state
from webtidbok_app.components.summary_list import errand_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, resident_page
from webtidbok_app.state.cases import CaseListState as State


def page(lang: Lang) -> rx.Component:
    """Return the cases, the one that something last happened in first."""
    find = buttons.link_as_button(t(lang, "requests.list.find"), href=path(lang, "/mottagningar"))
    return resident_page(
        lang,
        heading(t(lang, "requests.list.title"), stop=State.stop),
        once_fetched(
            lang,
            rx.cond(
                State.rows.length() > 0,
                rx.fragment(
                    rx.el.p(t(lang, "requests.list.intro")),
                    errand_list(State.rows, heading=rx.el.h2),
                ),
                empty_state(t(lang, "requests.list.none_title"), t(lang, "requests.list.none_body"), find),
            ),
            ready=State.loaded,
            stop=State.stop,
            rows=2,
            height="card",
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
    )
