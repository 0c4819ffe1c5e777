"""/kakor: what is kept in the browser."""

import reflex as rx

from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import resident_page

KEPT = {"session": "webtidbok", "login": "webtidbok-login", "token": "token", "theme": "theme"}
"""Text key and name of each. Over TLS the names of the first two begin with ``__Host-`` and ``__Secure-``."""


def page(lang: Lang) -> rx.Component:
    """Return the list of cookies and the like."""

    def words(name: str) -> str:
        return t(lang, f"public.cookies.{name}")

    rows = [
        rx.el.li(
            rx.el.h2(rx.el.code(name)),
            rx.el.p(words(f"{key}_why")),
            rx.el.p(words(f"{key}_long"), class_name="fine"),
        )
        for key, name in KEPT.items()
    ]
    return resident_page(
        lang,
        rx.el.p(words("intro")),
        rx.el.ul(*rows, class_name="row-list"),
        title_key="public.cookies.title",
    )
