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
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm


class HeldSlot(NamedTuple):
    """A time with places that are not booked, and the holds on it, run out or not: who has each, and until when.

    The slot's ``places_left`` are those not booked. Persons are in hex, instants aware, UTC. What is
    offered to somebody is nobody's to choose, so there no person is told.
    """

    slot: Timeslot
    holds: tuple[tuple[str, datetime], ...]

    @property
    def starts_at(self) -> datetime:
        """When the time starts."""
        return self.slot.starts_at

    def as_seen_by(self, person_id: UUID, now: datetime) -> Timeslot | None:
        """Return the time with the places that the person can have, None without any.

        A running hold takes a place from everybody but its owner.
        """
        running = [holder for holder, until in self.holds if until > now]
        mine = running.count(person_id.hex)
        left = self.slot.places_left - len(running) + mine
        return self.slot._replace(places_left=left, held_by_patient=mine > 0) if left > 0 else None


OpenSlot = Timeslot | HeldSlot
"""A published time with a place that is not booked; identities are in hex."""


OFFERED_SLOTS = text(f"""
    WITH who AS MATERIALIZED (
        SELECT id, name FROM performer WHERE clinic_id = :clinic_id
    ), booked AS MATERIALIZED (
        SELECT slot_id, count(*) AS places FROM booking
        WHERE clinic_id = :clinic_id AND starts_at >= :since AND starts_at < :until
            AND {LIVE} AND status = 'booked'
        GROUP BY slot_id
    ), held AS MATERIALIZED (
        SELECT slot_id, person_id, offer_id, expires_at FROM booking
        WHERE clinic_id = :clinic_id AND status = 'held'
    )
    SELECT slot.id, slot.starts_at, slot.ends_at, slot.visit_form, who.id, who.name, slot.places,
        coalesce(booked.places, 0), held.person_id, held.offer_id, held.expires_at
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


async def read_open_slots(
    database: Database, *, clinic_id: UUID, time_type_id: UUID, since: datetime, until: datetime
) -> Sequence[OpenSlot]:
    """Return the published times that start in [since, until) and are not booked out, in order, in one question."""
    rows = await database.ask(
        OFFERED_SLOTS, clinic_id=clinic_id, time_type_id=time_type_id, since=since, until=until
    )
    found: list[OpenSlot] = []
    for slot_id, start, end, form, performer_id, performer, places, booked, holder, offer, held_until in rows:
        if booked >= places:
            continue
        slot = Timeslot(
            slot_id,
            _moment(start),
            _moment(end),
            _FORMS[form],
            performer,
            places - booked,
            performer_id,
        )
        if holder is None:
            found.append(slot)
            continue
        hold, last = ("" if offer else holder, _moment(held_until)), found[-1] if found else None
        if isinstance(last, HeldSlot) and last.slot == slot:
            found[-1] = HeldSlot(slot, (*last.holds, hold))
        else:
            found.append(HeldSlot(slot, (hold,)))
    return tuple(found)


_FORMS = {str(form): form for form in VisitForm}


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
