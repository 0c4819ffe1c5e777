"""What became of times that were taken away, and who must be phoned: shown, printed, ticked off. For staff."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    Booking,
    Performer,
    Person,
    Removal,
    RemovalLine,
    RemovedSlot,
    Slot,
    TimeType,
)
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.removal import CallBecause, Choice
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.reception import PROTECTED
from webtidbok_app.timebook import take_back as undoing


@dataclass(frozen=True)
class RemovedVisit:
    """What became of one booked visit. Instants are aware, UTC."""

    id: UUID
    choice: Choice
    booking_id: str
    name: str
    protected: bool
    """Whether they, or who has booked it for them, have a protected identity: no number and no guardian stand here."""
    guardian: str
    """Who has booked it for their child, and is the one to phone."""
    phone: str
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    new_booking_id: str
    new_starts_at: datetime | None
    new_ends_at: datetime | None
    new_performer: str
    call_because: CallBecause
    phoned_at: datetime | None
    phoned_by: str
    left_as_wished: bool


@dataclass(frozen=True)
class RemovalDone:
    """A removal as it stands now. It can be taken back until ``until`` (aware, UTC)."""

    id: UUID
    done_by: str
    done_at: datetime
    until: datetime
    taken_back_at: datetime | None
    taken_back_by: str
    times: int
    first_start: datetime
    kept: int
    visits: tuple[RemovedVisit, ...]

    def can_be_taken_back(self, now: datetime) -> bool:
        """Whether it is neither too late nor done."""
        return self.taken_back_at is None and now < self.until


async def get_removal(actor: Actor | None, *, removal_id: UUID) -> RemovalDone:
    """Return what was done, and who must be phoned, with names and numbers; opening it is logged. Raises NotFound."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        done = await session.get(Removal, (clinic_id, removal_id))
        if done is None:
            raise NotFound
        await log_opening(session, staff, done)
        return await tell(session, done)


async def note_printing(actor: Actor | None, *, removal_id: UUID) -> None:
    """Log that the list of who must be phoned is about to be printed, for each who stands on it. Raises NotFound."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        done = await session.get(Removal, (clinic_id, removal_id))
        if done is None:
            raise NotFound
        for line, person_id in await people_of(session, done):
            audit.record(
                session, staff, "print_removal", clinic_id=clinic_id, person_id=person_id,
                booking_id=line.booking_id.hex,
            )  # fmt: skip


async def mark_phoned(actor: Actor | None, *, removal_id: UUID, line_id: UUID, phoned: bool) -> RemovalDone:
    """Note that somebody is phoned, or that they are not after all; colleagues see who did it.

    What is marked so already keeps who marked it first. Who was phoned when all had just been taken back has heard
    what is not so, and is to be phoned again. Returns the list as it is by now, to whoever has it open: that is logged
    already, and only whom the mark concerns is logged here. Raises NotFound.
    """
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        line = await session.get(RemovalLine, (clinic_id, line_id), with_for_update=True)
        done = await session.get(Removal, (clinic_id, removal_id))
        if done is None or line is None or line.removal_id != removal_id:
            raise NotFound
        if phoned != (line.phoned_at is not None):
            if phoned and done.taken_back_at and line.call_because == CallBecause.NOTHING:
                line.call_because = CallBecause.TAKEN_BACK
            else:
                line.phoned_at = clock.now() if phoned else None
                line.phoned_by, line.phoned_by_name = (staff.hsa_id, staff.name) if phoned else (None, "")
            booking = await session.get_one(Booking, (clinic_id, line.booking_id))
            audit.record(
                session, staff, "mark_phoned" if phoned else "unmark_phoned", clinic_id=clinic_id,
                person_id=booking.person_id, booking_id=booking.id.hex,
            )  # fmt: skip
        return await tell(session, done)


async def log_opening(
    session: AsyncSession, staff: Staff, done: Removal, *, besides: Set[UUID] = frozenset()
) -> None:
    """Log that everyone on the removal was looked at, but for the lines ``besides``, of which more is logged."""
    for line, person_id in await people_of(session, done):
        if line.id not in besides:
            audit.record(
                session, staff, "open_removal", clinic_id=done.clinic_id, person_id=person_id,
                booking_id=line.booking_id.hex,
            )  # fmt: skip


async def people_of(session: AsyncSession, done: Removal) -> list[tuple[RemovalLine, UUID]]:
    """Return the removal's lines and whom each is about, for its use cases."""
    rows = await session.execute(
        select(RemovalLine, col(Booking.person_id))
        .join(
            Booking,
            (col(Booking.clinic_id) == RemovalLine.clinic_id) & (col(Booking.id) == RemovalLine.booking_id),
        )
        .where(col(RemovalLine.clinic_id) == done.clinic_id, col(RemovalLine.removal_id) == done.id)
        .order_by(col(RemovalLine.booking_id))
    )
    return [(line, person_id) for line, person_id in rows]


async def tell(session: AsyncSession, done: Removal) -> RemovalDone:
    """Return the removal as it stands, for its use cases, which log whom they show."""
    await session.flush()
    of_it = (col(RemovedSlot.clinic_id) == done.clinic_id, col(RemovedSlot.removal_id) == done.id)
    times, first_start = (
        await session.execute(
            select(func.count(), func.min(Slot.starts_at))
            .select_from(RemovedSlot)
            .join(
                Slot, (col(Slot.clinic_id) == RemovedSlot.clinic_id) & (col(Slot.id) == RemovedSlot.slot_id)
            )
            .where(*of_it)
        )
    ).one()
    return RemovalDone(
        id=done.id,
        done_by=done.done_by_name,
        done_at=done.done_at,
        until=undoing.until(done),
        taken_back_at=done.taken_back_at,
        taken_back_by=done.taken_back_by_name,
        times=times,
        first_start=first_start,
        kept=done.kept,
        visits=tuple(await _visits_of(session, done)),
    )


async def _visits_of(session: AsyncSession, done: Removal) -> list[RemovedVisit]:
    new: Any = aliased(Booking)
    new_slot: Any = aliased(Slot)
    new_performer: Any = aliased(Performer)
    guardian: Any = aliased(Person)
    rows = await session.execute(
        select(RemovalLine, Booking, Slot, col(TimeType.name_sv), col(Performer.name), Person, new_slot,
               new_performer.name, guardian)
        .join(Booking, (col(Booking.clinic_id) == RemovalLine.clinic_id)
              & (col(Booking.id) == RemovalLine.booking_id))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
        .join(Person, col(Person.id) == Booking.person_id)
        .outerjoin(new, (new.clinic_id == RemovalLine.clinic_id) & (new.id == RemovalLine.new_booking_id))
        .outerjoin(new_slot, (new_slot.clinic_id == new.clinic_id) & (new_slot.id == new.slot_id))
        .outerjoin(new_performer, (new_performer.clinic_id == new_slot.clinic_id)
                   & (new_performer.id == new_slot.performer_id))
        .outerjoin(guardian, guardian.id == Booking.booked_by)
        .where(col(RemovalLine.clinic_id) == done.clinic_id, col(RemovalLine.removal_id) == done.id)
        .order_by(col(Slot.starts_at), col(Performer.name), col(Booking.place))
    )  # fmt: skip
    return [
        RemovedVisit(
            id=line.id,
            choice=Choice(line.choice),
            booking_id=old.id.hex,
            name=PROTECTED if person.protected else f"{person.given_name} {person.family_name}".strip(),
            protected=hidden,
            guardian=f"{parent.given_name} {parent.family_name}" if parent and not hidden else "",
            phone="" if hidden else old.phone or (parent or person).phone or "",
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            time_type=time_type,
            performer=performer,
            new_booking_id=line.new_booking_id.hex if line.new_booking_id else "",
            new_starts_at=there.starts_at if there else None,
            new_ends_at=there.ends_at if there else None,
            new_performer=with_whom or "",
            call_because=CallBecause(line.call_because),
            phoned_at=line.phoned_at,
            phoned_by=line.phoned_by_name,
            left_as_wished=line.left_as_wished,
        )
        for line, old, slot, time_type, performer, person, there, with_whom, parent in rows
        for hidden in [person.protected or (parent is not None and parent.protected)]
    ]
