"""Publishing times from a file: what each row would do, and doing it. For staff of the clinic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Performer, TimeType
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import ScheduleChangeKind, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.publication import Published, publish_planned
from webtidbok_app.timebook import publishing, schedule_log
from webtidbok_app.timebook.deviations import find_deviations, touching
from webtidbok_app.timebook.pattern import MAX_AHEAD, NewSlot, slot_at

Problems = list["RowProblem"]
Named = TypeVar("Named", TimeType, Performer)


@dataclass(frozen=True)
class ImportRow:
    """One row of a file: one time, on clocks in Sweden. Names are as they are written, to be found at the clinic.

    What is None is the time type's own.
    """

    line: int
    day: date
    from_time: time
    length_minutes: int | None
    time_type: str
    performer: str
    visit_form: VisitForm | None = None
    places: int = 1


@dataclass(frozen=True)
class RowProblem:
    """Why a row is not published: its line in the file, a stable code and facts for the words."""

    line: int
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportPreview:
    """What importing would do. ``seen`` is the newest change of the schedule that it takes into account."""

    slots: list[NewSlot]
    problems: list[RowProblem]
    seen: int


@dataclass(frozen=True)
class _Planned:
    line: int
    slot: NewSlot


async def preview_import(actor: Actor | None, *, rows: Sequence[ImportRow]) -> ImportPreview:
    """Return which of the rows could be published and what is wrong with the others, changing nothing."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        seen = await schedule_log.newest_number(session, clinic_id=clinic_id)
        slots, problems = await _plan(session, clinic_id, rows)
    return ImportPreview(slots, problems, seen)


async def import_times(actor: Actor | None, *, rows: Sequence[ImportRow], seen: int) -> Published:
    """Publish those of the rows that can be, in one transaction; every row is judged anew.

    ``seen`` is that of the preview. Raises ScheduleChanged when staff have changed the schedule of those days since.
    """
    staff, clinic_id = as_time_handler(actor)

    async def plan(session: AsyncSession) -> Sequence[NewSlot]:
        audit.record(session, staff, "import_times", clinic_id=clinic_id)
        return (await _plan(session, clinic_id, rows))[0]

    days = [row.day for row in rows]
    return await publish_planned(
        staff,
        clinic_id,
        ScheduleChangeKind.IMPORT,
        plan,
        seen=seen,
        spans=[(min(days), max(days))] if days else [],
    )


async def _plan(
    session: AsyncSession, clinic_id: UUID, rows: Sequence[ImportRow]
) -> tuple[list[NewSlot], Problems]:
    names = await _Names.of(session, clinic_id)
    now = clock.now()
    planned: list[_Planned] = []
    problems: Problems = []
    for row in rows:
        made = _slot_of(row, names, now)
        if isinstance(made, RowProblem):
            problems.append(made)
        else:
            planned.append(made)
    planned, deviating = await _without_deviating(session, clinic_id, planned)
    clashes = await publishing.find_clashes(session, clinic_id=clinic_id, planned=_hulls(planned))
    free = set(publishing.without_clashes([one.slot for one in planned], clashes))
    problems += deviating
    problems += [RowProblem(one.line, "overlaps_published") for one in planned if one.slot not in free]
    kept, overlapping = _apart([one for one in planned if one.slot in free])
    return [one.slot for one in kept], sorted([*problems, *overlapping], key=lambda one: one.line)


async def _without_deviating(
    session: AsyncSession, clinic_id: UUID, planned: list[_Planned]
) -> tuple[list[_Planned], Problems]:
    """Return the times that no deviation touches, and why the others are not published."""
    if not planned:
        return [], []
    days = [day_of(one.slot.starts_at) for one in planned]
    deviations = await find_deviations(
        session, clinic_id=clinic_id, first=min(days), last=max(days) + timedelta(days=1)
    )
    kept: list[_Planned] = []
    problems: Problems = []
    for one, deviation in zip(planned, touching([one.slot for one in planned], deviations), strict=True):
        if deviation is None:
            kept.append(one)
        else:
            problems.append(RowProblem(one.line, "deviates", {"reason": deviation.reason}))
    return kept, problems


def _hulls(planned: Iterable[_Planned]) -> list[NewSlot]:
    """Return for each performer one time from the first start to the last end: what is published there may clash."""
    hulls: dict[UUID, NewSlot] = {}
    for one in (each.slot for each in planned):
        hull = hulls.get(one.performer_id, one)
        hulls[one.performer_id] = replace(
            hull, starts_at=min(hull.starts_at, one.starts_at), ends_at=max(hull.ends_at, one.ends_at)
        )
    return list(hulls.values())


@dataclass(frozen=True)
class _Names:
    """The clinic's time types and performers by what a file may call them."""

    time_types: Mapping[str, list[TimeType]]
    performers: Mapping[str, list[Performer]]

    @classmethod
    async def of(cls, session: AsyncSession, clinic_id: UUID) -> "_Names":
        types = await session.scalars(
            select(TimeType).where(col(TimeType.clinic_id) == clinic_id, col(TimeType.active))
        )
        performers = await session.scalars(
            select(Performer).where(col(Performer.clinic_id) == clinic_id, col(Performer.active))
        )
        return cls(
            _by_name((kind, [kind.name_sv]) for kind in types),
            _by_name((one, [one.name, one.hsa_id or one.name]) for one in performers),
        )


def _by_name(named: Iterable[tuple[Named, list[str]]]) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for one, names in named:
        for name in {name.strip().casefold() for name in names}:
            found.setdefault(name, []).append(one)
    return found


def _slot_of(row: ImportRow, names: _Names, now: datetime) -> _Planned | RowProblem:
    """Return the time that a row means, or the first thing that is wrong with it."""
    kinds = names.time_types.get(row.time_type.casefold(), [])
    performers = names.performers.get(row.performer.casefold(), [])
    for code, found, name in (("time_type", kinds, row.time_type), ("performer", performers, row.performer)):
        if len(found) != 1:
            return RowProblem(row.line, f"{'several' if found else 'unknown'}_{code}", {"name": name})
    length = row.length_minutes or kinds[0].length_minutes
    planned = slot_at(row.day, row.from_time.hour * 60 + row.from_time.minute, length)
    if planned is None:
        return RowProblem(row.line, "not_on_clock")
    if planned.starts_at <= now:
        return RowProblem(row.line, "passed")
    if row.day > day_of(now) + MAX_AHEAD:
        return RowProblem(row.line, "too_far")
    form = row.visit_form or VisitForm(kinds[0].visit_form)
    slot = NewSlot(planned.starts_at, planned.ends_at, performers[0].id, kinds[0].id, form, row.places)
    return _Planned(row.line, slot)


def _apart(planned: Iterable[_Planned]) -> tuple[list[_Planned], Problems]:
    """Return the times in order, without those that overlap an earlier one of the same performer, and these."""
    kept: list[_Planned] = []
    problems: Problems = []
    last: dict[UUID, _Planned] = {}
    for one in sorted(planned, key=lambda one: (one.slot.starts_at, one.line)):
        before = last.get(one.slot.performer_id)
        if before and before.slot.ends_at > one.slot.starts_at:
            problems.append(RowProblem(one.line, "overlaps_row", {"row": before.line}))
        else:
            kept.append(one)
            last[one.slot.performer_id] = one
    return kept, problems
