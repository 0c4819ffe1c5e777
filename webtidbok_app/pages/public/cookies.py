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

    header = rx.el.tr(*(rx.el.th(words(f"col_{name}"), scope="col") for name in ("name", "why", "long")))
    rows = [
        rx.el.tr(
            rx.el.th(rx.el.code(name), scope="row"),
            rx.el.td(words(f"{key}_why")),
            rx.el.td(words(f"{key}_long")),
        )
        for key, name in KEPT.items()
    ]
    return resident_page(
        lang,
        rx.el.p(words("intro")),
        rx.el.table(
            rx.el.caption(words("caption")), rx.el.thead(header), rx.el.tbody(*rows), class_name="facts-table"
        ),
        title_key="public.cookies.title",
    )
