"""One opened booking, and cancelling it for the resident."""

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.i18n import format_day, format_span, format_time, t
from webtidbok_app.services import reception
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.reception import OpenBooking
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import typed
from webtidbok_app.state.staff.day import day_href
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.views import OpenBookingView, Outcome
from webtidbok_app.state.views import FieldProblem, Problem, SummaryRow

MESSAGE_MAX = reception.MESSAGE_MAX


class StaffBookingState(Personal, rx.State):
    """The booking that is open."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    opened: OpenBookingView = OpenBookingView()
    message: str = ""
    done: Outcome = Outcome()

    _booking: str = ""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Open the booking in the address, which is logged."""
        await self._open(argument(self, "booking"))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_cancel(self) -> EventType[()] | None:
        """Show the step where the booking is cancelled; it is open already when one comes from its page."""
        wanted = argument(self, "booking")
        if wanted != self._booking or not wanted:
            await self._open(wanted)
        if self._booking and not self.opened.cancellable:
            return rx.redirect(self.opened.here_href, replace=True)
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def cancel(self, form: rx.form.FormData) -> EventType[()] | None:
        """Cancel with the message that was written."""
        self.message = typed(form, "message")
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        try:
            cancelled = await attempt(
                reception.cancel_for_resident(current(), booking_id=self._booking, message=self.message),
                "sv",
                let_through=(InvalidInput,),
            )
        except InvalidInput:
            words = t("sv", "staff.cancel.message_too_long", most=MESSAGE_MAX)
            self.problems = [FieldProblem("message", words)]
            return None
        if isinstance(cancelled, Problem):
            self.problem = cancelled
            return None
        self.opened, self.message = _in_words(cancelled), ""
        self.done = Outcome(
            t("sv", "staff.cancel.done_title"), t("sv", "staff.cancel.done_body"), key=str(self.attempts)
        )
        return rx.redirect(self.opened.here_href, replace=True)

    def _shows_somebody(self) -> bool:
        return bool(self._booking)

    async def _open(self, booking_id: str) -> None:
        if booking_id != self._booking:
            self.done, self.message = Outcome(), ""
        self.opened, self._booking = OpenBookingView(), ""
        self.problem, self.problems = Problem(), []
        found = await attempt(reception.open_booking(current(), booking_id=booking_id), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.opened, self._booking = _in_words(found), booking_id


def _in_words(booking: OpenBooking) -> OpenBookingView:
    here = f"/personal/bokning/{booking.booking_id}"
    day = format_day("sv", booking.starts_at)
    past = booking.starts_at <= clock.now()
    return OpenBookingView(
        heading=t("sv", "staff.booking.heading", day=day),
        back_href=day_href(day_of(booking.starts_at)),
        here_href=here,
        cancel_href=f"{here}/avboka",
        rebook_href=f"{here}/omboka",
        time_rows=_rows(
            when=f"{day}, {format_span('sv', booking.starts_at, booking.ends_at)}",
            time_type=booking.time_type,
            performer=booking.performer,
            visit_form=t("sv", f"staff.visit_form.{booking.visit_form}"),
            status=_status_of(booking),
            **({"cancel_message": booking.cancel_message} if booking.cancel_message else {}),
            **({"attendance": _attendance_of(booking)} if booking.attendance else {}),
        ),
        resident_rows=_rows(
            name=booking.name,
            personal_number=booking.personal_number,
            phone=booking.phone or "",
            email=booking.email or "",
            **({"booked_by": booking.booked_by} if booking.booked_by else {}),
        ),
        words_rows=[
            *_rows(reason=booking.reason),
            *(SummaryRow(one.question.sv, one.answer.sv) for one in booking.answers),
            *_rows(interpreter=booking.interpreter, access_needs=booking.access_needs),
        ],
        protected=booking.protected,
        cancellable=booking.status == BookingStatus.BOOKED,
        consequence=t("sv", "staff.cancel.consequence_past" if past else "staff.cancel.consequence"),
    )


def _rows(**values: str) -> list[SummaryRow]:
    return [SummaryRow(t("sv", f"staff.booking.{name}"), value) for name, value in values.items()]


def _attendance_of(booking: OpenBooking) -> str:
    if booking.attendance is None or booking.attendance_at is None:
        return ""
    at = booking.attendance_at
    facts = {"day": format_day("sv", at), "time": format_time("sv", at), "name": booking.attendance_by}
    return t("sv", f"staff.booking.{booking.attendance}", **facts)


def _status_of(booking: OpenBooking) -> str:
    moment = booking.cancelled_at or booking.booked_at
    if moment is None:
        return ""
    facts = {"day": format_day("sv", moment), "time": format_time("sv", moment)}
    if booking.cancelled_at is None:
        return t("sv", "staff.booking.booked", **facts)
    if booking.rebooked_to is not None:
        to = f"{format_day('sv', booking.rebooked_to)}, {format_time('sv', booking.rebooked_to)}"
        to += f", {booking.rebooked_at}" if booking.rebooked_at else ""
        by = "resident" if booking.cancelled_by == "resident" else "staff"
        return t("sv", f"staff.booking.rebooked_by_{by}", to=to, hsa_id=booking.cancelled_by, **facts)
    if booking.cancelled_by == "resident":
        return t("sv", "staff.booking.cancelled_by_resident", **facts)
    return t("sv", "staff.booking.cancelled_by_staff", hsa_id=booking.cancelled_by, **facts)
