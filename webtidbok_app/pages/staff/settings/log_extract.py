"""/personal/logg/utdrag: what a patient is given of the log, on paper or as a file."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import empty_state, notice, problem_box, skeleton
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import stacked_cell, stacked_table
from webtidbok_app.pages.staff.settings.log import WAYS, log_frame
from webtidbok_app.state.staff.log import StaffLogState as State
from webtidbok_app.state.staff.log_view import LogRowView

_AREA = "staff.log_extract"
_COLUMNS = ("at", "who", "act", "about", "why")
_cell = partial(stacked_cell, _AREA)


def log_extract_page() -> rx.Component:
    """Return the extract of the patient that was searched for."""
    return log_frame(
        rx.cond(State.extract.caption != "", _extract(), _not_yet()),
        way="patient",
        title_key="staff.log_extract.title",
        above=problem_box("sv", State.problem),
        back=WAYS["patient"],
    )


def _extract() -> rx.Component:
    rows = State.extract.rows
    return rx.fragment(
        rx.el.div(
            rx.cond(
                State.extract.protected,
                notice(t("sv", "staff.log_extract.protected")),
                rx.el.p(t("sv", "staff.log_extract.check_identity")),
            ),
            buttons.button_row(
                buttons.print_button("sv"),
                buttons.secondary(t("sv", "staff.log_extract.download"), on_click=State.download),
            ),
            class_name="no-print spaced",
        ),
        rx.el.p(t("sv", "staff.log_extract.intro")),
        summary_list("sv", State.extract.facts),
        rx.cond(
            rows.length() > 0,
            stacked_table(t("sv", "staff.log_extract.title"), _AREA, _COLUMNS, rx.foreach(rows, _row)),
            empty_state(t("sv", "staff.log_extract.none")),
        ),
        rx.cond(State.extract.cut, rx.el.p(t("sv", "staff.log_extract.cut"))),
    )


def _not_yet() -> rx.Component:
    return rx.cond(
        State.ready,
        rx.cond(
            State.problem.title == "",
            empty_state(
                t("sv", "staff.log_extract.first"),
                t("sv", "staff.log_extract.first_body"),
                rx.el.p(rx.el.a(t("sv", "staff.log_extract.to_search"), href=WAYS["patient"])),
            ),
        ),
        skeleton("sv", rows=3, height="card"),
    )


def _row(row: rx.Var[LogRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.at, scope="row", role="rowheader"),
        _cell("who", row.who),
        _cell("act", row.act),
        _cell("about", row.about),
        _cell("why", row.why),
        key=row.id,
        role="row",
    )
