"""What there is to think of before staff book a time for somebody: the rules that bind residents, told as warnings."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, Person, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import SlotWithdrawn
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import Bookable, BookingStatus
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.clinics import get_clinic_by_id
from webtidbok_app.services.desk_people import read_person
from webtidbok_app.services.desk_times import DeskTime, find_time
from webtidbok_app.timebook import limits


@dataclass(frozen=True)
class DeskCheck:
    """A time as it is at this moment, with the rules that would bind the resident (stable codes)."""

    time: DeskTime
    warnings: list[str]
    facts: dict[str, int]
    """What the warnings' words need: ``min_age``, ``max_age``, ``most`` and ``notice_minutes``."""


async def weigh(
    actor: Actor | None, *, person_id: UUID, slot_id: UUID, but_not: UUID | None = None
) -> DeskCheck:
    """Return the time, and what there is to think of before it is booked for the person.

    ``but_not`` is a booking that goes when this one comes. Raises NotFound and SlotWithdrawn.
    """
    _, clinic_id = as_time_handler(actor)
    now = clock.now()
    clinic = await get_clinic_by_id(clinic_id)
    async with get_database().read() as session:
        time = await find_time(session, clinic_id=clinic_id, slot_id=slot_id, now=now)
        if time is None:
            raise SlotWithdrawn
        slot = await session.get_one(Slot, (clinic_id, slot_id))
        kind = await session.get_one(TimeType, (clinic_id, slot.time_type_id))
        person = await read_person(session, person_id)
        return DeskCheck(
            time,
            [
                *_warnings(kind, slot, person, now),
                *(["stopped"] if clinic.stop is not None or kind.stopped_at else []),
                *await _too_many(session, kind, person_id, but_not, now),
                *await _overlapping(session, slot, person_id, but_not),
            ],
            {
                "most": kind.max_active or 0,
                "min_age": kind.min_age or 0,
                "max_age": kind.max_age or 0,
                "notice_minutes": kind.notice_minutes,
            },
        )


def _warnings(kind: TimeType, slot: Slot, person: Person, now: datetime) -> list[str]:
    age = read_identity(person.number).age_on(swedish_time.day_of(slot.starts_at))
    found = {
        "begun": slot.starts_at <= now,
        "notice": now < slot.starts_at < kind.opening.first_start(now),
        "not_open": (end := kind.opening.end(now)) is not None and slot.starts_at >= end,
        "too_young": kind.min_age is not None and age < kind.min_age,
        "too_old": kind.max_age is not None and age > kind.max_age,
        "invited_only": kind.bookable == Bookable.INVITATION,
    }
    return [code for code, so in found.items() if so]


async def _too_many(
    session: AsyncSession, kind: TimeType, person_id: UUID, but_not: UUID | None, now: datetime
) -> list[str]:
    """Return the warning that the person has as many coming times of the type as residents can, if so."""
    if kind.max_active is None:
        return []
    coming = await limits.find_coming(session, person_id=person_id, time_type=kind, now=now)
    return ["too_many"] if len(coming - {but_not}) >= kind.max_active else []


async def _overlapping(session: AsyncSession, slot: Slot, person_id: UUID, but_not: UUID | None) -> list[str]:
    """Return the warning that the person has a time at the clinic then, if they have."""
    other = select(col(Booking.id)).join(
        Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id)
    )
    found = await session.scalars(
        other.where(
            col(Booking.clinic_id) == slot.clinic_id,
            col(Booking.person_id) == person_id,
            col(Booking.status) == BookingStatus.BOOKED,
            col(Slot.starts_at) < slot.ends_at,
            col(Slot.ends_at) > slot.starts_at,
        )
    )
    return ["overlaps"] if set(found) - {but_not} else []
