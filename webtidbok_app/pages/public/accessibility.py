"""/tillganglighet: the accessibility statement (lag 2018:1937, Digg's regulation MDFFS 2019:2)."""

from collections.abc import Callable

import reflex as rx

from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.parts import resident_page
from webtidbok_app.pages.public.operator import operator

REPORT = "https://www.digg.se/tdosanmalan"
DEFECTS = (1, 2, 3, 4)


def page(lang: Lang) -> rx.Component:
    """Return the statement: who, how well, what is missing and why, whom to tell, how it was tested, when."""

    def words(name: str) -> str:
        return t(lang, f"public.accessibility.{name}", **operator(lang))

    return resident_page(
        lang,
        rx.el.div(
            rx.el.p(words("who")),
            *_section(words, "status"),
            rx.el.h2(words("defects_title")),
            rx.el.ul(*(rx.el.li(words(f"defect_{number}")) for number in DEFECTS)),
            *_section(words, "burden"),
            *_section(words, "exempt"),
            *_section(words, "feedback"),
            *_section(words, "authority"),
            rx.el.p(anchor(words("authority_link"), href=REPORT)),
            *_section(words, "method"),
            rx.el.p(words("assessed")),
            rx.el.p(words("published")),
            rx.el.p(words("updated")),
            class_name="prose",
        ),
        title_key="public.accessibility.title",
    )


def _section(words: Callable[[str], str], name: str) -> tuple[rx.Component, rx.Component]:
    return rx.el.h2(words(f"{name}_title")), rx.el.p(words(f"{name}_body"))
