"""/hjalp: how to book, how to cancel, whom to ask."""

import reflex as rx

from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import emergency, resident_page
from webtidbok_app.pages.public.operator import operator

SECTIONS = ("hold", "cancel", "messages", "none", "request", "login")


def page(lang: Lang) -> rx.Component:
    """Return the help."""
    return resident_page(
        lang,
        rx.el.div(
            rx.el.h2(t(lang, "public.help.book_title")),
            rx.el.ol(*(rx.el.li(t(lang, f"public.help.book_{number}")) for number in (1, 2, 3, 4))),
            *(part for name in SECTIONS for part in _section(lang, name)),
            rx.el.h2(t(lang, "public.help.contact_title")),
            rx.el.p(t(lang, "public.help.contact_body")),
            rx.el.p(t(lang, "public.help.contact_service", **operator(lang))),
            rx.el.p(t(lang, "public.help.contact_reference")),
            class_name="prose",
        ),
        emergency(lang),
        title_key="public.help.title",
    )


def _section(lang: Lang, name: str) -> tuple[rx.Component, rx.Component]:
    return rx.el.h2(t(lang, f"public.help.{name}_title")), rx.el.p(t(lang, f"public.help.{name}_body"))
