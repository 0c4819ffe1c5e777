"""What can be booked in our timebook over the national service contracts: time types, free times, and with whom.

Nothing is offered that would be refused. Free times whose hour does not exist or comes twice are left out, since the
contracts write Swedish local time without an offset (TKB 1.1.5, 5.2).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Invitation, Performer, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import CapabilityMissing, InvitedOnly, WebtidbokError
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import Period, TimeTypeInfo
from webtidbok_app.rivta import messages as riv
from webtidbok_app.services.clinics import get_clinic_by_id
from webtidbok_app.services.producer_entry import Call, Entered, client_fault, enter, find_own, is_same_id
from webtidbok_app.services.stops import why_stopped
from webtidbok_app.services.time_types import may_book

AHEAD = timedelta(days=731)
"""How far ahead is answered, whatever is asked."""
TIMES_AT_ONCE = 5000
Asked = riv.GetAvailableDates | riv.GetAvailableTimeslots
Choice = tuple[TimeTypeInfo, Period | None]
"""A time type, and the days that an invitation binds to."""


async def get_all_time_types(
    actor: Actor | None, *, call: Call, asked: riv.GetAllTimeTypes
) -> riv.GetAllTimeTypesResponse:
    """Return the time types that can be booked without an invitation. We have no kinds of care to choose by."""
    entered = await enter(
        actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care, agents=True
    )
    kinds = [kind for kind in await bookable_kinds(entered) if kind.bookable is Bookable.WEB]
    told = tuple(riv.TimeType(name=kind.name.sv, id=kind.id) for kind in kinds)
    return riv.GetAllTimeTypesResponse(time_types=() if asked.care_type_ids else told)


async def get_available_dates(
    actor: Actor | None, *, call: Call, asked: riv.GetAvailableDates
) -> riv.GetAvailableDatesResponse:
    """Return the days with free times, each once for every time type and performer."""
    entered, found, performers = await _free_times(actor, call, asked)
    days = sorted({(swedish_time.day_of(slot.starts_at), kind.id, slot.performer_id) for kind, slot in found})
    names = {kind.id: kind.name.sv for kind, _ in found}
    return riv.GetAvailableDatesResponse(
        availabilities=tuple(
            riv.PerformerAvailabilityByDate(
                healthcare_facility=entered.clinic.hsa_id,
                day=day,
                time_type_name=names[kind],
                time_type_id=kind,
                **_by_identity(performers[performer]),
            )
            for day, kind, performer in days
        )
    )


async def get_available_timeslots(
    actor: Actor | None, *, call: Call, asked: riv.GetAvailableTimeslots
) -> riv.GetAvailableTimeslotsResponse:
    """Return the free times in order."""
    entered, found, performers = await _free_times(actor, call, asked)
    return riv.GetAvailableTimeslotsResponse(
        timeslots=tuple(
            riv.Timeslot(
                start=wall(slot.starts_at),
                end=wall(slot.ends_at),
                healthcare_facility=entered.clinic.hsa_id,
                healthcare_facility_name=entered.clinic.name,
                time_type_name=kind.name.sv,
                time_type_id=kind.id,
                **told_of(performers[slot.performer_id]),
            )
            for kind, slot in sorted(found, key=lambda one: (one[1].starts_at, one[1].performer))
        )
    )


async def get_all_performers(
    actor: Actor | None, *, call: Call, asked: riv.GetAllPerformers
) -> riv.GetAllPerformersResponse:
    """Return those with an HSA-id who have coming times of the time types that can be booked."""
    entered = await enter(
        actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care, agents=True
    )
    kinds = {kind.id for kind in await bookable_kinds(entered)}
    wanted = kinds & set(asked.time_type_ids) if asked.time_type_ids else kinds
    has_times = (
        select(col(Slot.id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .where(
            col(Slot.clinic_id) == Performer.clinic_id,
            col(Slot.performer_id) == Performer.id,
            col(Slot.starts_at) > clock.now(),
            col(Slot.withdrawn_at).is_(None),
            col(TimeType.slug).in_(() if asked.care_type_ids else wanted),
        )
    )
    async with get_database().read() as session:
        found = await session.scalars(
            select(Performer)
            .where(
                col(Performer.clinic_id) == entered.clinic.id,
                col(Performer.hsa_id).is_not(None),
                has_times.exists(),
            )
            .order_by(col(Performer.name))
        )
        return riv.GetAllPerformersResponse(performers=tuple(_info_of(one) for one in found))


async def get_all_care_types(
    actor: Actor | None, *, call: Call, asked: riv.GetAllCareTypes
) -> riv.GetAllCareTypesResponse:
    """Return nothing: our timebook tells times apart by their types alone."""
    await enter(actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care, agents=True)
    return riv.GetAllCareTypesResponse()


async def bookable_kinds(entered: Entered) -> list[TimeTypeInfo]:
    """Return the time types that can be booked now over the contracts, perhaps by an invitation."""
    kinds = await entered.clinic.journal(entered.patient).time_types(entered.patient)
    return [kind for kind in kinds if why_not(entered, kind) is None]


def why_not(entered: Entered, kind: TimeTypeInfo) -> WebtidbokError | None:
    """Return why the time type cannot be booked over the contracts, or None.

    Its questions have nowhere to be answered there. To an agent it is told whoever the patient is; when one books,
    the timebook judges.
    """
    if not entered.clinic.offers(CaseTypeKind.BOOK_DIRECT):
        return CapabilityMissing()
    if any(question.required for question in kind.questions):
        return CapabilityMissing(asks_more=True)
    if stopped := why_stopped(entered.clinic, kind):
        return stopped
    if entered.by_agent:
        return None if kind.bookable is Bookable.WEB else InvitedOnly()
    return may_book(entered.patient, kind)


def is_asked_for(slug: str, name: str, time_type_id: str | None, time_type_name: str | None) -> bool:
    """Whether a request that may name a time type, by id or by name, is about this one."""
    if time_type_id:
        return slug == time_type_id
    return not time_type_name or name == time_type_name


def told_of(performer: Performer) -> dict[str, Any]:
    """Return who or what a time is with, as a Timeslot tells it."""
    if performer.hsa_id is None:
        return _by_identity(performer)
    return {**_by_identity(performer), "performer_name": f"{performer.title_sv} {performer.name}".strip()}


def wall(moment: datetime) -> datetime:
    """Return what clocks in Sweden show, as the contracts write it."""
    return swedish_time.local(moment).replace(tzinfo=None)


async def _free_times(
    actor: Actor | None, call: Call, asked: Asked
) -> tuple[Entered, list[tuple[TimeTypeInfo, Timeslot]], Mapping[str, Performer]]:
    """Return the free times that are asked for, and the clinic's performers by their ids."""
    entered = await enter(
        actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care, agents=True
    )
    performers = await _performers(entered.clinic.id)
    today = swedish_time.day_of(clock.now())
    first, last = max(asked.first, today), min(asked.last, today + AHEAD)
    found: list[tuple[TimeTypeInfo, Timeslot]] = []
    for kind, period in await _choices(entered, asked):
        since, until = (max(first, period.first), min(last, period.last)) if period else (first, last)
        room = TIMES_AT_ONCE - len(found)
        if since > until or not room:
            continue
        slots = await entered.clinic.journal(entered.patient).available_timeslots(
            entered.patient, kind.id, since, until, limit=room
        )
        found += [
            (kind, slot)
            for slot in slots
            if _can_be_told(slot) and is_wanted(performers[slot.performer_id], asked.performers)
        ]
    return entered, found, performers


async def _choices(entered: Entered, asked: Asked) -> list[Choice]:
    """Return the time types whose times are asked for: of a booking to exchange, an invitation, or as named."""
    if asked.booking_id:
        return await _choices_instead_of(entered, asked.booking_id)
    if asked.care_type_id or asked.care_type_name:
        return []
    return [
        (kind, None)
        for kind in await bookable_kinds(entered)
        if is_asked_for(kind.id, kind.name.sv, asked.time_type_id, asked.time_type_name)
    ]


async def _choices_instead_of(entered: Entered, booking_id: str) -> list[Choice]:
    if entered.by_agent:
        raise client_fault("agent")
    async with get_database().read() as session:
        mine = await find_own(session, entered, booking_id)
        if isinstance(mine, Invitation):
            invited = await session.get_one(TimeType, (mine.clinic_id, mine.time_type_id))
            period = Period(mine.first_day, mine.last_day) if mine.first_day and mine.last_day else None
            return [(kind, period) for kind in await bookable_kinds(entered) if kind.id == invited.slug]
    if mine is None:
        raise client_fault("not_found")
    left, here = await get_clinic_by_id(mine.clinic_id), entered.clinic
    journal = left.journal(entered.patient)
    old = await journal.booking(entered.patient, mine.id.hex)
    if not old.rebook_allowed or not left.offers(CaseTypeKind.MANAGE_DIRECT):
        return []
    if left.id == here.id:
        kinds = [kind for kind in await journal.time_types(entered.patient) if not why_stopped(here, kind)]
        same = {old.time_type_id}
    else:
        kinds = await bookable_kinds(entered)
        units = await journal.other_units(entered.patient, old.id)
        same = {unit.time_type for unit in units if unit.clinic_id == here.id}
    return [(kind, old.invited_within) for kind in kinds if kind.id in same]


async def _performers(clinic_id: UUID) -> dict[str, Performer]:
    async with get_database().read() as session:
        found = await session.scalars(select(Performer).where(col(Performer.clinic_id) == clinic_id))
        return {one.id.hex: one for one in found}


def _can_be_told(slot: Timeslot) -> bool:
    """Whether what clocks in Sweden show when it starts and ends is shown once."""
    try:
        for moment in (wall(slot.starts_at), wall(slot.ends_at)):
            swedish_time.to_utc(moment.date(), moment.time())
    except swedish_time.NoSuchWallTime:
        return False
    return True


def is_wanted(performer: Performer, wanted: Iterable[str]) -> bool:
    """Whether the performer is one of those who are asked for by HSA-id; of nobody, anyone is."""
    asked_for = list(wanted)
    return not asked_for or any(is_same_id(one, performer.hsa_id or "") for one in asked_for)


def _by_identity(performer: Performer) -> dict[str, Any]:
    """Return who the time is with by HSA-id, or what, where it is a resource."""
    if performer.hsa_id:
        return {"performer": performer.hsa_id}
    return {"resource_name": performer.name, "resource_id": performer.id.hex}


def _info_of(performer: Performer) -> riv.PerformerInfo:
    """Return a person as the contract has it; who has one name alone has it in both places, as both are needed."""
    *first, last = performer.name.split()
    return riv.PerformerInfo(
        performer=performer.hsa_id or "",
        first_name=" ".join(first) or last,
        last_name=last,
        title=performer.title_sv or None,
    )
