"""What a journal system is asked about a patient, contract by contract."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import JournalUnavailable, NotFound
from webtidbok_app.domain.visit import Bookable, ReasonRule
from webtidbok_app.journal.port import Period, Text, TimeTypeInfo
from webtidbok_app.journal.rivta import translate
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.journal.rivta.docbook import to_rich_text
from webtidbok_app.journal.rivta.engagements import find_engagements
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.journal.rivta.translate import Asked
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.messages import (
    GetAllHealthcareFacilities,
    GetAllHealthcareFacilitiesResponse,
    GetAllPerformers,
    GetAllPerformersResponse,
    GetAllTimeTypes,
    GetAllTimeTypesResponse,
    GetAvailableDates,
    GetAvailableDatesResponse,
    GetAvailableTimeslots,
    GetAvailableTimeslotsResponse,
    GetBookingDetails,
    GetBookingDetailsResponse,
    GetSubjectOfCareSchedule,
    GetSubjectOfCareScheduleResponse,
    Timeslot,
)

INVITED_FOR = timedelta(days=365)
"""How long an open invitation can be answered: its end is not told."""

SECONDS_INVITED = 5.0
"""How long it is remembered what a patient is invited to."""

A = TypeVar("A", bound=Message)


class Reading:
    """The questions to one journal system about one patient. Each raises JournalUnavailable (``failure``)."""

    def __init__(self, client: Client, patient: Resident) -> None:
        self._client = client
        self._unit = client.logical_address
        self._patient = patient.number.digits
        self._resident = patient

    async def time_types(self) -> list[TimeTypeInfo]:
        """Return what can be booked: what the patient is invited to first, then what the unit offers."""
        question = GetAllTimeTypes(healthcare_facility=self._unit, subject_of_care=self._patient)
        told, invitations = await asyncio.gather(
            self._ask(question, GetAllTimeTypesResponse),
            self._client.share(("invitations", self._patient), SECONDS_INVITED, self._invitations),
        )
        offered = [
            TimeTypeInfo(translate.time_type_id(kind.id), Text(kind.name), reason=ReasonRule.OPTIONAL)
            for kind in told.time_types
        ]
        return [*invitations, *offered]

    async def days(self, asked: Asked, first: date, last: date) -> list[date] | None:
        """Return the days with free times; None where the journal system cannot tell."""
        if self._client.lacks("GetAvailableDates"):
            return None
        question = GetAvailableDates(
            healthcare_facility=self._unit, booking_id=asked.invitation, first=first, last=last,
            time_type_id=asked.time_type, subject_of_care=self._patient,
        )  # fmt: skip
        try:
            told = await self._ask(question, GetAvailableDatesResponse)
        except JournalUnavailable:
            if self._client.lacks("GetAvailableDates"):
                return None
            raise
        return [one.day for one in told.availabilities if one.day and first <= one.day <= last]

    async def timeslots(
        self, asked: Asked, first: date, last: date, *, fresh: bool = False
    ) -> tuple[Timeslot, ...]:
        """Return the free times from ``first`` to ``last``, both included."""
        question = GetAvailableTimeslots(
            healthcare_facility=self._unit, booking_id=asked.invitation, first=first, last=last,
            time_type_id=asked.time_type, subject_of_care=self._patient,
        )  # fmt: skip
        return (await self._ask(question, GetAvailableTimeslotsResponse, fresh=fresh)).timeslots

    async def schedule(self, *, fresh: bool = False) -> list[Timeslot]:
        """Return the booked times, ``fresh`` to who needs them as they are after this.

        They are the patient's whom it was asked for, where they do not say whose.
        """
        question = GetSubjectOfCareSchedule(healthcare_facility=self._unit, subject_of_care=self._patient)
        told = await self._ask(question, GetSubjectOfCareScheduleResponse, fresh=fresh)
        return [
            slot
            for slot in told.timeslots
            if self._is_here(slot)
            and slot.subject_of_care in {self._patient, None}
            and slot.start
            and slot.booking_id
        ]

    async def details(self, booking_id: str) -> Timeslot:
        """Return a booking to a time. Whose it is, only the answer says (facts P2). Raises NotFound."""
        slot = await self._booking(booking_id)
        if slot.start is None:
            raise NotFound
        return slot

    async def in_full(self, slot: Timeslot) -> Timeslot:
        """Return a booking of the schedule with what can be done with it, which only its details must tell."""
        if None not in {slot.cancel_booking_allowed, slot.rebooking_allowed, slot.message_allowed}:
            return slot
        try:
            return await self.details(slot.booking_id or "")
        except (JournalUnavailable, NotFound):
            return slot

    async def units(self, booking_id: str) -> set[str]:
        """Return the HSA-ids, in upper case, of the units that the booking can be moved to."""
        question = GetAllHealthcareFacilities(
            healthcare_facility=self._unit, subject_of_care=self._patient, booking_id=booking_id
        )
        told = await self._ask(question, GetAllHealthcareFacilitiesResponse)
        return {one.healthcare_facility.upper() for one in told.facilities}

    async def names(self, slots: Sequence[Timeslot]) -> Mapping[str, str]:
        """Return performers' names by their HSA-ids in upper case, where the times leave them out."""
        if all(slot.performer_name or not slot.performer for slot in slots):
            return {}
        question = GetAllPerformers(healthcare_facility=self._unit, subject_of_care=self._patient)
        try:
            told = await self._ask(question, GetAllPerformersResponse)
        except JournalUnavailable:  # one can book with somebody whose name is not known
            return {}
        return {
            one.performer.upper(): " ".join(filter(None, (one.title, one.first_name, one.last_name)))
            for one in told.performers
        }

    async def _invitations(self) -> list[TimeTypeInfo]:
        """Return the open invitations, of which only the engagement index knows."""
        ids = {
            one.business_object_id
            for one in await find_engagements(self._resident) or ()
            if translate.same_id(one.logical_address, self._unit)
        }
        if ids:
            ids -= {slot.booking_id or "" for slot in await self.schedule()}
        told = await asyncio.gather(*(self._invitation(one) for one in sorted(ids)))
        return [one for one in told if one]

    async def _invitation(self, booking_id: str) -> TimeTypeInfo | None:
        try:
            slot = await self._booking(booking_id)
        except (JournalUnavailable, NotFound):  # the index may know more, or less, than is so
            return None
        if not slot.is_invitation or slot.start:
            return None
        today = swedish_time.day_of(clock.now())
        return TimeTypeInfo(
            translate.invitation_id(booking_id), Text(slot.time_type_name or ""),
            prepare=Text(to_rich_text(slot.purpose or "")), bookable=Bookable.INVITATION,
            invitation=Period(today, today + INVITED_FOR), reason=ReasonRule.OPTIONAL,
        )  # fmt: skip

    async def _booking(self, booking_id: str) -> Timeslot:
        question = GetBookingDetails(healthcare_facility=self._unit, booking_id=booking_id)
        try:
            told = await self._ask(question, GetBookingDetailsResponse)
        except JournalUnavailable as unavailable:
            failed = unavailable.__cause__
            if isinstance(failed, CallFailed) and failed.is_of_client:
                raise NotFound from failed
            raise
        slot = told.timeslot
        is_theirs = self._is_here(slot) and slot.subject_of_care == self._patient
        if not is_theirs or slot.booking_id not in {booking_id, None}:
            raise NotFound
        return slot if slot.booking_id else Timeslot(**vars(slot) | {"booking_id": booking_id})

    def _is_here(self, slot: Timeslot) -> bool:
        return translate.same_id(slot.healthcare_facility, self._unit)

    async def _ask(self, question: Message, answer: type[A], *, fresh: bool = False) -> A:
        try:
            return await self._client.ask(question, answer, patient=self._patient, fresh=fresh)
        except CallFailed as failed:
            raise JournalUnavailable(failure=failed.failure) from failed
