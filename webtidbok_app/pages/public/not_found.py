"""The page for an address that there is no page at. In Swedish, with the English words below."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import resident_page

TITLE = "public.not_found.title"


def page(lang: Lang) -> rx.Component:
    """Return what to do instead."""
    return resident_page(
        lang,
        *_words(lang),
        rx.el.section(rx.el.h2(t("en", TITLE)), *_words("en"), lang="en"),
        title_key=TITLE,
    )


def _words(lang: Lang) -> tuple[rx.Component, rx.Component]:
    return rx.el.p(t(lang, "public.not_found.body")), buttons.button_row(
        buttons.link_as_button(
            t(lang, "public.not_found.clinics"), href=path(lang, "/mottagningar"), kind="secondary"
        ),
        rx.el.a(t(lang, "public.not_found.start"), href=path(lang, "/")),
    )
