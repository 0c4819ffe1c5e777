"""What several of the public and the residents' pages are made of."""

import reflex as rx

from webtidbok_app.components import buttons, layout
from webtidbok_app.components.feedback import notice, phone_of, skeleton
from webtidbok_app.components.forms import form, text_field
from webtidbok_app.components.native import HERE, anchor
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.state.clinics import ClinicListState
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.views import Problem, RichView

Text = str | rx.Var[str]
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LOADED = SessionState.loaded_at == HERE
"""Whether what is fetched is of the page that the browser shows, and not of the one that it just left.

It stays so while the same page is fetched anew, as after a lost connection: focus, scrolling and what is being
typed stay too.
"""


def resident_page(
    lang: Lang, *children: rx.Component, above: rx.Component | None = None, **props: object
) -> rx.Component:
    """Return a page in the frame that all public and residents' pages have, with what the service tells everybody."""
    told = SessionState.service_notice
    return layout.page(
        lang,
        *children,
        session=SessionState.session,
        failure=SessionState.failure,
        above=rx.fragment(
            rx.cond(
                told.first != "", notice(rich_text(lang, told), title=t(lang, "common.layout.service_notice"))
            ),
            *([above] if above is not None else []),
        ),
        **props,
    )


def heading(title: Text, *, stop: rx.Var[Problem], caption: rx.Var[str] | None = None) -> rx.Component:
    """Return the h1: what the page is about or, when it cannot be shown, why. The caption keeps its place."""
    words = rx.cond(stop.title != "", stop.title, title)
    if caption is None:
        return layout.heading(words)
    return layout.heading(words, caption_of(caption, stop))


def caption_of(caption: rx.Var[str], stop: rx.Var[Problem]) -> rx.Var[str]:
    """Return the caption or, until it is fetched, what keeps its place."""
    return rx.cond((caption == "") & (stop.title == ""), NO_BREAK_SPACE, caption)


def for_a_child(lang: Lang) -> rx.Component:
    """Return, for who acts for themselves, the way to act for their child, and back here then."""
    session = SessionState.session
    here = rx.Var.create(f"{path(lang, '/ombud')}?vidare=") + HERE.to(str)
    return rx.cond(
        session.can_be_ombud & (session.acts_for == ""),
        rx.el.p(rx.el.a(t(lang, "ombud.link"), href=here)),
    )


def back_to(lang: Lang, href: rx.Var[str], otherwise: str = "/mottagningar") -> rx.Var[str]:
    """Return where the back link leads: to ``href``, or where it is not known, to ``otherwise``."""
    return rx.cond(href != "", href, path(lang, otherwise))


def once_fetched(
    lang: Lang,
    *content: rx.Component,
    ready: rx.Var[bool],
    stop: rx.Var[Problem],
    rows: int = 4,
    height: str = "row",
    booking: Text = "",
) -> rx.Component:
    """Return the content when it is there, its place before that, or what to do when it cannot be had.

    ``booking`` is the address of the resident's booking that it is about, if any.
    """
    return rx.cond(
        LOADED & (stop.title != ""),
        stopped(lang, stop, booking=booking),
        rx.cond(LOADED & ready, rx.fragment(*content), skeleton(lang, rows, height)),
    )


def stopped(lang: Lang, stop: rx.Var[Problem], *, booking: Text = "") -> rx.Component:
    """Return why the page cannot be shown, under its h1, and where to go instead: first to the ``booking``, if any."""
    return rx.el.div(
        rx.el.p(stop.body),
        phone_of(stop),
        rx.cond(
            stop.reference != "",
            rx.el.p(t(lang, "common.feedback.reference"), " ", rx.el.code(stop.reference), class_name="fine"),
        ),
        rx.cond(
            stop.again,
            buttons.button_row(
                anchor(t(lang, "common.action.again"), href="", class_name="button button-primary")
            ),
        ),
        rx.cond(
            stop.bookings_href != "",
            buttons.button_row(
                buttons.link_as_button(t(lang, "common.layout.bookings"), href=stop.bookings_href)
            ),
        ),
        rx.cond(
            booking != "",
            buttons.button_row(
                buttons.link_as_button(t(lang, "citizen.cancel.back"), href=booking),
                rx.el.a(t(lang, "citizen.steps.elsewhere"), href=path(lang, "/mottagningar")),
            ),
            rx.cond(
                (stop.bookings_href != "") | stop.again,
                rx.el.p(rx.el.a(t(lang, "citizen.steps.elsewhere"), href=path(lang, "/mottagningar"))),
                buttons.link_as_button(t(lang, "citizen.steps.elsewhere"), href=path(lang, "/mottagningar")),
            ),
        ),
        rx.el.p(rx.el.a(t(lang, "common.layout.help"), href=path(lang, "/hjalp"))),
        class_name="stack",
    )


def search_form(lang: Lang, *, value: Text = "", **props: object) -> rx.Component:
    """Return the search for a clinic by name or place."""
    return form(
        rx.el.div(
            text_field(
                lang,
                "sok",
                t(lang, "public.clinics.label"),
                hint=t(lang, "public.clinics.hint"),
                value=value,
                type="search",
                **props,
            ),
            buttons.submit(t(lang, "public.clinics.search")),
            class_name="search-row",
        ),
        on_submit=ClinicListState.search,
        role="search",
    )


def emergency(lang: Lang) -> rx.Component:
    """Return where to turn when it is urgent."""
    return notice(
        rx.el.p(t(lang, "public.emergency.advice")),
        rx.el.p(t(lang, "public.emergency.danger")),
        rx.el.p(
            phone_link(t(lang, "public.emergency.call_1177"), "tel:1177"),
            phone_link(t(lang, "public.emergency.call_112"), "tel:112"),
            class_name="button-row",
        ),
        title=t(lang, "public.emergency.title"),
        kind="soft",
    )


def phone_link(text: Text, href: Text) -> rx.Component:
    """Return a link that calls a number."""
    return anchor(text, href=href, class_name="phone")


def terms_folded(lang: Lang, terms: rx.Var[RichView]) -> rx.Component:
    """Return the accepted terms, folded; nothing where there are none."""
    return rx.cond(
        terms.first != "",
        rx.el.details(
            rx.el.summary(t(lang, "citizen.terms.summary")),
            rx.el.div(rich_text(lang, terms), class_name="prose"),
            class_name="folded",
        ),
    )
