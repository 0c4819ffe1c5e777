"""Times counted by day, as a table of links: a week in which many have times, or a month.

One tab stop, as in ``month_grid``: ``assets/webtidbok.js`` moves between the days and the heads of the rows. Where it
is narrow the same table is a list of days (``assets/staff.css``).
"""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.state.views import TallyRow, TallyTable, TallyView, WeekColumn

HELP = "tally-help"
"""The id of the words on the page that tell how one moves in the table."""
SIGNS = {"free": "calendar", "full": "person", "past": "check"}


def tally_table(table: rx.Var[TallyTable], *, corner: str, label: str, kind: str) -> rx.Component:
    """Return the table in a region that scrolls sideways. ``corner`` heads the first column; ``kind``: month, week."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(table.caption),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(corner, scope="col", class_name="tally-first"),
                    rx.foreach(table.columns, _column),
                )
            ),
            rx.el.tbody(rx.foreach(table.rows, _row)),
            role="grid",
            aria_describedby=HELP,
            class_name=f"tallies tallies-{kind}",
            data_day_grid=kind,
        ),
        role="region",
        aria_label=label,
        class_name="week-scroll",
    )


def _column(column: rx.Var[WeekColumn]) -> rx.Component:
    return rx.el.th(
        rx.el.abbr(column.label, title=column.name),
        rx.cond(column.note != "", rx.el.span(column.note, class_name="week-note")),
        key=column.key,
        scope="col",
    )


def _row(row: rx.Var[TallyRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.cond(row.href != "", rx.el.a(row.label, href=row.href, data_row_head="true"), row.label),
            scope="row",
        ),
        rx.foreach(row.tallies, _day),
        key=row.key,
    )


def _day(tally: rx.Var[TallyView], index: rx.Var[int]) -> rx.Component:
    """Return one day: all of it is the link, so that it is easily hit. One without times is read where it stands."""
    bare = (tally.key != "") & (tally.href == "")
    return rx.el.td(
        rx.cond(
            tally.key != "",
            rx.cond(
                tally.href != "",
                rx.el.a(
                    _words(tally),
                    href=tally.href,
                    aria_label=tally.name,
                    class_name=_look(tally),
                    data_day=tally.key,
                ),
                rx.el.div(_words(tally), class_name=_look(tally)),
            ),
        ),
        key=index,
        tab_index=rx.cond(bare, -1, rx.Var("undefined")),
        aria_label=rx.cond(bare, tally.name, rx.Var("undefined")),
        aria_current=rx.cond(tally.today, "date", rx.Var("undefined")),
        data_day=rx.cond(bare, tally.key, rx.Var("undefined")),
        class_name=rx.cond(tally.state == "none", "no-times", ""),
    )


def _look(tally: rx.Var[TallyView]) -> rx.Var[str]:
    return rx.Var.create("tally tally-").to(str) + tally.state


def _words(tally: rx.Var[TallyView]) -> rx.Component:
    return rx.fragment(
        rx.el.span(
            rx.el.span(tally.number, aria_hidden="true", class_name="tally-number"),
            rx.el.span(tally.day, class_name="tally-name"),
            class_name="tally-day",
        ),
        rx.cond(tally.note != "", rx.el.span(tally.note, class_name="week-note")),
        rx.foreach(
            tally.lines,
            lambda line, index: rx.el.span(
                rx.cond(index == 0, _sign(tally)), line, key=index, class_name="tally-line"
            ),
        ),
    )


def _sign(tally: rx.Var[TallyView]) -> rx.Component:
    return rx.match(tally.state, *((state, icon(symbol)) for state, symbol in SIGNS.items()), rx.fragment())
