"""/boka/<clinic>/<time type>: choose a time, or what to do when there is none."""

import reflex as rx

from webtidbok_app.components import buttons, layout
from webtidbok_app.components.feedback import problem_box, status
from webtidbok_app.components.month_grid import month_grid, other_day_link
from webtidbok_app.components.time_list import day_list, next_free, times, view_switch
from webtidbok_app.i18n import Lang, t
from webtidbok_app.pages.citizen.no_times import no_times
from webtidbok_app.pages.parts import back_to, caption_of, once_fetched, resident_page
from webtidbok_app.state.times import TimesState as State


def page(lang: Lang) -> rx.Component:
    """Return the times of a time type: the next one first, then by day beside the month."""
    return resident_page(
        lang,
        _heading(lang),
        once_fetched(
            lang,
            rx.cond(State.none.intro != "", no_times(lang), _choose(lang)),
            ready=State.step.caption != "",
            stop=State.stop,
            rows=6,
        ),
        current="clinics",
        wide=True,
        back=back_to(lang, State.step.back),
        above=_problem(lang),
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


def _problem(lang: Lang) -> rx.Component:
    nearest = rx.cond(
        State.nearest.length() > 0,
        rx.el.div(
            rx.el.p(t(lang, "citizen.time.nearest"), class_name="strong"),
            times(lang, State.nearest, on_pick=State.pick),
        ),
    )
    return problem_box(lang, State.problem, nearest)


def _choose(lang: Lang) -> rx.Component:
    return rx.fragment(
        rx.cond(State.chosen.id != "", _chosen(lang), next_free(lang, State.next_free, on_pick=State.pick)),
        rx.el.div(view_switch(lang, State.view, on_view=State.show_as), class_name="switch-views"),
        status(State.status),
        rx.el.div(
            rx.el.div(
                month_grid(lang, State.month, on_day=State.choose_day, on_month=State.choose_month),
                class_name="choose-month",
            ),
            rx.el.div(
                rx.cond(State.narrowed, _other_days(lang)),
                day_list(
                    lang,
                    State.days,
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
    )


def _chosen(lang: Lang) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t(lang, "citizen.time.chosen_title"), id="chosen-title", class_name="next-free-label"),
        rx.el.p(State.chosen.text, class_name="next-free-time"),
        rx.el.p(State.chosen.until, " ", t(lang, "citizen.time.held_hint"), class_name="next-free-note"),
        buttons.link_as_button(t(lang, "common.action.continue"), href=State.chosen.href),
        key=State.chosen.key,
        tab_index=-1,
        class_name="next-free",
        aria_labelledby="chosen-title",
        data_take_focus=rx.cond(State.just_chosen, "true", rx.Var("undefined")),
    )


def _other_days(lang: Lang) -> rx.Component:
    return rx.el.div(
        other_day_link(lang),
        buttons.link_button(t(lang, "citizen.time.show_all"), on_click=State.show_all),
        class_name="button-row",
    )
