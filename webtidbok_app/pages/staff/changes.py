"""/personal/andringar and /personal/andringar/[change]: what was done to the schedule, and undoing it."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import badge, empty_state, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import CHANGES, outcome_box, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.changes import StaffChangesState, StaffUndoState
from webtidbok_app.state.staff.views import ChangeRow

_AREA = "staff.changes"
_COLUMNS = ("when", "who", "what", "count", "days", "undo")
_cell = partial(stacked_cell, _AREA)


def changes_page() -> rx.Component:
    """Return the clinic's newest changes."""
    return staff_page(
        rx.cond(
            StaffChangesState.loaded,
            rx.cond(
                StaffChangesState.rows.length() > 0,
                stacked_table(
                    t("sv", "staff.changes.caption"),
                    _AREA,
                    _COLUMNS,
                    rx.foreach(StaffChangesState.rows, _row),
                ),
                empty_state(t("sv", "staff.changes.empty")),
            ),
            rx.cond(StaffChangesState.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.changes.title",
        current="changes",
        above=problem_box("sv", StaffChangesState.problem),
    )


def undo_page() -> rx.Component:
    """Return what undoing one change would do, and what it did."""
    publication = StaffUndoState.publication
    return staff_page(
        heading(rx.cond(publication.heading != "", publication.heading, t("sv", "staff.undo.title"))),
        rx.cond(
            publication.heading != "",
            _undo(),
            rx.cond(StaffUndoState.problem.title == "", skeleton("sv")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        back=CHANGES,
        above=problem_box("sv", StaffUndoState.problem),
    )


def _undo() -> rx.Component:
    publication, impact = StaffUndoState.publication, StaffUndoState.impact
    return rx.fragment(
        rx.el.p(publication.about),
        outcome_box(
            impact,
            "impact",
            rx.cond(
                impact.confirm != "",
                buttons.button_row(
                    buttons.warning(impact.confirm, on_click=StaffUndoState.undo, once=True),
                    buttons.link_as_button(t("sv", "staff.undo.no"), href=CHANGES, kind="secondary"),
                ),
            ),
            kind="warn",
        ),
        outcome_box(
            StaffUndoState.done,
            "done",
            buttons.button_row(
                buttons.link_as_button(
                    t("sv", "staff.undo.see"), href=publication.week_href, kind="secondary"
                )
            ),
            kind="ok",
        ),
    )


def _row(row: rx.Var[ChangeRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.when, scope="row", role="rowheader"),
        _cell("who", row.who),
        _cell("what", row.what),
        _cell("count", row.count),
        _cell("days", row.days),
        _cell(
            "undo",
            rx.cond(row.note != "", badge(row.note)),
            rx.cond(
                (row.undo_href != "") & SessionState.session.handles_times,
                rx.el.a(t("sv", "staff.undo.link"), href=row.undo_href, aria_label=row.undo_name),
            ),
            rx.cond(
                (row.removal_href != "") & SessionState.session.handles_times,
                rx.el.a(row.removal_text, href=row.removal_href, aria_label=row.removal_name),
            ),
        ),
        key=row.id,
        role="row",
    )
