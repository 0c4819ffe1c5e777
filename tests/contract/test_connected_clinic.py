"""What only a journal system of a clinic's own does: invitations, flags, ids, the index, what residents are told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.conftest import TODAY
from tests.connected import PERFORMER, ConnectedWorld, SharedClock, build_connected, sharing_clock, until
from tests.world import FIRST_START, build_world
from webtidbok_app import journal as journals
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import (
    AccessLog,
    Clinic,
    Draft,
    HoldCount,
    JournalConnection,
    MessageChoice,
    OutboxMessage,
)
from webtidbok_app.domain.errors import LimitReached, NotFound, SlotTaken, SlotWithdrawn, TooLateToChange
from webtidbok_app.domain.message import Channel, MessageKind, MessageStatus
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails
from webtidbok_app.journal.rivta import client, clients
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.journal.rivta.reading import Reading
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.notify.channels import inbox
from webtidbok_app.notify.worker import send_due
from webtidbok_app.rivta import messages
from webtidbok_app.services import booking as services
from webtidbok_app.services.booking import hold_time, keep_typed, step_forward
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.settings import EngagementLookup

DAY = FIRST_START.date()
SAID = BookingDetails(reason="Ont i knät", interpreter="finska", phone="0701740605", email="a@example.org")
LETTER = "<article><title>Kallelse</title><para>Du är välkommen på hälsokontroll.</para></article>"


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


@pytest.fixture
def index(reference, monkeypatch) -> None:
    where = EngagementLookup(
        address=f"{reference.address}/ei/FindContent", logical_address="SE2321000016-EI01"
    )
    monkeypatch.setattr(clients, "get_settings", lambda: SimpleNamespace(index_in_use=where))


async def times(world: ConnectedWorld, who: int = 0, day: date = DAY, time_type: str = "besok") -> list[str]:
    found = await world.journal.available_timeslots(world.residents[who], time_type, day, day)
    return [slot.id for slot in found]


async def book(world: ConnectedWorld, which: int = 0) -> BookedTime:
    hold = await world.journal.hold(world.resident, (await times(world))[which])
    return await world.journal.make_booking(world.resident, hold.id, SAID)


async def test_booking__tells_the_journal_system_what_it_told_and_what_was_said(world):
    await book(world)
    [asked] = world.reference.calls("MakeBooking")
    for told in (
        f"<m0:performer>{PERFORMER}<", "<m0:timeTypeID>besok<", f"healthcare_facility_med>{world.unit}<",
        "Ont i knät\nTolk: finska<", "<m0:phone>0701740605<", "<m0:email>a@example.org<",
        f"<m0:subject_of_care>{world.resident.number.digits}<", f":firstName>{world.resident.given_name}<",
    ):  # fmt: skip
        assert told in asked["body"], told
    assert "isInvitation" not in asked["body"]
    assert "cancel_booking_allowed" not in asked["body"]
    assert "bookingId" not in asked["body"]


async def test_rebooking__that_keeps_its_id_has_no_older_self(world):
    world.change(keeps_booking_id=True)
    old = await book(world)
    hold = await world.journal.hold(world.resident, (await times(world))[0])
    new = await world.journal.rebook_booking(world.resident, old.id, hold.id)
    assert (new.id, new.replaces, new.starts_at - old.starts_at) == (old.id, None, timedelta(minutes=20))
    assert (new.calendar_id, new.calendar_sequence) == (old.calendar_id, 1)
    assert (await world.journal.booking(world.resident, old.id)).cancelled_at is None
    hold = await world.journal.hold(world.resident, (await times(world))[0])
    again = await world.journal.rebook_booking(world.resident, old.id, hold.id)
    assert (again.starts_at, again.calendar_sequence) == (FIRST_START, 2)
    assert len(world.reference.live()) == 1
    gone = await world.journal.cancel_booking(world.resident, old.id, "")
    assert (gone.cancelled_at is None, gone.calendar_sequence) == (False, 3)


async def test_flags_on_a_booking__decide_for_it(world):
    world.change(cancel=False, rebook=False, message=False)
    booked = await book(world)
    assert (booked.cancel_allowed, booked.rebook_allowed, booked.message_allowed) == (False, False, False)
    with pytest.raises(TooLateToChange):
        await world.journal.cancel_booking(world.resident, booked.id, "")
    hold = await world.journal.hold(world.resident, (await times(world))[0])
    with pytest.raises(TooLateToChange):
        await world.journal.rebook_booking(world.resident, booked.id, hold.id)
    assert world.reference.calls("CancelBooking") == world.reference.calls("UpdateBooking") == []


async def test_flags_that_the_schedule_leaves_out__are_told_in_full(world, monkeypatch):
    """Only GetBookingDetails has to tell them (TKB 1.1.5, 6)."""
    schedule = Reading.schedule

    async def without_flags(self, **how: bool) -> list[messages.Timeslot]:
        left_out = dict.fromkeys(("cancel_booking_allowed", "rebooking_allowed", "message_allowed"))
        return [replace(slot, **left_out) for slot in await schedule(self, **how)]

    monkeypatch.setattr(Reading, "schedule", without_flags)
    booked = await book(world)
    [seen] = await world.journal.schedule(world.resident)
    [known] = await world.journal.schedule(world.resident, in_full=True)
    assert (seen.id, seen.cancel_allowed) == (booked.id, False)
    assert (known.cancel_allowed, known.rebook_allowed, known.message_allowed) == (True, True, True)


async def test_who_asked_and_went_away__has_it_in_the_log_and_the_draft_emptied(world):
    me, where = world.resident, {"clinic": world.clinic, "time_type": "besok"}
    set_database(world.database)
    await accept_terms(me, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    hold = await hold_time(me, **where, timeslot_id=(await times(world))[0])
    await step_forward(me, **where)
    await keep_typed(me, **where, field="reason", text="Ont i knät")
    world.reference.faults(MakeBooking={"kind": "slow", "seconds": 0.5})
    asking = asyncio.create_task(services.book(me, **where, hold_id=hold.id))

    async def asked() -> bool:
        return bool(world.reference.calls("MakeBooking"))

    async def logged() -> bool:
        async with world.database.read() as session:
            draft = await session.get_one(Draft, (world.clinic_id, me.person_id, me.person_id))
            line = await session.scalar(select(AccessLog).where(col(AccessLog.action) == "book"))
            return line is not None and draft.reason == ""

    await until(asked)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(logged)


async def test_message__is_not_sent_where_it_may_not(world):
    world.change(message=False)
    booked = await book(world)
    await world.journal.cancel_booking(world.resident, booked.id, "Jag kan inte komma")
    [asked] = world.reference.calls("CancelBooking")
    assert "Jag kan inte komma" not in asked["body"]


async def test_connection__says_what_is_not_offered(database, clock):
    never = {"can_cancel": False, "can_rebook": False, "can_message": False, "can_choose_performer": False}
    world = await build_connected(database, clock.reference, connection=never)
    can = world.journal.capabilities
    assert (can.book, can.cancel, can.rebook, can.message, can.performer) == (
        True,
        False,
        False,
        False,
        False,
    )
    assert (can.hold, can.offer, can.watch) == (False, False, False)
    clinic = await get_clinic(slug=world.clinic)
    assert not clinic.offers(CaseTypeKind.MANAGE_DIRECT)
    assert not clinic.can_watch
    await world.publish(1)
    booked = await book(world)
    assert (booked.cancel_allowed, booked.rebook_allowed, booked.message_allowed) == (False, False, False)
    await close_all()


async def test_hsa_id__in_another_case_is_the_same_unit(world):
    async with world.database.write() as session:
        row = await session.get_one(JournalConnection, world.clinic_id)
        row.logical_address = row.logical_address.lower()
    world.connection = row
    booked = await book(world)
    assert [one.id for one in await world.journal.schedule(world.resident)] == [booked.id]
    assert (await world.journal.booking(world.resident, booked.id)).starts_at == FIRST_START


async def test_what_the_clinics_staff_book_and_cancel__is_seen_at_once(world):
    id_ = world.reference.book(
        unit=world.unit, patient=world.resident.number.digits, time_type="besok", start="20261202100000",
        purpose="Ta med <medicinlista>",
    )  # fmt: skip
    [booked] = await world.journal.schedule(world.resident)
    assert (booked.prepare.sv, booked.reason, booked.phone) == (
        "<p>Ta med &lt;medicinlista&gt;</p>",
        "",
        None,
    )
    world.reference.cancel(id_)
    assert await world.journal.schedule(world.resident) == []
    with pytest.raises(NotFound):
        await world.journal.booking(world.resident, booked.id)


async def test_anothers_booking__that_a_journal_system_tells_of_is_not_shown(world, monkeypatch):
    booked = await book(world)
    other = world.residents[1]
    asked = world.residents[0].number
    monkeypatch.setattr("webtidbok_app.journal.rivta.client.soap.wrap", _as(asked.digits))
    with pytest.raises(NotFound):
        await world.journal.booking(other, booked.id)
    with pytest.raises(NotFound):
        await world.journal.cancel_booking(other, booked.id, "")
    assert world.reference.calls("CancelBooking") == []
    assert len(world.reference.live()) == 1


def _as(number: str):
    """Return what wraps messages as if a careless journal system did not look at who asks."""
    from webtidbok_app.rivta.soap import wrap  # noqa: PLC0415  before it is replaced

    return lambda message, **facts: wrap(message, **facts | {"actor_id": number})


async def test_past_booking__is_told_from_what_we_know(world, clock, monkeypatch):
    booked = await book(world)
    clock.moment = FIRST_START + timedelta(days=40)
    world.reference.cancel(world.reference.live()[0]["id"])
    told = await world.journal.booking(world.resident, booked.id)
    assert (told.starts_at, told.reason, told.cancelled_at) == (FIRST_START, "Ont i knät", None)
    assert (told.cancel_allowed, told.rebook_allowed) == (False, False)


async def test_days_far_away__cost_few_questions(world):
    await world.publish(2, start=FIRST_START + timedelta(days=200))
    world.reference.forget_calls()
    year = DAY + timedelta(days=365)
    [first] = await world.journal.available_timeslots(
        world.resident, "besok", DAY + timedelta(days=30), year, limit=1
    )
    assert first.starts_at == FIRST_START + timedelta(days=200)
    asked = [one["contract"] for one in world.reference.calls()]
    assert asked == ["GetAllTimeTypes", "GetAvailableDates", "GetAvailableTimeslots"]
    counts = await world.journal.available_dates(world.resident, "besok", DAY, year)
    assert counts == {DAY: 3, DAY + timedelta(days=200): 2}


async def test_hold__asks_the_journal_system_itself(world):
    [first, *_] = await times(world)
    world.reference.book(
        unit=world.unit,
        patient="199001012385",
        time_type="besok",
        start="20261201090000",
        performer=PERFORMER,
    )
    with pytest.raises(SlotTaken):
        await world.journal.hold(world.resident, first)


async def test_hold__of_a_time_that_has_begun(world, clock):
    [first, *_] = await times(world)
    clock.moment = FIRST_START
    with pytest.raises(SlotWithdrawn):
        await world.journal.hold(world.resident, first)


async def test_holds__are_counted_together_at_all_clinics_and_are_one_at_a_time(world, clock):
    ours = await build_world(world.database, slug="egen", residents=0)
    [free] = await ours.publish(1)
    standalone = StandaloneJournal(ours.clinic_id, world.database)
    held = await standalone.hold(world.resident, free.hex)
    await world.journal.hold(world.resident, (await times(world))[0])
    assert await standalone.current_hold(world.resident) is None
    assert held.timeslot.starts_at == FIRST_START
    async with world.database.write() as session:
        (await session.get_one(HoldCount, world.resident.person_id)).holds = 30
    with pytest.raises(LimitReached):
        await world.journal.hold(world.resident, (await times(world))[1])
    assert (await world.journal.current_hold(world.resident)).timeslot.starts_at == FIRST_START


async def test_open_invitation__is_found_by_the_index_and_booked_once(world, index):
    world.change(
        time_types=[
            {"id": "besok", "name": "Besök"},
            {"id": "kall", "name": "Hälsokontroll", "bookable": False},
        ]
    )
    world.reference.book(
        unit=world.unit,
        patient=world.resident.number.digits,
        time_type="kall",
        purpose=LETTER,
        invitation=True,
    )
    world.change(slots=[{"start": "20261203090000", "end": "20261203093000", "time_type": "kall"}])
    invited, offered = await world.journal.time_types(world.resident)
    assert (invited.name.sv, invited.bookable, offered.id) == ("Hälsokontroll", Bookable.INVITATION, "besok")
    assert invited.prepare.sv == "<p><strong>Kallelse</strong></p><p>Du är välkommen på hälsokontroll.</p>"
    assert invited.invitation.first == TODAY.date()
    assert [one.id for one in await world.journal.time_types(world.residents[1])] == ["besok"]
    [slot] = await times(world, day=date(2026, 12, 3), time_type=invited.id)
    with pytest.raises(NotFound):
        await times(world, who=1, day=date(2026, 12, 3), time_type=invited.id)
    hold = await world.journal.hold(world.resident, slot)
    assert hold.time_type == invited.id
    booked = await world.journal.make_booking(world.resident, hold.id, SAID)
    assert booked.time_type.sv == "Hälsokontroll"
    assert len(world.reference.live()) == 1
    clients.client_of_index().forget()
    assert [one.id for one in await world.journal.time_types(world.resident)] == ["besok"]


async def test_timed_invitation__is_a_booked_time_that_one_is_invited_to(world):
    world.reference.book(
        unit=world.unit, patient=world.resident.number.digits, time_type="besok", start="20261202100000",
        invitation=True, purpose=LETTER,
    )  # fmt: skip
    [booked] = await world.journal.schedule(world.resident)
    assert (booked.invited, booked.cancel_allowed) == (True, True)
    assert "hälsokontroll" in booked.prepare.sv


async def test_clinics_to_ask__are_those_that_the_index_names_and_where_one_has_booked(world, index):
    elsewhere = await build_connected(world.database, world.reference, slug="annan", residents=0)
    me, other = world.residents[:2]
    assert await journals.clinics_with_times(me) == set()
    await book(world)
    world.reference.book(
        unit=elsewhere.unit.lower(), patient=other.number.digits, time_type="besok", start="20261202100000"
    )
    assert await journals.clinics_with_times(me) == {world.clinic_id}
    clients.client_of_index().forget()
    assert await journals.clinics_with_times(other) == {elsewhere.clinic_id}


async def test_index_that_does_not_answer__hinders_nobody(world, index):
    await book(world)
    assert await journals.knows_where(world.resident)
    world.reference.faults(FindContent={"kind": "500"})
    clients.client_of_index().forget()
    assert not await journals.knows_where(world.resident)
    assert await journals.clinics_with_times(world.resident) == {world.clinic_id}
    assert [one.id for one in await world.journal.time_types(world.resident)] == ["besok"]


async def _letters(world: ConnectedWorld) -> list[str]:
    async with world.database.write() as session:
        await session.merge(
            MessageChoice(person_id=world.resident.person_id, channel=Channel.SMS, address="+46701740605")
        )
    inbox.letters.clear()
    await send_due()
    return sorted(letter.text for letter in inbox.letters)


async def test_resident__is_told_when_it_is_done_and_not_of_what_has_changed_since(world):
    booked = await book(world)
    async with world.database.write() as session:
        (await session.get_one(Clinic, world.clinic_id)).message_name_sv = "Kliniken"
    assert await _letters(world) == ["Kliniken: Din tid tisdag 1 december 2026 kl. 9.00 är bokad."]
    hold = await world.journal.hold(world.resident, (await times(world))[0])
    new = await world.journal.rebook_booking(world.resident, booked.id, hold.id)
    await world.journal.cancel_booking(world.resident, new.id, "")
    assert await _letters(world) == ["Kliniken: Din tid tisdag 1 december 2026 kl. 9.20 är avbokad."]
    async with world.database.read() as session:
        rows = list(await session.scalars(select(OutboxMessage).order_by(col(OutboxMessage.created_at))))
    assert {(row.kind, row.status) for row in rows} == {
        (MessageKind.BOOKED, MessageStatus.SENT), (MessageKind.REBOOKED, MessageStatus.DROPPED),
        (MessageKind.CANCELLED, MessageStatus.SENT),
    }  # fmt: skip


async def test_who_follows_the_times__looks_again_unasked_and_at_each_change(world, monkeypatch):
    monkeypatch.setattr("webtidbok_app.journal.rivta.journal.SECONDS_BETWEEN_LOOKS", 0.3)
    following = world.journal.changes()
    await anext(following)
    await anext(following)  # nobody has told of anything
    monkeypatch.setattr("webtidbok_app.journal.rivta.journal.SECONDS_BETWEEN_LOOKS", 60.0)
    seen = bus.version(world.clinic_id)
    await world.journal.hold(world.resident, (await times(world))[0])
    assert await anext(following) > seen
    await following.aclose()


async def test_performer_without_a_name__is_named_by_the_list_of_performers(world, monkeypatch):
    as_told = client.Client.ask

    async def ask(self, question, answer, **facts):
        told = await as_told(self, question, answer, **facts)
        if not isinstance(told, messages.GetAvailableTimeslotsResponse):
            return told
        slots = (messages.Timeslot(**vars(one) | {"performer_name": None}) for one in told.timeslots)
        return messages.GetAvailableTimeslotsResponse(timeslots=tuple(slots))

    monkeypatch.setattr(client.Client, "ask", ask)
    [first, *_] = await world.journal.available_timeslots(world.resident, "besok", DAY, DAY)
    assert (first.performer, first.performer_id) == ("Vera Test", PERFORMER)
    hold = await world.journal.hold(world.resident, first.id)
    assert hold.timeslot.performer == "Vera Test"
    assert (await world.journal.current_hold(world.resident)).timeslot.performer == "Vera Test"


async def test_journal_system_that_is_slow_to_tell__does_not_hold_back_what_was_booked(world, monkeypatch):
    monkeypatch.setattr("webtidbok_app.journal.rivta.journal.SECONDS_TO_CONFIRM", 0.05)
    world.reference.faults(GetBookingDetails={"kind": "slow", "seconds": 2})
    booked = await book(world)
    assert (booked.starts_at, booked.reason, booked.performer) == (FIRST_START, "Ont i knät", "Vera Test")
