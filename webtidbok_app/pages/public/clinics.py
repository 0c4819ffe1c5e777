"""/mottagningar: the clinics that have the words searched for."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import problem_box, skeleton
from webtidbok_app.components.forms import form, select_field, text_field
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import LOADED, emergency, resident_page
from webtidbok_app.state.clinics import ClinicListState as State
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.resident_views import ClinicRow


def page(lang: Lang) -> rx.Component:
    """Return the search and what it found."""
    return resident_page(
        lang,
        _search(lang),
        rx.cond(
            (SessionState.session.kind == "resident") & (State.compare != ""),
            rx.el.p(
                t(lang, "public.clinics.compare_about"),
                " ",
                rx.el.a(t(lang, "public.clinics.compare"), href=State.compare),
            ),
        ),
        rx.cond(
            LOADED & (State.found != ""),
            _found(lang),
            rx.cond(State.problem.title == "", skeleton(lang, rows=3, height="card")),
        ),
        title_key="public.clinics.title",
        current="clinics",
        above=problem_box(lang, State.problem),
    )


def _search(lang: Lang) -> rx.Component:
    return form(
        rx.el.div(
            text_field(
                lang,
                "sok",
                t(lang, "public.clinics.label"),
                hint=t(lang, "public.clinics.hint"),
                value=State.words,
                key=State.words,
                type="search",
            ),
            select_field(
                lang,
                "region",
                t(lang, "public.clinics.region"),
                State.regions,
                first=t(lang, "public.clinics.all_regions"),
                value=State.region,
            ),
            buttons.submit(t(lang, "public.clinics.search")),
            class_name="search-row",
        ),
        on_submit=State.search,
        role="search",
    )


def _found(lang: Lang) -> rx.Component:
    searched = (State.words != "") | (State.region != "")
    return rx.el.section(
        rx.el.h2(
            State.found,
            tab_index=-1,
            # the answer to a search is read at once; on a first visit the heading is
            data_take_focus=rx.cond(searched, "true", rx.Var("undefined")),
        ),
        rx.cond(
            State.clinics.length() > 0,
            rx.el.ul(rx.foreach(State.clinics, _clinic), class_name="cards"),
            rx.el.div(
                rx.el.p(rx.el.strong(t(lang, "public.clinics.none_title"))),
                rx.el.p(t(lang, "public.clinics.none_body")),
                emergency(lang),
                class_name="stack",
            ),
        ),
        rx.cond(
            State.everywhere != "",
            rx.el.p(rx.el.a(t(lang, "public.clinics.everywhere"), href=State.everywhere)),
        ),
        rx.cond(
            searched, rx.el.p(rx.el.a(t(lang, "public.clinics.show_all"), href=path(lang, "/mottagningar")))
        ),
    )


def _clinic(clinic: rx.Var[ClinicRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h3(rx.el.a(clinic.name, href=clinic.href, class_name="card-link")),
        rx.el.p(clinic.kind),
        rx.el.p(clinic.place, class_name="muted"),
        key=clinic.href,
        class_name="card",
    )
