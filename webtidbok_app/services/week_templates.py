"""Templates of a week (veckomallar): what the clinic has, and writing them. For staff who handle its times."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Clinic, Performer, TimeType, WeekTemplate, WeekTemplateSlot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.week_copy import read_week
from webtidbok_app.timebook.pattern import MAX_SLOTS, Series, check_times
from webtidbok_app.timebook.schedule_log import lock_schedule
from webtidbok_app.timebook.weeks import WeekTime, in_series, overlap, times_of

__all__ = ["AT_MOST", "NAME_MAX", "Series", "TemplateFacts", "TemplateRow", "TemplateSeries", "WeekTemplates"]

NAME_MAX = 60
AT_MOST = 50
"""Templates that one clinic may have."""


@dataclass(frozen=True)
class TemplateRow:
    """A template in the list: how many times it has in a week, for how many performers, and who changed it when."""

    id: UUID
    name: str
    times: int
    performers: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class WeekTemplates:
    """All templates of a clinic, in order of name."""

    clinic: str
    templates: list[TemplateRow]


@dataclass(frozen=True)
class TemplateSeries:
    """Times of a template that follow on each other on a weekday, and the names of what they are.

    ``in_use`` is whether performer and time type still are: times of others are never published.
    """

    times: list[WeekTime]
    performer: str
    time_type: str
    in_use: bool


@dataclass(frozen=True)
class TemplateFacts:
    """One template: its series in order of weekday and time. ``version`` is what a change of it has to know."""

    id: UUID
    name: str
    version: int
    series: list[TemplateSeries]

    @property
    def performers(self) -> list[tuple[UUID, str, int]]:
        """Those in use who have times in it, with name and how many, in order of name."""
        used = [one for one in self.series if one.in_use]
        names = {one.times[0].performer_id: one.performer for one in used}
        counts = Counter(time.performer_id for one in used for time in one.times)
        return sorted(((key, name, counts[key]) for key, name in names.items()), key=lambda one: one[1])

    @property
    def publishable(self) -> list[WeekTime]:
        """The times that can be published: their performer and time type are in use."""
        return [time for one in self.series if one.in_use for time in one.times]


async def list_week_templates(actor: Actor | None) -> WeekTemplates:
    """Return the clinic's templates."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await session.execute(
            select(
                WeekTemplate,
                func.count(col(WeekTemplateSlot.id)),
                func.count(col(WeekTemplateSlot.performer_id).distinct()),
            )
            .outerjoin(
                WeekTemplateSlot,
                (col(WeekTemplateSlot.clinic_id) == WeekTemplate.clinic_id)
                & (col(WeekTemplateSlot.template_id) == WeekTemplate.id),
            )
            .where(col(WeekTemplate.clinic_id) == clinic_id)
            .group_by(*WeekTemplate.__table__.columns)  # type: ignore[attr-defined]  # SQLModel's types know no table
        )
        found = [
            TemplateRow(row.id, row.name, times, performers, row.changed_by_name, row.changed_at)
            for row, times, performers in rows
        ]
    return WeekTemplates(clinic.name, sorted(found, key=lambda one: one.name.casefold()))


async def get_week_template(actor: Actor | None, *, template_id: UUID) -> TemplateFacts:
    """Return one of the clinic's templates. Raises NotFound."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await read_template(session, clinic_id, template_id)


async def add_week_template(
    actor: Actor | None,
    *,
    name: str,
    monday: date | None = None,
    performer_ids: frozenset[UUID] = frozenset(),
) -> UUID:
    """Make a template: of the times that the performers have in the week of ``monday``, empty without it.

    Raises InvalidInput (``name``, ``performers``).
    """
    staff, clinic_id = as_time_handler(actor)
    tidy = _checked_name(name)
    async with get_database().write() as session:
        times: list[WeekTime] = []
        if monday is not None:
            week = await read_week(session, clinic_id, monday)
            times = [WeekTime.of(slot) for slot in week if slot.performer_id in performer_ids]
            if not times:
                raise InvalidInput({"performers": "performers_missing"})
        return await _add(session, staff, clinic_id, tidy, times)


async def duplicate_week_template(actor: Actor | None, *, template_id: UUID, name: str) -> UUID:
    """Make a template with the same times under another name. Raises NotFound and InvalidInput (``name``)."""
    staff, clinic_id = as_time_handler(actor)
    tidy = _checked_name(name)
    async with get_database().write() as session:
        original = await read_template(session, clinic_id, template_id)
        times = [time for one in original.series for time in one.times]
        return await _add(session, staff, clinic_id, tidy, times)


async def rename_week_template(
    actor: Actor | None, *, template_id: UUID, version: int, name: str
) -> TemplateFacts:
    """Give a template another name. Raises NotFound, StaleVersion and InvalidInput (``name``)."""
    staff, clinic_id = as_time_handler(actor)
    tidy = _checked_name(name)
    async with get_database().write() as session:
        row = await _open(session, staff, clinic_id, template_id, version)
        taken = select(col(WeekTemplate.id)).where(
            col(WeekTemplate.clinic_id) == clinic_id,
            col(WeekTemplate.name) == tidy,
            col(WeekTemplate.id) != template_id,
        )
        if await session.scalar(taken) is not None:
            raise InvalidInput({"name": "template_name_taken"})
        row.name = tidy
        await session.flush()
        return await read_template(session, clinic_id, template_id)


async def add_series(
    actor: Actor | None, *, template_id: UUID, version: int, series: Series
) -> TemplateFacts:
    """Add times to a template.

    Raises NotFound, also for another clinic's performer or time type and those that are not in use, StaleVersion,
    and InvalidInput by field, also when a performer would have two times at once (``overlaps``).
    """
    staff, clinic_id = as_time_handler(actor)
    problems = check_times(series)
    if not series.weekdays or not series.weekdays <= set(range(7)):
        problems["weekdays"] = "weekdays_missing"
    if problems:
        raise InvalidInput(problems)
    new = times_of(series)
    async with get_database().write() as session:
        await _open(session, staff, clinic_id, template_id, version)
        await _refuse_unused(session, clinic_id, series)
        there = [time for time, *_ in await _times(session, clinic_id, template_id)]
        if len(there) + len(new) > MAX_SLOTS:
            raise InvalidInput({"to_time": "template_full"}, most=MAX_SLOTS)
        if overlap([*there, *new]) is not None:
            raise InvalidInput({"from_time": "overlaps"})
        await _insert(session, clinic_id, template_id, new)
        return await read_template(session, clinic_id, template_id)


async def remove_series(
    actor: Actor | None, *, template_id: UUID, version: int, first: WeekTime
) -> TemplateFacts:
    """Take the series that begins with the time ``first`` out of a template. Raises NotFound and StaleVersion."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        await _open(session, staff, clinic_id, template_id, version)
        there = in_series([time for time, *_ in await _times(session, clinic_id, template_id)])
        series = next((times for times in there if times[0] == first), None)
        if series is None:
            raise NotFound
        # Nothing else of the performer's can lie between: no two times overlap.
        await session.execute(
            delete(WeekTemplateSlot).where(
                _of(clinic_id, template_id),
                col(WeekTemplateSlot.performer_id) == first.performer_id,
                col(WeekTemplateSlot.weekday) == first.weekday,
                col(WeekTemplateSlot.start).between(first.start, series[-1].start),
            )
        )
        return await read_template(session, clinic_id, template_id)


async def remove_week_template(actor: Actor | None, *, template_id: UUID, version: int) -> None:
    """Remove a template; times that it has published stay. Raises NotFound and StaleVersion."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        row = await _find(session, clinic_id, template_id, version)
        await session.execute(delete(WeekTemplateSlot).where(_of(clinic_id, template_id)))
        await session.delete(row)
        audit.record(session, staff, "remove_week_template", clinic_id=clinic_id)


async def read_template(session: AsyncSession, clinic_id: UUID, template_id: UUID) -> TemplateFacts:
    """Return a template, for the use cases of templates. Raises NotFound."""
    row = await session.get(WeekTemplate, (clinic_id, template_id))
    if row is None:
        raise NotFound
    found = {one[0]: one for one in await _times(session, clinic_id, template_id)}
    series = []
    for times in in_series(list(found)):
        _, performer, time_type, in_use = found[times[0]]
        series.append(TemplateSeries(times, performer, time_type, in_use))
    series.sort(key=lambda one: (one.times[0].weekday, one.times[0].start, one.performer))
    return TemplateFacts(row.id, row.name, row.version, series)


def _of(clinic_id: UUID, template_id: UUID) -> ColumnElement[bool]:
    return (col(WeekTemplateSlot.clinic_id) == clinic_id) & (col(WeekTemplateSlot.template_id) == template_id)


async def _times(
    session: AsyncSession, clinic_id: UUID, template_id: UUID
) -> list[tuple[WeekTime, str, str, bool]]:
    """Return the template's times, each with the names of its performer and time type, and whether both are in use."""
    rows = await session.execute(
        select(
            WeekTemplateSlot, col(Performer.name), col(TimeType.name_sv),
            col(Performer.active) & col(TimeType.active),
        )
        .join(
            Performer,
            (col(Performer.clinic_id) == WeekTemplateSlot.clinic_id)
            & (col(Performer.id) == WeekTemplateSlot.performer_id),
        )
        .join(
            TimeType,
            (col(TimeType.clinic_id) == WeekTemplateSlot.clinic_id)
            & (col(TimeType.id) == WeekTemplateSlot.time_type_id),
        )
        .where(_of(clinic_id, template_id))
    )  # fmt: skip
    return [
        (
            WeekTime(
                row.weekday, row.start, row.length, row.performer_id, row.time_type_id, VisitForm(row.visit_form),
                row.places,
            ),
            performer, time_type, bool(in_use),
        )
        for row, performer, time_type, in_use in rows
    ]  # fmt: skip


def _checked_name(name: str) -> str:
    if not name:
        raise InvalidInput({"name": "template_name_missing"})
    if len(name) > NAME_MAX:
        raise InvalidInput({"name": "name_too_long"})
    return name


async def _add(
    session: AsyncSession, staff: Staff, clinic_id: UUID, name: str, times: Sequence[WeekTime]
) -> UUID:
    await lock_schedule(session, clinic_id=clinic_id)
    count = await session.scalar(select(func.count()).where(col(WeekTemplate.clinic_id) == clinic_id))
    if (count or 0) >= AT_MOST:
        raise InvalidInput({"name": "week_templates_full"})
    row = WeekTemplate(
        clinic_id=clinic_id, id=new_id(), name=name, changed_by=staff.hsa_id, changed_by_name=staff.name,
        changed_at=clock.now(),
    )  # fmt: skip
    template_id = row.id
    if not await insert_or_ignore(session, row):
        raise InvalidInput({"name": "template_name_taken"})
    await _insert(session, clinic_id, template_id, times)
    audit.record(session, staff, "add_week_template", clinic_id=clinic_id)
    return template_id


async def _insert(
    session: AsyncSession, clinic_id: UUID, template_id: UUID, times: Iterable[WeekTime]
) -> None:
    rows = [
        WeekTemplateSlot(clinic_id=clinic_id, id=new_id(), template_id=template_id, **vars(one)).model_dump()
        for one in times
    ]
    if rows:
        await session.execute(insert(WeekTemplateSlot), rows)


async def _open(
    session: AsyncSession, staff: Staff, clinic_id: UUID, template_id: UUID, version: int
) -> WeekTemplate:
    """Return the template to be changed, as the one who changes it. Raises NotFound and StaleVersion."""
    row = await _find(session, clinic_id, template_id, version)
    audit.record(session, staff, "change_week_template", clinic_id=clinic_id)
    row.version += 1
    row.changed_by, row.changed_by_name, row.changed_at = staff.hsa_id, staff.name, clock.now()
    return row


async def _find(session: AsyncSession, clinic_id: UUID, template_id: UUID, version: int) -> WeekTemplate:
    await lock_schedule(session, clinic_id=clinic_id)
    row = await session.get(WeekTemplate, (clinic_id, template_id), populate_existing=True)
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion
    return row


async def _refuse_unused(session: AsyncSession, clinic_id: UUID, series: Series) -> None:
    performer = await session.get(Performer, (clinic_id, series.performer_id))
    time_type = await session.get(TimeType, (clinic_id, series.time_type_id))
    if performer is None or time_type is None or not (performer.active and time_type.active):
        raise NotFound
