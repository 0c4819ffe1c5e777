"""Watching for a time (bevaka tid): a resident waits in line, and is offered one time at a time that fits.

Only where the clinic's timebook is our own and so can hold. What comes of it: ``services.my_watches``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_watch
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import (
    IN_LINE,
    Performer,
    Slot,
    TimeType,
    Watch,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    InvalidInput,
    MessagesNeeded,
    NotFound,
    StaleVersion,
)
from webtidbok_app.domain.ombud import ombud_until
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.domain.watch import (
    WATCH_DAYS,
    WATCH_DAYS_MAX,
)
from webtidbok_app.journal.port import TimeTypeInfo
from webtidbok_app.services import audit
from webtidbok_app.services.clinics import ClinicInfo
from webtidbok_app.services.messages import is_reached
from webtidbok_app.services.terms import require_accepted_terms
from webtidbok_app.services.time_types import enter

SEEN_BEFORE = timedelta(days=60)
"""How far back one looks for who usually has times of a type."""


@dataclass(frozen=True)
class WatchForm:
    """What one can watch for at a clinic, as filled in already or to begin with. Days are days in Sweden."""

    clinic: ClinicInfo
    time_type: TimeTypeInfo
    performers: list[tuple[str, str]]
    reached: bool
    """The resident gets messages: without them nobody can be told of a time."""
    first_day: date
    last_day: date
    performer_id: str = ""
    part: PartOfDay | None = None
    running: bool = False
    """The resident watches for such a time already; it is changed, and the place in the line kept."""


async def open_watch(actor: Actor | None, *, clinic: str, time_type: str) -> WatchForm:
    """Return what can be watched for.

    Raises NotFound, CapabilityMissing (``phone``), AgeOutside, InvitedOnly and TermsNotAccepted.
    """
    resident, found, kind = await _enter(actor, clinic, time_type)
    today = swedish_time.day_of(clock.now())
    async with get_database().read() as session:
        time_type_id = await _time_type_id(session, found, kind)
        performers = await _performers(session, found, time_type_id)
        reached = await is_reached(session, told_id=resident.told_id, about=resident.person_id)
        watch = await _running(session, found, resident, time_type_id)
    begun = WatchForm(found, kind, performers, reached, today, today + timedelta(days=WATCH_DAYS))
    if watch is None or watch.last_day < today:
        return begun
    return WatchForm(
        found, kind, performers, reached, watch.first_day, watch.last_day,
        watch.performer_id.hex if watch.performer_id else "", watch.part, running=True,
    )  # fmt: skip


async def start_watch(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    performer: str,
    first_day: date | None,
    last_day: date | None,
    part: str,
) -> str:
    """Watch for a time, from now on or changed, and return the watch. Whoever waits already keeps their place.

    Raises what ``open_watch`` raises, MessagesNeeded, and InvalidInput (``first_day``, ``last_day``, ``performer``,
    ``part``; days are None where none was told).
    """
    resident, found, kind = await _enter(actor, clinic, time_type)
    now = clock.now()
    problems = _day_problems(first_day, last_day, swedish_time.day_of(now))
    if part and part not in set(PartOfDay):
        problems["part"] = "watch_part"
    async with get_database().write() as session:
        time_type_id = await _time_type_id(session, found, kind)
        if performer and performer not in dict(await _performers(session, found, time_type_id)):
            problems["performer"] = "watch_performer"
        if problems:
            raise InvalidInput(problems)
        if not await is_reached(session, told_id=resident.told_id, about=resident.person_id):
            raise MessagesNeeded
        assert first_day
        assert last_day
        watch = await _begin(session, found, resident, time_type_id, first_day, last_day, now)
        watch.first_day, watch.last_day = first_day, last_day
        watch.part, watch.watched_by = PartOfDay(part) if part else None, resident.ombud_id
        watch.told_until = ombud_until(resident.number) if resident.by else None
        watch.performer_id = UUID(hex=performer) if performer else None
        audit.record(session, resident, "start_watch", clinic_id=found.id, person_id=resident.person_id)
        tell_of_watch(session, watch.id)
        return watch.id.hex


async def _enter(
    actor: Actor | None, clinic: str, time_type: str
) -> tuple[Resident, ClinicInfo, TimeTypeInfo]:
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    if not found.can_watch:
        raise CapabilityMissing(phone=found.phone)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.BOOK_DIRECT)
    return resident, found, kind


def _day_problems(first: date | None, last: date | None, today: date) -> dict[str, str]:
    problems = {}
    if first is None:
        problems["first_day"] = "watch_day"
    if last is None:
        problems["last_day"] = "watch_day"
    elif last < today:
        problems["last_day"] = "watch_past"
    elif last > today + timedelta(days=WATCH_DAYS_MAX):
        problems["last_day"] = "watch_far"
    elif first is not None and last < first:
        problems["last_day"] = "watch_order"
    return problems


async def _time_type_id(session: AsyncSession, clinic: ClinicInfo, kind: TimeTypeInfo) -> UUID:
    found = await session.scalar(
        select(col(TimeType.id)).where(col(TimeType.clinic_id) == clinic.id, col(TimeType.slug) == kind.id)
    )
    if found is None:
        raise NotFound
    return found


async def _performers(session: AsyncSession, clinic: ClinicInfo, time_type_id: UUID) -> list[tuple[str, str]]:
    """Return who has times of the type, coming ones or lately, by name."""
    have = (
        select(col(Slot.id))
        .where(
            col(Slot.clinic_id) == Performer.clinic_id,
            col(Slot.performer_id) == Performer.id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) > clock.now() - SEEN_BEFORE,
            text("slot.withdrawn_at IS NULL"),
        )
        .correlate(Performer)
    )
    rows = await session.scalars(
        select(Performer)
        .where(col(Performer.clinic_id) == clinic.id, col(Performer.active), have.exists())
        .order_by(col(Performer.name))
    )
    return [(performer.id.hex, performer.name) for performer in rows]


async def _running(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, time_type_id: UUID, *, lock: bool = False
) -> Watch | None:
    waiting = select(Watch).where(
        col(Watch.clinic_id) == clinic.id,
        col(Watch.person_id) == resident.person_id,
        col(Watch.time_type_id) == time_type_id,
        text(f"watch.{IN_LINE}"),
    )
    return await session.scalar(waiting.with_for_update() if lock else waiting)


async def _begin(
    session: AsyncSession,
    clinic: ClinicInfo,
    resident: Resident,
    time_type_id: UUID,
    first_day: date,
    last_day: date,
    now: datetime,
) -> Watch:
    """Return the watch to change, begun now or waiting already; one whose last day has passed begins anew."""
    fresh = Watch(
        clinic_id=clinic.id, id=new_id(), person_id=resident.person_id, time_type_id=time_type_id,
        first_day=first_day, last_day=last_day, since=now,
    )  # fmt: skip
    await insert_or_ignore(session, fresh)  # two tabs may begin at the same moment
    watch = await _running(session, clinic, resident, time_type_id, lock=True)
    if watch is None:
        raise StaleVersion  # the one that was there ended in this very moment
    if watch.last_day < swedish_time.day_of(now):
        watch.since = now
    return watch
