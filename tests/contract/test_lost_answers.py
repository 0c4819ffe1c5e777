"""What goes wrong between us and a journal system: what is certain, what is not, and how it is settled."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.conftest import TODAY
from tests.connected import ConnectedWorld, SharedClock, build_connected, sharing_clock, until
from tests.world import FIRST_START
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import AccessLog, JournalHold, JournalWrite, OutboxMessage
from webtidbok_app.domain import clock as clocks
from webtidbok_app.domain.errors import AlreadyCancelled, JournalRejected, JournalUnavailable, OutcomeUnknown
from webtidbok_app.domain.journal_write import WriteOutcome
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookedTime, BookingDetails, Hold
from webtidbok_app.journal.rivta import client, writes
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.services.settlement import settle_due

DAY = FIRST_START.date()
SAID = BookingDetails(reason="Ont i knät", phone="0701740605")
CONTRACT = {"make": "MakeBooking", "update": "UpdateBooking", "cancel": "CancelBooking"}
CERTAIN = timedelta(seconds=61)
IS_TOLD = {
    ("make", True): MessageKind.BOOKED,
    ("make", False): MessageKind.NOT_BOOKED,
    ("update", True): MessageKind.REBOOKED,
    ("update", False): MessageKind.NOT_REBOOKED,
    ("cancel", True): MessageKind.CANCELLED,
    ("cancel", False): MessageKind.NOT_CANCELLED,
}


@pytest.fixture(autouse=True)
def clock(reference) -> Iterator[SharedClock]:
    with sharing_clock(reference, TODAY) as shared:
        yield shared


@pytest.fixture
async def world(database: Database, clock: SharedClock) -> AsyncIterator[ConnectedWorld]:
    made = await build_connected(database, clock.reference)
    await made.publish(3)
    yield made
    await close_all()


class Attempt:
    """One change, that can be asked for again and again: of the first time, or of a booking that stands."""

    def __init__(self, world: ConnectedWorld, kind: str, begins: datetime = FIRST_START) -> None:
        self.world, self.kind, self.day = world, kind, day_of(begins)
        self.hold: Hold | None = None
        self.old: BookedTime | None = None

    async def prepare(self) -> None:
        journal, me = self.world.journal, self.world.resident
        first, second, _ = await journal.available_timeslots(me, self.world.time_type, self.day, self.day)
        if self.kind != "make":
            self.old = await journal.make_booking(me, (await journal.hold(me, first.id)).id, SAID)
        if self.kind != "cancel":
            self.hold = await journal.hold(me, (first if self.kind == "make" else second).id)

    async def __call__(self) -> BookedTime:
        journal, me = self.world.journal, self.world.resident
        if self.kind == "make":
            return await journal.make_booking(me, self.hold.id, SAID)
        if self.kind == "update":
            return await journal.rebook_booking(me, self.old.id, self.hold.id)
        return await journal.cancel_booking(me, self.old.id, "Frisk igen")

    @property
    def calls(self) -> int:
        return len(self.world.reference.calls(CONTRACT[self.kind]))

    @property
    def is_done(self) -> bool:
        """Whether the journal system has done it."""
        starts = [one["starts"] for one in self.world.reference.live(self.world.unit)]
        wanted = {"make": ["20261201090000"], "update": ["20261201092000"], "cancel": []}
        return starts == wanted[self.kind]

    async def has_come(self) -> bool:
        return self.is_done

    async def is_called(self) -> bool:
        return self.calls > 0

    async def is_settled(self) -> bool:
        return (await self.write()).outcome != WriteOutcome.SENT

    async def write(self) -> JournalWrite:
        async with self.world.database.read() as session:
            found = await session.scalars(
                select(JournalWrite).order_by(col(JournalWrite.sent_at), col(JournalWrite.settled_at))
            )
            return next(one for one in found if one.kind == self.kind)

    async def told(self) -> list[str]:
        """Return what the resident is told of it."""
        write = await self.write()
        async with self.world.database.read() as session:
            found = await session.scalars(
                select(col(OutboxMessage.kind))
                .where(col(OutboxMessage.write_id) == write.id)
                .order_by(col(OutboxMessage.created_at))
            )
            return list(found)

    async def logged(self) -> list[str]:
        async with self.world.database.read() as session:
            return list(await session.scalars(select(col(AccessLog.action))))

    async def settle(self) -> None:
        """Look for what is due, as a worker that has just started."""
        await close_all()
        await settle_due(self.world.database)


@pytest.fixture(params=list(CONTRACT))
async def attempt(request: pytest.FixtureRequest, world: ConnectedWorld) -> Attempt:
    made = Attempt(world, request.param)
    await made.prepare()
    return made


def fails(attempt: Attempt, kind: str, **facts: object) -> None:
    attempt.world.reference.faults(**{CONTRACT[attempt.kind]: {"kind": kind, **facts}})


async def lose(attempt: Attempt) -> None:
    """Ask for it once, and lose the request on the way."""
    fails(attempt, "lost_before")
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.no_faults()


@pytest.mark.parametrize("kind", ["lost_after", "cut", "garbage"])
async def test_answer_that_is_lost_after_it_was_done__is_found_at_once_and_told(attempt, kind):
    fails(attempt, kind)
    with pytest.raises(OutcomeUnknown) as unknown:
        await attempt()
    write = await attempt.write()
    assert unknown.value.facts == {"correlation_id": write.correlation_id, "write_id": write.id.hex}
    assert (write.outcome, write.lost, await attempt.told()) == (WriteOutcome.UNKNOWN, True, [])
    attempt.world.reference.no_faults()
    with pytest.raises(OutcomeUnknown):
        await attempt()
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.DONE
    assert await attempt.told() == [IS_TOLD[attempt.kind, True]]
    assert await attempt.logged() == [
        {"make": "book", "update": "rebook", "cancel": "cancel_booking"}[attempt.kind]
    ]
    assert attempt.is_done
    assert attempt.calls == 1


@pytest.mark.parametrize(("kind", "facts"), [("lost_before", {}), ("500", {}), ("vp", {"code": "VP009"})])
async def test_answer_that_is_lost_before_it_was_done__is_certain_only_after_a_while(
    attempt, clock, kind, facts
):
    fails(attempt, kind, **facts)
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.no_faults()
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.UNKNOWN
    with pytest.raises(OutcomeUnknown):
        await attempt()
    assert attempt.calls == 1
    clock.advance(CERTAIN)
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.NOT_DONE
    assert await attempt.told() == [IS_TOLD[attempt.kind, False]]
    assert await attempt.logged() == []
    assert not attempt.is_done
    await attempt()  # what was certainly not done can be asked for again
    assert attempt.is_done
    assert attempt.calls == 2


@pytest.mark.parametrize("code", ["VP001", "VP004", "VP007", "VP010", "VP013"])
async def test_platform_that_stops_it_on_the_way__has_done_nothing(attempt, code):
    fails(attempt, "vp", code=code)
    with pytest.raises(JournalUnavailable):
        await attempt()
    assert ((await attempt.write()).outcome, await attempt.told()) == (WriteOutcome.NOT_DONE, [])
    assert (await attempt.write()).look_at is None
    can = attempt.world.journal.capabilities
    can_still = {"make": can.book, "update": can.rebook, "cancel": can.cancel}[attempt.kind]
    assert can_still == (code not in {"VP004", "VP007"})
    attempt.world.reference.no_faults()
    await close_all()
    await attempt()
    assert attempt.is_done


async def test_nobody_there__has_done_nothing(attempt):
    there, attempt.world.connection.address = (
        attempt.world.connection.address,
        "http://127.0.0.1:9/{contract}",
    )
    with pytest.raises(JournalUnavailable):
        await attempt()
    attempt.world.connection.address = there
    await attempt()
    assert attempt.is_done
    assert attempt.calls == 1


async def test_slow_answer__is_lost_and_found_when_it_was_done(attempt, monkeypatch):
    monkeypatch.setattr(client, "SECONDS_TO_WRITE", 0.2)
    fails(attempt, "slow", seconds=0.6)
    with pytest.raises(OutcomeUnknown):
        await attempt()
    await until(attempt.has_come)
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.DONE
    assert await attempt.told() == [IS_TOLD[attempt.kind, True]]
    assert attempt.calls == 1


async def test_refusal__is_in_the_journal_systems_own_words_and_final(attempt):
    fails(attempt, "error", text="Tiden är tagen.", times=1)
    for _ in range(1 if attempt.kind == "cancel" else 2):
        with pytest.raises(JournalRejected) as refusal:
            await attempt()
        assert refusal.value.facts == {"text": "Tiden är tagen."}
    assert (await attempt.write()).outcome == WriteOutcome.REFUSED
    assert await attempt.told() == []
    assert attempt.calls == 1
    async with attempt.world.database.read() as session:
        assert list(await session.scalars(select(JournalHold))) == []


async def test_words_that_the_patient_must_see__come_with_what_was_done(attempt):
    fails(attempt, "info", text="Kom fastande.")
    done = await attempt()
    assert done.result_text == "Kom fastande."
    assert (
        await attempt.world.journal.booking(attempt.world.resident, done.id)
    ).result_text == "Kom fastande."
    assert await attempt.told() == [IS_TOLD[attempt.kind, True]]


async def test_time_that_somebody_else_took__is_refused(world):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    fails(attempt, "stale")
    with pytest.raises(JournalRejected):
        await attempt()
    assert (await attempt.write()).outcome == WriteOutcome.REFUSED


async def test_pressed_twice__is_done_once(attempt):
    fails(attempt, "slow", seconds=0.2)
    one, two = await asyncio.gather(attempt(), attempt(), return_exceptions=True)
    already = attempt.kind == "cancel" and isinstance(two, AlreadyCancelled)
    assert already or one == two
    assert attempt.is_done
    assert attempt.calls == 1
    assert await attempt.told() == [IS_TOLD[attempt.kind, True]]


async def test_who_asked_goes_away__and_it_is_done_and_noted_all_the_same(attempt):
    fails(attempt, "slow", seconds=0.2)
    asking = asyncio.create_task(attempt())
    await until(attempt.is_called)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(attempt.is_settled)
    assert (await attempt.write()).outcome == WriteOutcome.DONE


async def _begin_and_die(attempt: Attempt) -> JournalWrite:
    """Write down a booking as a worker does that dies before it sends it, or before it has the answer."""

    async def work(session):
        write, is_new = await writes.begin_make(
            session, clinic_id=attempt.world.clinic_id, person_id=attempt.world.resident.person_id,
            hold_id=next(iter(await session.scalars(select(col(JournalHold.id))))), said=SAID, now=clocks.now(),
        )  # fmt: skip
        assert is_new
        return write

    return await attempt.world.database.transact(work)


@pytest.mark.parametrize("got_there", [True, False])
async def test_worker_that_dies__leaves_what_another_finds_out(world, clock, got_there):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    await _begin_and_die(attempt)
    if got_there:
        _book_as_staff(attempt)
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.SENT, "its worker may still be waiting"
    clock.advance(CERTAIN)
    with pytest.raises(OutcomeUnknown):
        await attempt()
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome == WriteOutcome.DONE, write.lost) == (got_there, True)
    assert await attempt.told() == [IS_TOLD["make", got_there]]
    assert attempt.calls == 0


def _book_as_staff(attempt: Attempt) -> None:
    attempt.world.reference.book(
        unit=attempt.world.unit, patient=attempt.world.resident.number.digits, time_type=attempt.world.time_type,
        start="20261201090000",
    )  # fmt: skip


async def test_what_another_worker_sends__is_waited_for(world):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    write = await _begin_and_die(attempt)

    async def settled(session):
        await writes.settle(session, write, WriteOutcome.DONE, now=clocks.now(), new_booking_id="b1")

    asking = asyncio.create_task(attempt())
    await asyncio.sleep(0)
    await world.database.transact(settled)
    assert (await asking).starts_at == FIRST_START
    assert attempt.calls == 0


async def test_several_workers__settle_it_once(attempt, database_url):
    fails(attempt, "lost_after")
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.no_faults()
    others = [Database(database_url) for _ in range(2)]
    await asyncio.gather(*(settle_due(one) for one in (attempt.world.database, *others)))
    assert (await attempt.write()).outcome == WriteOutcome.DONE
    assert (await attempt.write()).looks == 1
    assert len(await attempt.told()) == len(await attempt.logged()) == 1
    for one in others:
        await one.dispose()


async def test_what_came_after_all__is_told_after_all(world, clock):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    await lose(attempt)
    clock.advance(CERTAIN)
    await attempt.settle()
    _book_as_staff(attempt)
    clock.advance(timedelta(minutes=15))
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome, write.look_at) == (WriteOutcome.DONE, None)
    assert await attempt.told() == [MessageKind.NOT_BOOKED, MessageKind.BOOKED]


@pytest.mark.parametrize("kind", list(CONTRACT))
async def test_what_was_done_when_it_was_asked_for_again__is_told_once(world, clock, kind):
    attempt = Attempt(world, kind)
    await attempt.prepare()
    await lose(attempt)
    clock.advance(CERTAIN)
    await attempt.settle()
    await attempt()
    first = await attempt.write()
    clock.advance(timedelta(minutes=15))
    await attempt.settle()
    assert (first.outcome, (await attempt.write()).outcome) == (WriteOutcome.NOT_DONE, WriteOutcome.NOT_DONE)
    assert (await attempt.write()).look_at is None
    assert await attempt.told() == [IS_TOLD[kind, False]]


async def test_old_time_that_is_gone_too__is_nothing_that_we_know_of(world, clock):
    attempt = Attempt(world, "update")
    await attempt.prepare()
    await lose(attempt)
    world.reference.cancel(world.reference.live()[0]["id"])
    clock.advance(CERTAIN)
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.UNKNOWN
    clock.advance(timedelta(days=1))
    await attempt.settle()
    assert await attempt.told() == [MessageKind.UNSETTLED]


async def test_exchange_whose_new_id_cannot_be_read__is_done_and_named_later(world, clock):
    attempt = Attempt(world, "update")
    await attempt.prepare()
    world.reference.faults(GetSubjectOfCareSchedule={"kind": "500"})
    done = await attempt()
    assert done.starts_at == FIRST_START + timedelta(minutes=20)
    assert (await world.journal.booking(world.resident, done.id)).cancelled_at is None
    assert await attempt.told() == [MessageKind.REBOOKED]
    world.reference.no_faults()
    clock.advance(timedelta(seconds=2))
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome, write.look_at) == (WriteOutcome.DONE, None)
    [now] = await world.journal.schedule(world.resident)
    assert (await world.journal.booking(world.resident, done.id)).replaced_by == (world.clinic_id, now.id)
    assert await attempt.told() == [MessageKind.REBOOKED]
    assert await attempt.logged() == []


async def test_what_never_came__is_looked_for_no_more(world, clock):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    await lose(attempt)
    clock.advance(CERTAIN)
    await attempt.settle()
    clock.advance(timedelta(minutes=15))
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome, write.look_at, await attempt.told()) == (
        WriteOutcome.NOT_DONE,
        None,
        ["not_booked"],
    )


async def test_journal_system_that_never_answers_again__is_given_up_after_a_day(attempt, clock):
    fails(attempt, "lost_after")
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.faults(every={"kind": "500"})
    looks = 0
    while (await attempt.write()).outcome == WriteOutcome.UNKNOWN:
        clock.moment = max(clock.moment, (await attempt.write()).look_at)
        await attempt.settle()
        looks += 1
        assert looks < 50
    assert clock.moment >= TODAY + timedelta(days=1)
    assert await attempt.told() == [MessageKind.UNSETTLED]
    assert (await attempt.write()).look_at is None


@pytest.mark.parametrize("kind", list(CONTRACT))
async def test_visit_that_begins__ends_the_looking(database, clock, kind):
    begins = TODAY + timedelta(hours=23, minutes=30)
    world = await build_connected(database, clock.reference)
    await world.publish(3, start=begins)
    world.change(change_hours=0)
    attempt = Attempt(world, kind, begins)
    await attempt.prepare()
    fails(attempt, "lost_after")
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.faults(every={"kind": "500"})
    clock.advance(timedelta(hours=23))
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.UNKNOWN
    clock.moment = begins
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.GIVEN_UP
    await close_all()


READS = {
    "time types": ("GetAllTimeTypes", lambda journal, world: journal.time_types(world.resident)),
    "times": (
        "GetAvailableTimeslots",
        lambda journal, world: journal.available_timeslots(world.resident, world.time_type, DAY, DAY),
    ),
    "days": (
        "GetAvailableDates",
        lambda journal, world: journal.available_dates(
            world.resident, world.time_type, DAY, DAY + timedelta(days=30)
        ),
    ),
    "schedule": ("GetSubjectOfCareSchedule", lambda journal, world: journal.schedule(world.resident)),
    "booking": ("GetBookingDetails", lambda journal, world: journal.booking(world.resident, "eA")),
}


@pytest.mark.parametrize("fault", ["500", "vp", "lost_before", "lost_after", "cut", "garbage", "slow"])
@pytest.mark.parametrize("read", list(READS))
async def test_read_that_fails__is_unavailable_and_soon_as_before(world, read, fault, monkeypatch):
    contract, ask = READS[read]
    monkeypatch.setattr(client, "SECONDS_TO_READ", 0.5 if fault == "slow" else 10)
    world.reference.faults(**{contract: {"kind": fault, "seconds": 1.5 if fault == "slow" else 0}})
    if read == "booking" and fault in {"cut", "garbage", "lost_after"}:
        pytest.skip("an unknown booking is answered by a fault, which none of these spoils")
    with pytest.raises(JournalUnavailable) as unavailable:
        await ask(world.journal, world)
    assert unavailable.value.facts["failure"] in {"http_500", "VP009", "cut", "malformed", "timeout"}
    world.reference.no_faults()
    if read != "booking":
        await ask(world.journal, world)


async def test_contract_that_is_not_there__is_done_without(world):
    world.change(without=["GetAvailableDates", "GetAllPerformers"])
    counts = await world.journal.available_dates(
        world.resident, world.time_type, DAY, DAY + timedelta(days=30)
    )
    assert counts == {DAY: 3}
    assert world.journal.capabilities.book
