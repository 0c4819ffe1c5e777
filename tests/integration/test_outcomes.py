"""A change in a clinic's own journal system whose answer was lost: what the resident is told, and kept from."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlmodel import col

from tests.world import FIRST_START, World, build_world
from webtidbok_app import journal
from webtidbok_app.db.after_commit import tell_of_write
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Clinic, JournalWrite
from webtidbok_app.domain import clock as time
from webtidbok_app.domain.actor import Guardian, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    NotAllowed,
    NotFound,
    OmbudNotHere,
    OutcomeUnknown,
    TooLateToChange,
)
from webtidbok_app.domain.ids import with_check_digit
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails, Capabilities, TimeTypeInfo
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import booking, my_bookings, rebooking
from webtidbok_app.services.outcomes import (
    ANSWERED_WITHIN,
    MyOutcome,
    follow_outcome,
    get_outcome,
    list_outcomes,
    put_away,
)
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.services.time_types import OldBooking

SENT_AT = timedelta(minutes=-5)


class LostAnswers(StandaloneJournal):
    """A journal system that tells little, and whose answers can be lost.

    It keeps its times as our own timebook does, but names bookings as a connected one does.
    """

    capabilities = Capabilities(book=True, cancel=True, rebook=True, message=True)
    lost: str = ""
    """The write that the next answer is lost of."""

    async def time_types(self, patient: Resident) -> list[TimeTypeInfo]:
        return [
            replace(kind, length_minutes=None, visit_form=None) for kind in await super().time_types(patient)
        ]

    async def make_booking(self, patient: Resident, hold_id: str, details: BookingDetails) -> BookedTime:
        if LostAnswers.lost:
            raise OutcomeUnknown(correlation_id="c-1", write_id=LostAnswers.lost)
        return await super().make_booking(patient, hold_id, details)


@pytest.fixture
async def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A clinic that is connected, with a coming time booked."""
    world = await build_world(database)
    standalone = journal.connect

    def connect(*, clinic_id: UUID, kind: str, connection: Any = None) -> Any:
        if kind == "rivta":
            return LostAnswers(clinic_id, database)
        return standalone(clinic_id=clinic_id, kind=kind, connection=connection)

    monkeypatch.setattr(journal, "connect", connect)
    monkeypatch.setattr(LostAnswers, "lost", "")
    async with database.write() as session:
        await session.execute(update(Clinic).where(col(Clinic.id) == world.clinic_id).values(journal="rivta"))
    await accept_terms(world.resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    await accept_terms(world.resident, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    return world


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


async def test_booking_again__waits_until_it_is_known_whether_one_has_the_time(world, writes):
    [first, second] = await world.publish(2)
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=first.hex)
    await booking.step_forward(world.resident, **_at(world))
    write = await writes.add(hold_id=UUID(hold.id))
    LostAnswers.lost = write
    with pytest.raises(OutcomeUnknown):  # by the timebook itself, which may answer otherwise the next time
        await booking.book(world.resident, **_at(world), hold_id=hold.id)
    for asked in (
        booking.get_progress(world.resident, **_at(world)),
        booking.hold_time(world.resident, **_at(world), timeslot_id=second.hex),
        booking.book(world.resident, **_at(world), hold_id=uuid4().hex),
    ):
        with pytest.raises(OutcomeUnknown) as refused:
            await asked
        assert refused.value.facts["write_id"] == write
    await writes.settle(write, WriteOutcome.NOT_DONE)
    LostAnswers.lost = ""
    booked = await booking.book(world.resident, **_at(world), hold_id=hold.id)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (booked.starts_at, progress.booked_id) == (FIRST_START, booked.id)


async def test_booking_again__what_was_typed_is_kept_while_nobody_knows(world, writes):
    [slot] = await world.publish(1)
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=slot.hex)
    await booking.step_forward(world.resident, **_at(world))
    typed = {"reason": "", "interpreter": "finska", "access_needs": "", "phone": "0701740605", "email": ""}
    await booking.keep_details(world.resident, **_at(world), **typed)
    LostAnswers.lost = write = await writes.add(hold_id=UUID(hold.id))
    with pytest.raises(OutcomeUnknown):
        await booking.book(world.resident, **_at(world), hold_id=hold.id)
    await writes.settle(write, WriteOutcome.NOT_DONE)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.details.interpreter, progress.booked_id) == ("finska", None)


@pytest.mark.parametrize("kind", [WriteKind.UPDATE, WriteKind.CANCEL])
async def test_booked_time__cannot_be_changed_while_nobody_knows_whether_it_is(
    world, writes, kind, monkeypatch
):
    [first, second] = await world.publish(2)
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=first.hex)
    await booking.step_forward(world.resident, **_at(world))
    booked = await booking.book(world.resident, **_at(world), hold_id=hold.id)
    monkeypatch.setattr(
        "webtidbok_app.services.outcomes.translate.booking_id", str
    )  # our own ids stand as they are
    write = await writes.add(kind, booking_id=booked.id)
    mine = await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=booked.id)
    assert (mine.unsettled, mine.cancellable, mine.rebookable) == (write, False, False)
    managed = await my_bookings.list_at_clinic(world.resident, clinic=world.clinic)
    assert [one.unsettled for one in managed.bookings] == [write]
    old = OldBooking(world.clinic, booked.id)
    for asked in (
        my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message=""),
        rebooking.get_rebooking(world.resident, **_at(world), rebooks=old),
        rebooking.rebook(world.resident, clinic=world.clinic, rebooks=old, hold_id=second.hex),
    ):
        with pytest.raises(OutcomeUnknown):
            await asked
    await writes.settle(write, WriteOutcome.NOT_DONE)
    mine = await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=booked.id)
    assert (mine.unsettled, mine.cancellable, mine.rebookable) == ("", True, True)


async def test_booked_time__that_its_timebook_lets_nobody_change__is_refused_with_the_phone(
    world, monkeypatch
):
    [slot] = await world.publish(1)
    hold = await booking.hold_time(world.resident, **_at(world), timeslot_id=slot.hex)
    await booking.step_forward(world.resident, **_at(world))
    booked = await booking.book(world.resident, **_at(world), hold_id=hold.id)
    told = replace(booked, cancel_allowed=False, rebook_allowed=False, cancel_until=None)

    async def tell(*_: object) -> BookedTime:
        return told

    async def refuse(*_: object) -> BookedTime:
        raise TooLateToChange(deadline=None)

    monkeypatch.setattr(LostAnswers, "booking", tell)
    monkeypatch.setattr(LostAnswers, "cancel_booking", refuse)
    for asked in (
        my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message=""),
        rebooking.get_rebooking(world.resident, **_at(world), rebooks=OldBooking(world.clinic, booked.id)),
    ):
        with pytest.raises(CapabilityMissing) as refused:
            await asked
        assert refused.value.facts["phone"] == "010-123 45 67"
