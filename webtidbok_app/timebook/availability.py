"""Which times are free. A time is free while it has a place that no booking and no running hold takes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import UTCDateTime, col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import LIVE, Booking, Slot
from webtidbok_app.domain.visit import VisitForm


class OfferedSlot(NamedTuple):
    """A published time and what is taken of it. Instants are aware, UTC; identities are in hex.

    ``holds`` are the holds on it, run out or not: who has each, and until when.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm
    performer_id: str
    performer: str
    places: int
    booked: int
    holds: tuple[tuple[str, datetime], ...] = ()

    def places_left(self, *, person_id: UUID, now: datetime) -> int:
        """Return how many places the person can have: a running hold takes one from everybody but its owner."""
        free = self.places - self.booked
        if self.holds:
            free -= sum(until > now and holder != person_id.hex for holder, until in self.holds)
        return free

    def is_held_by(self, person_id: UUID, now: datetime) -> bool:
        """Whether the person has a running hold on it."""
        return any(holder == person_id.hex and until > now for holder, until in self.holds)


OFFERED_SLOTS = text(f"""
    WITH who AS MATERIALIZED (
        SELECT id, name FROM performer WHERE clinic_id = :clinic_id
    ), booked AS MATERIALIZED (
        SELECT slot_id, count(*) AS places FROM booking
        WHERE clinic_id = :clinic_id AND starts_at >= :since AND starts_at < :until
            AND {LIVE} AND status = 'booked'
        GROUP BY slot_id
    ), held AS MATERIALIZED (
        SELECT slot_id, person_id, expires_at FROM booking WHERE clinic_id = :clinic_id AND status = 'held'
    )
    SELECT slot.id, slot.starts_at, slot.ends_at, slot.visit_form, who.id, who.name, slot.places,
        coalesce(booked.places, 0), held.person_id, held.expires_at
    FROM slot
        JOIN who ON who.id = slot.performer_id
        LEFT JOIN booked ON booked.slot_id = slot.id
        LEFT JOIN held ON held.slot_id = slot.id
    WHERE slot.clinic_id = :clinic_id AND slot.time_type_id = :time_type_id
        AND slot.starts_at >= :since AND slot.starts_at < :until AND slot.withdrawn_at IS NULL
    ORDER BY slot.starts_at, who.name, slot.id
""").bindparams(  # noqa: S608  LIVE is a constant
    bindparam("clinic_id", type_=Uuid()),
    bindparam("time_type_id", type_=Uuid()),
    bindparam("since", type_=UTCDateTime()),
    bindparam("until", type_=UTCDateTime()),
)
"""The question for the published times that start in [since, until): a row for each, and one more for every further
hold on it.

Each part is found once, lying together in an index, and materialized: left to its guesses, PostgreSQL looks up
performer and hold anew for every time when there are very many. So it costs the same among ten thousand times and
among a million. It is SQL because it is what is asked most: nothing is built or converted that is not needed.
"""


async def read_offered_slots(
    database: Database, *, clinic_id: UUID, time_type_id: UUID, since: datetime, until: datetime
) -> Sequence[OfferedSlot]:
    """Return the published times that start in [since, until), in order of time, in one question."""
    rows = await database.ask(
        OFFERED_SLOTS, clinic_id=clinic_id, time_type_id=time_type_id, since=since, until=until
    )
    found: dict[str, OfferedSlot] = {}
    for slot_id, start, end, form, performer_id, performer, places, booked, holder, held_until in rows:
        key = _hex(slot_id)
        holds: tuple[tuple[str, datetime], ...] = ((_hex(holder), _moment(held_until)),) if holder else ()
        if holds and key in found:
            holds += found[key].holds
        found[key] = OfferedSlot(
            key,
            _moment(start),
            _moment(end),
            _FORMS[form],
            _hex(performer_id),
            performer,
            places,
            booked,
            holds,
        )
    return tuple(found.values())


_FORMS = {str(form): form for form in VisitForm}


def _hex(identity: UUID | str) -> str:
    """Return an identity in hex, which is how SQLite keeps it."""
    return identity if isinstance(identity, str) else identity.hex


def _moment(value: datetime | str) -> datetime:
    """Return an instant, aware, UTC: PostgreSQL's driver is told so; SQLite keeps it as text without its zone."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value + "+00:00")


def unbooked_start_statement(*, clinic_id: UUID, time_type_id: UUID, since: datetime) -> Select[datetime]:
    """Return the question for the first start from ``since`` on with a place that is not booked."""
    booked = (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            text(f"booking.{LIVE}"),
            text("booking.status = 'booked'"),
        )
        .correlate(Slot)
        .scalar_subquery()
    )
    return (
        select(col(Slot.starts_at))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) >= since,
            text("slot.withdrawn_at IS NULL"),
            col(Slot.places) > booked,
        )
        .order_by(col(Slot.starts_at))
        .limit(1)
    )


async def find_unbooked_start(
    session: AsyncSession, *, clinic_id: UUID, time_type_id: UUID, since: datetime
) -> datetime | None:
    """Return when the first time from ``since`` on starts that has a place not booked; held ones count too."""
    return await session.scalar(
        unbooked_start_statement(clinic_id=clinic_id, time_type_id=time_type_id, since=since)
    )
