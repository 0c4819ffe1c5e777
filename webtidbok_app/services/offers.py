"""Answering a request with times that are held for its resident, who takes one of them or none.

Only where the clinic's timebook is our own and so can hold. Staff decide: neither age limits nor the limits on choosing
times stand in the way of what they offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db import outbox
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    Booking,
    Clinic,
    OfferedTime,
    Performer,
    Person,
    RequestCase,
    Slot,
    TimeOffer,
    TimeType,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import CapabilityMissing, HoldExpired, InvalidInput, NotFound
from webtidbok_app.domain.ids import PersonalNumber, parse_id
from webtidbok_app.domain.request import (
    MESSAGE_MAX,
    OFFER_HOURS,
    OFFERED_AT_MOST,
    Author,
    CaseStatus,
    OfferStatus,
    Wish,
)
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.journal.port import JournalSystem, TimeTypeInfo
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_case_handler, as_resident
from webtidbok_app.services.cases import (
    find_case,
    lock_case,
    note_change,
    require_going,
    require_mine_or_nobodys,
    require_version,
    say,
)
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.timebook import offers, places

SHOWN_AT_ONCE = 12
HORIZON_DAYS = 365


@dataclass(frozen=True)
class Offerable:
    """What staff can offer: the clinic's time types, and the first free times of one of them."""

    time_types: list[TimeTypeInfo]
    chosen: str
    slots: list[Timeslot]


async def find_offerable(
    actor: Actor | None, *, case_id: str, time_type: str, first: date | None
) -> Offerable:
    """Return the first twelve free times of a time type from a day in Sweden on, today when None.

    Without ``time_type`` it is the one that was asked for, or the clinic's first. Raises NotFound and
    CapabilityMissing (``phone``) where the timebook cannot hold.
    """
    _, clinic_id = as_case_handler(actor)
    async with get_database().read() as session:
        case = await find_case(session, clinic_id, case_id)
        timebook = await _timebook(session, clinic_id)
        resident = await _resident(session, case.person_id)
    offered = await timebook.time_types(resident)
    known = [kind.id for kind in offered]
    chosen = next((one for one in (time_type, case.time_type, *known) if one in known), "")
    today = swedish_time.day_of(clock.now())
    slots = (
        await timebook.available_timeslots(
            resident,
            chosen,
            max(first or today, today),
            today + timedelta(days=HORIZON_DAYS),
            limit=SHOWN_AT_ONCE,
        )
        if chosen
        else []
    )
    return Offerable(offered, chosen, slots)


async def offer_times(
    actor: Actor | None, *, case_id: str, version: int, text: str, slot_ids: Sequence[UUID], hours: int
) -> None:
    """Answer with one to three times that are held for the resident for so many hours, and tell them so.

    An offer that stood before is let go. It never stands longer than until its first time. Raises NotFound,
    CapabilityMissing, CaseEnded, CaseTaken (``taken_by``), StaleVersion, SlotTaken, SlotWithdrawn, and InvalidInput
    (``offered``: none or more than three; ``hours``; ``offer_text``: more than 1000 characters).
    """
    staff, clinic_id = as_case_handler(actor)
    _check_offer(slot_ids, hours, text)
    now = clock.now()
    async with get_database().write() as session:
        case = await lock_case(session, clinic_id, case_id)
        await _timebook(session, clinic_id)
        require_going(case)
        require_mine_or_nobodys(case, staff)
        require_version(case, staff, version)
        await let_go_of_offers(session, case, OfferStatus.WITHDRAWN)
        offer = await _hold(session, case, slot_ids, until=now + timedelta(hours=hours), now=now)
        say(session, case, Author.STAFF, text.strip(), staff=staff)
        case.assigned_to, case.assigned_name = staff.hsa_id, staff.name
        note_change(session, case, CaseStatus.ANSWERED)
        await outbox.tell_of_offer(session, case, offer, now=now)
        audit.record(
            session, staff, "offer_times", clinic_id=clinic_id, person_id=case.person_id, case_id=case.id.hex
        )


async def withdraw_offer(actor: Actor | None, *, case_id: str) -> None:
    """Let the times go that are held for the case's resident. Done twice it changes nothing more. Raises NotFound."""
    staff, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        case = await lock_case(session, clinic_id, case_id)
        if await let_go_of_offers(session, case, OfferStatus.WITHDRAWN):
            note_change(session, case)
            audit.record(
                session, staff, "withdraw_offer", clinic_id=clinic_id, person_id=case.person_id,
                case_id=case.id.hex,
            )  # fmt: skip


async def take_time(actor: Actor | None, *, clinic: str, case: str, time: str) -> str:
    """Book one of the times that are held for the resident, and return the booking. The others are let go.

    A request to change a booked time exchanges it, both or neither. Taken twice it is one booking. Raises NotFound,
    and HoldExpired when the offer has run out or was taken back.
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)

    async def work(session: AsyncSession) -> str:
        row = await lock_case(session, found.id, case, person_id=resident.person_id)
        offered = await session.get(OfferedTime, (found.id, parse_id(time)))
        offer = await session.get(TimeOffer, (found.id, offered.offer_id)) if offered else None
        if offered is None or offer is None or offer.case_id != row.id:
            raise NotFound
        if offer.booking_id == offered.id:
            return offered.id.hex
        if offer.status != OfferStatus.OPEN:
            raise HoldExpired
        booking = await offers.take_offered(
            session,
            clinic_id=found.id,
            offer_id=offer.id,
            booking_id=offered.id,
            person_id=resident.person_id,
            now=clock.now(),
            said={
                "reason": row.reason,
                "interpreter": row.interpreter,
                "access_needs": row.access_needs,
                "phone": row.phone or None,
            },
            booked_by=resident.ombud_id,
            replaces=booking_to_exchange(row),
        )
        offer.status, offer.booking_id = OfferStatus.ACCEPTED, booking.id
        row.unsent = ""
        note_change(session, row, CaseStatus.CLOSED)
        audit.record(
            session, resident, "take_offered_time", clinic_id=found.id, person_id=resident.person_id,
            booking_id=booking.id.hex, case_id=row.id.hex,
        )  # fmt: skip
        return booking.id.hex

    return await get_database().transact(work)


async def decline_offer(actor: Actor | None, *, clinic: str, case: str) -> None:
    """Say that none of the times will do: they are let go, and the clinic has the request to read again.

    Done twice it changes nothing more. Raises NotFound.
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    async with get_database().write() as session:
        row = await lock_case(session, found.id, case, person_id=resident.person_id)
        if await let_go_of_offers(session, row, OfferStatus.DECLINED):
            note_change(session, row, CaseStatus.SENT)
            audit.record(
                session, resident, "decline_offer", clinic_id=found.id, person_id=resident.person_id,
                case_id=row.id.hex,
            )  # fmt: skip


async def let_go_of_offers(session: AsyncSession, case: RequestCase, status: OfferStatus) -> bool:
    """End what is offered in the case, and let its times go. Whether anything was offered still."""
    found = await session.scalars(
        select(TimeOffer).where(
            col(TimeOffer.clinic_id) == case.clinic_id,
            col(TimeOffer.case_id) == case.id,
            col(TimeOffer.status) == OfferStatus.OPEN,
        )
    )
    standing = found.all()
    for offer in standing:
        offer.status = status
        await places.let_go(session, clinic_id=case.clinic_id, offer_id=offer.id)
    return any(offer.stands_until > clock.now() for offer in standing)


async def withdraw_all_offers(session: AsyncSession, *, clinic_id: UUID) -> None:
    """Let go of all that the clinic offers. It is told in each case, as when staff withdraw it there."""
    offering = select(col(TimeOffer.case_id)).where(
        col(TimeOffer.clinic_id) == clinic_id, col(TimeOffer.status) == OfferStatus.OPEN
    )
    cases = await session.scalars(
        select(RequestCase)
        .where(col(RequestCase.clinic_id) == clinic_id, col(RequestCase.id).in_(offering))
        .order_by(col(RequestCase.id))
        .with_for_update()
    )
    for case in cases.all():
        if await let_go_of_offers(session, case, OfferStatus.WITHDRAWN):
            note_change(session, case)


def booking_to_exchange(case: RequestCase) -> UUID | None:
    """Return the booking in our own timebook that the resident has asked to change to another time, if any."""
    try:
        return UUID(hex=case.booking_id) if case.wish == Wish.REBOOK else None
    except ValueError:  # none, or one that another system keeps
        return None


def _check_offer(slot_ids: Sequence[UUID], hours: int, text: str) -> None:
    problems = {}
    if not 1 <= len(set(slot_ids)) <= OFFERED_AT_MOST:
        problems["offered"] = "offered"
    if hours not in OFFER_HOURS:
        problems["hours"] = "hours"
    if len(text.strip()) > MESSAGE_MAX:
        problems["offer_text"] = "too_long"
    if problems:
        raise InvalidInput(problems)


async def _hold(
    session: AsyncSession, case: RequestCase, slot_ids: Sequence[UUID], *, until: datetime, now: datetime
) -> TimeOffer:
    offer = TimeOffer(
        clinic_id=case.clinic_id, case_id=case.id, number=case.version, made_at=now, stands_until=until
    )
    rows = await session.execute(
        select(Slot, TimeType, col(Performer.name))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(col(Slot.clinic_id) == case.clinic_id, col(Slot.id).in_(slot_ids))
    )
    found = {slot.id: (slot, kind, performer) for slot, kind, performer in rows}
    if not found:
        raise NotFound
    last_chances = (
        slot.starts_at - timedelta(minutes=kind.notice_minutes) for slot, kind, _ in found.values()
    )
    offer.stands_until = min(until, *last_chances)
    held = await offers.offer_places(
        session, clinic_id=case.clinic_id, slot_ids=slot_ids, person_id=case.person_id, offer_id=offer.id,
        until=offer.stands_until, now=now,
    )  # fmt: skip
    session.add(offer)
    await session.flush()
    session.add_all(_offered(offer, booking, *found[booking.slot_id]) for booking in held)
    return offer


def _offered(offer: TimeOffer, booking: Booking, slot: Slot, kind: TimeType, performer: str) -> OfferedTime:
    return OfferedTime(
        clinic_id=offer.clinic_id, id=booking.id, offer_id=offer.id, starts_at=slot.starts_at,
        ends_at=slot.ends_at, time_type_sv=kind.name_sv, time_type_en=kind.name_en, performer=performer,
    )  # fmt: skip


async def can_offer(session: AsyncSession, clinic_id: UUID) -> bool:
    """Whether the clinic's timebook can hold times for somebody."""
    try:
        await _timebook(session, clinic_id)
    except CapabilityMissing:
        return False
    return True


async def _timebook(session: AsyncSession, clinic_id: UUID) -> JournalSystem:
    """Return the clinic's timebook. Raises CapabilityMissing (``phone``) unless it can hold times as answers."""
    clinic = await session.get_one(Clinic, clinic_id)
    timebook = await journal.connect_to(session, clinic)
    if not timebook.capabilities.offer:
        raise CapabilityMissing(phone=clinic.phone)
    return timebook


async def _resident(session: AsyncSession, person_id: UUID) -> Resident:
    person = await session.get_one(Person, person_id)
    number = PersonalNumber(person.number)
    return Resident(person.id, number, person.given_name, person.family_name, person.protected)
