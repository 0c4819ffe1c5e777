"""The port to a clinic's timebook, whoever owns it.

The portal asks in these terms only. An adapter says which of them it can do (``Capabilities``), translates its
system's faults into ``domain.errors`` and keeps nothing of its own. Names follow crm:scheduling where it has
one: time type (GetAllTimeTypes), timeslot (GetAvailableTimeslots), booking (MakeBooking, CancelBooking),
schedule (GetSubjectOfCareSchedule).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.opening import ANY_TIME, Opening
from webtidbok_app.domain.question import Answer, Question
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import Bookable, ReasonRule, VisitForm


@dataclass(frozen=True)
class Capabilities:
    """What a timebook can do. Nothing is offered that it cannot."""

    book: bool = False
    cancel: bool = False
    rebook: bool = False
    other_units: bool = False
    hold: bool = False
    """It keeps a chosen time for one resident. Where it cannot, only our own residents are kept apart."""
    message: bool = False
    performer: bool = False
    """Residents can choose whom to meet."""
    offer: bool = False
    """Staff can have times held as answers to a request."""
    watch: bool = False
    """A time that becomes free can be held for somebody who waits."""


@dataclass(frozen=True)
class Text:
    """A clinic's own words in Swedish and, where the clinic has them, English."""

    sv: str = ""
    en: str = ""

    def in_language(self, lang: str) -> str:
        """Return the words in ``lang``; Swedish where there are no English ones."""
        return (self.en if lang == "en" else self.sv) or self.sv


class Period(NamedTuple):
    """Days in Sweden, both included."""

    first: date
    last: date

    def has(self, moment: datetime) -> bool:
        """Whether an aware moment is on one of the days."""
        return self.first <= day_of(moment) <= self.last


@dataclass(frozen=True)
class TimeTypeInfo:
    """A tidstyp with the rules that a resident is told before any time is shown."""

    id: str
    name: Text
    length_minutes: int | None = None
    """None where the timebook does not tell."""
    visit_form: VisitForm | None = None
    """None where the timebook does not tell."""
    audience: Text = Text()
    not_here: Text = Text()
    prepare: Text = Text()
    min_age: int | None = None
    max_age: int | None = None
    bookable: Bookable = Bookable.WEB
    invitation: Period | None = None
    """When the patient is invited to come, and has no such time yet."""
    reason: ReasonRule = ReasonRule.NONE
    questions: tuple[Question, ...] = ()
    opening: Opening = ANY_TIME
    cancel_hours: int | None = None
    """How long before its start a time of it can be changed last; None where the timebook does not tell."""
    notice: Text = Text()
    """What residents are told of it just now."""
    stopped: bool = False
    """Nothing of it can be booked for now."""
    max_active: int | None = None
    """How many coming times of it one person can have booked; None for any number."""


@dataclass(frozen=True)
class Hold:
    """A time of a time type, kept for one resident until ``expires_at`` (aware, UTC)."""

    id: str
    timeslot: Timeslot
    expires_at: datetime
    time_type: str


@dataclass(frozen=True)
class BookingDetails:
    """What the resident says when booking."""

    reason: str = ""
    answers: tuple[Answer, ...] = ()
    interpreter: str = ""
    access_needs: str = ""
    phone: str | None = None
    email: str | None = None


class BookingRef(NamedTuple):
    """A booking that may stand in another clinic's timebook: clinics that share one exchange them."""

    clinic_id: UUID
    id: str


class OtherUnit(NamedTuple):
    """Another clinic that a booking can be moved to, and which of its time types is the same there."""

    clinic_id: UUID
    time_type: str


@dataclass(frozen=True)
class BookedTime:
    """A booking as its timebook knows it. ``cancel_until`` is the last moment to cancel or rebook on the web.

    It is None where the timebook tells only whether it can be done now.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm | None
    time_type: Text
    performer: str
    prepare: Text
    cancel_allowed: bool
    rebook_allowed: bool
    cancel_until: datetime | None
    message_allowed: bool = True
    """A message can go with its cancellation."""
    cancelled_at: datetime | None = None
    reason: str = ""
    answers: tuple[Answer, ...] = ()
    interpreter: str = ""
    access_needs: str = ""
    phone: str | None = None
    time_type_id: str = ""
    video_url: str = ""
    replaces: BookingRef | None = None
    """The booking that was rebooked to this one."""
    was_at: datetime | None = None
    """When it began before it was rebooked, where it is the same booking still."""
    replaced_by: BookingRef | None = None
    """The booking that this one was rebooked to."""
    invited: bool = False
    """The clinic has invited the resident to it."""
    invited_within: Period | None = None
    """The days of the invitation it answers, which bind a rebooking; None for one to a time, or moved out of them."""
    calendar_id: str = ""
    """What calendars know it by, through all rebookings; ``calendar_sequence`` grows with each change."""
    calendar_sequence: int = 0
    hold_id: str = ""
    """The hold that it came of, where it is known."""
    result_text: str = ""
    """The timebook's own words that the resident must see when it has been made, changed or cancelled."""


class JournalSystem(Protocol):
    """One clinic's timebook.

    Every call may raise JournalUnavailable (nothing was changed); every write may raise OutcomeUnknown (the
    answer was lost; ``write_id`` is what is looked up) and JournalRejected (the timebook's own reason, to be shown).
    """

    clinic_id: UUID
    capabilities: Capabilities

    async def time_types(self, patient: Resident) -> list[TimeTypeInfo]:
        """Return the time types that the clinic offers on the web, in the clinic's order."""
        ...

    async def available_dates(
        self, patient: Resident, time_type: str, first: date, last: date
    ) -> dict[date, int]:
        """Return how many free times there are on each day in Sweden that has any, ``last`` included."""
        ...

    async def available_timeslots(
        self, patient: Resident, time_type: str, first: date, last: date, *, limit: int | None = None
    ) -> list[Timeslot]:
        """Return the free times between the two days in Sweden, ``last`` included, in order of time.

        The patient's own held time counts as free. Empty stretches cost little.
        """
        ...

    def changes(self) -> AsyncIterator[object]:
        """Yield at once, and then each time that the free times may be others, for as long as one listens.

        Changes that come close together are one. What has changed is for the caller to ask.
        """
        ...

    async def hold(self, patient: Resident, timeslot_id: str) -> Hold:
        """Keep a time for the patient alone; the patient's earlier hold is let go.

        Raises SlotTaken, SlotWithdrawn, LimitReached or NotFound. With a failure the earlier hold stands.
        """
        ...

    async def current_hold(self, patient: Resident) -> Hold | None:
        """Return the time that is held for the patient now, if any."""
        ...

    async def extend_hold(self, patient: Resident, hold_id: str) -> Hold:
        """Keep the time longer, at most 30 minutes from its beginning. Raises HoldExpired."""
        ...

    async def release_hold(self, patient: Resident, hold_id: str) -> None:
        """Let the time go. Letting go of what is not held is no error."""
        ...

    async def make_booking(self, patient: Resident, hold_id: str, details: BookingDetails) -> BookedTime:
        """Turn the hold into a booking. Asked again for the same hold it returns the same booking.

        Raises HoldExpired when somebody else may have the time by now, and TooManyBookings.
        """
        ...

    async def schedule(self, patient: Resident, *, in_full: bool = False) -> list[BookedTime]:
        """Return the patient's coming booked times in order of time.

        What can be done with each is certain only ``in_full``, which may take more asking.
        """
        ...

    async def booking(self, patient: Resident, booking_id: str) -> BookedTime:
        """Return one of the patient's bookings, cancelled and past ones too. Raises NotFound."""
        ...

    async def other_units(self, patient: Resident, booking_id: str) -> list[OtherUnit]:
        """Return the other clinics that the booking can be moved to (GetAllHealthcareFacilities). Raises NotFound."""
        ...

    async def rebook_booking(
        self, patient: Resident, booking_id: str, hold_id: str, *, from_clinic: UUID | None = None
    ) -> BookedTime:
        """Exchange the booking for a time that is held here, of the same time type, and return the new booking.

        ``from_clinic`` is where the booking stands, if not here: it must be one that can be moved here. The old one
        stays until the new one is sure. Asked again for the same exchange it returns the same booking. Raises
        NotFound, CannotBeMoved, TooLateToChange, AlreadyCancelled and HoldExpired.
        """
        ...

    async def cancel_booking(self, patient: Resident, booking_id: str, message: str) -> BookedTime:
        """Cancel; the time is bookable at once after. Raises NotFound, TooLateToChange, AlreadyCancelled."""
        ...
