"""Times by day: the next free one, day groups, the choice between list and month."""

from collections.abc import Callable

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.icons import icon
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.views import DayView, NextFreeView, SinceView, TimeView

OnPick = Callable[[rx.Var[str]], object]
"""An event handler that takes an id, a date or a name of a view."""


def next_free(lang: Lang, free: rx.Var[NextFreeView], *, on_pick: OnPick) -> rx.Component:
    """Return the first free time with a button that chooses it; nothing when there is none.

    When it is taken it stays, and the button calls ``on_pick`` with an empty id, to see the next one: nobody
    chooses a time that came under the pointer in the moment of the click.
    """
    return rx.cond(
        free.id != "",
        rx.el.section(
            rx.el.h2(
                rx.cond(free.taken, t(lang, "citizen.time.next_taken"), t(lang, "common.time.next_free")),
                class_name="next-free-label",
            ),
            rx.el.p(free.text, class_name="next-free-time"),
            buttons.primary(
                rx.cond(free.taken, t(lang, "citizen.time.next_show"), t(lang, "common.time.choose_next")),
                once=True,
                on_click=on_pick(rx.cond(free.taken, "", free.id)),
            ),
            class_name="next-free",
        ),
    )


def live_words(lang: Lang) -> rx.Component:
    """Return the words in which ``webtidbok.js`` tells of times that are taken while they are shown."""
    return rx.el.div(
        hidden=True,
        data_live="true",
        data_gone=t(lang, "citizen.time.live_gone"),
        data_gone_one=t(lang, "citizen.time.live_gone_one"),
        data_gone_many=t(lang, "citizen.time.live_gone_many"),
    )


def view_switch(lang: Lang, view: rx.Var[str], *, on_view: OnPick) -> rx.Component:
    """Return the choice between list and month ("list", "month"); not shown where both fit."""
    return rx.el.div(
        *(
            rx.el.button(
                t(lang, f"common.time.{name}"),
                type="button",
                aria_pressed=rx.cond(view == name, "true", "false"),
                on_click=on_view(name),
            )
            for name in ("list", "month")
        ),
        role="group",
        aria_label=t(lang, "common.time.view"),
        class_name="switch switch-views",
    )


def time_button(
    lang: Lang, time: rx.Var[TimeView], *, since: rx.Var[SinceView], on_pick: OnPick
) -> rx.Component:
    """Return one time. A taken one stays where it was and keeps its focus, but does nothing."""
    state = since.times[time.id] | "free"
    return rx.el.button(
        rx.cond(state == "chosen", icon("check")),
        rx.el.span(
            rx.el.span(time.label, class_name="time-label"),
            rx.cond(
                state == "taken",
                rx.el.span(t(lang, "common.time.taken"), class_name="time-sub"),
                rx.cond(time.sub != "", rx.el.span(time.sub, class_name="time-sub")),
            ),
            class_name="time-text",
        ),
        type="button",
        key=time.id,
        class_name=f"time time-{state}",
        aria_label=rx.cond(
            state == "taken", f"{time.name}, {t(lang, 'common.time.taken').lower()}", time.name
        ),
        aria_pressed=rx.cond(state == "chosen", "true", "false"),
        aria_disabled=rx.cond(state == "taken", "true", "false"),
        data_time=time.id,
        data_time_state=state,
        data_time_name=time.name,
        data_once="true",
        on_click=on_pick(time.id),
    )


def times(
    lang: Lang, found: rx.Var[list[TimeView]], *, since: rx.Var[SinceView], on_pick: OnPick
) -> rx.Component:
    """Return times as a list of buttons: those of a day, or the nearest ones after a conflict.

    ``since`` tells what has become of them after they were drawn.
    """

    def one(time: rx.Var[TimeView]) -> rx.Component:
        return rx.el.li(time_button(lang, time, since=since, on_pick=on_pick), key=time.id)

    return rx.el.ul(rx.foreach(found, one), class_name="times")


def day_group(
    lang: Lang,
    day: rx.Var[DayView],
    *,
    since: rx.Var[SinceView],
    on_pick: OnPick,
    first_new: rx.Var[str] | str = "",
) -> rx.Component:
    """Return one day's times under its heading, in morning and afternoon when they are many.

    The heading is where focus goes when the day is chosen in the month, or is the first of more days.
    """
    return rx.el.section(
        rx.el.h2(
            day.heading,
            rx.el.span(" ", since.days[day.key] | day.count_text, class_name="day-count"),
            id=f"day-{day.key}",
            tab_index=-1,
            data_take_focus=rx.cond(day.key == first_new, "true", rx.Var("undefined")),
        ),
        rx.cond(
            day.grouped,
            rx.fragment(
                _part(lang, "morning", day.morning, since, on_pick),
                _part(lang, "afternoon", day.afternoon, since, on_pick),
            ),
            times(lang, day.morning, since=since, on_pick=on_pick),
        ),
        key=day.key,
        class_name="day",
        aria_labelledby=f"day-{day.key}",
        data_day_times=day.key,
    )


def day_list(
    lang: Lang,
    days: rx.Var[list[DayView]],
    *,
    since: rx.Var[SinceView],
    on_pick: OnPick,
    more: rx.Var[bool],
    on_more: object,
    first_new: rx.Var[str] | str = "",
) -> rx.Component:
    """Return the days with free times, and a button for more of them when ``more``.

    ``first_new`` is the key of the first day that was added; its heading takes focus.
    """

    def one(day: rx.Var[DayView]) -> rx.Component:
        return day_group(lang, day, since=since, on_pick=on_pick, first_new=first_new)

    return rx.el.div(
        rx.foreach(days, one),
        rx.cond(more, buttons.secondary(t(lang, "common.time.more_days"), once=True, on_click=on_more)),
        class_name="day-list",
    )


def _part(
    lang: Lang, name: str, found: rx.Var[list[TimeView]], since: rx.Var[SinceView], on_pick: OnPick
) -> rx.Component:
    return rx.cond(
        found.length() > 0,
        rx.el.div(rx.el.h3(t(lang, f"common.time.{name}")), times(lang, found, since=since, on_pick=on_pick)),
    )
