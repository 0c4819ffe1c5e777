"""Connecting a clinic's journal system: who may, what is refused, what a test call tells, and turning it on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.reference_journal import UNIT, ReferenceJournal, add_units, running
from tests.world import FIRST_START, World, build_world, provider_of
from webtidbok_app.db.tables import AccessLog, JournalWrite
from webtidbok_app.domain import clock as our_clock
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import (
    ConnectionNotTested,
    HasBookings,
    HasUnsettledWrites,
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
)
from webtidbok_app.domain.journal_probe import NOT_TRIED
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import connection_state, connection_switch, connections
from webtidbok_app.services.connections import ABILITIES, Reach
from webtidbok_app.settings import Settings, get_settings


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceJournal]:
    with running(tmp_path_factory.mktemp("reference")) as journal:
        yield journal


@pytest.fixture
def journal(started: ReferenceJournal, clock) -> ReferenceJournal:
    started.reset(our_clock.now())
    add_units(started)
    return started


@pytest.fixture
async def world(database) -> World:
    yield await build_world(database)
    await close_all()


async def petra(world: World) -> Staff:
    region = (await provider_of(world)).region_id
    return Staff("SE2321000016-9001", "Petra", Role.REGION_ADMIN, None, region)


def reach(journal: ReferenceJournal, **other) -> Reach:
    return replace(Reach(UNIT, f"{journal.address}/riv/{{contract}}"), **other)


async def ready(world: World, journal: ReferenceJournal) -> Staff:
    """Let the clinic be tested and ready to be turned on."""
    actor = await petra(world)
    await connections.save_connection(actor, clinic=world.clinic, reach=reach(journal), seen=0)
    assert (await connections.test_connection(actor, clinic=world.clinic)).passed
    return actor


async def in_use(world: World, journal: ReferenceJournal) -> Staff:
    actor = await ready(world, journal)
    await connection_switch.connect_clinic(actor, clinic=world.clinic)
    return actor


async def book_here(world: World) -> None:
    await world.publish()
    own = StandaloneJournal(world.clinic_id, world.database)
    day = FIRST_START.date()
    [time] = await own.available_timeslots(world.resident, world.time_type, day, day)
    hold = await own.hold(world.resident, time.id)
    await own.make_booking(world.resident, hold.id, BookingDetails(reason="Ont"))


async def acts(world: World) -> list[str]:
    async with world.database.read() as session:
        return sorted(await session.scalars(select(col(AccessLog.action))))


async def test_connection__is_saved_tested_turned_on_and_off__and_logged(world, journal):
    actor = await petra(world)
    first = await connections.get_connection(actor, clinic=world.clinic)
    assert (first.version, first.connected, first.reach.logical_address) == (
        0,
        False,
        "SE2321000016-testkliniken",
    )
    saved = await connections.save_connection(actor, clinic=world.clinic, reach=reach(journal), seen=0)
    assert (saved.version, saved.tested_at, saved.passed) == (1, None, False)
    tested = await connections.test_connection(actor, clinic=world.clinic)
    assert [one.contract for one in tested.report] == [
        "PingForConfiguration", "GetSubjectOfCareSchedule", "GetBookingDetails", "GetAllTimeTypes",
        "GetAvailableDates", "GetAvailableTimeslots", "GetAllPerformers",
    ]  # fmt: skip
    assert (tested.passed, tested.tested_at) == (True, our_clock.now())
    assert (await connection_switch.connect_clinic(actor, clinic=world.clinic)).connected
    assert (await connection_switch.connect_clinic(actor, clinic=world.clinic)).connected
    [told] = (await connections.list_timebooks(actor)).clinics
    assert (told.connected, told.prepared, told.passed) == (True, True, True)
    assert not (await connection_switch.disconnect_clinic(actor, clinic=world.clinic)).connected
    assert await acts(world) == ["connect_clinic", "disconnect_clinic", "set_connection", "test_connection"]


async def test_test_call__tells_what_each_contract_answered(world, journal):
    actor = await petra(world)
    await connections.save_connection(
        actor, clinic=world.clinic, reach=reach(journal, abilities=frozenset(ABILITIES)), seen=0
    )
    journal.faults(
        GetAllTimeTypes={"kind": "vp", "code": "VP007"},
        GetAllHealthcareFacilities={"kind": "garbage"},
        PingForConfiguration={"kind": "vp", "code": "VP004"},
    )
    tested = await connections.test_connection(actor, clinic=world.clinic)
    told = {one.contract: (one.failure, one.needed) for one in tested.report if one.failure}
    assert told == {
        "PingForConfiguration": ("VP004", False),
        "GetAllTimeTypes": ("VP007", True),
        "GetAllHealthcareFacilities": ("malformed", True),
    }
    assert not tested.passed
    journal.faults(PingForConfiguration={"kind": "vp", "code": "VP004"})
    assert (await connections.test_connection(actor, clinic=world.clinic)).passed, (
        "ping alone does not hinder"
    )
    assert journal.bookings() == []


async def test_test_call__where_nobody_is__tries_nothing_more(world, journal):
    actor = await petra(world)
    nowhere = reach(journal, address="http://127.0.0.1:9/{contract}")
    await connections.save_connection(actor, clinic=world.clinic, reach=nowhere, seen=0)
    tested = await connections.test_connection(actor, clinic=world.clinic)
    assert [one.failure for one in tested.report] == ["not_connected", *[NOT_TRIED] * 6]
    with pytest.raises(ConnectionNotTested):
        await connection_switch.connect_clinic(actor, clinic=world.clinic)


async def test_clinic_with_booked_times__is_not_connected(world, journal):
    await book_here(world)
    actor = await ready(world, journal)
    _, impact = await connection_switch.weigh_switch(actor, clinic=world.clinic)
    assert (impact.booked, impact.free) == (1, 0)
    with pytest.raises(HasBookings) as refused:
        await connection_switch.connect_clinic(actor, clinic=world.clinic)
    assert refused.value.facts == {"booked": 1}


async def test_booked_times_that_have_been__do_not_stand_in_the_way(world, journal, clock):
    await book_here(world)
    clock.advance(timedelta(days=9))
    journal.set_clock(our_clock.now())
    await in_use(world, journal)


async def test_changed_connection__has_to_be_tested_anew(world, journal):
    actor = await ready(world, journal)
    changed = reach(journal, abilities=frozenset({"can_book"}))
    saved = await connections.save_connection(actor, clinic=world.clinic, reach=changed, seen=1)
    assert (saved.passed, saved.version) == (False, 2)
    with pytest.raises(ConnectionNotTested):
        await connection_switch.connect_clinic(actor, clinic=world.clinic)


async def test_connection_in_use__is_changed_only_to_what_answers(world, journal):
    actor = await in_use(world, journal)
    nowhere = reach(journal, address="http://127.0.0.1:9/{contract}")
    tried = await connections.save_connection(actor, clinic=world.clinic, reach=nowhere, seen=1)
    assert (tried.saved, tried.report[0].failure) == (False, "not_connected")
    now = await connections.get_connection(actor, clinic=world.clinic)
    assert (now.version, now.reach.address, now.passed) == (1, reach(journal).address, True)
    fewer = reach(journal, abilities=frozenset({"can_book", "can_cancel"}))
    saved = await connections.save_connection(actor, clinic=world.clinic, reach=fewer, seen=1)
    assert (saved.saved, saved.connected, saved.passed, saved.version) == (True, True, True, 2)


async def test_two_who_change_it_at_once__do_not_undo_each_other(world, journal):
    actor = await ready(world, journal)
    with pytest.raises(StaleVersion):
        await connections.save_connection(actor, clinic=world.clinic, reach=reach(journal), seen=0)


@pytest.mark.parametrize(
    ("outcome", "later"), [(WriteOutcome.UNKNOWN, None), (WriteOutcome.NOT_DONE, timedelta(minutes=15))]
)
async def test_connection__leads_nowhere_else_while_something_is_looked_for(world, journal, outcome, later):
    actor = await ready(world, journal)
    now = our_clock.now()
    write = JournalWrite(
        clinic_id=world.clinic_id, person_id=world.resident.person_id, kind=WriteKind.MAKE, outcome=outcome,
        starts_at=FIRST_START, ends_at=FIRST_START, correlation_id="x", sent_at=now,
        look_at=now + later if later else None,
    )  # fmt: skip
    async with world.database.write() as session:
        session.add(write)
    elsewhere = (
        reach(journal, logical_address="SE2321000016-ANN4"),
        reach(journal, address=f"{journal.address}/annat/{{contract}}"),
        reach(journal, addresses=(("MakeBooking", f"{journal.address}/annat"),)),
    )
    for wanted in elsewhere:
        with pytest.raises(HasUnsettledWrites):
            await connections.save_connection(actor, clinic=world.clinic, reach=wanted, seen=1)
    same = reach(journal, logical_address=UNIT.lower(), abilities=frozenset({"can_book"}))
    assert (await connections.save_connection(actor, clinic=world.clinic, reach=same, seen=1)).version == 2
    async with world.database.write() as session:
        row = await session.get_one(JournalWrite, (write.clinic_id, write.id))
        row.outcome, row.look_at = WriteOutcome.GIVEN_UP, None
    for seen, wanted in enumerate(elsewhere, start=2):
        saved = await connections.save_connection(actor, clinic=world.clinic, reach=wanted, seen=seen)
        assert saved.version == seen + 1


async def test_what_is_wrong__is_told_by_field(world, journal):
    actor = await petra(world)
    wrong = Reach("XX", "ftp://x", (("MakeBooking", "y"),), "okänt")
    with pytest.raises(InvalidInput) as refused:
        await connections.save_connection(actor, clinic=world.clinic, reach=wrong, seen=0)
    assert refused.value.problems == {
        "logical_address": "hsa_id",
        "address": "journal_address",
        "address_MakeBooking": "journal_address",
        "certificate": "choose_certificate",
    }


async def test_outside_the_demo__only_others_machines_over_tls(world, journal, monkeypatch):
    real = Settings.model_construct(**{**get_settings().__dict__, "demo": False})
    monkeypatch.setattr(connections, "get_settings", lambda: real)
    for address, problem in (
        (reach(journal).address, "journal_https"),
        ("https://localhost/riv", "journal_own_address"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await connections.save_connection(
                await petra(world), clinic=world.clinic, reach=reach(journal, address=address), seen=0
            )
        assert refused.value.problems == {"address": problem}


async def test_unit_of_another_clinic__is_refused_without_regard_to_case(world, journal):
    actor = await ready(world, journal)
    other = await build_world(world.database, slug="grannen", first=3, provider=await provider_of(world))
    with pytest.raises(InvalidInput) as refused:
        await connections.save_connection(
            actor, clinic=other.clinic, reach=reach(journal, logical_address=UNIT.lower()), seen=0
        )
    assert refused.value.problems == {"logical_address": "unit_taken"}


async def test_clinic_of_another_region__is_not_found(world, journal):
    other = await build_world(world.database, slug="annanstans", first=3)
    actor = await petra(world)
    for act in (connections.get_connection, connections.test_connection, connection_switch.weigh_switch,
                connection_switch.connect_clinic, connection_switch.disconnect_clinic):  # fmt: skip
        with pytest.raises(NotFound):
            await act(actor, clinic=other.clinic)
    with pytest.raises(NotFound):
        await connections.save_connection(actor, clinic=other.clinic, reach=reach(journal), seen=0)
    with pytest.raises(NotAllowed):
        await connections.list_timebooks(world.staff)


async def test_state__tells_whether_it_answers_and_what_is_not_settled(world, journal):
    await in_use(world, journal)
    state = await connection_state.get_connection_state(world.staff)
    assert (state.failure, state.cannot, state.unsettled_count) == ("", ("can_move",), 0)
    async with world.database.write() as session:
        session.add_all(
            JournalWrite(
                clinic_id=world.clinic_id, person_id=world.resident.person_id, kind=WriteKind.MAKE, outcome=outcome,
                starts_at=our_clock.now().replace(year=2027), ends_at=our_clock.now().replace(year=2027),
                correlation_id="x", sent_at=our_clock.now(),
            )
            for outcome in (WriteOutcome.SENT, WriteOutcome.UNKNOWN, WriteOutcome.DONE, WriteOutcome.GIVEN_UP)
        )  # fmt: skip
    journal.faults(every={"kind": "500"})
    state = await connection_state.get_connection_state(world.staff)
    assert (state.failure, state.unsettled_count, state.given_up) == ("http_500", 2, 1)
    assert state.unsettled == (our_clock.now(),) * 2
    assert await connection_state.count_lost_answers(world.staff) == (2, 1)


async def test_state__of_a_clinic_without_a_connection__is_not_found(world):
    with pytest.raises(NotFound):
        await connection_state.get_connection_state(world.staff)
