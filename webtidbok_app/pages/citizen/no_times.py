"""What to do when a time type has no free time: not an error, but what is possible instead."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.citizen.time_types import time_type
from webtidbok_app.pages.parts import emergency, phone_link
from webtidbok_app.state.times import TimesState as State


def no_times(lang: Lang) -> rx.Component:
    """Return the ways on: other visits, other clinics, the clinic's phone, later, urgent care."""
    others = State.none.others
    return rx.el.div(
        rx.el.p(State.none.intro),
        rx.cond(
            State.none.request_href != "",
            rx.el.section(
                rx.el.h2(t(lang, "citizen.none.request_title")),
                rx.el.p(t(lang, "citizen.none.request_body")),
                buttons.link_as_button(t(lang, "citizen.none.request"), href=State.none.request_href),
                class_name="stack",
            ),
        ),
        rx.cond(
            State.none.watch_href != "",
            rx.el.section(
                rx.el.h2(t(lang, "watches.offer.title")),
                rx.el.p(t(lang, "watches.offer.body")),
                buttons.link_as_button(
                    t(lang, "watches.offer.link"), href=State.none.watch_href, kind="secondary"
                ),
                class_name="stack",
            ),
        ),
        rx.cond(
            others.length() > 0,
            rx.el.section(
                rx.el.h2(t(lang, "citizen.none.others_title")),
                rx.el.ul(rx.foreach(others, lambda found: time_type(lang, found)), class_name="cards"),
                class_name="stack",
            ),
        ),
        rx.cond(
            State.none.elsewhere.length() > 0,
            rx.el.section(
                rx.el.h2(t(lang, "citizen.none.elsewhere_title")),
                rx.el.ul(
                    rx.foreach(State.none.elsewhere, lambda found: time_type(lang, found)), class_name="cards"
                ),
                rx.cond(
                    State.none.compare_href != "",
                    rx.el.p(rx.el.a(t(lang, "citizen.none.elsewhere"), href=State.none.compare_href)),
                ),
                class_name="stack",
            ),
        ),
        rx.el.section(
            rx.el.h2(t(lang, "citizen.none.call_title")),
            rx.el.p(t(lang, "citizen.none.call_body")),
            rx.el.p(phone_link(State.step.phone, State.step.phone_href)),
            rx.el.p(State.step.hours, class_name="muted"),
            class_name="stack",
        ),
        rx.el.section(
            rx.el.h2(t(lang, "citizen.none.later_title")),
            rx.cond(
                State.none.opens != "", rx.el.p(State.none.opens), rx.el.p(t(lang, "citizen.none.later_body"))
            ),
            class_name="stack",
        ),
        emergency(lang),
        class_name="no-times",
    )
