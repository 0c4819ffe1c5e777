"""Who has which role: /personal/behorigheter for the clinic's administrator, and the superadmin's pages of the same."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, outcome_box, stacked_cell, stacked_table
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.permissions import ROLE_CHOICES
from webtidbok_app.state.staff.permissions import StaffPermissionsState as State
from webtidbok_app.state.staff.views import PermissionRow

_AREA = "permissions.table"
_COLUMNS = ("name", "hsa_id", "role", "changed", OPEN)
_cell = partial(stacked_cell, _AREA)


def permissions_page() -> rx.Component:
    """Return the people of the administrator's own clinic."""
    return settings_frame(
        _content(at_clinic=True),
        part="permissions",
        title_key="permissions.title",
        caption=State.place,
        above=_above(),
    )


def clinic_permissions_page() -> rx.Component:
    """Return the people of one of the region's clinics, for the superadmin."""
    return _superadmins_own(
        "permissions.title",
        "clinics",
        rx.cond(State.place != "", rx.el.p(rx.el.a(t("sv", "staff.consumers.title"), href=State.consumers))),
        at_clinic=True,
        back="/personal/mottagningar",
    )


def superadmins_page() -> rx.Component:
    """Return the region's superadmins."""
    return _superadmins_own("permissions.superadmins", "superadmins", at_clinic=False)


def _superadmins_own(
    title_key: str, current: str, *above: rx.Component, at_clinic: bool, back: str = ""
) -> rx.Component:
    return staff_page(
        *above,
        _content(at_clinic=at_clinic),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key=title_key,
        caption=State.place,
        current=current,
        back=back,
        above=_above(),
    )


def _above() -> rx.Component:
    return rx.fragment(
        problem_box("sv", State.problem),
        error_summary("sv", State.problems, attempt=State.attempts),
        outcome_box(State.done, "done", kind="ok"),
    )


def _content(*, at_clinic: bool) -> rx.Component:
    return rx.cond(
        State.place != "",
        rx.cond(State.chosen.id != "", _chosen(at_clinic=at_clinic), _everybody(at_clinic=at_clinic)),
        rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
    )


def _everybody(*, at_clinic: bool) -> rx.Component:
    intro = "intro" if at_clinic else "intro_region"
    return rx.fragment(
        rx.el.p(t("sv", f"permissions.{intro}")),
        rx.cond(
            State.people.length() > 0,
            stacked_table(t("sv", "permissions.caption"), _AREA, _COLUMNS, rx.foreach(State.people, _row)),
            rx.el.p(t("sv", "permissions.nobody"), class_name="muted"),
        ),
        _new(at_clinic=at_clinic),
        _history(),
    )


def _row(person: rx.Var[PermissionRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            person.name,
            rx.cond(person.me, rx.fragment(" ", badge(t("sv", "permissions.me")))),
            scope="row",
            role="rowheader",
        ),
        _cell("hsa_id", person.hsa_id),
        _cell("role", person.role_name),
        _cell("changed", person.changed),
        rx.el.td(
            buttons.link_button(
                t("sv", "permissions.change"),
                on_click=State.choose(person.id),
                aria_label=person.change_name,
            ),
            role="cell",
            class_name="no-print",
        ),
        key=person.id,
        role="row",
    )


def _new(*, at_clinic: bool) -> rx.Component:
    role = (
        _roles(t("sv", "permissions.new.role"), value="")
        if at_clinic
        else rx.el.input(type="hidden", name="role", default_value="region_admin")
    )
    return rx.fragment(
        rx.el.h2(t("sv", "permissions.new.title" if at_clinic else "permissions.new.title_region")),
        forms.form(
            forms.text_field(
                "sv",
                "hsa_id",
                t("sv", "permissions.new.hsa_id"),
                hint=t("sv", "permissions.new.hsa_id_hint"),
                problems=State.problems,
                width="half",
                auto_complete="off",
            ),
            forms.text_field(
                "sv",
                "name",
                t("sv", "permissions.new.name"),
                hint=t("sv", "permissions.new.name_hint"),
                problems=State.problems,
                width="half",
                auto_complete="off",
            ),
            role,
            buttons.submit(t("sv", "permissions.new.give")),
            on_submit=State.give,
            key=State.boxes.to_string(),
        ),
    )


def _roles(legend: str, *, value: str | rx.Var[str]) -> rx.Component:
    return forms.radio_group("sv", "role", legend, ROLE_CHOICES, value=value, problems=State.problems)


def _chosen(*, at_clinic: bool) -> rx.Component:
    """Return the step where one person's role is changed or taken away."""
    person = State.chosen
    change = forms.form(
        _roles(t("sv", "permissions.step.role"), value=person.role),
        buttons.button_row(buttons.submit(t("sv", "permissions.step.save"))),
        on_submit=State.ask,
    )
    return rx.el.section(
        rx.el.h2(person.name, id="person-title"),
        rx.el.p(person.hsa_id, " · ", person.role_name),
        outcome_box(
            State.impact,
            "impact",
            buttons.button_row(
                buttons.warning(State.impact.confirm, on_click=State.confirm, once=True),
                buttons.secondary(State.impact.keep, on_click=State.leave),
            ),
            kind="warn",
        ),
        rx.cond(
            State.impact.title == "",
            rx.fragment(
                change if at_clinic else rx.fragment(),
                buttons.button_row(
                    buttons.secondary(t("sv", "permissions.step.remove"), on_click=State.ask_remove),
                    buttons.link_button(t("sv", "permissions.keep"), on_click=State.leave),
                ),
            ),
        ),
        key=person.id,
        class_name="card",
        tab_index=-1,
        aria_labelledby="person-title",
        data_take_focus="true",
    )


def _history() -> rx.Component:
    return rx.cond(
        State.changes.length() > 0,
        rx.fragment(
            rx.el.h2(t("sv", "permissions.history.title")),
            rx.el.ul(
                rx.foreach(State.changes, lambda words: rx.el.li(words, key=words)), class_name="outcome-rows"
            ),
        ),
    )
