"""/personuppgifter: what is kept about a resident, why, and who sees it."""

import reflex as rx

from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import resident_page
from webtidbok_app.pages.public.operator import operator

KEPT = (1, 2, 3, 4, 5, 6)
SECTIONS = ("why", "who", "safe", "draft", "rights")


def page(lang: Lang) -> rx.Component:
    """Return the page about personal data."""

    def words(name: str) -> str:
        return t(lang, f"public.privacy.{name}", **operator(lang))

    sections = [(rx.el.h2(words(f"{name}_title")), rx.el.p(words(f"{name}_body"))) for name in SECTIONS]
    return resident_page(
        lang,
        rx.el.div(
            rx.el.p(words("intro")),
            rx.el.h2(words("what_title")),
            rx.el.ul(*(rx.el.li(words(f"what_{number}")) for number in KEPT)),
            *(part for section in sections for part in section),
            rx.el.p(words("complaint")),
            class_name="prose",
        ),
        title_key="public.privacy.title",
    )
