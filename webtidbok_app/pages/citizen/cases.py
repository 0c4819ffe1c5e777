"""/arenden: what one has asked clinics for."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import badge, empty_state
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, resident_page
from webtidbok_app.state.cases import CaseListState as State
from webtidbok_app.state.resident_views import CaseRowView


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
                    rx.el.ul(rx.foreach(State.rows, _row), class_name="booking-list"),
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


def _row(row: rx.Var[CaseRowView]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(rx.el.a(row.title, href=row.href, class_name="card-link")),
        rx.el.p(rx.cond(row.news, badge(row.badge, "ok"), badge(row.badge))),
        rx.el.p(row.about),
        key=row.href,
        class_name="card booking-card",
    )
