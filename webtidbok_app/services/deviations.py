"""Closed days and deviating times: the list, adding one with what lies there already, taking one away. For staff."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_visit
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import LIVE, Booking, Clinic, Performer, ScheduleDeviation, Slot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import ScheduleChangeKind
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_clinic_staff, as_time_handler
from webtidbok_app.services.schedule import PerformerChoice, read_performers
from webtidbok_app.timebook import schedule_log
from webtidbok_app.timebook.deviations import Deviation, find_deviations, read_deviations
from webtidbok_app.timebook.pattern import DAY_MINUTES, MAX_AHEAD

__all__ = ["REASON_MAX", "Deviation", "KeptDeviation", "add_deviation", "list_deviations", "remove_deviation"]

REASON_MAX = 60
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class KeptDeviation:
    """A deviation of the clinic's, who added it, and what is published there still.

    ``times`` is how many coming times lie in it, ``booked`` how many of those somebody has.
    """

    id: UUID
    deviation: Deviation
    added_by: str
    times: int
    booked: int


@dataclass(frozen=True)
class Deviations:
    """A clinic's deviations: those to come in order, those that have passed backwards."""

    clinic: str
    performers: list[PerformerChoice]
    coming: list[KeptDeviation]
    passed: list[KeptDeviation]


async def list_deviations(actor: Actor | None) -> Deviations:
    """Return the clinic's deviations of the last year and those to come, with what is published in these."""
    _, clinic_id = as_clinic_staff(actor)
    today = day_of(clock.now())
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await read_deviations(session, clinic_id=clinic_id, first=today - YEAR, last=date.max)
        kept = [await _kept(session, row, one) for row, one in rows]
        return Deviations(
            clinic.name,
            await read_performers(session, clinic_id),
            coming=[one for one in kept if one.deviation.last_day >= today],
            passed=[one for one in reversed(kept) if one.deviation.last_day < today],
        )


async def add_deviation(actor: Actor | None, *, deviation: Deviation) -> KeptDeviation:
    """Add a deviation: from now on nothing is published there. What is published stays, and is counted.

    Raises NotFound for another clinic's performer, and InvalidInput by field.
    """
    staff, clinic_id = as_time_handler(actor)
    _check(deviation, day_of(clock.now()))
    async with get_database().write() as session:
        await schedule_log.lock_schedule(session, clinic_id=clinic_id)
        if deviation.performer_id is not None:
            performer = await session.get(Performer, (clinic_id, deviation.performer_id))
            if performer is None or not performer.active:
                raise NotFound
        facts = {name: value for name, value in vars(deviation).items() if name != "performer"}
        there = await find_deviations(
            session, clinic_id=clinic_id, first=deviation.first_day, last=deviation.last_day
        )
        if any(facts.items() <= vars(one).items() for one in there):
            raise InvalidInput({"first_day": "there_already"})
        row = ScheduleDeviation(
            clinic_id=clinic_id, id=new_id(), added_by=staff.hsa_id, added_by_name=staff.name,
            added_at=clock.now(), **facts,
        )  # fmt: skip
        session.add(row)
        await _note(session, staff, clinic_id, deviation, ScheduleChangeKind.CLOSE)
        return await _kept(session, row, deviation)


async def remove_deviation(actor: Actor | None, *, deviation_id: UUID) -> None:
    """Take a deviation away; nothing is published by that. Raises NotFound, also when it is gone already."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        await schedule_log.lock_schedule(session, clinic_id=clinic_id)
        row = await session.get(ScheduleDeviation, (clinic_id, deviation_id))
        if row is None:
            raise NotFound
        taken_away = Deviation(row.first_day, row.last_day, row.reason)
        await session.delete(row)
        await _note(session, staff, clinic_id, taken_away, ScheduleChangeKind.REOPEN)


async def _note(
    session: AsyncSession, staff: Staff, clinic_id: UUID, deviation: Deviation, kind: ScheduleChangeKind
) -> None:
    """Write down that the schedule is another on those days: whoever is about to publish there looks once more."""
    since, until = swedish_time.span_of_days(deviation.first_day, deviation.last_day)
    await schedule_log.note_change(
        session,
        clinic_id=clinic_id,
        kind=kind,
        changed_by=staff.hsa_id,
        changed_by_name=staff.name,
        now=clock.now(),
        starts=[since, until - timedelta(minutes=1)],
        slots=0,
    )
    closes = kind is ScheduleChangeKind.CLOSE
    audit.record(session, staff, "add_deviation" if closes else "remove_deviation", clinic_id=clinic_id)
    tell_of_visit(session, clinic_id)


def _check(deviation: Deviation, today: date) -> None:
    since, until = deviation.from_minute, deviation.to_minute
    halves = (since is None) != (until is None)
    rules = (
        ("first_day", "first_day_passed", deviation.first_day < today),
        ("last_day", "last_day_before_first", deviation.last_day < deviation.first_day),
        ("last_day", "last_day_too_far", deviation.last_day > today + MAX_AHEAD),
        ("to_time" if until is None else "from_time", "time_missing", halves),
        (
            "to_time",
            "to_time_before_from",
            since is not None and until is not None and not 0 <= since < until <= DAY_MINUTES,
        ),
        ("reason", "reason_missing", not deviation.reason),
        ("reason", "reason_too_long", len(deviation.reason) > REASON_MAX),
    )
    if problems := {field: code for field, code, broken in reversed(rules) if broken}:
        raise InvalidInput(problems)


async def _kept(session: AsyncSession, row: ScheduleDeviation, deviation: Deviation) -> KeptDeviation:
    """Return the deviation with how many coming times lie in it, and how many of them are booked."""
    since, until = swedish_time.span_of_days(deviation.first_day, deviation.last_day)
    booked = (
        select(col(Booking.id))
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            text(f"booking.{LIVE}"),
            text("booking.status = 'booked'"),
        )
        .correlate(Slot)
        .exists()
    )
    found = await session.execute(
        select(col(Slot.performer_id), col(Slot.starts_at), col(Slot.ends_at), booked).where(
            col(Slot.clinic_id) == row.clinic_id,
            col(Slot.starts_at) > max(clock.now(), since - timedelta(days=1)),
            col(Slot.starts_at) < until,
            text("slot.withdrawn_at IS NULL"),
        )
    )
    taken = [has for performer, starts, ends, has in found if deviation.touches(performer, starts, ends)]
    return KeptDeviation(row.id, deviation, row.added_by_name, len(taken), sum(map(bool, taken)))
