"""/boka/<clinic>/<time type>: choose a time, or what to do when there is none."""

from datetime import date, timedelta

import reflex as rx

from webtidbok_app.components import buttons, layout
from webtidbok_app.components.feedback import notice, problem_box, skeleton
from webtidbok_app.components.forms import Options, checkbox_group, form, select_field
from webtidbok_app.components.month_grid import month_grid, other_day_link
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.components.time_list import day_list, live_words, next_free, times, view_switch
from webtidbok_app.i18n import Lang, format_weekday, t
from webtidbok_app.pages.citizen.no_times import no_times
from webtidbok_app.pages.citizen.time_types import time_type
from webtidbok_app.pages.parts import back_to, caption_of, once_fetched, resident_page
from webtidbok_app.state.times import TimesState as State
from webtidbok_app.state.views import Choice

MONDAY = date(2026, 11, 30)
"""Any Monday will do to name the weekdays."""


def page(lang: Lang, current: str = "clinics") -> rx.Component:
    """Return the times of a time type: the next one first, then by day beside the month."""
    return resident_page(
        lang,
        _heading(lang),
        once_fetched(
            lang,
            rx.cond(State.step.keeps != "", rx.el.p(State.step.keeps, class_name="strong")),
            _invitation(lang),
            _rules(lang),
            rx.cond(State.none.intro != "", rx.fragment(_now_there_are(lang), no_times(lang)), _choose(lang)),
            ready=State.step.caption != "",
            stop=State.stop,
            rows=6,
            booking=State.step.kept_href,
        ),
        live_words(lang),
        current=current,
        wide=True,
        back=back_to(lang, State.step.back),
        above=_problem(lang),
        announcement=State.announced,
    )


def _heading(lang: Lang) -> rx.Component:
    title = rx.cond(
        State.stop.title != "",
        State.stop.title,
        rx.cond(
            State.none.intro != "",
            t(lang, "citizen.none.title"),
            rx.cond(
                State.nearest.length() > 0, t(lang, "citizen.time.again_title"), t(lang, "citizen.time.title")
            ),
        ),
    )
    return layout.heading(title, caption_of(State.step.caption, State.stop))


def _invitation(lang: Lang) -> rx.Component:
    """Return what the clinic says to who is invited, open until one folds it."""
    return rx.cond(
        State.step.invitation.first != "",
        rx.el.details(
            rx.el.summary(t(lang, "citizen.invitation.read")),
            rx.el.div(rich_text(lang, State.step.invitation), class_name="prose"),
            open=True,
            class_name="folded",
        ),
    )


def _rules(lang: Lang) -> rx.Component:
    """Return what the clinic says of booking this, folded."""
    return rx.cond(
        State.step.rules.length() > 0,
        rx.el.details(
            rx.el.summary(t(lang, "rules.title")),
            rx.el.ul(rx.foreach(State.step.rules, lambda rule: rx.el.li(rule, key=rule))),
            class_name="folded",
        ),
    )


def _problem(lang: Lang) -> rx.Component:
    nearest = rx.cond(
        State.nearest.length() > 0,
        rx.el.div(
            rx.el.p(t(lang, "citizen.time.nearest"), class_name="strong"),
            times(lang, State.nearest, since=State.since, on_pick=State.pick),
        ),
    )
    return problem_box(lang, State.problem, nearest)


def _choose(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.chosen.id != "", _chosen(lang), next_free(lang, State.next_free, on_pick=State.pick_next)
        ),
        rx.cond(State.can_move, _other_units(lang)),
        _wish(lang),
        rx.el.div(
            rx.el.p(
                State.status,
                key=State.refreshed,
                tab_index=-1,
                class_name="status",
                data_take_focus=rx.cond(State.refreshed > 0, "true", rx.Var("undefined")),
            ),
            rx.el.div(view_switch(lang, State.view, on_view=State.show_as), class_name="switch-views"),
            rx.el.div(
                rx.cond(
                    State.fresh != "",
                    buttons.secondary(State.fresh, once=True, on_click=State.show_fresh, id="fresh"),
                ),
                class_name="fresh-place",
            ),
            class_name="status-row",
        ),
        rx.cond(State.none_as_wished, _none_as_wished(lang)),
        rx.el.div(
            rx.el.div(
                month_grid(
                    lang, State.month, since=State.since, on_day=State.choose_day, on_month=State.choose_month
                ),
                class_name="choose-month",
            ),
            rx.el.div(
                rx.cond(State.narrowed, _other_days(lang)),
                day_list(
                    lang,
                    State.days,
                    since=State.since,
                    on_pick=State.pick,
                    more=State.more,
                    on_more=State.show_more,
                    first_new=State.first_new,
                ),
                class_name="choose-day",
            ),
            class_name="choose",
            data_view=State.view,
            data_narrowed=rx.cond(State.narrowed, "true", "false"),
        ),
        rx.cond(
            State.watch_href != "",
            rx.el.p(
                t(lang, "watches.offer.none_fits"),
                " ",
                rx.el.a(t(lang, "watches.offer.link"), href=State.watch_href),
            ),
        ),
    )


def _chosen(lang: Lang) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t(lang, "citizen.time.chosen_title"), id="chosen-title", class_name="next-free-label"),
        rx.el.p(State.chosen.text, class_name="next-free-time"),
        rx.cond(
            State.chosen.lost != "",
            rx.fragment(
                rx.el.p(State.chosen.lost, class_name="next-free-note", data_announce="true"),
                buttons.primary(
                    t(lang, "citizen.time.hold_again"), once=True, on_click=State.pick(State.chosen.id)
                ),
            ),
            rx.fragment(
                rx.el.p(
                    State.chosen.until, " ", t(lang, "citizen.time.held_hint"), class_name="next-free-note"
                ),
                buttons.link_as_button(t(lang, "common.action.continue"), href=State.chosen.href),
            ),
        ),
        key=State.chosen.key,
        tab_index=-1,
        class_name="next-free",
        aria_labelledby="chosen-title",
        data_take_focus=rx.cond(State.just_chosen, "true", rx.Var("undefined")),
    )


def _now_there_are(lang: Lang) -> rx.Component:
    return rx.cond(
        State.fresh != "",
        notice(
            buttons.button_row(buttons.primary(State.fresh, once=True, on_click=State.load, id="fresh")),
            title=t(lang, "citizen.time.fresh_title"),
            kind="ok",
        ),
    )


def _other_units(lang: Lang) -> rx.Component:
    return rx.el.details(
        rx.el.summary(t(lang, "citizen.rebook.other_units"), on_click=State.show_units),
        rx.cond(
            State.units_known,
            rx.cond(
                State.units.length() > 0,
                rx.el.ul(rx.foreach(State.units, lambda found: time_type(lang, found)), class_name="cards"),
                rx.cond(
                    State.problem.title == "",
                    rx.el.p(t(lang, "citizen.rebook.no_units"), data_announce="true"),
                ),
            ),
            skeleton(lang, rows=1, height="card"),
        ),
        class_name="folded",
    )


def _none_as_wished(lang: Lang) -> rx.Component:
    return notice(
        t(lang, "citizen.wish.none_body"),
        buttons.button_row(buttons.secondary(t(lang, "citizen.wish.forget"), on_click=State.forget_wish)),
        title=t(lang, "citizen.wish.none_title"),
        kind="info",
    )


def _wish(lang: Lang) -> rx.Component:
    """Return the resident's wishes, folded until they are asked for."""
    parts = [Choice(part, t(lang, f"common.time.{part}")) for part in ("morning", "afternoon")]
    weekdays = [
        Choice(str(number), format_weekday(lang, MONDAY + timedelta(number - 1))) for number in range(1, 8)
    ]
    return rx.el.details(
        rx.el.summary(State.wish.summary),
        form(
            rx.el.div(
                rx.cond(
                    State.wish.performers.length() > 0,
                    _select(lang, "performer", "vem", State.wish.performers, State.wish.performer, "anybody"),
                ),
                rx.cond(
                    State.wish.forms.length() > 0,
                    _select(lang, "form", "form", State.wish.forms, State.wish.form, "any_form"),
                ),
                _select(lang, "part", "del", parts, State.wish.part, "any_part"),
                class_name="field-grid",
            ),
            checkbox_group(
                lang,
                "veckodagar",
                t(lang, "citizen.wish.weekdays"),
                weekdays,
                checked=State.wish.weekdays,
                inline=True,
            ),
            buttons.button_row(
                buttons.submit(t(lang, "citizen.wish.show"), kind="secondary"),
                rx.cond(
                    State.wish.active,
                    buttons.link_button(t(lang, "citizen.wish.forget"), on_click=State.forget_wish),
                ),
            ),
            on_submit=State.apply_wish,
        ),
        key=State.wish.summary,
        class_name="folded wish",
    )


def _select(
    lang: Lang, label: str, name: str, options: Options, value: rx.Var[str], first: str
) -> rx.Component:
    return select_field(
        lang,
        name,
        t(lang, f"citizen.wish.{label}"),
        options,
        value=value,
        first=t(lang, f"citizen.wish.{first}"),
    )


def _other_days(lang: Lang) -> rx.Component:
    return rx.el.div(
        other_day_link(lang),
        buttons.link_button(t(lang, "citizen.time.show_all"), on_click=State.show_all),
        class_name="button-row",
    )
