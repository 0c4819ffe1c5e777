"""/: search for a clinic, or go on to what is booked."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.citizen.outcome import outcome_list
from webtidbok_app.pages.parts import emergency, resident_page, search_form


def page(lang: Lang) -> rx.Component:
    """Return the start page."""
    return resident_page(
        lang,
        rx.el.p(t(lang, "public.start.intro"), class_name="lead"),
        outcome_list(lang),
        search_form(lang),
        rx.el.p(rx.el.a(t(lang, "public.start.all_clinics"), href=path(lang, "/mottagningar"))),
        rx.el.section(
            rx.el.h2(t(lang, "public.start.bookings_title")),
            rx.el.p(t(lang, "public.start.bookings_text")),
            buttons.link_as_button(
                t(lang, "public.start.bookings_link"), href=path(lang, "/mina-tider"), kind="secondary"
            ),
        ),
        rx.el.section(
            rx.el.h2(t(lang, "public.start.how_title")),
            rx.el.ol(*(rx.el.li(t(lang, f"public.start.how_{number}")) for number in (1, 2, 3))),
        ),
        emergency(lang),
        title_key="public.start.title",
    )
