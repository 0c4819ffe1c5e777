"""/personal/bokning/[booking] and …/avboka: an opened booking, and cancelling it for the resident."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, notice, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.booking import MESSAGE_MAX
from webtidbok_app.state.staff.booking import StaffBookingState as State


def booking_page() -> rx.Component:
    """Return the opened booking."""
    return _page(_booking(), back=State.opened.back_href)


def cancel_page() -> rx.Component:
    """Return the step where it is cancelled for the resident."""
    return _page(_cancel(), back=State.opened.here_href)


def _page(step: rx.Component, *, back: rx.Var[str]) -> rx.Component:
    return staff_page(
        rx.cond(
            State.opened.heading != "",
            step,
            rx.fragment(
                heading(t("sv", "staff.booking.title")), rx.cond(State.problem.title == "", skeleton("sv"))
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        back=back,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _booking() -> rx.Component:
    opened = State.opened
    return rx.fragment(
        heading(opened.heading),
        outcome_box(State.done, "done", kind="ok"),
        rx.cond(
            opened.protected,
            notice(t("sv", "staff.booking.protected_body"), title=t("sv", "staff.booking.protected_title")),
        ),
        rx.el.h2(t("sv", "staff.booking.time_heading")),
        summary_list("sv", opened.time_rows),
        rx.el.h2(t("sv", "staff.booking.resident_heading")),
        summary_list("sv", opened.resident_rows),
        rx.el.h2(t("sv", "staff.booking.words_heading")),
        summary_list("sv", opened.words_rows),
        rx.el.p(t("sv", "staff.booking.logged"), class_name="fine"),
        rx.cond(
            opened.cancellable & SessionState.session.handles_times,
            buttons.button_row(
                buttons.link_as_button(
                    t("sv", "staff.booking.rebook"), href=opened.rebook_href, kind="secondary"
                ),
                buttons.link_as_button(
                    t("sv", "staff.booking.cancel"), href=opened.cancel_href, kind="secondary"
                ),
            ),
        ),
    )


def _cancel() -> rx.Component:
    return rx.fragment(
        heading(t("sv", "staff.cancel.title")),
        summary_list("sv", State.opened.time_rows),
        rx.el.p(State.opened.consequence),
        forms.form(
            forms.textarea_field(
                "sv",
                "message",
                t("sv", "staff.cancel.message"),
                max_chars=MESSAGE_MAX,
                hint=t("sv", "staff.cancel.message_hint"),
                problems=State.problems,
                value=State.message,
                optional=True,
            ),
            buttons.button_row(
                forms.submit(t("sv", "staff.cancel.yes"), kind="warning"),
                rx.el.a(t("sv", "staff.cancel.no"), href=State.opened.here_href),
            ),
            on_submit=State.cancel,
        ),
    )
