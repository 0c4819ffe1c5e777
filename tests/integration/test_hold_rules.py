"""How much of the timebook one resident can keep for himself: one time, not for long, and not again and again."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking, Clinic
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import (
    HoldExpired,
    LimitReached,
    NotFound,
    SlotTaken,
    SlotWithdrawn,
    WebtidbokError,
)
from webtidbok_app.journal.port import BookingDetails, Hold
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.timebook.bookings import HOLD_AT_MOST, HOLDS_AN_HOUR

SAID = BookingDetails(phone="0701740605")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """A clinic with its timebook and the times that it has published."""

    world: World
    journal: StandaloneJournal
    times: list[str]

    async def hold(self, who: Resident, number: int = 0) -> Hold:
        return await self.journal.hold(who, self.times[number])

    async def free_for(self, who: Resident) -> list[str]:
        day = swedish_time.day_of(FIRST_START)
        shown = await self.journal.available_timeslots(who, self.world.time_type, day, day)
        return [slot.id for slot in shown]

    async def let_hold(self, minutes: int) -> None:
        """Have the clinic hold its times for so long."""
        async with self.world.database.write() as session:
            clinic = col(Clinic.id) == self.world.clinic_id
            await session.execute(update(Clinic).where(clinic).values(hold_minutes=minutes))


async def _open(database: Database, *, slug: str, residents: int) -> Place:
    world = await build_world(database, slug=slug, residents=residents)
    times = [slot.hex for slot in await world.publish(3)]
    return Place(world, StandaloneJournal(world.clinic_id, database), times)


@pytest.fixture
async def here(database: Database) -> Place:
    return await _open(database, slug="torget", residents=3)


@pytest.fixture
async def there(here: Place) -> Place:
    return await _open(here.world.database, slug="hamnen", residents=0)


@pytest.fixture
def alva(here: Place) -> Resident:
    return here.world.residents[0]


@pytest.fixture
def bo(here: Place) -> Resident:
    return here.world.residents[1]


async def _holds_of(database: Database, who: Resident) -> list[UUID]:
    async with database.read() as session:
        found = await session.scalars(
            select(col(Booking.slot_id)).where(
                col(Booking.person_id) == who.person_id, col(Booking.status) == "held"
            )
        )
        return list(found)


async def test_hold__at_another_clinic__lets_the_first_go(here, there, alva, bo) -> None:
    first = await here.hold(alva)
    assert here.times[0] not in await here.free_for(bo)
    second = await there.hold(alva)
    assert await here.journal.current_hold(alva) is None
    assert await there.journal.current_hold(alva) == second
    assert here.times[0] in await here.free_for(bo)
    with pytest.raises(HoldExpired):
        await here.journal.make_booking(alva, first.id, SAID)


async def test_hold__leaves_what_others_hold_and_what_is_booked(here, there, alva, bo) -> None:
    booked = await here.journal.make_booking(alva, (await here.hold(alva, 0)).id, SAID)
    others = await here.hold(bo, 1)
    await there.hold(alva)
    assert await here.journal.current_hold(bo) == others
    assert [one.id for one in await here.journal.schedule(alva)] == [booked.id]


@pytest.mark.parametrize("why", ["taken", "too near", "unknown", "limit"])
async def test_hold__that_is_refused__leaves_the_earlier_one(here, there, alva, bo, clock, why) -> None:
    time = there.times[0]
    refusal: type[WebtidbokError] = SlotTaken
    if why == "taken":
        await there.hold(bo)
    elif why == "too near":
        clock.moment = FIRST_START - 30 * MINUTE  # too near to be booked on the web
        refusal = SlotWithdrawn
    elif why == "unknown":
        time, refusal = "0" * 32, NotFound
    elif why == "limit":
        refusal = LimitReached
        await _look_around(here, alva, HOLDS_AN_HOUR - 1)
    late = await here.world.publish(1, start=FIRST_START + 6 * HOUR)
    mine = await here.journal.hold(alva, late[0].hex)
    with pytest.raises(refusal):
        await there.journal.hold(alva, time)
    assert await here.journal.current_hold(alva) == mine
    assert await _holds_of(here.world.database, alva) == late
    assert (await here.journal.make_booking(alva, mine.id, SAID)).id == mine.id


async def _look_around(place: Place, who: Resident, times: int) -> None:
    """Choose one time after another."""
    for number in range(times):
        await place.hold(who, number % 2)


async def test_hold__at_two_clinics_in_the_same_moment__ends_with_one(here, there, alva) -> None:
    for number in range(5):
        places = (here, there) * 2
        outcomes = await asyncio.gather(
            *(place.hold(alva, (number + n) % 3) for n, place in enumerate(places)), return_exceptions=True
        )
        assert [one for one in outcomes if not isinstance(one, Hold)] == []
        [held] = await _holds_of(here.world.database, alva)
        assert held.hex in {hold.timeslot.id for hold in outcomes}


async def test_hold__the_same_time_twice_in_the_same_moment__is_one_hold(here, alva) -> None:
    holds = await asyncio.gather(*(here.hold(alva) for _ in range(4)))
    assert len({hold.id for hold in holds}) == 1


async def test_hold__of_one_time_by_everybody__has_one_winner(here, there) -> None:
    outcomes = await asyncio.gather(
        *(here.hold(resident) for resident in here.world.residents), return_exceptions=True
    )
    assert sum(isinstance(one, Hold) for one in outcomes) == 1
    assert sum(isinstance(one, SlotTaken) for one in outcomes) == 2


async def test_limit__so_many_an_hour__at_all_clinics_together(
    here, there, alva, bo, clock: FixedClock
) -> None:
    begun = clock.moment
    await _look_around(here, alva, HOLDS_AN_HOUR // 2)
    clock.advance(20 * MINUTE)
    await _look_around(there, alva, HOLDS_AN_HOUR - HOLDS_AN_HOUR // 2)
    for place in (here, there):
        assert await _refused_until(place, alva) == begun + HOUR
    await here.hold(bo, 2)  # it is each one's own limit
    clock.moment = begun + HOUR - timedelta(microseconds=1)
    assert await _refused_until(here, alva) == begun + HOUR
    clock.moment = begun + HOUR
    await here.hold(alva)
    await _look_around(there, alva, HOLDS_AN_HOUR - 1)
    assert await _refused_until(here, alva) == begun + 2 * HOUR


async def _refused_until(place: Place, who: Resident) -> datetime:
    with pytest.raises(LimitReached) as refusal:
        await place.hold(who, 2)
    moment = refusal.value.facts["retry_at"]
    assert isinstance(moment, datetime)
    return moment


async def test_limit__extending_and_what_was_refused__do_not_count(here, alva, bo, clock: FixedClock) -> None:
    await here.hold(bo, 2)
    mine = await here.hold(alva, 0)
    for _ in range(HOLDS_AN_HOUR):
        await here.journal.extend_hold(alva, mine.id)
        assert (await here.hold(alva, 0)).id == mine.id
        with pytest.raises(SlotTaken):
            await here.hold(alva, 2)
    await _look_around(here, alva, HOLDS_AN_HOUR)  # the first of these is the one that is held already
    assert await _refused_until(here, alva) == clock.moment + HOUR


async def test_limit__is_kept_when_many_come_at_once(here, alva) -> None:
    await _look_around(here, alva, HOLDS_AN_HOUR - 3)
    assert (await _holds_of(here.world.database, alva))[0].hex == here.times[(HOLDS_AN_HOUR - 4) % 2]
    others = [slot.hex for slot in await here.world.publish(8, start=FIRST_START + 3 * HOUR)]
    outcomes = await asyncio.gather(
        *(here.journal.hold(alva, time) for time in others), return_exceptions=True
    )
    assert sum(isinstance(one, Hold) for one in outcomes) == 3
    assert sum(isinstance(one, LimitReached) for one in outcomes) == 5
    assert len(await _holds_of(here.world.database, alva)) == 1


@pytest.mark.parametrize("minutes", [2, 5, 10])
async def test_hold__is_as_long_as_the_clinic_lets(here, alva, bo, clock: FixedClock, minutes: int) -> None:
    await here.let_hold(minutes)
    mine = await here.hold(alva)
    assert mine.expires_at == clock.moment + minutes * MINUTE
    clock.moment = mine.expires_at - timedelta(microseconds=1)
    with pytest.raises(SlotTaken):
        await here.hold(bo)
    extended = await here.journal.extend_hold(alva, mine.id)
    assert extended.expires_at == clock.moment + minutes * MINUTE
    clock.moment = extended.expires_at
    assert await here.journal.current_hold(alva) is None
    assert (await here.hold(bo)).expires_at == clock.moment + minutes * MINUTE


@pytest.mark.parametrize("minutes", [7, 10])
@pytest.mark.parametrize("how", ["extend", "choose again"])
async def test_hold__thirty_minutes_at_most__however_it_is_kept(
    here, alva, clock: FixedClock, minutes: int, how: str
) -> None:
    await here.let_hold(minutes)
    mine = await here.hold(alva)
    latest = clock.moment + HOLD_AT_MOST
    held_until = mine.expires_at
    while held_until < latest:
        clock.moment = held_until - MINUTE
        again = here.journal.extend_hold(alva, mine.id) if how == "extend" else here.hold(alva)
        extended = await again
        assert (extended.id, extended.expires_at) == (mine.id, min(clock.moment + minutes * MINUTE, latest))
        held_until = extended.expires_at
    clock.moment = latest
    with pytest.raises(HoldExpired):
        await here.journal.extend_hold(alva, mine.id)
