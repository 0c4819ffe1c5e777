"""Holding and booking in plain SQLAlchemy Core: the same statements as the timebook's, and nothing around them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import case, delete, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.world import World
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import IN_LINE, LIVE, Booking, metadata
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.timebook.bookings import HOUR

B, S, T, P, C, H, W, M, A, V = (
    metadata.tables[name]
    for name in (
        "booking",
        "slot",
        "time_type",
        "performer",
        "clinic",
        "hold_count",
        "person",
        "outbox_message",
        "watch",
        "invitation",
    )
)
TYPE_OF_SLOT = (T.c.clinic_id == S.c.clinic_id) & (T.c.id == S.c.time_type_id)
PERFORMER_OF_SLOT = (P.c.clinic_id == S.c.clinic_id) & (P.c.id == S.c.performer_id)


class CoreTimebook:
    """One clinic's timebook."""

    def __init__(self, world: World, database: Database) -> None:
        self._clinic = world.clinic_id
        self._engine = database.engine.execution_options(immediate=True)
        self._insert: Any = (postgresql if database.engine.dialect.name == "postgresql" else sqlite).insert

    async def hold(self, resident: Resident, slot_id: UUID) -> UUID:
        """Hold a time."""
        async with self._engine.begin() as connection:
            turn = select(W.c.id).where(W.c.id == resident.person_id).with_for_update(key_share=True)
            (await connection.execute(turn)).all()
            found = await self._lock_slot(connection, slot_id)
            await self._look_for_own_hold(connection, resident.person_id)
            await self._count(connection, resident.person_id)
            await self._clear_the_way(connection, resident.person_id, slot_id)
            booking_id = await self._take_a_place(connection, resident.person_id, found)
            shown = select(S, P.c.name).join(P, PERFORMER_OF_SLOT)
            (await connection.execute(shown.where(S.c.clinic_id == self._clinic, S.c.id == slot_id))).one()
        return booking_id

    async def book(self, resident: Resident, booking_id: UUID, said: dict[str, Any]) -> None:
        """Turn a hold into a booking."""
        now, mine = clock.now(), (B.c.clinic_id == self._clinic) & (B.c.id == booking_id)
        running = (B.c.person_id == resident.person_id) & (B.c.status == "held") & (B.c.expires_at > now)
        async with self._engine.begin() as connection:
            ours = select(literal(1)).where(C.c.id == self._clinic, C.c.journal == "standalone")
            booked = update(B).where(mine, running, ours.with_for_update(read=True, key_share=True).exists())
            await connection.execute(booked.values(status="booked", booked_at=now, expires_at=None, **said))
            kept = (await connection.execute(select(B).where(mine))).one()
            day = day_of(kept.starts_at)
            invited = (
                select(V.c.id)
                .join(S, (S.c.clinic_id == V.c.clinic_id) & (S.c.time_type_id == V.c.time_type_id))
                .where(V.c.clinic_id == self._clinic, V.c.person_id == resident.person_id, S.c.id == kept.slot_id,
                       V.c.first_day <= day, V.c.last_day >= day, V.c.ended_at.is_(None))
                .with_for_update(of=V)
            )  # fmt: skip
            (await connection.execute(invited)).all()
            messages = [_message(kind, kept, now) for kind in ("booked", "reminder")]
            await connection.execute(self._insert(M).on_conflict_do_nothing(), messages)
            of_resident = (A.c.clinic_id == self._clinic) & (A.c.person_id == resident.person_id)
            waits = select(A).where(of_resident, text(f"watch.{IN_LINE}")).with_for_update()
            (await connection.execute(waits)).all()
            whole = (
                select(B, S, T, P.c.name)
                .join(S, (S.c.clinic_id == B.c.clinic_id) & (S.c.id == B.c.slot_id))
                .join(T, TYPE_OF_SLOT)
                .join(P, PERFORMER_OF_SLOT)
                .where(mine, B.c.person_id == resident.person_id, B.c.status != "held")
            )
            (await connection.execute(whole)).one()

    async def _lock_slot(self, connection: AsyncConnection, slot_id: UUID) -> Any:
        slot = (
            select(S, T.c.notice_minutes, C.c.hold_minutes)
            .join(T, TYPE_OF_SLOT)
            .join(C, C.c.id == S.c.clinic_id)
            .where(S.c.clinic_id == self._clinic, S.c.id == slot_id)
            .with_for_update(read=True, of=S)
        )
        return (await connection.execute(slot)).one()

    async def _look_for_own_hold(self, connection: AsyncConnection, person_id: UUID) -> None:
        running = select(B).where(
            B.c.clinic_id == self._clinic, B.c.person_id == person_id, text("booking.status = 'held'"),
            B.c.expires_at > clock.now(),
        )  # fmt: skip
        (await connection.execute(running)).one_or_none()

    async def _count(self, connection: AsyncConnection, person_id: UUID) -> None:
        now = clock.now()
        long_ago = H.c.since <= now - HOUR
        counted = (
            self._insert(H)
            .values(person_id=person_id, since=now, holds=1)
            .on_conflict_do_update(
                index_elements=["person_id"],
                set_={
                    "since": case((long_ago, now), else_=H.c.since),
                    "holds": case((long_ago, 1), else_=H.c.holds + 1),
                },
            )
            .returning(H.c.since, H.c.holds)
        )
        (await connection.execute(counted)).one()

    async def _clear_the_way(self, connection: AsyncConnection, person_id: UUID, slot_id: UUID) -> None:
        elsewhere = delete(B).where(
            B.c.person_id == person_id, B.c.clinic_id != self._clinic, text("booking.status = 'held'")
        )
        (await connection.execute(elsewhere.returning(B.c.clinic_id))).all()
        run_out = (B.c.slot_id == slot_id) & (B.c.expires_at <= clock.now())
        here = delete(B).where(B.c.clinic_id == self._clinic, B.c.status == "held")
        await connection.execute(here.where(run_out | (B.c.person_id == person_id)))

    async def _take_a_place(self, connection: AsyncConnection, person_id: UUID, slot: Any) -> UUID:
        now, of_slot = clock.now(), (B.c.clinic_id == self._clinic) & (B.c.slot_id == slot.id)
        taken = set(
            (await connection.scalars(select(B.c.place).where(of_slot, text(f"booking.{LIVE}")))).all()
        )
        held = Booking(
            clinic_id=self._clinic, id=new_id(), slot_id=slot.id, starts_at=slot.starts_at,
            place=next(n for n in range(1, slot.places + 1) if n not in taken),
            person_id=person_id, status=BookingStatus.HELD, held_at=now,
            expires_at=now + timedelta(minutes=slot.hold_minutes),
        )  # fmt: skip
        row = self._insert(B).values(**held.model_dump()).on_conflict_do_nothing().returning(literal(1))
        (await connection.execute(row)).one()
        return held.id


def _message(kind: str, booking: Any, now: datetime) -> dict[str, Any]:
    """Return a row about the booking, a reminder when the first that a clinic may choose is due."""
    return {
        "id": uuid5(booking.id, kind), "kind": kind, "person_id": booking.person_id, "clinic_id": booking.clinic_id,
        "booking_id": booking.id, "starts_at": booking.starts_at, "created_at": now, "attempts": 0,
        "due_at": now if kind == "booked" else booking.starts_at - timedelta(hours=48), "status": "waiting",
        "problem": "",
    }  # fmt: skip
