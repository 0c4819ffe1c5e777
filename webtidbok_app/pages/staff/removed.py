"""/personal/ta-bort/[removal]: what was done, who is to be phoned, and the way to take all back for ten minutes."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import badge, notice, panel, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import CHANGES, OPEN, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.removal_view import BecameView, PhoneView
from webtidbok_app.state.staff.removed import StaffRemovedState as State

_AREA = "staff.removed"
_COLUMNS = ("when", "name", "became", OPEN)
_cell = partial(stacked_cell, _AREA)


def removed_page() -> rx.Component:
    """Return the removal as it stands."""
    return staff_page(
        rx.cond(
            State.done.heading != "",
            _body(),
            rx.fragment(
                heading(t("sv", "staff.removed.title")),
                rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="changes",
        back=CHANGES,
        above=problem_box("sv", State.problem),
    )


def _body() -> rx.Component:
    done = State.done
    return rx.fragment(
        panel(heading(done.heading), done.body),
        rx.cond(done.wait != "", _take_back()),
        rx.cond(
            done.left_title != "",
            notice(
                t("sv", "staff.removed.left_body"),
                rx.el.ul(rx.foreach(done.left, lambda line: rx.el.li(line, key=line))),
                title=done.left_title,
            ),
        ),
        rx.cond(done.phone_title != "", _phone()),
        rx.cond(done.rows.length() > 0, _became()),
        rx.el.p(done.by, class_name="fine"),
        buttons.button_row(
            buttons.link_as_button(t("sv", "staff.removed.week"), href=done.week_href, kind="secondary"),
            buttons.secondary(
                t("sv", "common.action.print"),
                on_click=State.print_list,
                data_print_after=State.prints.to_string(),
            ),
        ),
    )


def _take_back() -> rx.Component:
    return rx.el.div(
        notice(
            State.done.wait,
            buttons.secondary(t("sv", "staff.removed.take_back"), on_click=State.take_back, data_once="true"),
            title=t("sv", "staff.removed.wrong"),
            kind="info",
        ),
        class_name="no-print",
    )


def _phone() -> rx.Component:
    done = State.done
    return rx.el.section(
        rx.el.h2(done.phone_title, id="phone"),
        rx.el.p(done.phone_body),
        rx.el.ul(rx.foreach(done.phone, _to_phone), class_name="cards"),
        aria_labelledby="phone",
        class_name="stack",
    )


def _to_phone(one: rx.Var[PhoneView]) -> rx.Component:
    """Return whom to phone. What is pressed turns into its own undoing, so that the focus stays where it is."""
    number = rx.cond(
        one.phone != "",
        anchor(one.phone, href=f"tel:{one.phone}", class_name="strong"),
        t("sv", "staff.removed.no_phone"),
    )
    in_booking = rx.fragment(
        badge(t("sv", "staff.removed.protected"), "danger"),
        rx.el.p(
            t("sv", "staff.removed.number_in_booking"),
            " ",
            rx.el.a(
                t("sv", "staff.removal.open"), href=one.href, aria_label=one.open_name, class_name="no-print"
            ),
        ),
    )
    return rx.el.li(
        rx.el.h3(one.name),
        rx.cond(one.guardian != "", rx.el.p(one.guardian)),
        rx.cond(one.protected, in_booking, rx.el.p(number)),
        rx.el.p(one.about),
        rx.el.p(badge(one.why, "warn")),
        rx.cond(one.phoned != "", rx.el.p(badge(one.phoned, "ok"))),
        buttons.secondary(
            rx.cond(one.phoned != "", t("sv", "staff.removed.not_phoned"), t("sv", "staff.removed.phoned")),
            on_click=State.mark(one.id),
            aria_label=one.mark_name,
            data_once="true",
        ),
        key=one.id,
        class_name="card",
    )


def _became() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.removed.table")),
        stacked_table(t("sv", "staff.removed.table"), _AREA, _COLUMNS, rx.foreach(State.done.rows, _row)),
        rx.el.p(t("sv", "staff.removed.logged"), class_name="fine no-print"),
    )


def _row(row: rx.Var[BecameView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.when, scope="row", role="rowheader"),
        _cell("name", row.name),
        _cell("became", row.became),
        rx.el.td(
            rx.el.a(t("sv", "staff.removal.open"), href=row.href, aria_label=row.open_name),
            role="cell",
            class_name="no-print",
        ),
        key=row.id,
        role="row",
    )
