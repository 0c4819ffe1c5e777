"""The month as a grid (ARIA APG date grid, on the page and not in a popup).

One tab stop; arrows, Home, End, Page Up and Page Down are handled in ``assets/webtidbok.js``, which also moves
focus to the day's times once a day is chosen. A day without times is text, not a button that says no.
"""

from datetime import date, timedelta

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.components.native import anchor
from webtidbok_app.components.time_list import OnPick
from webtidbok_app.i18n import Lang, format_weekday, t
from webtidbok_app.state.views import MonthDayView, MonthView, SinceView

_A_MONDAY = date(2026, 11, 30)


def month_grid(
    lang: Lang, month: rx.Var[MonthView], *, since: rx.Var[SinceView], on_day: OnPick, on_month: OnPick
) -> rx.Component:
    """Return the month. ``on_day`` takes an ISO date, ``on_month`` a month as "2026-12".

    ``since`` tells what has become of its days after they were drawn.
    """
    return rx.el.section(
        rx.el.div(
            rx.el.h2(month.title, id="month-title", aria_live="polite"),
            rx.el.div(
                _step(month.prev, month.prev_label, "back", -1, on_month),
                _step(month.next, month.next_label, "forward", 1, on_month),
                class_name="month-steps",
            ),
            class_name="month-head",
        ),
        rx.el.table(
            rx.el.caption(t(lang, "common.time.month_keys"), class_name="visually-hidden"),
            rx.el.thead(rx.el.tr(*(_weekday(lang, index) for index in range(7)))),
            rx.el.tbody(rx.foreach(month.weeks, lambda week: _week(week, since, on_day))),
            role="grid",
            class_name="month",
            aria_labelledby="month-title",
            data_day_grid="month",
        ),
        id="month",
        class_name="month-section",
        aria_labelledby="month-title",
    )


def other_day_link(lang: Lang) -> rx.Component:
    """Return the way from a day's times back to that day in the month."""
    return anchor(
        t(lang, "common.time.other_day"), href="#month", class_name="other-day", data_to_month="true"
    )


def _step(to: rx.Var[str], label: rx.Var[str], symbol: str, step: int, on_month: OnPick) -> rx.Component:
    words = [rx.el.span(label)]
    return rx.cond(
        to != "",
        rx.el.button(
            *([icon(symbol), *words] if step < 0 else [*words, icon(symbol)]),
            type="button",
            class_name="month-step",
            data_page_step=str(step),
            on_click=on_month(to),
        ),
    )


def _weekday(lang: Lang, index: int) -> rx.Component:
    day = _A_MONDAY + timedelta(days=index)
    name = format_weekday(lang, day)
    return rx.el.th(rx.el.abbr(format_weekday(lang, day, "short"), title=name, aria_label=name), scope="col")


def _week(week: rx.Var[list[MonthDayView]], since: rx.Var[SinceView], on_day: OnPick) -> rx.Component:
    def one(day: rx.Var[MonthDayView]) -> rx.Component:
        return _day((since.cells[day.iso] | day).to(MonthDayView), on_day)

    return rx.el.tr(rx.foreach(week, one))


def _day(day: rx.Var[MonthDayView], on_day: OnPick) -> rx.Component:
    return rx.cond(
        day.iso == "",
        rx.el.td(class_name="month-blank"),
        rx.cond(day.state == "none", _text_day(day), _free_day(day, on_day)),
    )


def _free_day(day: rx.Var[MonthDayView], on_day: OnPick) -> rx.Component:
    return rx.el.td(
        rx.el.button(
            rx.el.span(day.number, class_name="month-number"),
            rx.el.span(day.text, class_name="month-count"),
            type="button",
            tab_index=0,
            aria_label=day.name,
            aria_disabled=rx.cond(day.state == "gone", "true", rx.Var("undefined")),
            class_name=f"month-day month-day-{day.state}",
            data_day=day.iso,
            on_click=on_day(day.iso),
        ),
        key=day.iso,
        aria_selected=rx.cond(day.state == "chosen", "true", rx.Var("undefined")),
    )


def _text_day(day: rx.Var[MonthDayView]) -> rx.Component:
    return rx.el.td(
        rx.el.span(day.number, class_name="month-number"),
        rx.el.span(day.text, class_name="month-count"),
        key=day.iso,
        tab_index=-1,
        aria_label=day.name,
        class_name="month-none",
        data_day=day.iso,
    )
