"""The clinic's week as a real table: days across, times down, states by word, sign and pattern."""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.components.time_list import OnPick
from webtidbok_app.i18n import t
from webtidbok_app.state.views import WeekCell, WeekColumn, WeekRow, WeekSquare, WeekView

STATES = {"free": "calendar", "booked": "person", "held": "clock", "past": "check"}
"""Every state of a cell and its sign."""


def week_table(week: rx.Var[WeekView], *, selected: rx.Var[list[str]], on_toggle: OnPick) -> rx.Component:
    """Return the week, in a region of its own that scrolls sideways.

    ``selected`` are the ids of the ticked cells; ``on_toggle`` takes the id of the one to tick or untick.
    """
    return rx.el.div(
        rx.el.table(
            rx.el.caption(week.caption, id="week-caption"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(t("sv", "common.week.time"), scope="col"), rx.foreach(week.columns, _column)
                )
            ),
            rx.el.tbody(rx.foreach(week.rows, lambda row: _row(row, selected, on_toggle))),
            class_name="week",
        ),
        role="region",
        aria_label=t("sv", "common.week.scroll"),
        tab_index=0,
        class_name="week-scroll",
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
        key=column.iso,
        scope="col",
    )


def _row(row: rx.Var[WeekRow], selected: rx.Var[list[str]], on_toggle: OnPick) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.label, scope="row"),
        rx.foreach(row.squares, lambda square: _square(square, selected, on_toggle)),
        key=row.label,
    )


def _square(square: rx.Var[WeekSquare], selected: rx.Var[list[str]], on_toggle: OnPick) -> rx.Component:
    return rx.el.td(
        rx.foreach(square.cells, lambda cell: week_cell(cell, selected, on_toggle)), key=square.key
    )


def week_cell(cell: rx.Var[WeekCell], selected: rx.Var[list[str]], on_toggle: OnPick) -> rx.Component:
    """Return one published time, with a box to tick where it can be withdrawn."""
    words = rx.el.span(
        rx.el.span(_sign(cell), cell.text, class_name="cell-text"),
        rx.cond(cell.sub != "", rx.el.span(cell.sub, class_name="cell-sub")),
        class_name="cell-words",
    )
    return rx.cond(
        cell.selectable,
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=selected.contains(cell.id),
                on_change=on_toggle(cell.id),
                aria_label=cell.name,
                class_name="tick tick-small",
            ),
            words,
            key=cell.id,
            class_name=f"cell cell-{cell.state}",
        ),
        rx.el.div(words, key=cell.id, class_name=f"cell cell-{cell.state}"),
    )


def _sign(cell: rx.Var[WeekCell]) -> rx.Component:
    return rx.match(cell.state, *((state, icon(symbol)) for state, symbol in STATES.items()), icon("minus"))
