"""/personal/mottagningar: the superadmin's way in to the region's clinics."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, problem_box, skeleton, status
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.region import StaffRegionState as State
from webtidbok_app.state.staff.views import RegionClinicRow

_AREA = "permissions.clinics"
_COLUMNS = ("name", "city", "administrators", OPEN)
_cell = partial(stacked_cell, _AREA)


def region_page() -> rx.Component:
    """Return the clinics with their administrators."""
    return staff_page(
        rx.el.p(t("sv", "permissions.clinics.intro")),
        rx.cond(
            State.region != "",
            rx.fragment(_search(), status(State.found), _clinics()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="permissions.clinics.title",
        caption=State.region,
        current="clinics",
        above=problem_box("sv", State.problem),
    )


def _search() -> rx.Component:
    return forms.form(
        rx.el.div(
            forms.text_field(
                "sv",
                "sok",
                t("sv", "permissions.clinics.label"),
                value=State.words,
                type="search",
                key=State.words,
            ),
            buttons.submit(t("sv", "permissions.clinics.search")),
            class_name="search-row",
        ),
        on_submit=State.search,
        role="search",
    )


def _clinics() -> rx.Component:
    return rx.cond(
        State.clinics.length() > 0,
        stacked_table(
            t("sv", "permissions.clinics.caption"), _AREA, _COLUMNS, rx.foreach(State.clinics, _row)
        ),
    )


def _row(clinic: rx.Var[RegionClinicRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(clinic.name, scope="row", role="rowheader"),
        _cell("city", clinic.city),
        _cell(
            "administrators",
            rx.cond(clinic.none, badge(clinic.administrators, "warn"), clinic.administrators),
        ),
        rx.el.td(
            rx.el.a(t("sv", "permissions.title"), href=clinic.href, aria_label=clinic.link_name),
            role="cell",
            class_name="no-print",
        ),
        key=clinic.slug,
        role="row",
    )
