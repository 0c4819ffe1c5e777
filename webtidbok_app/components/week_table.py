"""The clinic's week, or one day of it, as a grid: one tab stop, cells that are chosen with keys or pointer.

Moving and choosing happen in ``assets/schedule.js``, which alone writes ``tabindex`` and ``aria-selected``. It says
what is chosen in one event when the choosing rests, and reads in ``schedule_box`` what the server made of it.
"""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.components.time_list import OnPick
from webtidbok_app.i18n import t
from webtidbok_app.state.views import WeekCell, WeekColumn, WeekRow, WeekView

STATES = {"free": "calendar", "booked": "person", "held": "clock", "past": "check"}
"""Every state of a published time and its sign."""
SIGNS = STATES | {"withdrawn": "cross"}
HELP = "schedule-help"


def schedule_box(
    *children: rx.Component,
    selected: rx.Var[list[str]],
    heard: rx.Var[str],
    place: rx.Var[str],
    on_choose: OnPick,
    **props: object,
) -> rx.Component:
    """Return the frame around the grid, through which it and the server agree on what is chosen.

    ``on_choose`` takes a stamp and the chosen ids, with spaces between; ``heard`` is the last stamp that came.
    ``place`` changes when another week or day is shown.
    """
    return rx.el.div(
        rx.el.script(src="/schedule.js", async_=True),
        rx.el.input(type="text", hidden=True, on_change=on_choose, data_schedule_choice="true"),
        *children,
        rx.el.p(role="status", class_name="visually-hidden", data_schedule_said="true"),
        data_schedule="true",
        data_selected=selected.join(" "),
        data_heard=heard,
        data_place=place,
        **props,
    )


Since = rx.Var[dict[str, WeekCell]]


def week_table(week: rx.Var[WeekView], *, since: Since, may_choose: rx.Var[bool]) -> rx.Component:
    """Return the grid, in a region of its own that scrolls sideways, with how to choose for those who may.

    ``since`` tells what has become of its times after they were drawn.
    """
    return rx.el.div(
        rx.cond(
            may_choose, rx.el.p(t("sv", "staff.week.help"), id=HELP, class_name="fine grid-help no-print")
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption(week.caption, id="week-caption"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(t("sv", "common.week.time"), scope="col"), rx.foreach(week.columns, _column)
                    )
                ),
                rx.el.tbody(rx.foreach(week.rows, lambda row: _row(row, since))),
                role="grid",
                aria_multiselectable=rx.cond(may_choose, "true", "false"),
                aria_describedby=rx.cond(may_choose, HELP, rx.Var("undefined")),
                class_name=rx.cond(week.by_performer, "week week-by-performer", "week"),
                style={"--columns": week.columns.length().to(str)},
            ),
            role="region",
            aria_label=t("sv", "common.week.scroll"),
            class_name="week-scroll",
        ),
    )


def week_legend() -> rx.Component:
    """Return what the signs and patterns mean."""
    return rx.el.ul(
        *(
            rx.el.li(
                rx.el.span(icon(symbol), class_name=f"swatch cell-{state}"), t("sv", f"common.week.{state}")
            )
            for state, symbol in STATES.items()
        ),
        aria_label=t("sv", "common.week.legend"),
        class_name="week-legend",
    )


def _column(column: rx.Var[WeekColumn]) -> rx.Component:
    return rx.el.th(
        rx.el.abbr(column.label, title=column.name),
        rx.cond(column.note != "", rx.el.span(column.note, class_name="week-note")),
        key=column.key,
        scope="col",
    )


def _row(row: rx.Var[WeekRow], since: Since) -> rx.Component:
    return rx.el.tr(
        rx.cond(row.label != "", rx.el.th(row.label, scope="row", row_span=row.lines)),
        rx.foreach(row.cells, lambda cell, index: _cell(_now(cell, since), index)),
        key=row.key,
        data_time=row.time,
        class_name=rx.cond(row.label != "", "week-begins", ""),
    )


def _now(cell: rx.Var[WeekCell], since: Since) -> rx.Var[WeekCell]:
    return (since[cell.id] | cell).to(WeekCell)


def _cell(cell: rx.Var[WeekCell], index: rx.Var[int]) -> rx.Component:
    """Return one cell. It is the same element whatever becomes of its time, so that focus stays in it."""
    return rx.cond(
        cell.id != "",
        rx.el.td(
            rx.el.div(
                rx.cond(cell.boxed, rx.el.span(class_name="cell-box", aria_hidden="true")),
                _words(cell, cell.text),
                class_name=f"cell cell-{cell.state}",
            ),
            key=index,
            role="gridcell",
            aria_label=cell.name,
            tab_index=-1,
            data_cell=cell.id,
            data_free=rx.cond(cell.free, "true", "false"),
            data_booked=rx.cond(cell.selectable & ~cell.free, "true", "false"),
        ),
        rx.el.td(key=index, role="gridcell"),
    )


def week_cell(
    drawn: rx.Var[WeekCell], selected: rx.Var[list[str]], on_toggle: OnPick, *, since: Since
) -> rx.Component:
    """Return one published time in a list, with a box to tick where it can be taken away.

    A box stays when its time is taken: whoever has focus in it keeps it.
    """
    cell = _now(drawn, since)
    words = _words(cell, cell.time, " ", cell.text)
    return rx.cond(
        cell.boxed,
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=selected.contains(cell.id),
                on_change=on_toggle(cell.id),
                aria_label=cell.name,
                aria_disabled=rx.cond(cell.selectable, "false", "true"),
                class_name="tick tick-small",
            ),
            words,
            key=cell.id,
            class_name=f"cell cell-{cell.state}",
        ),
        rx.el.div(words, key=cell.id, class_name=f"cell cell-{cell.state}"),
    )


def _words(cell: rx.Var[WeekCell], *text: rx.Var[str] | str) -> rx.Component:
    return rx.el.span(
        rx.el.span(_sign(cell), *text, class_name="cell-text"),
        rx.cond(
            cell.sub != "",
            rx.el.span(
                cell.sub,
                rx.cond(cell.who != "", rx.el.span(", ", cell.who, class_name="cell-who")),
                class_name="cell-sub",
            ),
        ),
        class_name="cell-words",
    )


def _sign(cell: rx.Var[WeekCell]) -> rx.Component:
    return rx.match(cell.state, *((state, icon(symbol)) for state, symbol in SIGNS.items()), icon("minus"))
