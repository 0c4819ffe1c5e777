"""/lediga-tider: when the next time is free, at several clinics side by side."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import problem_box, skeleton
from webtidbok_app.components.forms import form, select_field, text_field
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import LOADED, emergency, resident_page
from webtidbok_app.state.compare import CompareState as State
from webtidbok_app.state.resident_views import NextFreeRow


def page(lang: Lang) -> rx.Component:
    """Return the search and, side by side, what it found."""
    return resident_page(
        lang,
        rx.el.p(t(lang, "citizen.compare.intro")),
        _search(lang),
        rx.cond(
            LOADED & State.ready,
            rx.cond(State.words != "", _found(lang)),
            rx.cond(State.problem.title == "", skeleton(lang, rows=3, height="card")),
        ),
        title_key="citizen.compare.title",
        current="clinics",
        back=path(lang, "/mottagningar"),
        above=problem_box(lang, State.problem),
        wide=True,
    )


def _search(lang: Lang) -> rx.Component:
    return form(
        rx.el.div(
            text_field(
                lang,
                "sok",
                t(lang, "citizen.compare.label"),
                hint=t(lang, "citizen.compare.hint"),
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
            buttons.submit(t(lang, "citizen.compare.search")),
            class_name="search-row",
        ),
        on_submit=State.search,
        role="search",
    )


def _found(lang: Lang) -> rx.Component:
    return rx.el.section(
        # read at once, as the answer to the search; sorting moves nothing and needs no new reading
        rx.el.h2(State.found, tab_index=-1, data_take_focus="true", key=State.found),
        rx.cond(
            State.rows.length() > 0,
            rx.fragment(
                rx.cond(State.rows.length() > 1, _orders(lang)),
                rx.el.ul(rx.foreach(State.rows, lambda row: _row(lang, row)), class_name="cards compared"),
                rx.cond(State.more, rx.el.p(t(lang, "citizen.compare.more"))),
            ),
            rx.el.div(
                rx.el.p(t(lang, "citizen.compare.none_body")),
                emergency(lang),
                class_name="stack",
            ),
        ),
        rx.cond(
            State.everywhere != "",
            rx.el.p(rx.el.a(t(lang, "public.clinics.everywhere"), href=State.everywhere)),
        ),
        rx.el.p(rx.el.a(t(lang, "public.clinics.show_all"), href=path(lang, "/mottagningar"))),
    )


def _orders(lang: Lang) -> rx.Component:
    return rx.el.nav(
        rx.el.ul(
            _order(t(lang, "citizen.compare.by_time"), State.by_time_href, chosen=~State.by_name),
            _order(t(lang, "citizen.compare.by_name"), State.by_name_href, chosen=State.by_name),
            class_name="orders",
        ),
        aria_label=t(lang, "citizen.compare.order"),
    )


def _order(text: str, href: rx.Var[str], *, chosen: rx.Var[bool]) -> rx.Component:
    return rx.el.li(
        rx.el.a(text, href=href, aria_current=rx.cond(chosen, "true", "false"), class_name="chip")
    )


def _row(lang: Lang, row: rx.Var[NextFreeRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h3(
                rx.el.a(
                    rx.el.span(row.time_type),
                    " ",
                    rx.el.span(row.clinic, class_name="compared-clinic"),
                    href=row.href,
                    class_name="card-link",
                )
            ),
            rx.el.p(row.place, class_name="muted"),
        ),
        rx.el.p(row.facts),
        rx.cond(
            row.free,
            rx.el.p(
                rx.el.span(t(lang, "citizen.compare.next_free"), " ", class_name="compared-label"),
                rx.el.strong(row.next_free),
            ),
            rx.el.p(row.next_free, class_name="muted"),
        ),
        key=row.href,
        class_name="card",
    )
