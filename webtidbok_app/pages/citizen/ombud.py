"""/ombud: for whom one acts."""

import reflex as rx

from webtidbok_app.components.feedback import notice, problem_box
from webtidbok_app.components.forms import radio_group, submit
from webtidbok_app.components.native import post_form
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import heading, once_fetched, resident_page
from webtidbok_app.state.ombud import OmbudState as State


def page(lang: Lang) -> rx.Component:
    """Return oneself and one's children to choose among; the browser itself posts the choice."""
    return resident_page(
        lang,
        heading(t(lang, "ombud.title"), stop=State.stop),
        once_fetched(
            lang,
            rx.el.p(t(lang, "ombud.intro")),
            rx.cond(
                (State.choices.length() == 1) & (State.problem.title == ""),
                notice(t(lang, "ombud.none"), kind="info"),
            ),
            rx.foreach(State.grown, lambda words: rx.el.p(words, key=words)),
            post_form(
                radio_group(lang, "child", t(lang, "ombud.legend"), State.choices, value=State.chosen),
                rx.el.input(type="hidden", name="vidare", default_value=State.after),
                rx.el.input(type="hidden", name="lang", default_value=lang),
                submit(t(lang, "common.action.continue")),
                action="/auth/ombud",
                class_name="form",
            ),
            ready=State.loaded,
            stop=State.stop,
            rows=3,
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
        above=problem_box(lang, State.problem),
    )
