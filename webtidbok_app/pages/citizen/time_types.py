"""/boka/<clinic>: what the visit is about."""

import reflex as rx

from webtidbok_app.components.feedback import empty_state, notice
from webtidbok_app.components.rich_text import not_here, rich_text
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import (
    back_to,
    emergency,
    for_a_child,
    heading,
    once_fetched,
    phone_link,
    resident_page,
)
from webtidbok_app.state.resident_views import TimeTypeView
from webtidbok_app.state.time_types import TimeTypesState as State


def page(lang: Lang) -> rx.Component:
    """Return the choice of time type."""
    return resident_page(
        lang,
        heading(t(lang, "citizen.types.title"), stop=State.stop, caption=State.info.name),
        once_fetched(
            lang,
            rx.cond(State.info.for_children, for_a_child(lang)),
            rich_text(lang, State.info.booking),
            not_here(lang, State.info.not_here),
            rx.cond(
                State.time_types.length() > 0,
                rx.el.ul(
                    rx.foreach(State.time_types, lambda found: time_type(lang, found)), class_name="cards"
                ),
                _nothing(lang),
            ),
            emergency(lang),
            ready=State.info.name != "",
            stop=State.stop,
            height="card",
        ),
        current="clinics",
        back=back_to(lang, State.info.href),
    )


def time_type(lang: Lang, found: rx.Var[TimeTypeView]) -> rx.Component:
    """Return one time type: a card that leads on, or the reason why it does not."""
    may = found.href != ""
    return rx.el.li(
        rx.el.h2(
            rx.cond(may, rx.el.a(found.name, href=found.href, class_name="card-link"), found.name),
            class_name="card-title",
        ),
        rx.cond(found.facts != "", rx.el.p(found.facts, class_name="muted")),
        rich_text(lang, found.notice, class_name="rich-notice"),
        rich_text(lang, found.audience),
        rx.cond(may, rich_text(lang, found.not_here, class_name="strong")),
        rx.cond(
            may,
            rx.fragment(),
            notice(rx.el.p(rx.el.strong(t(lang, "citizen.types.refused"))), found.refusal, kind="warn"),
        ),
        key=found.id,
        class_name="card",
    )


def _nothing(lang: Lang) -> rx.Component:
    return empty_state(
        t(lang, "citizen.types.none_title"), phone_link(State.info.phone, State.info.phone_href)
    )
