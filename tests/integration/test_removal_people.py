"""Taking times away and the people on them: how many at once, who is told and by whom seen, where each could go."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from tests.databases import listening
from tests.integration.test_removal import (
    DAY,
    LATER,
    SAID,
    book,
    choose_messages,
    impact_of,
    journal_of,
    mailbox,
    remove,
    rows,
)
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Booking, Guardianship, OutboxMessage, Performer, Person
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.demo.people import make_test_number
from webtidbok_app.domain.actor import Guardian, Resident
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, TooManyToRemove
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.removal import (
    TAKE_BACK_FOR,
    TIMES_AT_MOST,
    VISITS_AT_MOST,
    CallBecause,
    Choice,
    Decision,
)
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.notify.worker import send_due
from webtidbok_app.services import deviations, reception, removal, removal_impact, removed, schedule_changes
from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.removal_impact import Away, weigh_removal

__all__ = ["mailbox"]  # a fixture

BEFORE = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
BIRTHDAY = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
"""Midnight in Sweden."""


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=6)


@pytest.fixture
async def family(world: World) -> tuple[Resident, Resident]:
    """Return a guardian, and a child of theirs who turns 13 on the day after the tests' clock."""
    guardian, child = world.residents[0], world.residents[5]
    async with world.database.write() as session:
        person = await session.get_one(Person, child.person_id)
        person.number = make_test_number(2013, 11, 24, serial=1).digits
        session.add(Guardianship(guardian_id=guardian.person_id, child_id=child.person_id, known_at=BEFORE))
    by = Guardian(guardian.person_id, guardian.name, BEFORE)
    return guardian, replace(child, by=by)


async def book_for(world: World, slot: UUID, who: Resident) -> UUID:
    journal = journal_of(world)
    return UUID((await journal.make_booking(who, (await journal.hold(who, slot.hex)).id, SAID)).id)


async def seen(world: World, action: str) -> list[UUID]:
    """Return whom the log says that staff have acted on so, in no order."""
    return sorted(line.person_id for line in await rows(world, AccessLog, action=action))


async def protect(world: World, who: Resident) -> None:
    async with world.database.write() as session:
        (await session.get_one(Person, who.person_id)).protected = True


async def test_more_than_a_hundred_booked__or_three_thousand_times__are_refused_with_how_many(database):
    world = await build_world(database, residents=101)
    slots = await world.publish(101)
    async with database.write() as session:
        session.add_all(
            Booking(
                clinic_id=world.clinic_id, id=new_id(), slot_id=slot, place=1, person_id=who.person_id,
                status=BookingStatus.BOOKED, starts_at=FIRST_START + timedelta(minutes=20 * number),
            )
            for number, (slot, who) in enumerate(zip(slots, world.residents, strict=True))
        )  # fmt: skip
    assert len((await impact_of(world, *slots[:100])).booked) == VISITS_AT_MOST
    with pytest.raises(TooManyToRemove) as refusal:
        await impact_of(world, *slots)
    assert refusal.value.facts == {"booked": 101, "times": 101, "most": 100}
    assert len(await rows(world, AccessLog, action="weigh_removal")) == 100  # whom nobody saw is not there
    with pytest.raises(TooManyToRemove):
        await impact_of(world, *(uuid4() for _ in range(TIMES_AT_MOST + 1)))


@pytest.mark.parametrize(("booked", "free"), [(VISITS_AT_MOST + 1, 0), (0, TIMES_AT_MOST + 1)])
async def test_removing_more_than_is_weighed__is_refused(world, booked, free):
    many = [Decision(uuid4(), Choice.CANCEL) for _ in range(booked)]
    with pytest.raises(TooManyToRemove):
        await removal.remove_times(
            world.staff, removal_id=uuid4(), free=[uuid4() for _ in range(free)], decisions=many, seen=0,
            message="Sjuk",
        )  # fmt: skip


async def test_last_visit_of_a_long_absence__has_times_near_it(world):
    """More times are free before it than are ever looked at together."""
    [first] = await world.publish()
    end = FIRST_START + timedelta(days=40)
    [last] = await world.publish(1, start=end)
    await world.publish(2100, start=FIRST_START + timedelta(days=1))
    [near] = await world.publish(1, start=end + timedelta(days=1))
    await book(world, first)
    await book(world, last, 1)
    _, late = (await impact_of(world, first, last)).booked
    assert late.suggested == late.options[0].slot_id == near
    assert len(late.options) == 11


async def test_same_removal_asked_at_once__is_logged_once(world):
    slots = await world.publish(2)
    await book(world, slots[0])
    impact, identity = await impact_of(world, *slots), uuid4()
    await asyncio.gather(*(remove(world, impact, removal_id=identity) for _ in range(4)))
    assert len(await rows(world, AccessLog, action="withdraw")) == 1
    assert await seen(world, "cancel_for_resident") == [world.resident.person_id]


@pytest.mark.parametrize("protected", ["child", "guardian"])
async def test_protected_family__neither_number_nor_guardian_stands_in_the_list(world, family, protected):
    guardian, child = family
    [slot] = await world.publish()
    booked = await book_for(world, slot, child)
    await protect(world, child if protected == "child" else guardian)
    [visit] = (await remove(world, await impact_of(world, slot))).visits
    assert (visit.protected, visit.phone, visit.guardian) == (True, "", "")
    assert visit.call_because == CallBecause.NO_MESSAGE
    assert visit.booking_id == booked.hex
    opened = await reception.open_booking(world.staff, booking_id=visit.booking_id)
    assert opened.phone == SAID.phone


async def test_protected_adult__has_no_number_in_the_list__others_have(world):
    slots = await world.publish(2)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    await protect(world, world.residents[1])
    visits = (await remove(world, await impact_of(world, *slots))).visits
    assert [visit.phone for visit in visits] == [SAID.phone, ""]


async def test_everyone_on_the_list__is_in_the_log_as_it_is_opened__and_a_mark_only_whom_it_concerns(world):
    slots = await world.publish(3)
    await world.publish(3, start=LATER)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    everyone = sorted(resident.person_id for resident in world.residents[:3])
    done = await remove(world, await impact_of(world, *slots), Choice.MOVE)
    assert await seen(world, "open_removal") == everyone
    first = done.visits[0]
    await journal_of(world).cancel_booking(world.residents[0], first.new_booking_id, "")

    await removed.mark_phoned(world.staff, removal_id=done.id, line_id=first.id, phoned=True)
    assert await seen(world, "mark_phoned") == [world.residents[0].person_id]
    await removed.mark_phoned(
        world.staff, removal_id=done.id, line_id=first.id, phoned=True
    )  # changes nothing
    assert await seen(world, "mark_phoned") == [world.residents[0].person_id]
    await removed.mark_phoned(world.staff, removal_id=done.id, line_id=first.id, phoned=False)
    assert await seen(world, "unmark_phoned") == [world.residents[0].person_id]
    assert await seen(world, "open_removal") == everyone  # as the list was opened

    await removal.take_back(world.staff, removal_id=done.id)
    assert await seen(world, "take_back_removal") == sorted(
        resident.person_id for resident in world.residents[1:3]
    )
    assert len(await seen(world, "open_removal")) == 3 + 1  # who is left as they wished

    await removal.take_back(world.staff, removal_id=done.id)
    assert len(await seen(world, "take_back_removal")) == 2
    assert len(await seen(world, "open_removal")) == 4 + 3


async def test_printing__is_logged_for_each_on_the_list__and_is_for_those_who_handle_times_there(world):
    [slot] = await world.publish()
    await book(world, slot)
    done = await remove(world, await impact_of(world, slot))
    await removed.note_printing(world.staff, removal_id=done.id)
    assert await seen(world, "print_removal") == [world.resident.person_id]
    other = await build_world(world.database, residents=0, slug="annan")
    for who, refusal in ((other.staff, NotFound), (world.resident, NotAllowed)):
        with pytest.raises(refusal):
            await removed.note_printing(who, removal_id=done.id)


@pytest.mark.parametrize("turns", [timedelta(minutes=1), -TAKE_BACK_FOR])
async def test_child_who_turns_13__is_phoned_unless_they_get_messages_themselves(
    world, family, mailbox, clock, turns
):
    """The birthday begins before the message goes: whom the worker would tell is who must be reached."""
    guardian, child = family
    [slot] = await world.publish()
    await book_for(world, slot, child)
    await send_due()
    await choose_messages(world, guardian)
    clock.moment = BIRTHDAY + turns
    done = await remove(world, await impact_of(world, slot))
    [visit] = done.visits
    assert visit.call_because == CallBecause.NO_MESSAGE
    clock.moment = done.until
    await send_due()
    assert mailbox.mails == []
    [message] = await rows(world, OutboxMessage, kind=MessageKind.CANCELLED_BY_CLINIC)
    assert message.problem == "not_wanted"


async def test_child_of_twelve__is_reached_by_way_of_the_guardian(world, family, mailbox, clock):
    guardian, child = family
    [slot] = await world.publish()
    await book_for(world, slot, child)
    await send_due()
    await choose_messages(world, guardian)
    clock.moment = BIRTHDAY - TAKE_BACK_FOR - timedelta(minutes=1)
    [visit] = (await remove(world, await impact_of(world, slot))).visits
    assert visit.call_because == CallBecause.NOTHING
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    assert [mail["To"] for mail in mailbox.mails] == ["a0@exempel.se"]


async def test_changes__a_removal_that_was_taken_back__says_when(world, clock):
    slots = await world.publish(2)
    done = await remove(world, await impact_of(world, *slots))
    clock.advance(timedelta(minutes=3))
    await removal.take_back(world.staff, removal_id=done.id)
    _, withdrawn, _ = await schedule_changes.list_changes(world.staff)
    assert withdrawn.removal.taken_back_at == done.done_at + timedelta(minutes=3)


async def test_clock_times__must_come_in_order__midnight_is_the_end_of_the_day(world):
    slots = await world.publish(2)
    for until in (time(13), time(12)):
        with pytest.raises(InvalidInput) as refusal:
            await weigh_removal(world.staff, away=Away(DAY, DAY, since=time(13), until=until))
        assert refusal.value.problems == {"until": "to_time_before_from"}
    evening = Away(DAY, DAY, since=time(9), until=time(0))
    assert [slot.id for slot in (await weigh_removal(world.staff, away=evening)).free] == slots


async def test_performer_who_has_left__can_be_chosen_as_long_as_times_are_left_behind(world, clock):
    async with world.database.write() as session:
        (await session.get_one(Performer, (world.clinic_id, world.performer_id))).active = False
        session.add(Performer(clinic_id=world.clinic_id, name="Ada Test"))
    in_use = [("Ada Test", True)]
    assert await absent(world) == in_use
    await world.publish()
    assert await absent(world) == [*in_use, ("Vera Test", False)]
    clock.moment = FIRST_START
    assert await absent(world) == in_use


async def absent(world: World) -> list[tuple[str, bool]]:
    return [(one.performer.name, one.active) for one in await removal_impact.list_absent_choices(world.staff)]


async def test_deviations__are_counted_in_one_question__passed_ones_not_at_all(world, clock):
    slots = await world.publish(3)
    await world.publish(2, start=LATER)
    await book(world, slots[0])
    for number in range(6):
        day = DAY + timedelta(days=number)
        await deviations.add_deviation(world.staff, deviation=Deviation(day, day, f"Dag {number}"))
    clock.moment = FIRST_START - timedelta(hours=2)
    asked: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM slot" in statement and "starts_at" in statement:
            asked.append(statement)

    with listening(world.database.engine.sync_engine, "before_cursor_execute", note):
        found = await deviations.list_deviations(world.staff)
    assert [(one.times, one.booked) for one in found.coming] == [(3, 1), (2, 0), *[(0, 0)] * 4]
    assert len(asked) == 1
    clock.moment = LATER + timedelta(days=1)
    found = await deviations.list_deviations(world.staff)
    assert [(one.deviation.reason, one.times) for one in found.passed] == [("Dag 1", 0), ("Dag 0", 0)]
