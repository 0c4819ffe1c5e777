"""/personal/forfragningar: what residents ask the clinic for."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, problem_box, skeleton, status
from webtidbok_app.components.layout import staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.inbox import COUNT, KIND, KINDS, SHOW, WHOSE, Show, Whose
from webtidbok_app.state.staff.inbox import StaffInboxState as State
from webtidbok_app.state.staff.views import InboxRowView
from webtidbok_app.state.views import Choice

_AREA = "staff.inbox"
_COLUMNS = ("number", "sent", "kind_column", "name", "status", "who", OPEN)
_cell = partial(stacked_cell, _AREA)


def inbox_page() -> rx.Component:
    """Return the requests, names masked."""
    return staff_page(
        rx.cond(
            State.inbox.clinic != "",
            rx.fragment(_filter(), _waiting(), _requests()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=6)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.inbox.title",
        caption=State.inbox.clinic,
        current="requests",
        announcement=State.inbox.count_text,
        above=problem_box("sv", State.problem),
    )


def _filter() -> rx.Component:
    shows = [Choice(show, t("sv", f"staff.inbox.show.{show}")) for show in Show if show != Show.GOING]
    whose = [Choice(one, t("sv", f"staff.inbox.whose.{one}")) for one in Whose if one != Whose.ALL]
    kinds = [Choice(kind, t("sv", f"public.clinic.{kind}.title")) for kind in sorted(KINDS)]
    return rx.el.div(
        forms.form(
            _choice(SHOW, "show.title", shows, State.show, "show.going"),
            _choice(WHOSE, "whose.title", whose, State.whose, "whose.all"),
            _choice(KIND, "kind.title", kinds, State.kind, "kind.all"),
            forms.submit(t("sv", "staff.inbox.go"), kind="secondary"),
            on_submit=State.choose,
        ),
        rx.el.a(t("sv", "staff.inbox.templates"), href="/personal/svarsmallar"),
        class_name="toolbar",
    )


def _choice(name: str, label: str, options: list[Choice], value: rx.Var[str], first: str) -> rx.Component:
    return forms.select_field(
        "sv",
        name,
        t("sv", f"staff.inbox.{label}"),
        options,
        value=value,
        first=t("sv", f"staff.inbox.{first}"),
    )


def _waiting() -> rx.Component:
    """Return the button behind which new requests wait, in a place that speaks up when it gets one."""
    return rx.el.div(
        rx.cond(State.inbox.waiting != "", buttons.secondary(State.inbox.waiting, on_click=State.show_new)),
        role="status",
    )


def _requests() -> rx.Component:
    return rx.cond(
        State.inbox.rows.length() > 0,
        rx.fragment(
            status(State.inbox.count_text, id=COUNT, tab_index=-1),
            rx.el.p(t("sv", "staff.inbox.masked"), class_name="fine"),
            stacked_table(t("sv", "staff.inbox.title"), _AREA, _COLUMNS, rx.foreach(State.inbox.rows, _row)),
            rx.cond(State.inbox.more != "", rx.el.p(State.inbox.more, class_name="fine")),
        ),
        rx.el.div(
            empty_state(t("sv", "staff.inbox.empty"), t("sv", "staff.inbox.empty_body")),
            id=COUNT,
            tab_index=-1,
        ),
    )


def _row(row: rx.Var[InboxRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.number, scope="row", role="rowheader"),
        _cell("sent", row.sent),
        _cell("kind_column", row.kind),
        _cell("name", row.name),
        _cell("status", rx.cond(row.new, badge(t("sv", "staff.inbox.new"), "ok"), row.status)),
        _cell("who", row.who),
        rx.el.td(rx.el.a(t("sv", "staff.inbox.open"), href=row.href, aria_label=row.open_name), role="cell"),
        key=row.id,
        role="row",
    )
