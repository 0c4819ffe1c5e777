"""Closed days and deviating times: the list, adding one with what lies there already, taking one away. For staff."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from webtidbok_app.services.authorise import as_schedule_staff, as_time_handler
from webtidbok_app.services.schedule import PerformerChoice, published_between, read_performers
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
    _, clinic_id = as_schedule_staff(actor)
    today = day_of(clock.now())
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await read_deviations(session, clinic_id=clinic_id, first=today - YEAR, last=date.max)
        coming = [(row, one) for row, one in rows if one.last_day >= today]
        passed = [(row, one) for row, one in rows if one.last_day < today]
        return Deviations(
            clinic.name,
            await read_performers(session, clinic_id),
            coming=await _with_times(session, clinic_id, coming),
            passed=[KeptDeviation(row.id, one, row.added_by_name, 0, 0) for row, one in reversed(passed)],
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
        [kept] = await _with_times(session, clinic_id, [(row, deviation)])
        return kept


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


async def _with_times(
    session: AsyncSession, clinic_id: UUID, rows: Sequence[tuple[ScheduleDeviation, Deviation]]
) -> list[KeptDeviation]:
    """Return the deviations with how many coming times lie in each, and how many of them are booked."""
    if not rows:
        return []
    spans = [_span_of(deviation) for _, deviation in rows]
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
    since, until = min(since for since, _ in spans), max(until for _, until in spans)
    found = await session.execute(
        select(col(Slot.performer_id), col(Slot.starts_at), col(Slot.ends_at), booked)
        .where(*published_between(clinic_id, since, until), col(Slot.starts_at) > clock.now())
        .order_by(col(Slot.starts_at))
    )
    times = found.all()
    starts = [start for _, start, _, _ in times]
    kept = []
    for (row, deviation), (since, until) in zip(rows, spans, strict=True):
        near = times[bisect_left(starts, since) : bisect_left(starts, until)]
        taken = [has for performer, start, end, has in near if deviation.touches(performer, start, end)]
        kept.append(KeptDeviation(row.id, deviation, row.added_by_name, len(taken), sum(map(bool, taken))))
    return kept


def _span_of(deviation: Deviation) -> tuple[datetime, datetime]:
    """Return between which moments a time starts that may lie in it: one may have begun the day before."""
    since, until = swedish_time.span_of_days(deviation.first_day, deviation.last_day)
    return since - timedelta(days=1), until
