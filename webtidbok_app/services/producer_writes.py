"""Booking, rebooking and cancelling in our timebook over the national service contracts.

What cannot be done for a reason of the clinic's is no fault but a result, whose text the patient is shown (TKB 1.1.5,
3.8). Each is one transaction with its line in the log. A request that comes again, as when its answer was lost, is
answered as the first time: the contracts have no key for that, so it is known by patient, time and whom it is with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Booking, Person, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.contact import is_email, is_phone, tidy_phone
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CapabilityMissing,
    Conflict,
    InvalidInput,
    NotFound,
    RuleViolation,
    WebtidbokError,
)
from webtidbok_app.domain.question import pack_answers
from webtidbok_app.domain.visit import BookingStatus, CaseTypeKind, ReasonRule
from webtidbok_app.i18n import CATALOG, t
from webtidbok_app.i18n.failures import in_words
from webtidbok_app.journal.port import TimeTypeInfo
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.messages import ResultCode
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_by_id
from webtidbok_app.services.producer_entry import Call, Entered, client_fault, enter, find_own
from webtidbok_app.services.producer_offer import why_not
from webtidbok_app.services.producer_times import (
    Meant,
    as_invited,
    find_booked,
    find_times,
    hold_one,
    is_exchanged,
    same_kinds,
)
from webtidbok_app.services.stops import why_stopped
from webtidbok_app.settings import get_settings
from webtidbok_app.timebook import bookings, exchange, limits, places

SAID_MAX = 1000
"""How long a reason or a message can be: consumers put more there than their users' own words."""
NAME_MAX = 80


async def make_booking(actor: Actor | None, *, call: Call, asked: riv.MakeBooking) -> riv.MakeBookingResponse:
    """Book the time for the patient, or answer the open invitation that the request names by its ``bookingId``.

    Asked again by the same patient it is the same booking. Who is not known here is registered by the names in the
    request, as staff do. Raises NotAllowed and Fault.
    """
    wanted = asked.requested_timeslot
    entered = await enter(
        actor, call, facility=wanted.healthcare_facility, subject=wanted.subject_of_care, agents=True
    )
    if entered.by_agent and wanted.booking_id:
        raise client_fault("agent")
    try:
        booking_id = await _make(entered, asked)
    except _SAYS_NO as error:
        return riv.MakeBookingResponse(result_code=ResultCode.ERROR, result_text=_text(entered.clinic, error))
    return riv.MakeBookingResponse(booking_id=booking_id.hex, result_code=ResultCode.OK)


async def update_booking(
    actor: Actor | None, *, call: Call, asked: riv.UpdateBooking
) -> riv.UpdateBookingResponse:
    """Exchange the booking for the time, which may be at another clinic that it can be moved to.

    The new one has an id of its own. What was said comes along, but for a new reason. To ask for what is so already
    changes nothing. Raises NotAllowed and Fault.
    """
    wanted = asked.requested_timeslot
    entered = await enter(actor, call, facility=wanted.healthcare_facility, subject=wanted.subject_of_care)
    try:
        await _exchange(entered, wanted)
    except _SAYS_NO as error:
        text = _text(entered.clinic, error)
        return riv.UpdateBookingResponse(result_code=ResultCode.ERROR, result_text=text)
    return riv.UpdateBookingResponse(result_code=ResultCode.OK)


async def cancel_booking(
    actor: Actor | None, *, call: Call, asked: riv.CancelBooking
) -> riv.CancelBookingResponse:
    """Cancel one of the patient's bookings; whose it is, only the actor says (1.x). Raises NotAllowed and Fault."""
    entered = await enter(actor, call, facility=asked.healthcare_facility)
    try:
        await _cancel(entered, asked)
    except _SAYS_NO as error:
        return riv.CancelBookingResponse(
            result_code=ResultCode.ERROR, result_text=_text(entered.clinic, error)
        )
    return riv.CancelBookingResponse(result_code=ResultCode.OK)


_SAYS_NO = (RuleViolation, Conflict, InvalidInput, NotFound)
"""What is told as a result and not as a fault."""


async def _make(entered: Entered, asked: riv.MakeBooking) -> UUID:
    wanted, now = asked.requested_timeslot, clock.now()
    said = _said(wanted.reason, asked.subject_of_care_info)
    kinds = await entered.clinic.journal(entered.patient).time_types(entered.patient)
    refusals = {kind.id: why_not(entered, kind) or _unsaid(kind, said) for kind in kinds}

    async def work(session: AsyncSession) -> UUID:
        known = await _registered(session, entered, asked.subject_of_care_info)
        person_id = known.patient.person_id
        await places.take_turns(session, person_id=person_id)
        times = await find_times(session, entered.clinic.id, wanted)
        if same := await find_booked(session, person_id, times):
            return same.id
        if wanted.booking_id:
            times = await as_invited(session, known, wanted.booking_id, times)
        offered = _allowed(times, refusals)
        held = await hold_one(session, offered, person_id, now)
        made = await bookings.confirm_hold(
            session, clinic_id=entered.clinic.id, hold_id=held.id, person_id=person_id, now=now, said=said
        )
        kind = next(time.kind for time in offered if time.slot.id == made.slot_id)
        age = known.patient.number.age_on(swedish_time.day_of(now))
        await limits.judge(session, made, kind, age=age, now=now)
        known.record(session, "book", made.id)
        return made.id

    return await get_database().transact(work)


async def _exchange(entered: Entered, wanted: riv.Timeslot) -> None:
    now, person_id = clock.now(), entered.patient.person_id
    reason = _said(wanted.reason, None)["reason"]
    mine = await _own_booking(entered, wanted.booking_id or "")
    left, here = await get_clinic_by_id(mine.clinic_id), entered.clinic
    kinds = await here.journal(entered.patient).time_types(entered.patient)
    at_home = left.id == here.id
    refusals = {kind.id: why_stopped(here, kind) if at_home else why_not(entered, kind) for kind in kinds}

    async def work(session: AsyncSession) -> None:
        await places.take_turns(session, person_id=person_id)
        old = await session.get_one(
            Booking, (mine.clinic_id, mine.id), populate_existing=True, with_for_update=True
        )
        times = await find_times(session, here.id, wanted)
        if await is_exchanged(session, old, times):
            return
        kind = await _kind_to_leave(session, left, old, now)
        same = await same_kinds(session, kind, here.id)
        fitting = _allowed([time for time in times if time.kind.id in same], refusals)
        held = await hold_one(session, fitting, person_id, now)
        made = await exchange.rebook(
            session, from_clinic=left.id, booking_id=old.id, clinic_id=here.id, hold_id=held.id,
            person_id=person_id, now=now,
        )  # fmt: skip
        made.reason = reason or made.reason
        if not at_home:
            entered.record(session, "rebook", old.id, left.id)
            moved = next(time.kind for time in fitting if time.slot.id == made.slot_id)
            await limits.refuse_if_too_many(session, made, moved, now=now)
        entered.record(session, "rebook", made.id)

    await get_database().transact(work)


async def _cancel(entered: Entered, asked: riv.CancelBooking) -> None:
    now = clock.now()
    message = _said(asked.message, None)["reason"]
    mine = await _own_booking(entered, asked.booking_id)
    if mine.clinic_id != entered.clinic.id:
        raise NotFound

    async def work(session: AsyncSession) -> None:
        old = await session.get_one(
            Booking, (mine.clinic_id, mine.id), populate_existing=True, with_for_update=True
        )
        await _kind_to_leave(session, entered.clinic, old, now)
        await bookings.cancel_booking(
            session, clinic_id=old.clinic_id, booking_id=old.id, cancelled_by=bookings.RESIDENT,
            message=message or "", now=now,
        )  # fmt: skip
        entered.record(session, "cancel_booking", old.id)

    await get_database().transact(work)


async def _own_booking(entered: Entered, booking_id: str) -> Booking:
    async with get_database().read() as session:
        mine = await find_own(session, entered, booking_id)
    if not isinstance(mine, Booking):
        raise NotFound
    return mine


async def _registered(session: AsyncSession, entered: Entered, info: riv.SubjectOfCare | None) -> Entered:
    """Return the same with who the patient is here, registered if need be by the names that the request tells."""
    number = entered.patient.number
    row = Person(number_hash=lookup_hash(number.digits), number=number.digits, given_name="", family_name="")
    same = select(Person).where(col(Person.number_hash) == row.number_hash)
    person = await session.scalar(same)
    if person is None:
        if info is None:
            raise client_fault("no_name")
        row.given_name, row.family_name = info.first_name[:NAME_MAX], info.last_name[:NAME_MAX]
        made = await insert_or_ignore(session, row)
        person = (await session.scalars(same)).one()
        known = _as(entered, person)
        if made:
            known.record(session, "register_person")
        return known
    return _as(entered, person)


def _as(entered: Entered, person: Person) -> Entered:
    patient = Resident(person.id, entered.patient.number, person.given_name, person.family_name)
    return replace(entered, patient=patient)


async def _kind_to_leave(session: AsyncSession, clinic: ClinicInfo, old: Booking, now: datetime) -> TimeType:
    """Return the time type of a booking that can be exchanged or cancelled.

    Raises AlreadyCancelled, CapabilityMissing and TooLateToChange.
    """
    if old.status == BookingStatus.CANCELLED:
        raise AlreadyCancelled
    if not clinic.offers(CaseTypeKind.MANAGE_DIRECT):
        raise CapabilityMissing
    slot = await session.get_one(Slot, (old.clinic_id, old.slot_id))
    kind = await session.get_one(TimeType, (old.clinic_id, slot.time_type_id))
    bookings.refuse_if_too_late(deadline=slot.starts_at - timedelta(hours=kind.cancel_hours), now=now)
    return kind


def _allowed(times: Sequence[Meant], refusals: Mapping[str, WebtidbokError | None]) -> list[Meant]:
    """Return those of the times whose time type is not refused. Raises why, when all that there are are."""
    offered = [time for time in times if time.kind.slug in refusals]
    allowed = [time for time in offered if refusals[time.kind.slug] is None]
    if offered and not allowed:
        raise refusals[offered[0].kind.slug] or NotFound
    return allowed


def _unsaid(kind: TimeTypeInfo, said: Mapping[str, str | None]) -> InvalidInput | None:
    missing = kind.reason is ReasonRule.REQUIRED and not said["reason"]
    return InvalidInput({"reason": "reason_missing"}) if missing else None


def _said(reason: str | None, info: riv.SubjectOfCare | None) -> dict[str, str | None]:
    """Return what the patient says, as a booking keeps it; contact details that are none are left out."""
    if reason and len(reason) > SAID_MAX:
        raise InvalidInput({"reason": "reason_too_long"})
    phone = tidy_phone(info.phone or "") if info else ""
    email = (info.email or "").strip() if info else ""
    return {
        "reason": reason or "",
        "answers": pack_answers(()),
        "interpreter": "",
        "access_needs": "",
        "phone": phone if is_phone(phone) else None,
        "email": email if is_email(email) else None,
    }


def _text(clinic: ClinicInfo, error: WebtidbokError) -> str:
    """Return what the patient is shown."""
    facts = {"phone": clinic.phone, "address": get_settings().origin, "most": SAID_MAX} | error.facts
    code = error.code
    if isinstance(error, InvalidInput):
        code = next(iter(error.problems.values()))
    elif facts.get("asks_more"):
        code = "asks_more"
    key = f"staff.contracts.error.{code}"
    words = t(
        "sv", key if key in CATALOG["sv"] else "staff.contracts.error.anything_else", **in_words(facts, "sv")
    )
    return " ".join(words.split())
