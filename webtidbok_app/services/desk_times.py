"""The clinic's times as staff at the desk see them: those that residents cannot book any more, and full ones, too."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, Performer, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.timebook import places

SHOWN_AT_ONCE = 24
HORIZON_DAYS = 365


@dataclass(frozen=True)
class DeskTime:
    """A published time as staff see it. ``taken`` of its ``places`` are booked or held; instants are aware, UTC."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    visit_form: VisitForm
    places: int
    taken: int

    @property
    def full(self) -> bool:
        """Whether one more is an extra one."""
        return self.taken >= self.places

    @property
    def can_take_more(self) -> bool:
        """Whether staff can book it still."""
        return self.taken < self.places + places.OVERBOOKED_AT_MOST


@dataclass(frozen=True)
class DeskTimes:
    """The first free times from a day on, and among them in time those that are full and can be overbooked."""

    clinic: str
    time_types: list[tuple[UUID, str]]
    performers: list[tuple[UUID, str]]
    free: list[DeskTime]
    full: list[DeskTime]
    more: bool


async def list_times(
    actor: Actor | None,
    *,
    first: date,
    time_type: UUID | None = None,
    performer: UUID | None = None,
    only_first_day: bool = False,
) -> DeskTimes:
    """Return the first free times from a day in Sweden on, those too that residents cannot book any more."""
    _, clinic_id = as_time_handler(actor)
    now = clock.now()
    since, _ = swedish_time.span_of_days(first, first)
    _, until = swedish_time.span_of_days(
        first, first if only_first_day else first + timedelta(days=HORIZON_DAYS)
    )
    wanted = [
        col(Slot.starts_at) >= since, col(Slot.starts_at) < until, col(Slot.ends_at) > now,
        *([col(Slot.time_type_id) == time_type] if time_type else []),
        *([col(Slot.performer_id) == performer] if performer else []),
    ]  # fmt: skip
    taken = places.count_taken(now)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        free = await _times(session, _slots(clinic_id, now).where(*wanted, taken < Slot.places))
        if len(free) > SHOWN_AT_ONCE:
            wanted.append(col(Slot.starts_at) <= free[SHOWN_AT_ONCE - 1].starts_at)
        full = await _times(session, _slots(clinic_id, now).where(*wanted, taken >= Slot.places))
        return DeskTimes(
            clinic=clinic.name,
            time_types=await _choices(session, clinic_id, TimeType, TimeType.name_sv),
            performers=await _choices(session, clinic_id, Performer, Performer.name),
            free=free[:SHOWN_AT_ONCE],
            full=[time for time in full[:SHOWN_AT_ONCE] if time.can_take_more],
            more=len(free) > SHOWN_AT_ONCE,
        )


async def find_time(
    session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, now: datetime
) -> DeskTime | None:
    """Return a published time that has not ended, for the use cases at the desk."""
    found = await _times(session, _slots(clinic_id, now).where(col(Slot.id) == slot_id))
    return found[0] if found else None


def _slots(clinic_id: UUID, now: datetime) -> Select[UUID, datetime, datetime, str, str, VisitForm, int, int]:
    return (
        select(
            col(Slot.id), col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv), col(Performer.name),
            col(Slot.visit_form), col(Slot.places), places.count_taken(now),
        )
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(col(Slot.clinic_id) == clinic_id, text("slot.withdrawn_at IS NULL"), col(Slot.ends_at) > now)
        .order_by(col(Slot.starts_at), col(Performer.name), col(Slot.id))
        .limit(SHOWN_AT_ONCE + 1)
    )  # fmt: skip


async def _times(
    session: AsyncSession, statement: Select[UUID, datetime, datetime, str, str, VisitForm, int, int]
) -> list[DeskTime]:
    return [DeskTime(*row) for row in await session.execute(statement)]


async def _choices(
    session: AsyncSession, clinic_id: UUID, table: type[TimeType | Performer], name: str
) -> list[tuple[UUID, str]]:
    rows = await session.execute(
        select(col(table.id), col(name))
        .where(col(table.clinic_id) == clinic_id, col(table.active))
        .order_by(col(name))
    )
    return [(identity, words) for identity, words in rows]
