"""The judge of the timebook's model sees each thing that must never be, and nothing where all is as it should."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from tests.timebook_clinics import NEVER, RESIDENTS, Clinics
from tests.timebook_model import EXTRAS
from tests.world import World, build_world
from webtidbok_app.db.tables import (
    Booking,
    OfferedTime,
    OutboxMessage,
    RequestCase,
    Slot,
    TimeOffer,
    Watch,
    WatchOffer,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.request import CaseStatus, OfferStatus
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus, CaseTypeKind
from webtidbok_app.domain.watch import WatchStatus

HOUR = timedelta(hours=1)


@dataclass
class Times(World):
    """A world with times that have been published."""

    slots: list[UUID] = field(default_factory=list)
    withdrawn: UUID | None = None


Rows = list[list[SQLModel]]
"""What is written, in steps: each leans on those before."""


def _booking(world: Times, whose: int = 0, **facts: object) -> Booking:
    known = {
        "clinic_id": world.clinic_id,
        "id": new_id(),
        "slot_id": world.slots[0],
        "starts_at": clock.now(),
        "place": 1,
        "person_id": world.residents[whose].person_id,
        "status": BookingStatus.BOOKED,
    }
    return Booking(**known | facts)


def _hold(world: Times, *, expires_at: object = None, **facts: object) -> Booking:
    return _booking(world, status=BookingStatus.HELD, expires_at=expires_at or clock.now() + HOUR, **facts)


def _in_line(world: Times, status: WatchStatus, *, told: bool, held: bool) -> Rows:
    """Return a time that is offered to one of those who watch."""
    now, me = clock.now(), world.resident.person_id
    watch, offer = new_id(), new_id()
    message = OutboxMessage(
        id=new_id(),
        kind=MessageKind.RESERVED,
        person_id=me,
        clinic_id=world.clinic_id,
        created_at=now,
        due_at=now,
        offer_id=offer,
    )
    return [
        [
            Watch(
                clinic_id=world.clinic_id,
                id=watch,
                person_id=me,
                time_type_id=world.time_type_id,
                first_day=day_of(now),
                last_day=day_of(now),
                since=now,
                status=status,
            )
        ],
        [
            WatchOffer(
                clinic_id=world.clinic_id,
                id=offer,
                watch_id=watch,
                person_id=me,
                slot_id=world.slots[0],
                starts_at=now,
                made_at=now,
                told_at=now,
                stands_until=now + HOUR,
            )
        ],
        [*([_hold(world, offer_id=offer)] if held else []), *([message] if told else [])],
    ]


def _answered(
    world: Times, case: CaseStatus, *statuses: OfferStatus, held: bool = True, offered: bool = True
) -> Rows:
    """Return a request that staff have answered with a time, once for each status of the offer."""
    now, case_id = clock.now(), new_id()
    offers, times, holds = [], [], []
    for number, status in enumerate(statuses, start=1):
        offer, time = new_id(), new_id()
        offers.append(
            TimeOffer(
                clinic_id=world.clinic_id,
                id=offer,
                case_id=case_id,
                number=number,
                status=status,
                made_at=now,
                stands_until=now + HOUR,
            )
        )
        if held:
            holds.append(_hold(world, id=time, offer_id=offer, slot_id=world.slots[number]))
        if offered:
            times.append(
                OfferedTime(
                    clinic_id=world.clinic_id,
                    id=time,
                    offer_id=offer,
                    starts_at=now,
                    ends_at=now + HOUR,
                    time_type_sv="Besök",
                    time_type_en="Visit",
                    performer="",
                )
            )
    sent = RequestCase(
        clinic_id=world.clinic_id,
        id=case_id,
        number=1,
        kind=CaseTypeKind.REQUEST,
        status=case,
        person_id=world.resident.person_id,
        sent_at=now,
        changed_at=now,
    )
    return [[sent], [*offers], [*holds, *times]]


def _exchanged(world: Times, status: BookingStatus) -> Rows:
    old = _booking(world, status=status)
    newer = _booking(world, slot_id=world.slots[1], replaces_clinic_id=world.clinic_id, replaces_id=old.id)
    return [[old], [newer]]


SENT, WAITS, OPEN = CaseStatus.ANSWERED, WatchStatus.WAITING, OfferStatus.OPEN
BROKEN: dict[str, Callable[[Times], Rows]] = {
    "more live bookings and holds than places and extras": lambda world: [
        [_booking(world, place=place) for place in range(1, EXTRAS + 3)]
    ],
    "two for one place": lambda world: [[_booking(world), _hold(world, whose=1)]],
    "a place that does not exist": lambda world: [[_booking(world, place=EXTRAS + 2)]],
    "somebody on a withdrawn time": lambda world: [[_booking(world, slot_id=world.withdrawn)]],
    "a booking that was exchanged and still stands": lambda world: _exchanged(world, BookingStatus.BOOKED),
    "an offer in the line without a place": lambda world: _in_line(world, WAITS, told=True, held=False),
    "an offer to who waits no more": lambda world: _in_line(world, WatchStatus.STOPPED, told=True, held=True),
    "an offer that nobody is told of": lambda world: _in_line(world, WAITS, told=False, held=True),
    "two open offers in a case": lambda world: _answered(world, SENT, OPEN, OPEN),
    "an open offer in a case that has ended": lambda world: _answered(world, CaseStatus.CLOSED, OPEN),
    "an offered time without its place": lambda world: _answered(world, SENT, OPEN, held=False),
    "a place that is kept for an offer that is over": lambda world: _answered(
        world, SENT, OfferStatus.DECLINED
    ),
    "two holds for one resident": lambda world: [[_hold(world), _hold(world, slot_id=world.slots[1])]],
}


@pytest.fixture
async def world(database, clock):
    """Four published times, one of them withdrawn, in a database that does not refuse what must not be."""
    made = Times(**vars(await build_world(database, residents=len(RESIDENTS))))
    *made.slots, made.withdrawn = await made.publish(4)
    async with database.write() as session:
        for index in ("uq_booking_live_place", "uq_booking_one_hold"):
            await session.execute(text(f"DROP INDEX {index}"))
        (await session.get_one(Slot, (made.clinic_id, made.withdrawn))).withdrawn_at = clock.now()
    return made


@pytest.fixture
def judge(database, clock, world):
    return Clinics(database, [world, world], clock)


async def _write(world: Times, rows: Rows) -> None:
    for step in rows:
        async with world.database.write() as session:
            session.add_all(step)


@pytest.mark.parametrize("promise", NEVER)
async def test_broken_promise__is_seen(world, judge, promise):
    assert await judge.broken_promises() == {}
    await _write(world, BROKEN[promise](world))
    assert promise in await judge.broken_promises()


async def test_what_may_be__breaks_no_promise(world, judge):
    ran_out = _hold(world, expires_at=clock.now(), place=2, slot_id=world.withdrawn)
    fine = [
        _in_line(world, WAITS, told=True, held=True),
        _answered(world, SENT, OfferStatus.DECLINED, OPEN, held=False, offered=False),
        [
            [
                _booking(world, whose=1, place=EXTRAS + 1),
                _hold(world, whose=1, slot_id=world.slots[1]),
                ran_out,
            ]
        ],
    ]
    for rows in fine:
        await _write(world, rows)
    assert await judge.broken_promises() == {}
