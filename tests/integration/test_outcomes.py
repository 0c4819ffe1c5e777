"""A change in a clinic's own journal system whose answer was lost: what the resident is told, and kept from."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.conftest import TODAY
from tests.connected import ConnectedWorld, SharedClock, build_connected, sharing_clock
from tests.reference_journal import ReferenceJournal, running
from tests.world import FIRST_START, World
from webtidbok_app.db.after_commit import tell_of_write
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain import clock as time
from webtidbok_app.domain.actor import Guardian, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    JournalUnavailable,
    NotAllowed,
    NotFound,
    OmbudNotHere,
    OutcomeUnknown,
)
from webtidbok_app.domain.ids import with_check_digit
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, Hold
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.services import booking, free_times, my_bookings, rebooking
from webtidbok_app.services.outcomes import (
    ANSWERED_WITHIN,
    MyOutcome,
    follow_outcome,
    get_outcome,
    list_outcomes,
    put_away,
)
from webtidbok_app.services.settlement import settle_due
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.services.time_types import OldBooking

SENT_AT = timedelta(minutes=-5)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceJournal]:
    with running(tmp_path_factory.mktemp("reference")) as started:
        yield started


@pytest.fixture
def clock(reference: ReferenceJournal) -> Iterator[SharedClock]:
    with sharing_clock(reference, TODAY) as shared:
        yield shared


@pytest.fixture
async def world(database: Database, clock: SharedClock) -> AsyncIterator[ConnectedWorld]:
    """A clinic that is connected, with two free times, and whose terms are accepted."""
    made = await build_connected(database, clock.reference)
    await made.publish(2)
    await accept_all_terms(made, made.resident)
    yield made
    await close_all()


async def accept_all_terms(world: World, resident: Resident) -> None:
    for kind in (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT):
        await accept_terms(resident, clinic=world.clinic, kind=kind, version=1)


@dataclass
class Writes:
    """The rows that the adapter writes, written by hand."""

    world: World

    async def add(self, kind: WriteKind = WriteKind.MAKE, **facts: object) -> str:
        known: dict[str, object] = {
            "person_id": self.world.resident.person_id,
            "outcome": WriteOutcome.UNKNOWN,
            "lost": True,
            "time_type": self.world.time_type,
            "time_type_name": "Besök",
            "starts_at": FIRST_START,
            "ends_at": FIRST_START + timedelta(minutes=20),
            "correlation_id": "c-1",
            "sent_at": time.now() + SENT_AT,
        }
        row = JournalWrite(clinic_id=self.world.clinic_id, id=uuid4(), kind=kind, **(known | facts))
        async with self.world.database.write() as session:
            session.add(row)
        return row.id.hex

    async def settle(self, write: str, outcome: WriteOutcome, **facts: object) -> None:
        async with self.world.database.write() as session:
            row = await session.get_one(JournalWrite, (self.world.clinic_id, UUID(write)))
            row.outcome, row.settled_at = outcome, time.now()
            for name, fact in facts.items():
                setattr(row, name, fact)
            tell_of_write(session, row.id)

    async def get(self, write: str) -> MyOutcome:
        return await get_outcome(self.world.resident, clinic=self.world.clinic, write=write)

    async def shown(self) -> list[str]:
        return [one.id for one in await list_outcomes(self.world.resident)]


@pytest.fixture
def writes(world: World) -> Writes:
    return Writes(world)


def _at(world: World) -> dict[str, str]:
    return {"clinic": world.clinic, "time_type": world.time_type}


async def _free(world: World) -> list[str]:
    found = await free_times.find_times(world.resident, **_at(world))
    return [slot.id for _, slots in found.days for slot in slots]


async def _hold(world: World) -> Hold:
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=(await _free(world))[0])
    await booking.step_forward(world.resident, **_at(world))
    return hold


async def _book(world: World) -> BookedTime:
    return await booking.book(world.resident, **_at(world), hold_id=(await _hold(world)).id)


async def _settle(world: World) -> None:
    """Look for what is due, as a worker that has just started."""
    await close_all()
    await settle_due(world.database)


async def test_outcome__is_shown_from_lost_to_known_to_put_away(world, writes):
    write = await writes.add()
    found = await writes.get(write)
    assert (found.kind, found.outcome, found.settled, found.booking_id) == (
        WriteKind.MAKE,
        WriteOutcome.UNKNOWN,
        False,
        "",
    )
    assert await writes.shown() == [write]
    await put_away(world.resident, clinic=world.clinic, write=write)
    assert await writes.shown() == [write]  # what is not known yet cannot be put away
    await writes.settle(write, WriteOutcome.DONE, new_booking_id="A/7")
    found = await writes.get(write)
    assert (found.settled, found.read, found.booking_id) == (True, False, "QS83")
    assert await writes.shown() == [write]
    await put_away(world.resident, clinic=world.clinic, write=write)
    assert await writes.shown() == []
    assert (await writes.get(write)).read


async def test_outcome__of_an_answer_that_came__is_no_news(writes):
    await writes.add(outcome=WriteOutcome.DONE, lost=False)
    assert await writes.shown() == []


async def test_outcome__that_is_on_its_way__is_told_of_when_its_answer_should_have_come(world, writes, clock):
    write = await writes.add(outcome=WriteOutcome.SENT, lost=False, sent_at=time.now())
    assert await writes.shown() == []
    clock.advance(ANSWERED_WITHIN + timedelta(seconds=1))
    assert await writes.shown() == [write]  # its worker died, and nobody has looked yet


async def test_outcome__of_a_visit_long_past__is_told_no_more(writes, clock):
    write = await writes.add(outcome=WriteOutcome.GIVEN_UP)
    clock.moment = FIRST_START + timedelta(hours=23)
    assert await writes.shown() == [write]
    clock.moment = FIRST_START + timedelta(hours=25)
    assert await writes.shown() == []


async def test_outcome__is_for_its_owner(world, writes):
    write = await writes.add()
    other = world.residents[1]
    for use_case in (get_outcome, put_away):
        with pytest.raises(NotFound):
            await use_case(other, clinic=world.clinic, write=write)
        with pytest.raises(NotFound):
            await use_case(world.resident, clinic=world.clinic, write="no-id")
        with pytest.raises(NotAllowed):
            await use_case(world.staff, clinic=world.clinic, write=write)
    with pytest.raises(NotFound):
        await anext(follow_outcome(other, clinic=world.clinic, write=write))
    assert await list_outcomes(other) == []


async def test_outcome__is_not_for_a_guardian(world, writes):
    guardian = Guardian(world.residents[1].person_id, "Vera Test", time.now())
    child = replace(world.resident, number=with_check_digit("20200101238"), by=guardian)
    write = await writes.add()
    assert await list_outcomes(child) == []
    with pytest.raises(OmbudNotHere):
        await get_outcome(child, clinic=world.clinic, write=write)


async def test_outcome__is_followed_until_it_is_known(world, writes):
    write = await writes.add(WriteKind.CANCEL, booking_id="A/7")
    following = follow_outcome(world.resident, clinic=world.clinic, write=write)
    assert (await anext(following)).outcome == WriteOutcome.UNKNOWN
    later = asyncio.ensure_future(anext(following))
    await writes.settle(write, WriteOutcome.NOT_DONE)
    assert (await asyncio.wait_for(later, 10)).outcome == WriteOutcome.NOT_DONE
    await following.aclose()


async def test_booking_again__waits_until_it_is_known_whether_one_has_the_time(world, writes, clock):
    hold, second = await _hold(world), (await _free(world))[1]
    typed = {"reason": "", "interpreter": "finska", "access_needs": "", "phone": "0701740605", "email": ""}
    await booking.keep_details(world.resident, **_at(world), **typed)
    world.reference.faults(MakeBooking={"kind": "lost_before"})
    with pytest.raises(OutcomeUnknown) as lost:
        await booking.book(world.resident, **_at(world), hold_id=hold.id)
    write = str(lost.value.facts["write_id"])
    assert await writes.shown() == [write]
    for asked in (
        booking.get_progress(world.resident, **_at(world)),
        booking.hold_time(world.resident, **_at(world), timeslot_id=second),
        booking.book(world.resident, **_at(world), hold_id=hold.id),
        booking.book(world.resident, **_at(world), hold_id=uuid4().hex),
    ):
        with pytest.raises(OutcomeUnknown) as refused:
            await asked
        assert refused.value.facts["write_id"] == write
    assert len(world.reference.calls("MakeBooking")) == 1
    world.reference.no_faults()
    clock.advance(ANSWERED_WITHIN)
    await _settle(world)
    assert (await writes.get(write)).outcome == WriteOutcome.NOT_DONE
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.details.interpreter, progress.booked_id) == ("finska", None)
    booked = await _book(world)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (booked.interpreter, progress.booked_id) == ("finska", booked.id)


@pytest.mark.parametrize("kind", [WriteKind.UPDATE, WriteKind.CANCEL])
async def test_booked_time__cannot_be_changed_while_nobody_knows_whether_it_is(world, writes, clock, kind):
    booked = await _book(world)
    old, which = OldBooking(world.clinic, booked.id), {"clinic": world.clinic, "booking": booked.id}
    slot = (await free_times.find_times(world.resident, **_at(world), rebooks=old)).days[0][1][0].id
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=slot, rebooks=old)

    def change() -> Awaitable[object]:
        if kind == WriteKind.UPDATE:
            return rebooking.rebook(world.resident, clinic=world.clinic, rebooks=old, hold_id=hold.id)
        return my_bookings.cancel_booking(world.resident, **which, message="")

    contract = {WriteKind.UPDATE: "UpdateBooking", WriteKind.CANCEL: "CancelBooking"}[kind]
    world.reference.faults(**{contract: {"kind": "lost_before"}})
    with pytest.raises(OutcomeUnknown) as lost:
        await change()
    write = str(lost.value.facts["write_id"])
    mine = await my_bookings.get_booking(world.resident, **which)
    assert (mine.unsettled, mine.cancellable, mine.rebookable) == (write, False, False)
    managed = await my_bookings.list_at_clinic(world.resident, clinic=world.clinic)
    assert [one.unsettled for one in managed.bookings] == [write]
    for asked in (
        my_bookings.cancel_booking(world.resident, **which, message=""),
        rebooking.get_rebooking(world.resident, **_at(world), rebooks=old),
        rebooking.rebook(world.resident, clinic=world.clinic, rebooks=old, hold_id=uuid4().hex),
    ):
        with pytest.raises(OutcomeUnknown):
            await asked
    clock.advance(ANSWERED_WITHIN)
    await _settle(world)
    assert (await writes.get(write)).outcome == WriteOutcome.NOT_DONE
    mine = await my_bookings.get_booking(world.resident, **which)
    assert (mine.unsettled, mine.cancellable, mine.rebookable) == ("", True, True)
    world.reference.faults(**{contract: {"kind": "lost_after"}})
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=slot, rebooks=old)
    with pytest.raises(OutcomeUnknown):
        await change()
    await _settle(world)
    told = {one.id: one.outcome for one in await list_outcomes(world.resident)}
    assert told.pop(write) == WriteOutcome.NOT_DONE
    assert list(told.values()) == [WriteOutcome.DONE]


async def test_booked_time__that_its_journal_lets_nobody_change__is_refused_with_the_phone(world):
    booked = await _book(world)
    world.change(cancel=False, rebook=False)
    for asked in (
        my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message=""),
        rebooking.get_rebooking(world.resident, **_at(world), rebooks=OldBooking(world.clinic, booked.id)),
    ):
        with pytest.raises(CapabilityMissing) as refused:
            await asked
        assert refused.value.facts["phone"] == "010-123 45 67"


async def test_contract_that_turns_out_to_be_missing__is_offered_no_more(world):
    hold = await _hold(world)
    world.reference.faults(MakeBooking={"kind": "vp", "code": "VP004"})
    with pytest.raises(JournalUnavailable):
        await booking.book(world.resident, **_at(world), hold_id=hold.id)
    with pytest.raises(CapabilityMissing) as refused:
        await booking.get_progress(world.resident, **_at(world))
    assert refused.value.facts["phone"] == "010-123 45 67"
    assert await list_outcomes(world.resident) == []


async def test_mina_tidsbokningar__one_journal_that_fails_or_is_slow_holds_back_no_other(
    database, world, monkeypatch
):
    far = await build_connected(database, world.reference, slug="fjarran", residents=1, first=7)
    await far.publish(1, start=FIRST_START + timedelta(days=1))
    far.residents = world.residents
    await accept_all_terms(far, far.resident)
    for one in (world, far):
        await _book(one)
    monkeypatch.setattr(my_bookings, "SECONDS_TO_SHOW", 0.5)
    monkeypatch.setattr(my_bookings, "SECONDS_TO_ANSWER", 5)
    for fault in ({"kind": "500"}, {"kind": "slow", "seconds": 1.5}):
        await close_all()
        world.reference.faults(GetSubjectOfCareSchedule={**fault, "unit": far.unit})
        found = {answer.clinic.slug: answer for answer in await my_bookings.list_my_bookings(world.resident)}
        assert [time.starts_at for time in found[world.clinic].times] == [FIRST_START]
        assert not found[far.clinic].times
        assert (found[far.clinic].problem is None) == found[far.clinic].pending == ("seconds" in fault)
    following = my_bookings.follow_my_bookings(world.resident, clinics=[far.clinic])
    [late] = [answer async for answer in following]
    assert [time.starts_at for time in late.times] == [FIRST_START + timedelta(days=1)]
