"""/personal/tidbocker: which timebook each of the region's clinics has."""

from functools import partial

import reflex as rx

from webtidbok_app.components.feedback import badge, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.connection_views import TimebookRow
from webtidbok_app.state.staff.timebooks import StaffTimebooksState as State

_AREA = "staff.timebooks"
_COLUMNS = ("name", "city", "timebook", OPEN)
_cell = partial(stacked_cell, _AREA)


def timebooks_page() -> rx.Component:
    """Return the clinics with their timebooks."""
    return staff_page(
        rx.el.p(t("sv", "staff.timebooks.intro")),
        rx.cond(
            State.region != "",
            stacked_table(
                t("sv", "staff.timebooks.caption"), _AREA, _COLUMNS, rx.foreach(State.clinics, _row)
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.timebooks.title",
        caption=State.region,
        current="timebooks",
        above=problem_box("sv", State.problem),
    )


def _row(clinic: rx.Var[TimebookRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(clinic.name, scope="row", role="rowheader"),
        _cell("city", clinic.city),
        _cell("timebook", badge(clinic.timebook, clinic.kind)),
        rx.el.td(
            rx.el.a(t("sv", "staff.timebooks.open"), href=clinic.href, aria_label=clinic.link_name),
            role="cell",
            class_name="no-print",
        ),
        key=clinic.slug,
        role="row",
    )
