"""What a schedule cannot tell, and our own old writes beside what the journal system says now."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from tests.conftest import TODAY
from tests.connected import ConnectedWorld, SharedClock, build_connected, sharing_clock, until
from tests.contract.test_lost_answers import CERTAIN, Attempt, fails
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain import clock as clocks
from webtidbok_app.domain.errors import AlreadyCancelled, JournalRejectedUnexplained, OutcomeUnknown
from webtidbok_app.domain.journal_write import WriteOutcome
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.i18n import LANGS
from webtidbok_app.i18n.failures import words_for
from webtidbok_app.journal.rivta import writes
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.journal.rivta.journal import RivtaJournal
from webtidbok_app.journal.rivta.sending import Begin

BEGINS = TODAY + timedelta(hours=3)


@pytest.fixture(autouse=True)
def clock(reference) -> Iterator[SharedClock]:
    with sharing_clock(reference, TODAY) as shared:
        yield shared


@pytest.fixture
async def world(database: Database, clock: SharedClock) -> AsyncIterator[ConnectedWorld]:
    made = await build_connected(database, clock.reference)
    await made.publish(3)
    await made.publish(3, start=BEGINS)
    made.change(change_hours=0)
    yield made
    await close_all()


async def lose(attempt: Attempt, fault: str) -> None:
    """Ask for the change, and lose the answer."""
    await attempt.prepare()
    fails(attempt, fault)
    with pytest.raises(OutcomeUnknown):
        await attempt()
    attempt.world.reference.no_faults()


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
@pytest.mark.parametrize("kind", ["make", "cancel"])
async def test_visit_that_is_over__is_in_no_schedule_and_proves_nothing(world, clock, kind, fault):
    attempt = Attempt(world, kind, BEGINS)
    await lose(attempt, fault)
    clock.moment = BEGINS + timedelta(minutes=30)
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome, write.look_at) == (WriteOutcome.GIVEN_UP, None)
    assert (await attempt.told(), await attempt.logged()) == ([MessageKind.UNSETTLED], [])


@pytest.mark.parametrize(
    ("fault", "outcome"), [("lost_before", WriteOutcome.GIVEN_UP), ("lost_after", WriteOutcome.DONE)]
)
async def test_exchange_whose_old_time_has_begun__is_told_only_by_the_new_one(world, clock, fault, outcome):
    attempt = Attempt(world, "update", BEGINS)
    await lose(attempt, fault)
    clock.moment = BEGINS + timedelta(minutes=1)
    await attempt.settle()
    assert (await attempt.write()).outcome == outcome


async def test_what_came_after_all__is_told_on_the_pages_too(world, clock):
    attempt = Attempt(world, "make")
    await lose(attempt, "lost_before")
    clock.advance(CERTAIN)
    await attempt.settle()
    write = await attempt.write()
    async with world.database.write() as session:
        (await session.get_one(JournalWrite, (write.clinic_id, write.id))).seen_at = clock.moment
    world.reference.book(
        unit=world.unit,
        patient=world.resident.number.digits,
        time_type=world.time_type,
        start="20261201090000",
    )
    clock.advance(timedelta(minutes=15))
    await attempt.settle()
    write = await attempt.write()
    assert (write.outcome, write.seen_at) == (WriteOutcome.DONE, None)


async def test_other_booking_at_the_same_moment__leaves_it_uncertain(world, clock):
    world.change(time_types=[{"id": world.time_type, "name": "Besök"}, {"id": "annat", "name": "Annat"}])
    attempt = Attempt(world, "make")
    await lose(attempt, "lost_before")
    world.reference.book(
        unit=world.unit, patient=world.resident.number.digits, time_type="annat", start="20261201090000"
    )
    clock.advance(CERTAIN)
    await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.UNKNOWN
    clock.advance(timedelta(days=1))
    await attempt.settle()
    assert await attempt.told() == [MessageKind.UNSETTLED]


async def test_what_nobody_foresaw__puts_it_off_and_gives_it_up_in_time(world, clock, monkeypatch):
    attempt = Attempt(world, "make")
    await lose(attempt, "lost_after")

    async def fail(*_: object) -> None:
        raise ValueError

    with monkeypatch.context() as broken:
        broken.setattr(RivtaJournal, "booked_slots", fail)
        await attempt.settle()
        write = await attempt.write()
        assert (write.outcome, write.look_at) == (WriteOutcome.UNKNOWN, clock.moment + timedelta(seconds=2))
        clock.advance(timedelta(days=1))
        await attempt.settle()
    assert (await attempt.write()).outcome == WriteOutcome.GIVEN_UP


async def beginnings(attempt: Attempt) -> tuple[Begin, Begin]:
    """Return what writes down that the booking is cancelled, and that it is exchanged."""
    world = attempt.world
    old, slot = await world.journal.standing(world.resident, attempt.old.id)
    both = {"clinic_id": world.clinic_id, "person_id": world.resident.person_id, "now": clocks.now()}
    hold_id = UUID(attempt.hold.id) if attempt.hold else uuid4()
    return (
        partial(writes.begin_cancel, booked=old, slot=slot, **both),
        partial(
            writes.begin_update, old=old, old_slot=slot, from_clinic=world.clinic_id, hold_id=hold_id, **both
        ),
    )


async def test_booking_that_is_being_exchanged__is_not_cancelled_by_the_same_write(world, clock):
    attempt = Attempt(world, "update")
    await attempt.prepare()
    cancel, update = await beginnings(attempt)
    write, _ = await world.database.transact(update)
    with pytest.raises(OutcomeUnknown) as unknown:
        await world.database.transact(cancel)
    assert unknown.value.facts["write_id"] == write.id.hex
    done = partial(
        writes.settle, write=write, outcome=WriteOutcome.DONE, now=clock.moment, new_booking_id="b9"
    )
    await world.database.transact(done)
    with pytest.raises(AlreadyCancelled):
        await world.database.transact(cancel)


async def test_booking_that_is_being_cancelled__is_not_exchanged_by_the_same_write(world):
    attempt = Attempt(world, "update")
    await attempt.prepare()
    cancel, update = await beginnings(attempt)
    await world.database.transact(cancel)
    with pytest.raises(OutcomeUnknown):
        await world.database.transact(update)


async def test_cancelling_while_it_is_exchanged__hands_out_no_receipt_of_a_cancellation(world):
    world.change(keeps_booking_id=True)
    attempt = Attempt(world, "update")
    await attempt.prepare()
    fails(attempt, "slow", seconds=0.3)
    exchanging = asyncio.create_task(attempt())
    await until(attempt.is_called)
    with pytest.raises(AlreadyCancelled):
        await world.journal.cancel_booking(world.resident, attempt.old.id, "")
    assert (await exchanging).starts_at == attempt.hold.timeslot.starts_at
    assert attempt.is_done


async def test_cancellation_that_staff_undid__stands_and_can_be_cancelled_anew(world, clock):
    attempt = Attempt(world, "cancel")
    await attempt.prepare()
    me, booking = world.resident, attempt.old.id
    cancel, _ = await beginnings(attempt)
    write, _ = await world.database.transact(cancel)
    await world.database.transact(
        partial(writes.settle, write=write, outcome=WriteOutcome.DONE, now=clock.moment)
    )
    assert (await world.journal.booking(me, booking)).cancelled_at == clock.moment, (
        "it is told of for a while"
    )
    with pytest.raises(AlreadyCancelled):
        await attempt()
    clock.advance(CERTAIN)
    assert (await world.journal.booking(me, booking)).cancelled_at is None
    fails(attempt, "lost_after")
    with pytest.raises(OutcomeUnknown):
        await attempt()
    world.reference.no_faults()
    clock.advance(timedelta(seconds=1))
    await attempt.settle()
    assert await attempt.told() == [MessageKind.CANCELLED]
    assert attempt.is_done
    async with world.database.read() as session:
        mine = await writes.of_person(session, clinic_id=world.clinic_id, person_id=me.person_id)
    assert [one.outcome for one in mine] == [WriteOutcome.DONE] * 3
    clock.advance(CERTAIN)
    assert (await world.journal.booking(me, booking)).cancelled_at is not None
    with pytest.raises(AlreadyCancelled):
        await attempt()


async def test_exchange_that_cannot_be_named__does_not_lock_the_booking(world, clock):
    world.change(keeps_booking_id=True)
    attempt = Attempt(world, "update")
    await attempt.prepare()
    world.reference.faults(GetSubjectOfCareSchedule={"kind": "500"})
    done = await attempt()
    write = await attempt.write()
    assert (write.outcome, write.new_booking_id) == (WriteOutcome.DONE, "")
    world.reference.no_faults()
    clock.advance(CERTAIN)
    now = await world.journal.booking(world.resident, attempt.old.id)
    assert (now.starts_at, now.cancelled_at) == (done.starts_at, None)
    await world.journal.cancel_booking(world.resident, attempt.old.id, "")
    assert world.reference.live(world.unit) == []


async def test_refusal_without_a_reason__is_told_without_an_empty_one(world):
    attempt = Attempt(world, "make")
    await attempt.prepare()
    fails(attempt, "error", text=" ", times=1)
    with pytest.raises(JournalRejectedUnexplained) as refusal:
        await attempt()
    for lang in LANGS:
        title, body = words_for(refusal.value.code, lang, refusal.value.facts)
        assert title == words_for("journal_rejected", lang, {"text": ""})[0]
        assert body
        assert ":" not in body
