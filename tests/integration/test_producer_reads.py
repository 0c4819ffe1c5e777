"""What our timebook tells over the national service contracts: nothing that would be refused, and no one else's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.producer import END, START, Consumer, book, consumer_at, exchange, let_in, producing, schedule
from tests.world import FIRST_START, World, build_world, provider_of
from webtidbok_app.db.tables import AccessLog, Clinic, Invitation, Performer, TimeType
from webtidbok_app.domain.visit import Bookable
from webtidbok_app.live.bus import bus
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.soap import Fault
from webtidbok_app.services import desk_booking
from webtidbok_app.services.desk_booking import Said

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
NOTHING = Said(reason="", phone="", email="", messages="")
DST = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
"""1.30 in Sweden on the night when there is no hour from 2 to 3."""


@pytest.fixture(autouse=True)
def known_proxy(monkeypatch) -> Iterator[None]:
    with producing(monkeypatch):
        yield


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
async def consumer(world) -> Consumer:
    return await consumer_at(world)


async def kinds(consumer: Consumer, **other: Any) -> list[tuple[str, str]]:
    asked = riv.GetAllTimeTypes(
        healthcare_facility=consumer.address, subject_of_care=consumer.number,
        care_type_ids=other.pop("care_type_ids", ()),
    )  # fmt: skip
    answer = await consumer.ask(asked, riv.GetAllTimeTypesResponse, **other)
    return [(one.id, one.name) for one in answer.time_types]


async def times(consumer: Consumer, **facts: Any) -> list[riv.Timeslot]:
    other = {name: facts.pop(name) for name in ("actor_type", "actor_id") if name in facts}
    asked = riv.GetAvailableTimeslots(
        **{
            "healthcare_facility": consumer.address, "subject_of_care": consumer.number, "first": FIRST, "last": LAST,
        }
        | facts
    )  # fmt: skip
    return list((await consumer.ask(asked, riv.GetAvailableTimeslotsResponse, **other)).timeslots)


async def days(consumer: Consumer, **facts: Any) -> list[riv.PerformerAvailabilityByDate]:
    asked = riv.GetAvailableDates(
        **{
            "healthcare_facility": consumer.address, "subject_of_care": consumer.number, "first": FIRST, "last": LAST,
        }
        | facts
    )  # fmt: skip
    return list((await consumer.ask(asked, riv.GetAvailableDatesResponse)).availabilities)


async def details(consumer: Consumer, booking_id: str, **other: Any) -> riv.Timeslot:
    asked = riv.GetBookingDetails(healthcare_facility=consumer.address, booking_id=booking_id)
    return (await consumer.ask(asked, riv.GetBookingDetailsResponse, **other)).timeslot


async def units(consumer: Consumer, booking_id: str | None = None) -> list[str]:
    asked = riv.GetAllHealthcareFacilities(
        healthcare_facility=consumer.address, subject_of_care=consumer.number, booking_id=booking_id
    )
    answer = await consumer.ask(asked, riv.GetAllHealthcareFacilitiesResponse)
    return [one.healthcare_facility for one in answer.facilities]


async def performers(consumer: Consumer, **facts: Any) -> list[riv.PerformerInfo]:
    asked = riv.GetAllPerformers(
        healthcare_facility=consumer.address, subject_of_care=consumer.number, **facts
    )
    return list((await consumer.ask(asked, riv.GetAllPerformersResponse)).performers)


async def change(world: World, **facts: Any) -> None:
    async with world.database.write() as session:
        row = await session.get_one(TimeType, (world.clinic_id, world.time_type_id))
        for name, value in facts.items():
            setattr(row, name, value)
    bus.publish([("time types", world.clinic_id)])


async def invite(world: World, first: date | None, last: date | None) -> str:
    row = Invitation(
        clinic_id=world.clinic_id, person_id=world.resident.person_id, time_type_id=world.time_type_id,
        first_day=first, last_day=last, invited_by="test", invited_at=FIRST_START,
    )  # fmt: skip
    async with world.database.write() as session:
        session.add(row)
    return row.id.hex


async def test_time_types__are_those_that_the_patient_can_book(world, consumer):
    assert await kinds(consumer) == [("besok", "Besök")]
    assert await kinds(consumer, care_type_ids=("x",)) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"bookable": Bookable.STAFF},
        {"bookable": Bookable.INVITATION},
        {"active": False},
        {"min_age": 130},
        {"stopped_at": FIRST_START},
        {"questions": [{"text": ["Röker du?", ""], "choices": [], "required": True}]},
    ],
)
async def test_time_type__that_cannot_be_booked__is_not_told__nor_its_times(world, consumer, rule):
    await world.publish()
    await change(world, **rule)
    assert await kinds(consumer) == []
    assert await times(consumer) == []
    assert await days(consumer) == []
    assert await performers(consumer) == []


async def test_agent__is_answered_whoever_the_patient_is(world, consumer):
    await world.publish()
    await change(world, min_age=130)
    agent = {"actor_type": "subject_of_care_agent", "actor_id": "SE5565594230-NURSE"}
    assert await kinds(consumer) == []
    assert await kinds(consumer, **agent) == [("besok", "Besök")]
    assert [one.start for one in await times(consumer, **agent)] == [START]
    await change(world, min_age=None, bookable=Bookable.INVITATION)
    await invite(world, FIRST, LAST)
    assert [one.start for one in await times(consumer)] == [START]
    assert await times(consumer, **agent) == []
    with pytest.raises(Fault):
        await times(consumer, booking_id="0" * 32, **agent)


async def test_free_times__are_told_in_full__in_order__without_what_is_over_or_taken(world, consumer, clock):
    await world.publish(3)
    await book(consumer)
    free, *more = await times(consumer)
    assert [one.start for one in (free, *more)] == [END, END + timedelta(minutes=20)]
    assert (free.end, free.healthcare_facility, free.healthcare_facility_name) == (
        END + timedelta(minutes=20), consumer.address, "Testkliniken",
    )  # fmt: skip
    assert (free.performer, free.performer_name, free.resource_id) == ("SE2321000016-V999", "Vera Test", None)
    assert (free.time_type_id, free.time_type_name, free.subject_of_care) == ("besok", "Besök", None)
    [day] = await days(consumer)
    assert (day.day, day.performer, day.time_type_id, day.time_type_name) == (
        FIRST, "SE2321000016-V999", "besok", "Besök",
    )  # fmt: skip
    clock.moment = FIRST_START + timedelta(minutes=20)
    assert await times(consumer) == []


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"first": FIRST, "last": FIRST}, 1),
        ({"first": FIRST + timedelta(days=1)}, 0),
        ({"last": FIRST - timedelta(days=1)}, 0),
        ({"first": date(9998, 1, 1), "last": date(9999, 12, 31)}, 0),
        ({"first": date(1900, 1, 1), "last": date(9999, 12, 31)}, 1),
        ({"performers": ("se2321000016-v999",)}, 1),
        ({"performers": ("SE2321000016-X", "SE2321000016-V999")}, 1),
        ({"performers": ("SE2321000016-X",)}, 0),
        ({"time_type_id": "besok"}, 1),
        ({"time_type_id": "annat", "time_type_name": "Besök"}, 0),
        ({"time_type_name": "Besök"}, 1),
        ({"time_type_name": "Annat"}, 0),
        ({"care_type_id": "x"}, 0),
    ],
)
async def test_free_times__are_those_that_are_asked_for(world, consumer, facts, found):
    await world.publish()
    assert len(await times(consumer, **facts)) == found
    assert len(await days(consumer, **facts)) == found


async def test_resource__is_told_by_its_own_id(world, consumer):
    async with world.database.write() as session:
        row = await session.get_one(Performer, (world.clinic_id, world.performer_id))
        row.hsa_id, row.name = None, "Rum 3"
    await world.publish()
    [free] = await times(consumer)
    assert (free.performer, free.performer_name) == (None, None)
    assert (free.resource_id, free.resource_name) == (world.performer_id.hex, "Rum 3")
    assert (await book(consumer, resource_id=free.resource_id)).booking_id
    assert await performers(consumer) == []


async def test_times__whose_hour_does_not_exist_or_comes_twice__are_left_out__but_not_what_is_booked(
    world, consumer
):
    """In the spring no clock shows 2.10; in the autumn 2.50 comes twice."""
    autumn = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    for start in (DST, autumn):
        await world.publish(3, start=start)
    spring = {"first": date(2027, 3, 28), "last": date(2027, 3, 28)}
    told = [(one.start, one.end) for one in await times(consumer, **spring)]
    assert [f"{start:%H.%M}–{end:%H.%M}" for start, end in told] == [
        "01.30–01.50",
        "01.50–03.10",
        "03.10–03.30",
    ]
    assert await times(consumer, first=date(2027, 10, 31), last=date(2027, 10, 31)) == []
    [twice] = await world.publish(start=autumn + timedelta(hours=1))
    await desk_booking.book_for_resident(
        world.staff, person_id=world.resident.person_id, slot_id=twice, booking_id=twice, said=NOTHING
    )
    assert [f"{one.start:%H.%M}–{one.end:%H.%M}" for one in await schedule(consumer)] == ["02.30–02.50"]


async def test_schedule__is_the_patients_own__with_what_can_be_done__and_is_logged(world, consumer):
    await world.publish(2)
    made = await book(consumer, reason="Ont")
    [told] = await schedule(consumer)
    assert (told.booking_id, told.subject_of_care, told.start, told.end) == (
        made.booking_id, consumer.number, START, END,
    )  # fmt: skip
    assert (told.reason, told.is_invitation, told.cancel_booking_allowed) == ("Ont", False, True)
    assert await details(consumer, made.booking_id or "") == told
    async with world.database.read() as session:
        log = await session.scalars(select(AccessLog))
        lines = {(line.action, line.booking_id) for line in log}
    assert lines == {(act, made.booking_id) for act in ("book", "open_booked_times")} | {
        ("open_booked_times", None)
    }
    consumer.patient = world.residents[1]
    assert await schedule(consumer) == ()
    with pytest.raises(Fault, match="Client"):
        await details(consumer, made.booking_id or "")


async def test_schedule__of_who_is_not_known__is_empty(world, consumer):
    asked = riv.GetSubjectOfCareSchedule(healthcare_facility=consumer.address, subject_of_care="191212121212")
    answer = await consumer.ask(asked, riv.GetSubjectOfCareScheduleResponse, actor_id="191212121212")
    assert answer.timeslots == ()


async def test_invitation_to_a_time__is_told_as_one__until_the_patient_exchanges_it(world, consumer):
    slots = await world.publish(2)
    await desk_booking.book_for_resident(
        world.staff, person_id=world.resident.person_id, slot_id=slots[0], booking_id=slots[1], invited=True,
        said=NOTHING,
    )  # fmt: skip
    [told] = await schedule(consumer)
    assert (told.is_invitation, told.purpose) == (True, "Testkliniken kallar dig till Besök.")
    await exchange(consumer, told.booking_id or "", END)
    [told] = await schedule(consumer)
    assert (told.start, told.is_invitation, told.purpose) == (END, False, None)


async def test_open_invitation__has_no_start__says_until_when__and_shows_its_days_alone(world, consumer):
    await world.publish(2)
    await world.publish(start=FIRST_START + timedelta(days=1))
    await change(world, bookable=Bookable.INVITATION, prepare_sv="<p>Ta med id.</p>")
    invited = await invite(world, FIRST, FIRST)
    told = await details(consumer, invited)
    assert (told.start, told.end, told.is_invitation, told.booking_id) == (None, None, True, invited)
    assert told.purpose == (
        "Testkliniken kallar dig till Besök.\n"
        "Boka en tid mellan tisdag 1 december 2026 och tisdag 1 december 2026.\nTa med id."
    )
    assert [one.start for one in await times(consumer, booking_id=invited)] == [START, END]
    assert await units(consumer, invited) == [consumer.address]
    assert await schedule(consumer) == ()
    assert await kinds(consumer) == []
    await book(consumer, booking_id=invited)
    for ended in (invited, "0" * 32, "inget"):
        with pytest.raises(Fault, match="Client"):
            await details(consumer, ended)
        with pytest.raises(Fault, match="Client"):
            await times(consumer, booking_id=ended)
    assert [one.is_invitation for one in await schedule(consumer)] == [False]


async def test_rebooking__shows_times_of_the_same_kind__while_it_can_be_done(world, consumer, clock):
    await world.publish(2)
    made = await book(consumer)
    wanted = {"booking_id": made.booking_id, "time_type_id": "whatever"}
    assert [one.start for one in await times(consumer, **wanted)] == [END]
    clock.moment = FIRST_START - timedelta(hours=24) + timedelta(seconds=1)
    assert await times(consumer, **wanted) == []


async def test_units__are_those_that_a_booking_can_be_moved_to__where_the_consumer_is_let_in(world, consumer):
    there = await build_world(world.database, slug="andra", first=5, provider=await provider_of(world))
    await world.publish()
    await there.publish()
    made = await book(consumer)
    assert await units(consumer) == [consumer.address]
    async with world.database.write() as session:
        (await session.get_one(Clinic, world.clinic_id)).rebook_elsewhere = True
    assert await units(consumer, made.booking_id) == [consumer.address]
    await let_in(there)
    assert await units(consumer, made.booking_id) == [consumer.address, "SE2321000016-andra"]
    consumer.address = "SE2321000016-andra"
    assert [one.start for one in await times(consumer, booking_id=made.booking_id)] == [START]
    consumer.patient = world.residents[1]
    with pytest.raises(Fault, match="Client"):
        await units(consumer, made.booking_id)


async def test_performers__are_those_who_have_such_times(world, consumer):
    assert await performers(consumer) == []
    await world.publish()
    [told] = await performers(consumer)
    assert (told.performer, told.first_name, told.last_name) == ("SE2321000016-V999", "Vera", "Test")
    assert len(await performers(consumer, time_type_ids=("besok", "annat"))) == 1
    assert await performers(consumer, time_type_ids=("annat",)) == []
    assert await performers(consumer, care_type_ids=("x",)) == []


async def test_care_types__there_are_none(world, consumer):
    asked = riv.GetAllCareTypes(healthcare_facility=consumer.address, subject_of_care=consumer.number)
    assert (await consumer.ask(asked, riv.GetAllCareTypesResponse)).care_types == ()
