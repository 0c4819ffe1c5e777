"""/personal/boka/kallelse, /personal/kallelser and …/[invitation]: inviting somebody, and who is invited."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import (
    empty_state,
    error_summary,
    notice,
    problem_box,
    skeleton,
    status,
)
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, outcome_box, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.desk import TIMES, StaffDeskState
from webtidbok_app.state.staff.invitations import (
    PAGE,
    SHOW,
    SHOWS,
    InvitationRowView,
    StaffInvitationsState,
    StaffInvitationState,
    StaffInviteState,
)

_AREA = "staff.invitations"
_COLUMNS = ("sent", "name", "time_type", "period", "status", OPEN)
_cell = partial(stacked_cell, _AREA)


def invite_page() -> rx.Component:
    """Return the form for an open invitation."""
    state = StaffInviteState
    return staff_page(
        rx.el.p(t("sv", "staff.invite.about")),
        summary_list("sv", StaffDeskState.who.rows),
        forms.form(
            forms.select_field(
                "sv",
                "time_type",
                t("sv", "staff.invite.time_type"),
                state.time_types,
                problems=state.problems,
                value=state.time_type,
            ),
            *(
                forms.text_field(
                    "sv",
                    name,
                    t("sv", f"staff.invite.{name}"),
                    problems=state.problems,
                    value=value,
                    width="short",
                    auto_complete="off",
                    key=value,
                )
                for name, value in (("first_day", state.first_day), ("last_day", state.last_day))
            ),
            buttons.submit(t("sv", "staff.invite.send")),
            on_submit=state.send,
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.invite.title",
        current="desk",
        back=TIMES,
        above=rx.fragment(
            problem_box("sv", state.problem), error_summary("sv", state.problems, attempt=state.attempts)
        ),
    )


def invitations_page() -> rx.Component:
    """Return the clinic's invitations, names masked."""
    state = StaffInvitationsState
    return staff_page(
        rx.cond(
            state.clinic != "",
            rx.fragment(
                rx.el.div(
                    forms.form(
                        forms.select_field(
                            "sv",
                            SHOW,
                            t("sv", "staff.invitations.show"),
                            SHOWS,
                            value=state.show,
                            first=t("sv", "staff.invitations.open"),
                        ),
                        forms.submit(t("sv", "staff.invitations.go"), kind="secondary"),
                        on_submit=state.choose,
                    ),
                    class_name="toolbar",
                ),
                rx.cond(state.rows.length() > 0, _list(), _none()),
            ),
            rx.cond(state.problem.title == "", skeleton("sv", rows=4)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.invitations.title",
        caption=state.clinic,
        current="desk",
        back="/personal/boka",
        above=problem_box("sv", state.problem),
    )


def invitation_page() -> rx.Component:
    """Return one invitation, opened, and the way to take it back."""
    state = StaffInvitationState
    opened = state.opened
    return staff_page(
        rx.cond(
            opened.heading != "",
            rx.fragment(
                heading(opened.heading),
                outcome_box(state.done, "done", kind="ok"),
                rx.cond(
                    opened.protected,
                    notice(
                        t("sv", "staff.booking.protected_body"),
                        title=t("sv", "staff.booking.protected_title"),
                    ),
                ),
                summary_list("sv", opened.rows),
                rx.el.p(t("sv", "staff.invitation.logged"), class_name="fine"),
                rx.cond(opened.open, _withdraw()),
            ),
            rx.fragment(
                heading(t("sv", "staff.invitation.title")),
                rx.cond(state.problem.title == "", skeleton("sv")),
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="desk",
        back=PAGE,
        above=problem_box("sv", state.problem),
    )


def _list() -> rx.Component:
    state = StaffInvitationsState
    return rx.fragment(
        status(state.count),
        rx.el.p(t("sv", "staff.invitations.masked"), class_name="fine"),
        stacked_table(t("sv", "staff.invitations.title"), _AREA, _COLUMNS, rx.foreach(state.rows, _row)),
        rx.cond(state.more, rx.el.p(t("sv", "staff.invitations.more"), class_name="fine")),
    )


def _none() -> rx.Component:
    return empty_state(t("sv", "staff.invitations.empty"), t("sv", "staff.invitations.empty_body"))


def _row(row: rx.Var[InvitationRowView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.sent, scope="row", role="rowheader"),
        _cell("name", row.name),
        _cell("time_type", row.time_type),
        _cell("period", row.period),
        _cell("status", row.status),
        rx.el.td(
            rx.el.a(t("sv", "staff.invitations.open_link"), href=row.href, aria_label=row.open_name),
            role="cell",
        ),
        key=row.id,
        role="row",
    )


def _withdraw() -> rx.Component:
    return rx.el.details(
        rx.el.summary(t("sv", "staff.invitation.withdraw")),
        rx.el.h2(t("sv", "staff.invitation.withdraw_title")),
        rx.el.p(t("sv", "staff.invitation.withdraw_body")),
        buttons.warning(t("sv", "staff.invitation.yes"), on_click=StaffInvitationState.withdraw, once=True),
        class_name="folded stack",
    )
