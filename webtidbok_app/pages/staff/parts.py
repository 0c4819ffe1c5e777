"""What several of the staff's pages are made of."""

from collections.abc import Sequence

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import badge, notice, panel
from webtidbok_app.components.icons import icon
from webtidbok_app.components.layout import heading
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.day_view import DayRowView
from webtidbok_app.state.staff.views import Outcome, PreviewView, PublishedView, Stepper, Way

Text = str | rx.Var[str]
CHANGES = "/personal/andringar"
OPEN = "open"
"""The column of links to what a row is about."""
MOST_CHIPS = 9
"""So many links stand open; more are folded up."""


def stepper(steps: rx.Var[Stepper], *, label: str, previous: str, following: str, now: str) -> rx.Component:
    """Return the links to the period before, the one after, and back to now."""
    return rx.el.nav(
        _step(steps.previous_href, icon("back"), _aside(previous), data_page_step="-1"),
        _step(steps.next_href, _aside(following), icon("forward"), data_page_step="1"),
        _step(steps.now_href, now, aria_current=rx.cond(steps.now, "true", "false")),
        aria_label=label,
        class_name="stepper",
    )


def _aside(words: str) -> rx.Component:
    """Return words that the arrow stands for where it is narrow."""
    return rx.el.span(words, class_name="step-words")


def _step(href: rx.Var[str], *words: rx.Component | str, **props: object) -> rx.Component:
    return rx.el.a(*words, href=href, class_name="button button-secondary", **props)


def ways(found: rx.Var[list[Way]], name: str, look: str, width: str = "") -> rx.Component:
    """Return links to the same times seen in other ways; ``width`` says on which screens."""
    return rx.el.nav(
        rx.foreach(
            found,
            lambda way: rx.el.a(
                way.label,
                href=way.href,
                aria_current=rx.cond(way.here, "true", "false"),
                key=way.href,
                class_name="chip" if look == "chips" else "",
            ),
        ),
        aria_label=t("sv", f"staff.week.{name}"),
        class_name=look,
        custom_attrs={width: "true"} if width else {},
    )


def performer_ways(found: rx.Var[list[Way]]) -> rx.Component:
    """Return the links to each performer's times; many of them are folded up below whose are shown."""
    links = ways(found, "performers", "chips")
    return rx.cond(
        found.length() > MOST_CHIPS,
        rx.el.details(
            rx.el.summary(
                rx.el.span(
                    t("sv", "staff.week.performers"),
                    ": ",
                    rx.foreach(found, lambda way: rx.cond(way.here, rx.el.strong(way.label, key=way.href))),
                )
            ),
            links,
            class_name="chips-folded",
        ),
        rx.cond(found.length() > 0, links),
    )


def outcome_box(outcome: rx.Var[Outcome], name: str, *below: rx.Component, kind: str) -> rx.Component:
    """Return what would happen or has happened, which takes focus; nothing while there is nothing to say."""
    return rx.cond(
        outcome.title != "",
        rx.el.section(
            rx.el.h2(outcome.title, id=f"{name}-title"),
            outcome_body(outcome),
            *below,
            key=outcome.key,
            class_name=f"box box-{kind}",
            tab_index=-1,
            aria_labelledby=f"{name}-title",
            data_take_focus="true",
        ),
    )


def outcome_body(outcome: rx.Var[Outcome]) -> rx.Component:
    """Return the words and the times of an outcome."""
    return rx.fragment(
        rx.cond(outcome.body != "", rx.el.p(outcome.body)),
        rx.cond(
            outcome.rows.length() > 0,
            rx.el.ul(rx.foreach(outcome.rows, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"),
        ),
        rx.cond(outcome.more != "", rx.el.p(outcome.more, class_name="fine")),
    )


def preview_body(preview: rx.Var[PreviewView], *, on_publish: object, change_href: Text) -> rx.Component:
    """Return what publishing would do, the button that does it, and the way back to change it."""
    return rx.fragment(
        heading(t("sv", "staff.preview.title")),
        rx.cond(
            preview.confirm != "",
            rx.el.p(t("sv", "staff.preview.none_yet")),
            notice(t("sv", "staff.preview.nothing_body"), title=t("sv", "staff.preview.nothing_title")),
        ),
        _left_out(preview.clashes),
        _left_out(preview.holidays, kind="info"),
        _left_out(preview.deviating, kind="info"),
        _left_out(preview.not_on_clock),
        _left_out(preview.passed, kind="info"),
        rx.el.h2(t("sv", "staff.preview.what")),
        summary_list("sv", preview.rows),
        rx.cond(
            preview.weeks.length() > 0,
            rx.fragment(
                rx.el.h2(t("sv", "staff.preview.weeks")),
                rx.el.div(summary_list("sv", preview.weeks), class_name="week-counts"),
            ),
        ),
        buttons.button_row(
            rx.cond(preview.confirm != "", buttons.primary(preview.confirm, on_click=on_publish, once=True)),
            buttons.link_as_button(t("sv", "staff.preview.change_all"), href=change_href, kind="secondary"),
        ),
    )


def _left_out(outcome: rx.Var[Outcome], kind: str = "warn") -> rx.Component:
    return rx.cond(outcome.title != "", notice(outcome_body(outcome), title=outcome.title, kind=kind))


def published_body(published: rx.Var[PublishedView], *more: rx.Component) -> rx.Component:
    """Return what was published, the way to see it, and for ten minutes the way to undo it."""
    return rx.fragment(
        panel(heading(published.title), published.body),
        buttons.button_row(
            rx.cond(
                published.week_href != "",
                buttons.link_as_button(t("sv", "staff.published.see"), href=published.week_href),
            ),
            *more,
        ),
        rx.cond(
            published.undo_href != "",
            notice(
                published.undo_text,
                buttons.link_as_button(
                    t("sv", "staff.undo.link"), href=published.undo_href, kind="secondary"
                ),
                rx.el.p(rx.el.a(t("sv", "staff.undo.all_changes"), href=CHANGES)),
                title=t("sv", "staff.undo.wrong"),
                kind="info",
            ),
        ),
    )


def attendance_buttons(row: rx.Var[DayRowView], *, on_mark: rx.EventHandler) -> rx.Component:
    """Return whether somebody has come, and the buttons that mark it and take it back.

    What is pressed turns into its own undoing, so that the focus stays where it is.
    """
    arrived, missed = row.attendance == "arrived", row.attendance == "no_show"
    return rx.el.div(
        rx.cond(row.attendance_text != "", badge(row.attendance_text, rx.cond(arrived, "ok", "danger"))),
        rx.cond(
            row.can_arrive & SessionState.session.handles_times,
            buttons.secondary(
                rx.cond(arrived, t("sv", "staff.day.undo"), t("sv", "staff.day.arrived")),
                on_click=on_mark(row.booking, rx.cond(arrived, "", "arrived"), row.attendance),
                aria_label=row.arrive_name,
                data_once="true",
            ),
        ),
        rx.cond(
            row.can_miss & SessionState.session.handles_times,
            buttons.secondary(
                rx.cond(missed, t("sv", "staff.day.undo"), t("sv", "staff.day.no_show")),
                on_click=on_mark(row.booking, rx.cond(missed, "", "no_show"), row.attendance),
                aria_label=row.miss_name,
                data_once="true",
            ),
        ),
        class_name="attendance",
    )


def visit_words(row: rx.Var[DayRowView]) -> rx.Component:
    """Return what a booked visit is and how it is made."""
    return rx.el.div(row.time_type, rx.el.span(row.visit_form, class_name="fine"), class_name="visit")


def stacked_table(
    caption: Text, area: str, columns: Sequence[str], rows: rx.Component, *, on_paper: Text = ""
) -> rx.Component:
    """Return a table that stacks its cells where it is narrow; the roles keep it a table there too.

    The headings are ``columns`` of the catalogue's ``area``; the one that leads away is not printed. ``on_paper``
    stands below the table on every printed page, and nowhere else.
    """
    foot = rx.el.tfoot(rx.el.tr(rx.el.td(on_paper, col_span=len(columns))), class_name="print-foot")
    heads = [
        rx.el.th(
            t("sv", f"{area}.{name}"),
            scope="col",
            role="columnheader",
            **({"class_name": "no-print"} if name == OPEN else {}),
        )
        for name in columns
    ]
    return rx.el.table(
        rx.el.caption(caption, class_name="visually-hidden"),
        rx.el.thead(rx.el.tr(*heads, role="row"), role="rowgroup"),
        rx.el.tbody(rows, role="rowgroup"),
        foot if isinstance(on_paper, rx.Var) else rx.fragment(),
        role="table",
        class_name="table bookings-table",
    )


def stacked_cell(area: str, name: str, *children: rx.Component | rx.Var[str]) -> rx.Component:
    """Return a cell of such a table, which says its heading where it is stacked."""
    return rx.el.td(*children, role="cell", data_label=t("sv", f"{area}.{name}"))
