"""Booking, rebooking and cancelling in our timebook over the national service contracts: every rule at its border."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.producer import (
    CONSUMER,
    END,
    START,
    Consumer,
    book,
    cancel,
    consumer_at,
    exchange,
    let_in,
    producing,
    schedule,
)
from tests.world import FIRST_START, World, build_world, provider_of
from webtidbok_app.db.tables import (
    AccessLog,
    Booking,
    CaseType,
    Clinic,
    Invitation,
    OutboxMessage,
    Performer,
    Person,
    Slot,
    TimeType,
)
from webtidbok_app.domain.access import Purpose
from webtidbok_app.domain.visit import Bookable, BookingStatus, CaseTypeKind, ReasonRule
from webtidbok_app.live.bus import bus
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.messages import ResultCode
from webtidbok_app.rivta.soap import Fault

NEW = "191212121212"
"""A test number of somebody who is not known here."""


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


async def change(world: World, table: Any, **facts: Any) -> None:
    key = world.clinic_id if table is Clinic else (world.clinic_id, world.time_type_id)
    async with world.database.write() as session:
        row = await session.get_one(table, key)
        for name, value in facts.items():
            setattr(row, name, value)
    bus.publish([("time types", world.clinic_id)])


async def rows(world: World, table: Any, *where: Any) -> list[Any]:
    async with world.database.read() as session:
        return list(await session.scalars(select(table).where(*where)))


def says(answer: Any) -> str:
    """Return the text of a refusal."""
    assert answer.result_code == ResultCode.ERROR
    assert getattr(answer, "booking_id", None) is None
    return answer.result_text


async def test_booking__is_made__told_and_logged(world, consumer):
    await world.publish()
    made = await book(consumer, reason="Ont i knät")
    assert (made.result_code, made.result_text) == (ResultCode.OK, None)
    [booking] = await rows(world, Booking)
    assert (booking.id.hex, booking.status, booking.person_id) == (
        made.booking_id, BookingStatus.BOOKED, world.resident.person_id,
    )  # fmt: skip
    assert (booking.reason, booking.phone, booking.email) == ("Ont i knät", "0701740605", "ada@example.org")
    assert {one.booking_id for one in await rows(world, OutboxMessage)} == {booking.id}
    [line] = await rows(world, AccessLog)
    assert (line.action, line.actor_kind, line.actor_id, line.purpose) == (
        "book",
        "system",
        CONSUMER,
        Purpose.OWN,
    )
    assert (line.person_id, line.booking_id, line.clinic_id) == (
        booking.person_id,
        booking.id.hex,
        world.clinic_id,
    )
    assert CONSUMER in line.reason


async def test_the_same_request_by_the_same_patient__is_the_same_booking(world, consumer):
    await world.publish(places=3)
    first = await book(consumer)
    again = await book(consumer)
    assert again == first
    assert len(await rows(world, Booking)) == 1
    await change(world, TimeType, stopped_at=FIRST_START)  # what is so already is told all the same
    assert await book(consumer) == first


async def test_the_last_place__is_somebodys__and_the_next_is_told_so(world, consumer):
    await world.publish()
    await book(consumer)
    consumer.patient = world.residents[1]
    assert says(await book(consumer)) == "Tiden hann bli bokad. Välj en annan tid."


async def test_who_is_not_known__is_registered_by_the_names_in_the_request(world, consumer):
    await world.publish(2)
    made = await book(consumer, subject_of_care=NEW, actor_id=NEW)
    assert made.result_code == ResultCode.OK
    [person] = [one for one in await rows(world, Person) if one.number == NEW]
    assert (person.given_name, person.family_name, person.phone) == ("Ada", "Ny", None)
    assert [one.action for one in await rows(world, AccessLog, col(AccessLog.person_id) == person.id)] == [
        "register_person", "book",
    ]  # fmt: skip
    with pytest.raises(Fault, match="Client") as failure:
        await book(consumer, subject_of_care="199001012385", actor_id="199001012385", info=None)
    assert "namn" in failure.value.text


@pytest.mark.parametrize(
    "wanted",
    [
        {"start": START + timedelta(minutes=1), "end": None},
        {"end": END + timedelta(minutes=1)},
        {"start": None, "end": None},
        {"performer": "SE2321000016-NONE"},
        {"resource_id": "0" * 32},
        {"time_type_id": "annat"},
        {"time_type_name": "Annat"},
        {"start": datetime.fromisoformat("2026-10-25T02:30"), "end": None},
        {"start": datetime.fromisoformat("2027-03-28T02:30"), "end": None},
    ],
)  # fmt: skip
async def test_time__that_is_not_published_like_that__cannot_be_booked(world, consumer, wanted):
    await world.publish()
    assert says(await book(consumer, **wanted)) == "Tiden går inte längre att boka. Välj en annan tid."
    assert await rows(world, Booking) == []


async def test_time__may_be_said_in_full__and_ids_in_any_case(world, consumer):
    await world.publish()
    consumer.address = consumer.address.lower()
    made = await book(
        consumer, performer="se2321000016-v999", time_type_id="besok", time_type_name="whatever"
    )
    assert made.result_code == ResultCode.OK


RULES = [
    ({"min_age": 130}, {}, "Besöket är för en annan ålder."),
    ({"bookable": Bookable.INVITATION}, {}, "Du behöver en kallelse"),
    ({"bookable": Bookable.STAFF}, {}, "Tiden går inte längre att boka."),
    ({"stopped_at": FIRST_START, "notice_sv": "Vi är sjuka."}, {}, "Bokningen på nätet är stängd. Vi är sjuka. Ring"),
    ({"active": False}, {}, "Tiden går inte längre att boka."),
    ({"reason": ReasonRule.REQUIRED}, {}, "Mottagningen behöver veta varför du söker."),
    ({"notice_minutes": 60 * 24 * 30}, {}, "Tiden går inte längre att boka."),
    ({"earliest_days": 1}, {}, "Tiden går inte längre att boka."),
    ({"questions": [{"text": ["Röker du?", ""], "choices": [], "required": True}]}, {}, "Mottagningen har frågor"),
    ({}, {"reason": "x" * 1001}, "Det du har skrivit är för långt. Skriv högst 1000 tecken"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "wanted", "text"), RULES)
async def test_rule__that_says_no__is_told_in_swedish(world, consumer, rule, wanted, text):
    await world.publish()
    await change(world, TimeType, **rule)
    assert says(await book(consumer, **wanted)).startswith(text)
    assert await rows(world, Booking) == []


async def test_most_at_a_time__and_most_chosen_an_hour__hold(world, consumer, monkeypatch):
    await world.publish(3)
    await change(world, TimeType, max_active=1)
    assert (await book(consumer)).result_code == ResultCode.OK
    second = {"start": END, "end": END + timedelta(minutes=20)}
    assert says(await book(consumer, **second)).startswith(
        "Du har redan så många tider som går. Du kan ha 1 "
    )
    monkeypatch.setattr("webtidbok_app.timebook.bookings.HOLDS_AN_HOUR", 1)
    assert says(await book(consumer, **second)).startswith("Du har valt många tider")
    assert len(await rows(world, Booking)) == 1


async def test_clinic__that_has_not_opened_for_it__says_so(world, consumer):
    await world.publish(2)
    made = await book(consumer)
    async with world.database.write() as session:
        for kind in (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT):
            (await session.get_one(CaseType, (world.clinic_id, kind))).active = False
    no = "Det går inte på nätet. Ring mottagningen på 010-123 45 67."
    assert says(await book(consumer, start=END, end=None)) == no
    assert says(await exchange(consumer, made.booking_id, END)) == no
    assert says(await cancel(consumer, made.booking_id)) == no


async def invite(world: World, first: date, last: date) -> str:
    row = Invitation(
        clinic_id=world.clinic_id, person_id=world.resident.person_id, time_type_id=world.time_type_id,
        first_day=first, last_day=last, invited_by="test", invited_at=FIRST_START,
    )  # fmt: skip
    async with world.database.write() as session:
        session.add(row)
    return row.id.hex


@pytest.mark.parametrize("kind", [Bookable.INVITATION, Bookable.WEB])
async def test_open_invitation__is_answered_once__within_its_days(world, consumer, kind):
    await world.publish(2)
    await change(world, TimeType, bookable=kind, min_age=130)
    early = await invite(world, date(2026, 11, 24), date(2026, 11, 30))
    assert says(await book(consumer, booking_id=early)).startswith("Du är kallad till andra dagar.")
    now = await invite(world, date(2026, 12, 1), date(2026, 12, 1))
    made = await book(consumer, booking_id=now)
    assert made.result_code == ResultCode.OK
    assert (await rows(world, Booking))[0].invitation_id.hex == now
    assert await book(consumer, booking_id=now) == made
    again = await book(consumer, booking_id=now, start=END, end=None)
    assert says(again).startswith("Kallelsen gäller inte längre.")
    assert says(await book(consumer, booking_id=made.booking_id, start=END, end=None)).startswith(
        "Bokningen finns inte."
    )
    consumer.patient = world.residents[1]
    assert says(await book(consumer, booking_id=early, start=END, end=None)).startswith(
        "Kallelsen gäller inte"
    )


async def test_rebooking__gives_another_id__keeps_what_was_said__and_is_done_once(world, consumer):
    await world.publish(2)
    made = await book(consumer, reason="Ont i knät")
    assert (await exchange(consumer, made.booking_id, END)).result_code == ResultCode.OK
    [told] = await schedule(consumer)
    assert (told.start, told.reason) == (END, "Ont i knät")
    assert told.booking_id != made.booking_id
    assert (await exchange(consumer, made.booking_id, END)).result_code == ResultCode.OK
    assert (await exchange(consumer, told.booking_id, END)).result_code == ResultCode.OK
    assert says(await exchange(consumer, made.booking_id, START)) == "Tiden är redan avbokad eller ombokad."
    assert (
        await exchange(consumer, told.booking_id, START, reason="Ont i foten")
    ).result_code == ResultCode.OK
    assert [(one.start, one.reason) for one in await schedule(consumer)] == [(START, "Ont i foten")]
    acts = [line.action for line in await rows(world, AccessLog) if line.action != "open_booked_times"]
    assert acts == ["book", "rebook", "rebook"]


async def test_rebooking__to_what_somebody_has__leaves_the_old_one(world, consumer):
    await world.publish(2)
    made = await book(consumer)
    consumer.patient, me = world.residents[1], consumer.patient
    theirs = await book(consumer, start=END, end=None)
    consumer.patient = me
    assert says(await exchange(consumer, made.booking_id, END)).startswith("Tiden hann bli bokad.")
    assert says(await exchange(consumer, theirs.booking_id, END)).startswith("Bokningen finns inte.")
    assert [one.booking_id for one in await schedule(consumer)] == [made.booking_id]


async def test_change__is_too_late__a_moment_after_the_last_one(world, consumer, clock):
    await world.publish(2)
    made = await book(consumer)
    clock.moment = FIRST_START - timedelta(hours=24)
    [told] = await schedule(consumer)
    assert (told.cancel_booking_allowed, told.rebooking_allowed, told.message_allowed) == (True, True, True)
    clock.advance(timedelta(microseconds=1))
    [told] = await schedule(consumer)
    assert (told.cancel_booking_allowed, told.rebooking_allowed, told.message_allowed) == (
        False,
        False,
        False,
    )
    late = "Det är för sent att ändra på nätet. Det gick till måndag 30 november 2026 kl. 9.00. Ring 010-123 45 67"
    assert says(await exchange(consumer, made.booking_id, END)).startswith(late)
    assert says(await cancel(consumer, made.booking_id)).startswith(late)


async def test_cancelling__is_for_the_patient_alone__and_frees_the_time(world, consumer):
    await world.publish()
    made = await book(consumer)
    other = world.residents[1].number.digits
    assert says(await cancel(consumer, made.booking_id, actor_id=other)).startswith("Bokningen finns inte.")
    assert says(await cancel(consumer, "not-an-id")).startswith("Bokningen finns inte.")
    assert says(await cancel(consumer, made.booking_id, "x" * 1001)).startswith(
        "Det du har skrivit är för långt."
    )
    assert (await cancel(consumer, made.booking_id, "Är sjuk")).result_code == ResultCode.OK
    [booking] = await rows(world, Booking)
    assert (booking.status, booking.cancelled_by, booking.cancel_message) == (
        "cancelled",
        "resident",
        "Är sjuk",
    )
    assert says(await cancel(consumer, made.booking_id)) == "Tiden är redan avbokad eller ombokad."
    consumer.patient = world.residents[1]
    assert (await book(consumer)).result_code == ResultCode.OK


async def test_agent__books_for_a_patient__and_nothing_else(world, consumer):
    await world.publish(2)
    agent = {"actor_type": "subject_of_care_agent", "actor_id": "SE5565594230-NURSE"}
    made = await book(consumer, **agent)
    assert made.result_code == ResultCode.OK
    [line] = await rows(world, AccessLog)
    assert (line.purpose, line.person_id) == (Purpose.CARE, world.resident.person_id)
    await change(world, TimeType, min_age=130)  # the timebook judges whoever asks
    assert says(await book(consumer, start=END, end=None, **agent)).startswith(
        "Besöket är för en annan ålder."
    )
    for call in (
        cancel(consumer, made.booking_id, **agent),
        book(consumer, booking_id=made.booking_id, **agent),
        consumer.ask(
            riv.GetSubjectOfCareSchedule(
                healthcare_facility=consumer.address, subject_of_care=consumer.number
            ),
            riv.GetSubjectOfCareScheduleResponse,
            **agent,
        ),
    ):
        with pytest.raises(Fault) as failure:
            await call
        assert "ombud får bara boka nya tider" in failure.value.text


@dataclass
class Two:
    home: World
    there: World
    consumer: Consumer
    there_address: str
    booked: str

    async def move(self) -> riv.UpdateBookingResponse:
        return await exchange(self.consumer, self.booked, END, healthcare_facility=self.there_address)


@pytest.fixture
async def two(world, consumer) -> Two:
    """A clinic with a booked time that can be moved to another of the care provider."""
    there = await build_world(world.database, slug="andra", first=5, provider=await provider_of(world))
    await world.publish(2)
    await there.publish(2)
    await change(world, Clinic, rebook_elsewhere=True)
    made = await book(consumer)
    return Two(world, there, consumer, "SE2321000016-andra", made.booking_id or "")


async def test_booking__is_moved_to_another_clinic__where_the_consumer_is_let_in_too(two):
    with pytest.raises(Fault, match="Client"):
        await two.move()
    await let_in(two.there)
    assert (await two.move()).result_code == ResultCode.OK
    assert (await two.move()).result_code == ResultCode.OK
    assert await schedule(two.consumer) == ()
    two.consumer.address = two.there_address
    assert [one.start for one in await schedule(two.consumer)] == [END]
    logged = [
        (line.action, line.clinic_id) for line in await rows(two.home, AccessLog) if line.action == "rebook"
    ]
    assert sorted(logged, key=str) == sorted(
        [("rebook", two.home.clinic_id), ("rebook", two.there.clinic_id)], key=str
    )


async def test_booking__that_the_clinic_lets_go_no_more__stays(two):
    await let_in(two.there)
    await change(two.home, Clinic, rebook_elsewhere=False)
    assert (
        says(await two.move()) == "Tiden kan inte bytas till den mottagningen. Du har kvar tiden som du hade."
    )
    assert [one.booking_id for one in await schedule(two.consumer)] == [two.booked]


async def test_time__of_a_kind_that_can_be_booked__is_taken__though_another_starts_then_too(world, consumer):
    """A request that names no kind of time means any that the patient can have."""
    await world.publish()
    twin = TimeType(
        clinic_id=world.clinic_id, slug="slutet", name_sv="Slutet", name_en="", length_minutes=20, min_age=130
    )
    other = Performer(clinic_id=world.clinic_id, name="Anna Först", hsa_id="SE2321000016-V998")
    async with world.database.write() as session:
        session.add_all([twin, other])
    world.time_type_id, world.performer_id, first = twin.id, other.id, world.time_type_id
    await world.publish()
    bus.publish([("time types", world.clinic_id)])
    assert says(await book(consumer, time_type_id="slutet")).startswith("Besöket är för en annan ålder.")
    assert (await book(consumer)).result_code == ResultCode.OK
    [booking] = await rows(world, Booking)
    [slot] = await rows(world, Slot, col(Slot.id) == booking.slot_id)
    assert slot.time_type_id == first
