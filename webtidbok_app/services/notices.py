"""Notices (driftmeddelanden) and stops: for the whole service, a clinic, or one of its time types.

Who is told of a stop, and what it means, stands in ``services.stops``. Here it is made and ended.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_everybody, tell_of_time_types
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import CHOSEN, IN_LINE, Booking, Clinic, Service, Slot, TimeType, Watch
from webtidbok_app.db.tables._base import Announces
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.journal.port import Text
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import (
    administers,
    as_administrator,
    as_clinic_staff,
    as_superadmin,
)
from webtidbok_app.services.rich_texts import Written, tidied
from webtidbok_app.timebook import places

NOTICE_MAX = 1000
SOON = timedelta(days=7)
"""How far ahead the times are counted that a stop takes from residents."""
_SERVICE = 1


@dataclass(frozen=True)
class Scope:
    """What a notice or a stop is about: the actor's clinic, one of its time types (a slug), or all of the service."""

    time_type: str = ""
    whole_service: bool = False


@dataclass(frozen=True)
class NoticeInfo:
    """The notice and whether booking is stopped. Days are days in Sweden; ``stopped_at`` is aware, UTC."""

    clinic: str
    time_type: str
    text: Text
    first_day: date | None
    last_day: date | None
    shown: bool
    """Residents see it today."""
    stopped_at: datetime | None
    stopped_by: str
    may_change: bool

    @property
    def words(self) -> tuple[Text, date | None, date | None]:
        """What a member of staff has written; the rest comes by itself."""
        return self.text, self.first_day, self.last_day


@dataclass(frozen=True)
class StopImpact:
    """Whom a stop hits: times that are free in the coming week, residents about to book, and those who wait."""

    free: int
    choosing: int
    waiting: int


async def get_notice(actor: Actor | None, *, scope: Scope) -> NoticeInfo:
    """Return the notice. All the clinic's staff may see theirs. Raises NotAllowed and NotFound."""
    staff, clinic_id = _reader(actor, scope)
    async with get_database().read() as session:
        return await _told(session, await _place(session, clinic_id, scope), clinic_id, staff)


async def list_notices(actor: Actor | None) -> list[tuple[str, NoticeInfo]]:
    """Return the notice of each time type of the clinic that is in use, by its slug, in order of name."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        rows = await session.scalars(
            select(TimeType)
            .where(col(TimeType.clinic_id) == clinic_id, col(TimeType.active))
            .order_by(col(TimeType.name_sv))
        )
        return [(row.slug, await _told(session, row, clinic_id, staff)) for row in rows.all()]


async def get_service_notice() -> Text:
    """Return what all visitors are told just now. Open to everybody; read once for all who come."""
    row = await snapshots.get("service", "notice", _read_service)
    return Text(*row.notice_on(swedish_time.day_of(clock.now())))


async def _read_service() -> Service:
    async with get_database().read() as session:
        return await session.get_one(Service, _SERVICE)


async def set_notice(
    actor: Actor | None,
    *,
    scope: Scope,
    notice: Text,
    first_day: date | None,
    last_day: date | None,
    seen: NoticeInfo | None = None,
) -> NoticeInfo:
    """Change what residents are told, from ``first_day`` to ``last_day``; None is at once, or until taken away.

    ``seen`` is what was shown when it was written; without it nothing is compared. Raises NotAllowed, NotFound,
    InvalidInput (``notice_sv``, ``notice_en``, ``last_day``), and StaleVersion when it is another by now.
    """
    staff, clinic_id = _changer(actor, scope)
    kept = tidied({"notice": Written(notice, NOTICE_MAX)})["notice"]
    if last_day is not None and last_day < max(first_day or date.min, swedish_time.day_of(clock.now())):
        raise InvalidInput({"last_day": "notice_over"})
    async with get_database().write() as session:
        place = await _place(session, clinic_id, scope, lock=True)
        if seen and seen.words != (await _told(session, place, clinic_id, staff)).words:
            raise StaleVersion
        place.notice_sv, place.notice_en = kept.sv, kept.en
        place.notice_from, place.notice_until = first_day, last_day
        audit.record(session, staff, "set_notice", clinic_id=clinic_id)
        _tell(session, clinic_id)
        return await _told(session, place, clinic_id, staff)


async def measure_stop(actor: Actor | None, *, scope: Scope) -> StopImpact:
    """Return whom a stop would hit now. Raises NotAllowed and NotFound."""
    _, clinic_id = _changer(actor, scope)
    now = clock.now()
    async with get_database().read() as session:
        place = await _place(session, clinic_id, scope)
        slots: list[ColumnElement[bool]] = []
        waiting: list[ColumnElement[bool]] = []
        if clinic_id is not None:
            slots.append(col(Slot.clinic_id) == clinic_id)
            waiting.append(col(Watch.clinic_id) == clinic_id)
        if isinstance(place, TimeType):
            slots.append(col(Slot.time_type_id) == place.id)
            waiting.append(col(Watch.time_type_id) == place.id)
        free = (
            select(func.count())
            .select_from(Slot)
            .where(
                *slots,
                text("slot.withdrawn_at IS NULL"),
                col(Slot.starts_at) > now,
                col(Slot.starts_at) < now + SOON,
                places.count_taken(now) < col(Slot.places),
            )
        )
        choosing = (
            select(func.count())
            .select_from(Booking)
            .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
            .where(*slots, text(f"booking.{CHOSEN}"), col(Booking.expires_at) > now)
        )
        in_line = select(func.count()).select_from(Watch).where(*waiting, text(f"watch.{IN_LINE}"))
        counts = [await session.scalar(question) or 0 for question in (free, choosing, in_line)]
    return StopImpact(*counts)


async def stop_booking(actor: Actor | None, *, scope: Scope) -> NoticeInfo:
    """Stop booking by residents at once. Stopped twice, the first who did it stands. Raises NotAllowed and NotFound."""
    staff, clinic_id = _changer(actor, scope)
    async with get_database().write() as session:
        place = await _place(session, clinic_id, scope, lock=True)
        if place.stopped_at is None:
            place.stopped_at, place.stopped_by, place.stopped_by_name = clock.now(), staff.hsa_id, staff.name
            audit.record(session, staff, "stop_booking", clinic_id=clinic_id)
            _tell(session, clinic_id)
        return await _told(session, place, clinic_id, staff)


async def start_booking(actor: Actor | None, *, scope: Scope) -> NoticeInfo:
    """Let residents book again, at once. Done twice it changes nothing more. Raises NotAllowed and NotFound."""
    staff, clinic_id = _changer(actor, scope)
    async with get_database().write() as session:
        place = await _place(session, clinic_id, scope, lock=True)
        if place.stopped_at is not None:
            place.stopped_at, place.stopped_by, place.stopped_by_name = None, "", ""
            audit.record(session, staff, "start_booking", clinic_id=clinic_id)
            _tell(session, clinic_id)
        return await _told(session, place, clinic_id, staff)


def _reader(actor: Actor | None, scope: Scope) -> tuple[Staff, UUID | None]:
    return (as_superadmin(actor)[0], None) if scope.whole_service else as_clinic_staff(actor)


def _changer(actor: Actor | None, scope: Scope) -> tuple[Staff, UUID | None]:
    return (as_superadmin(actor)[0], None) if scope.whole_service else as_administrator(actor)


async def _place(
    session: AsyncSession, clinic_id: UUID | None, scope: Scope, *, lock: bool = False
) -> Announces:
    """Return the row that the notice stands in. Raises NotFound for a time type that the clinic does not have."""
    which: list[ColumnElement[bool]]
    table: type[Service] | type[Clinic] | type[TimeType]
    if clinic_id is None:
        table, which = Service, [col(Service.id) == _SERVICE]
    elif scope.time_type:
        table = TimeType
        which = [col(TimeType.clinic_id) == clinic_id, col(TimeType.slug) == scope.time_type]
    else:
        table, which = Clinic, [col(Clinic.id) == clinic_id]
    question = select(table).where(*which)
    found = await session.scalar(question.with_for_update(key_share=True) if lock else question)
    if found is None:
        raise NotFound
    return found


def _tell(session: AsyncSession, clinic_id: UUID | None) -> None:
    if clinic_id is None:
        tell_everybody(session)
    else:
        tell_of_time_types(session, clinic_id)


async def _told(session: AsyncSession, place: Announces, clinic_id: UUID | None, staff: Staff) -> NoticeInfo:
    clinic = await session.get_one(Clinic, clinic_id) if clinic_id else None
    return NoticeInfo(
        clinic=clinic.name if clinic else "",
        time_type=place.name_sv if isinstance(place, TimeType) else "",
        text=Text(place.notice_sv, place.notice_en),
        first_day=place.notice_from,
        last_day=place.notice_until,
        shown=bool(place.notice_on(swedish_time.day_of(clock.now()))[0]),
        stopped_at=place.stopped_at,
        stopped_by=place.stopped_by_name,
        may_change=clinic is None or administers(staff),
    )
