"""Taking times away with what is booked on them: each choice, all or nothing, told ten minutes later, taken back."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text, update
from sqlmodel import col

from tests.post_office import Mailbox, smtp_server, smtp_settings
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import (
    AccessLog,
    Booking,
    Clinic,
    Invitation,
    MessageChoice,
    OutboxMessage,
    Person,
    RemovalLine,
    ScheduleChange,
    Slot,
    TimeType,
    Watch,
    WatchOffer,
)
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Overlaps,
    ScheduleChanged,
    SlotTaken,
    StaleVersion,
    TooLateToChange,
)
from webtidbok_app.domain.message import Channel, MessageKind
from webtidbok_app.domain.removal import TAKE_BACK_FOR, CallBecause, Choice, Decision
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import Attendance, Bookable, BookingStatus
from webtidbok_app.domain.watch import WatchOfferStatus, WatchStatus
from webtidbok_app.i18n import format_time
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.notify.worker import send_due
from webtidbok_app.services import invitations, reception, removal, removed, schedule
from webtidbok_app.services.invitations import Show
from webtidbok_app.services.removal_impact import Away, RemovalImpact, weigh_removal
from webtidbok_app.services.removed import RemovalDone
from webtidbok_app.settings import get_settings

SAID = BookingDetails(phone="0701740605", reason="Hosta", interpreter="Finska")
DAY = day_of(FIRST_START)
LATER = FIRST_START + timedelta(days=1)
ANOTHER = datetime(2026, 12, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=6)


@pytest.fixture
def mailbox(monkeypatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with smtp_server(box) as port:
        for name, value in smtp_settings(port).items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        yield box
    monkeypatch.undo()
    get_settings.cache_clear()


def journal_of(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def book(world: World, slot: UUID, number: int = 0) -> UUID:
    resident = world.residents[number]
    hold = await journal_of(world).hold(resident, slot.hex)
    return UUID((await journal_of(world).make_booking(resident, hold.id, SAID)).id)


async def choose_messages(world: World, *residents: Resident) -> None:
    async with world.database.write() as session:
        for number, one in enumerate(residents):
            await session.merge(
                MessageChoice(person_id=one.person_id, channel=Channel.EMAIL, address=f"a{number}@exempel.se")
            )


async def rows(world: World, table: Any, **values: object) -> list[Any]:
    async with world.database.read() as session:
        found = await session.scalars(
            select(table).where(*(col(getattr(table, name)) == value for name, value in values.items()))
        )
        return list(found.all())


async def one(world: World, booking_id: UUID) -> Booking:
    [row] = await rows(world, Booking, id=booking_id)
    return row


async def impact_of(world: World, *slots: UUID) -> RemovalImpact:
    return await weigh_removal(world.staff, slot_ids=slots)


async def remove(
    world: World,
    impact: RemovalImpact,
    choice: Choice = Choice.CANCEL,
    *,
    removal_id: UUID | None = None,
    **by_booking: Choice,
) -> RemovalDone:
    """Carry out ``choice`` for all, or another ``by_booking`` (its hex); moves go to what is suggested."""
    identity = removal_id or uuid4()
    decisions = []
    for visit in impact.booked:
        wanted = by_booking.get(visit.booking_id.hex, choice)
        to = visit.suggested if wanted == Choice.MOVE else None
        decisions.append(Decision(visit.booking_id, wanted, to))
    await removal.remove_times(
        world.staff, removal_id=identity, free=[slot.id for slot in impact.free], decisions=decisions,
        seen=impact.seen, message="Anna är sjuk.", first_day=DAY, last_day=DAY + timedelta(days=30),
    )  # fmt: skip
    return await removed.get_removal(world.staff, removal_id=identity)


async def published(world: World) -> set[UUID]:
    return {slot.id for slot in await rows(world, Slot, withdrawn_at=None)}


async def mine(world: World, number: int = 0) -> list[datetime]:
    return [time.starts_at for time in await journal_of(world).schedule(world.residents[number])]


async def test_weigh__free_booked_and_held__with_where_each_could_go__is_logged(world):
    slots = await world.publish(4)
    [free, *_] = await world.publish(2, start=LATER)
    booking = await book(world, slots[0])
    await journal_of(world).hold(world.residents[1], slots[1].hex)
    impact = await impact_of(world, *slots)
    assert impact.times == 3
    assert [slot.id for slot in impact.free] == slots[2:]
    assert [slot.id for slot in impact.kept] == [slots[1]]
    [visit] = impact.booked
    assert (visit.booking_id, visit.name, visit.suggested) == (booking, world.resident.name, free)
    assert visit.options[0].slot_id == free
    assert len(visit.options) == 2
    [line] = await rows(world, AccessLog, action="weigh_removal")
    assert (line.person_id, line.purpose) == (world.resident.person_id, "care")


async def test_weigh__by_days_and_clock__takes_what_overlaps(world):
    slots = await world.publish(4)
    await world.publish(1, start=LATER)
    away = Away(DAY, DAY)
    impact = await weigh_removal(world.staff, away=away)
    assert [slot.id for slot in impact.free] == slots
    half = replace(away, since=time(9, 30), until=time(9, 50))
    assert [slot.id for slot in (await weigh_removal(world.staff, away=half)).free] == slots[1:3]
    nobody = replace(away, performer=uuid4())
    assert (await weigh_removal(world.staff, away=nobody)).times == 0
    with pytest.raises(InvalidInput):
        await weigh_removal(world.staff, away=Away(DAY, DAY - timedelta(days=1)))


async def test_weigh__protected_identity_is_not_named(world):
    [slot] = await world.publish()
    await book(world, slot)
    async with world.database.write() as session:
        (await session.get_one(Person, world.resident.person_id)).protected = True
    [visit] = (await impact_of(world, slot)).booked
    assert (visit.name, visit.protected) == (reception.PROTECTED, True)


async def test_removal__is_for_those_who_handle_times_at_the_clinic(world):
    [slot] = await world.publish()
    other = await build_world(world.database, residents=0, slug="annan")
    with pytest.raises(NotAllowed):
        await weigh_removal(world.resident, slot_ids=[slot])
    assert (await weigh_removal(other.staff, slot_ids=[slot])).times == 0
    done = await remove(world, await impact_of(world, slot))
    with pytest.raises(NotFound):
        await removed.get_removal(other.staff, removal_id=done.id)
    with pytest.raises(NotFound):
        await removal.take_back(other.staff, removal_id=done.id)


async def test_move__as_staff_rebook__all_that_was_said_comes_along(world):
    [old_slot] = await world.publish()
    [new_slot] = await world.publish(start=LATER)
    booking = await book(world, old_slot)
    done = await remove(world, await impact_of(world, old_slot), Choice.MOVE)
    [visit] = done.visits
    made, old = await one(world, UUID(visit.new_booking_id)), await one(world, booking)
    assert (made.slot_id, made.status, made.reason, made.interpreter) == (
        new_slot, BookingStatus.BOOKED, "Hosta", "Finska",
    )  # fmt: skip
    assert (made.replaces_id, made.calendar_id, made.calendar_sequence) == (booking, booking, 1)
    assert (old.status, old.cancelled_by) == (BookingStatus.CANCELLED, world.staff.hsa_id)
    assert await mine(world) == [LATER]
    assert await published(world) == {new_slot}
    assert (done.times, done.kept, visit.new_starts_at) == (1, 0, LATER)


async def test_cancel__with_the_message__and_invite__with_an_open_invitation(world):
    slots = await world.publish(2)
    cancelled, invited = [await book(world, slot, number) for number, slot in enumerate(slots)]
    impact = await impact_of(world, *slots)
    await remove(world, impact, Choice.CANCEL, **{invited.hex: Choice.INVITE})
    assert (await one(world, cancelled)).cancel_message == "Anna är sjuk."
    assert (await one(world, invited)).status == BookingStatus.CANCELLED
    [invitation] = await rows(world, Invitation)
    assert (invitation.person_id, invitation.time_type_id, invitation.first_day) == (
        world.residents[1].person_id, world.time_type_id, DAY,
    )  # fmt: skip
    [open_one] = await invitations.list_my_invitations(world.residents[1])
    assert open_one.last_day == DAY + timedelta(days=30)
    acts = {line.action for line in await rows(world, AccessLog, actor_kind="staff")}
    assert acts == {"weigh_removal", "withdraw", "cancel_for_resident", "invite", "open_removal"}


async def test_keep__leaves_the_time__and_a_group_time_goes_when_nobody_keeps_it(world):
    [kept, free] = await world.publish(2)
    [group] = await world.publish(places=2, start=ANOTHER)
    stays, first, second = await book(world, kept), await book(world, group, 1), await book(world, group, 2)
    impact = await impact_of(world, kept, free, group)
    done = await remove(world, impact, **{stays.hex: Choice.KEEP, second.hex: Choice.KEEP})
    assert await published(world) == {kept, group}
    assert (done.times, done.kept, len(done.visits)) == (1, 2, 1)
    assert (await one(world, first)).status == BookingStatus.CANCELLED
    assert (await one(world, stays)).status == (await one(world, second)).status == BookingStatus.BOOKED


async def test_keep_all__when_nothing_else_goes__is_nothing_to_do(world):
    [slot] = await world.publish()
    await book(world, slot)
    with pytest.raises(InvalidInput) as refusal:
        await remove(world, await impact_of(world, slot), Choice.KEEP)
    assert refusal.value.problems == {"choices": "nothing_goes"}


async def test_moves__never_two_to_one_place(world):
    slots = await world.publish(3)
    await world.publish(2, start=LATER)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    impact = await impact_of(world, *slots)
    suggested = [visit.suggested for visit in impact.booked]
    assert suggested[2] is None
    assert len({*suggested}) == 3
    same = [Decision(visit.booking_id, Choice.MOVE, suggested[0]) for visit in impact.booked]
    with pytest.raises(SlotTaken):
        await removal.remove_times(
            world.staff, removal_id=uuid4(), free=[], decisions=same, seen=impact.seen, message=""
        )
    assert await rows(world, RemovalLine) == []
    assert len(await published(world)) == 5


async def test_move__to_when_its_resident_has_another_visit__is_refused__and_to_when_that_is_over_is_not(
    world,
):
    [goes], [other] = await world.publish(), await world.publish(start=LATER)
    meanwhile, after = [
        (await world.publish(start=LATER + timedelta(minutes=minutes)))[0] for minutes in (10, 20)
    ]
    first, second = await book(world, goes), await book(world, other)
    impact = await impact_of(world, goes)
    asked = {"free": [], "seen": impact.seen, "message": ""}
    with pytest.raises(SlotTaken):
        await removal.remove_times(
            world.staff, removal_id=uuid4(), decisions=[Decision(first, Choice.MOVE, meanwhile)], **asked
        )
    await removal.remove_times(
        world.staff, removal_id=uuid4(), decisions=[Decision(first, Choice.MOVE, after)], **asked
    )
    booked = await rows(world, Booking, status=BookingStatus.BOOKED)
    assert {booking.slot_id for booking in booked} == {other, after}
    assert (await one(world, second)).status == BookingStatus.BOOKED


async def test_freed_places__are_offered_to_nobody__and_a_place_moved_to_is_gone(world):
    [old_slot] = await world.publish()
    [new_slot] = await world.publish(start=LATER)
    await book(world, old_slot)
    async with world.database.write() as session:
        session.add(
            Watch(
                clinic_id=world.clinic_id, person_id=world.residents[2].person_id, time_type_id=world.time_type_id,
                first_day=DAY, last_day=DAY, since=FIRST_START - timedelta(days=9),
            )
        )  # fmt: skip
    await choose_messages(world, world.residents[2])
    await remove(world, await impact_of(world, old_slot), Choice.MOVE)
    assert await rows(world, Booking, status=BookingStatus.HELD) == []
    with pytest.raises(SlotTaken):
        await journal_of(world).hold(world.residents[1], new_slot.hex)


async def test_asked_twice__is_done_once(world):
    slots = await world.publish(2)
    await book(world, slots[0])
    impact, identity = await impact_of(world, *slots), uuid4()
    asking = [remove(world, impact, removal_id=identity) for _ in range(3)]
    answers = await asyncio.gather(*asking)
    assert {answer.id for answer in answers} == {identity}
    assert len(await rows(world, RemovalLine)) == 1
    assert len(await rows(world, ScheduleChange, kind="withdraw")) == 1


@pytest.mark.parametrize("happens", ["cancelled", "booked", "held", "moved_to_taken", "withdrawn", "arrived"])
async def test_what_has_changed_since_it_was_shown__nothing_is_done(world, happens):
    slots = await world.publish(2)
    [target] = await world.publish(start=LATER)
    booking = await book(world, slots[0])
    impact = await impact_of(world, *slots)
    if happens == "cancelled":
        await journal_of(world).cancel_booking(world.resident, booking.hex, "")
    elif happens == "booked":
        await book(world, slots[1], 1)
    elif happens == "held":
        await journal_of(world).hold(world.residents[1], slots[1].hex)
    elif happens == "moved_to_taken":
        await book(world, target, 1)
    elif happens == "withdrawn":
        await schedule.withdraw(world.staff, slot_ids=slots[1:], seen=impact.seen)
    else:
        async with world.database.write() as session:
            await session.execute(update(Booking).values(attendance=Attendance.ARRIVED))
    before = await published(world)
    with pytest.raises(Conflict) as refusal:
        await remove(world, impact, Choice.MOVE)
    wanted = {"moved_to_taken": SlotTaken}.get(happens, StaleVersion)
    assert type(refusal.value) is wanted
    assert await published(world) == before
    assert await rows(world, RemovalLine) == []
    assert [row.kind for row in await rows(world, OutboxMessage, kind=MessageKind.REBOOKED)] == []


async def test_a_colleague_has_published_there_since__nothing_is_done(world):
    slots = await world.publish(2)
    impact = await impact_of(world, slots[0])
    await world.publish(1, start=FIRST_START + timedelta(minutes=10, hours=-1))
    await world.publish(1, start=FIRST_START + timedelta(minutes=40))
    done = await remove(world, impact)  # before and after: it is not about those times
    assert done.times == 1
    impact = await weigh_removal(world.staff, away=Away(DAY, DAY))
    await world.publish(1, start=FIRST_START + timedelta(minutes=60))
    await world.publish(1, start=FIRST_START)
    with pytest.raises(ScheduleChanged):
        await remove(world, impact)


async def test_two_at_once__one_does_it__the_other_is_told(world):
    slots = await world.publish(3)
    for number, slot in enumerate(slots[:2]):
        await book(world, slot, number)
    impact = await impact_of(world, *slots)
    answers = await asyncio.gather(*(remove(world, impact) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(answer, RemovalDone) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert len(await rows(world, RemovalLine)) == 2


@pytest.mark.parametrize("meanwhile", ["cancels", "books"])
async def test_resident_acts_in_the_same_moment__one_of_them_is_first(world, meanwhile):
    """Whoever is first: nobody is moved who has cancelled, and no booking stands on a time that is gone."""
    slots = await world.publish(2)
    await world.publish(2, start=LATER)
    booking = await book(world, slots[0])
    hold = await journal_of(world).hold(world.residents[1], slots[1].hex) if meanwhile == "books" else None
    wanted = slots[:1] if hold else slots
    impact = await impact_of(world, *wanted)

    async def act() -> object:
        if hold:
            return await journal_of(world).make_booking(world.residents[1], hold.id, SAID)
        return await journal_of(world).cancel_booking(world.resident, booking.hex, "")

    await asyncio.gather(act(), remove(world, impact, Choice.MOVE), return_exceptions=True)
    gone = {slot.id for slot in await rows(world, Slot) if slot.withdrawn_at}
    standing = await rows(world, Booking, status=BookingStatus.BOOKED)
    assert not [row for row in standing if row.slot_id in gone]
    of_first = [row for row in standing if row.person_id == world.resident.person_id]
    lines = await rows(world, RemovalLine)
    cancelled_by_resident = (await one(world, booking)).cancelled_by == "resident"
    assert len(of_first) == (0 if cancelled_by_resident else 1)
    assert not (cancelled_by_resident and lines)


async def test_messages__wait_ten_minutes__then_go(world, mailbox, clock):
    slots = await world.publish(3)
    await world.publish(1, start=LATER)
    moved, _, invited = [await book(world, slot, number) for number, slot in enumerate(slots)]
    await send_due()  # that they are booked, which they have not chosen to be told
    await choose_messages(world, *world.residents[:3])
    impact = await impact_of(world, *slots)
    await remove(world, impact, **{moved.hex: Choice.MOVE, invited.hex: Choice.INVITE})
    clock.advance(TAKE_BACK_FOR - timedelta(seconds=1))
    await send_due()
    assert mailbox.mails == []
    clock.advance(timedelta(seconds=1))
    await send_due()
    assert sorted(mail["Subject"] for mail in mailbox.mails) == [
        "Din tid är avbokad", "Din tid är avbokad", "Din tid är ombokad", "Du är kallad",
    ]  # fmt: skip
    await send_due()
    assert len(mailbox.mails) == 4


async def test_phone__whom_no_message_reaches(world, clock):
    slots = await world.publish(2)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    await choose_messages(world, world.residents[1])
    clock.moment = FIRST_START - timedelta(hours=24)
    done = await remove(world, await impact_of(world, *slots))
    assert [(visit.call_because, visit.phone) for visit in done.visits] == [
        (CallBecause.NO_MESSAGE, "0701740605"),
        (CallBecause.NOTHING, "0701740605"),
    ]
    assert done.until == FIRST_START - timedelta(hours=24) + TAKE_BACK_FOR


async def test_phone__soon_is_less_than_a_day(world, clock):
    [slot] = await world.publish()
    await book(world, slot)
    await choose_messages(world, world.resident)
    clock.moment = FIRST_START - timedelta(hours=24) + timedelta(minutes=1)
    [visit] = (await remove(world, await impact_of(world, slot))).visits
    assert visit.call_because == CallBecause.SOON


async def test_phoned__is_kept__by_whoever_was_first__and_logged(world, clock):
    [slot] = await world.publish()
    await book(world, slot)
    done = await remove(world, await impact_of(world, slot))
    [visit] = done.visits
    marked = await removed.mark_phoned(world.staff, removal_id=done.id, line_id=visit.id, phoned=True)
    colleague = replace(world.staff, hsa_id="SE2321000016-T002", name="Nils Test")
    clock.advance(timedelta(minutes=1))
    again = await removed.mark_phoned(colleague, removal_id=done.id, line_id=visit.id, phoned=True)
    assert marked.visits[0].phoned_by == again.visits[0].phoned_by == world.staff.name
    undone = await removed.mark_phoned(colleague, removal_id=done.id, line_id=visit.id, phoned=False)
    assert undone.visits[0].phoned_at is None
    assert len(await rows(world, AccessLog, action="mark_phoned")) == 1
    with pytest.raises(NotFound):
        await removed.mark_phoned(world.staff, removal_id=uuid4(), line_id=visit.id, phoned=True)


async def test_take_back__all_is_as_before__and_nobody_is_told(world, mailbox, clock):
    slots = await world.publish(4)
    [target] = await world.publish(1, start=LATER)
    moved, cancelled, invited = [await book(world, slot, number) for number, slot in enumerate(slots[:3])]
    await send_due()
    await choose_messages(world, *world.residents[:3])
    before = {row.id: row for row in await rows(world, Booking)}
    impact = await impact_of(world, *slots)
    done = await remove(world, impact, **{moved.hex: Choice.MOVE, invited.hex: Choice.INVITE})
    clock.advance(TAKE_BACK_FOR - timedelta(seconds=1))
    back = await removal.take_back(world.staff, removal_id=done.id)
    assert (back.taken_back_by, back.can_be_taken_back(back.done_at)) == (world.staff.name, False)
    assert await published(world) == {*slots, target}
    for booking in (moved, cancelled, invited):
        row = await one(world, booking)
        assert (row.status, row.slot_id, row.place) == (
            BookingStatus.BOOKED, before[booking].slot_id, before[booking].place,
        )  # fmt: skip
        assert (row.cancelled_at, row.cancel_message, row.reason) == (None, "", "Hosta")
    for number in range(3):
        assert await mine(world, number) == [FIRST_START + timedelta(minutes=20 * number)]
    assert await invitations.list_my_invitations(world.residents[2]) == []
    assert await journal_of(world).hold(world.residents[4], target.hex)
    clock.advance(timedelta(hours=1))
    await send_due()
    assert mailbox.mails == []
    again = await removal.take_back(world.staff, removal_id=done.id)
    assert again.taken_back_at == back.taken_back_at
    assert len(await rows(world, AccessLog, action="take_back_removal")) == 3


async def test_take_back__calendars_see_a_later_version__and_it_can_be_done_anew(world):
    [slot] = await world.publish()
    await world.publish(1, start=LATER)
    booking = await book(world, slot)
    for turn in range(1, 3):
        done = await remove(world, await impact_of(world, slot), Choice.MOVE)
        made = await one(world, UUID(done.visits[0].new_booking_id))
        assert (made.calendar_id, made.replaces_id) == (booking, booking)
        await removal.take_back(world.staff, removal_id=done.id)
        old, gone = await one(world, booking), await one(world, made.id)
        assert (old.status, gone.status, gone.replaces_id) == (
            BookingStatus.BOOKED, BookingStatus.CANCELLED, None,
        )  # fmt: skip
        assert old.calendar_sequence > gone.calendar_sequence > made.calendar_sequence >= turn


async def test_take_back__then_cancelled_for_good__is_told(world, mailbox, clock):
    [slot] = await world.publish()
    await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    first = await remove(world, await impact_of(world, slot))
    await removal.take_back(world.staff, removal_id=first.id)
    await remove(world, await impact_of(world, slot))
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din tid är avbokad"]


async def test_take_back__what_residents_have_done_meanwhile_stays(world, clock):
    slots = await world.publish(4)
    targets = await world.publish(4, start=LATER)
    bookings = [await book(world, slot, number) for number, slot in enumerate(slots)]
    impact = await impact_of(world, *slots)
    done = await remove(
        world, impact, Choice.MOVE, **{bookings[2].hex: Choice.INVITE, bookings[3].hex: Choice.CANCEL}
    )
    clock.advance(timedelta(minutes=5))
    by_booking = {visit.booking_id: visit for visit in done.visits}
    cancelled = by_booking[bookings[0].hex].new_booking_id
    await journal_of(world).cancel_booking(world.residents[0], cancelled, "")
    free = [slot for slot in targets if not await rows(world, Booking, slot_id=slot, status="booked")]
    await book(world, free[0], 2)
    back = await removal.take_back(world.staff, removal_id=done.id)
    left = {visit.booking_id for visit in back.visits if visit.left_as_wished}
    assert left == {bookings[0].hex, bookings[2].hex}
    assert await mine(world, 0) == []
    assert await mine(world, 1) == [FIRST_START + timedelta(minutes=20)]
    assert len(await mine(world, 2)) == 1
    assert await mine(world, 3) == [FIRST_START + timedelta(minutes=60)]
    assert await published(world) == {*slots, *targets}


async def test_take_back__a_colleague_has_published_there__is_refused_whole(world):
    slots = await world.publish(2)
    booking = await book(world, slots[0])
    done = await remove(world, await impact_of(world, *slots))
    await world.publish(1, start=FIRST_START + timedelta(minutes=30))
    with pytest.raises(Overlaps):
        await removal.take_back(world.staff, removal_id=done.id)
    assert (await one(world, booking)).status == BookingStatus.CANCELLED
    assert not {*slots} & await published(world)
    assert len(await rows(world, OutboxMessage, kind=MessageKind.CANCELLED_BY_CLINIC)) == 1


async def test_take_back__after_ten_minutes__is_too_late(world, clock):
    [slot] = await world.publish()
    done = await remove(world, await impact_of(world, slot))
    clock.advance(TAKE_BACK_FOR)
    with pytest.raises(TooLateToChange) as refusal:
        await removal.take_back(world.staff, removal_id=done.id)
    assert refusal.value.facts["deadline"] == done.until


async def test_take_back__against_the_worker_in_the_same_moment__never_both(world, mailbox, clock):
    """The clocks of two machines differ: a worker that is a second ahead sends what can still be taken back."""
    slots = await world.publish(6)
    await choose_messages(world, world.resident)
    for slot in slots:
        booking = await book(world, slot)
        await send_due()
        sent_before = len(mailbox.mails)
        done = await remove(world, await impact_of(world, slot))
        async with world.database.write() as session:
            await session.execute(
                update(OutboxMessage)
                .where(
                    col(OutboxMessage.kind) == MessageKind.CANCELLED_BY_CLINIC,
                    col(OutboxMessage.attempts) == 0,
                )
                .values(due_at=clock.moment)
            )
        taking = removal.take_back(world.staff, removal_id=done.id)
        answer, _ = await asyncio.gather(taking, send_due(), return_exceptions=True)
        sent = len(mailbox.mails) > sent_before
        row = await one(world, booking)
        assert sent == isinstance(answer, TooLateToChange)
        assert sent == (row.status == BookingStatus.CANCELLED)
        if not sent:
            await reception.cancel_for_resident(world.staff, booking_id=booking.hex, message="")
            await send_due()


async def test_take_back__who_was_phoned_is_phoned_again(world):
    slots = await world.publish(2)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    done = await remove(world, await impact_of(world, *slots))
    await removed.mark_phoned(world.staff, removal_id=done.id, line_id=done.visits[0].id, phoned=True)
    back = await removal.take_back(world.staff, removal_id=done.id)
    assert [(visit.call_because, visit.phoned_at) for visit in back.visits] == [
        (CallBecause.TAKEN_BACK, None),
        (CallBecause.NOTHING, None),
    ]
    late = {"removal_id": done.id, "line_id": done.visits[1].id}  # by a page from before
    marked = await removed.mark_phoned(world.staff, **late, phoned=True)
    assert (marked.visits[1].call_because, marked.visits[1].phoned_at) == (CallBecause.TAKEN_BACK, None)
    again = await removed.mark_phoned(world.staff, **late, phoned=True)
    assert again.visits[1].phoned_at is not None


async def test_take_back__who_waited_for_a_time_waits_again__in_the_same_place(world):
    [slot] = await world.publish()
    await world.publish(1, start=LATER)
    await book(world, slot)
    since = FIRST_START - timedelta(days=20)
    async with world.database.write() as session:
        session.add(
            Watch(
                clinic_id=world.clinic_id, person_id=world.resident.person_id, time_type_id=world.time_type_id,
                first_day=DAY, last_day=DAY + timedelta(days=9), since=since,
            )
        )  # fmt: skip
    done = await remove(world, await impact_of(world, slot), Choice.MOVE)
    assert [watch.status for watch in await rows(world, Watch)] == [WatchStatus.BOOKED]
    await removal.take_back(world.staff, removal_id=done.id)
    assert [(watch.status, watch.since) for watch in await rows(world, Watch)] == [
        (WatchStatus.WAITING, since)
    ]


async def test_take_back__a_group_times_place_that_is_had_by_another__is_an_extra_one(world):
    [free] = await world.publish()
    [group] = await world.publish(places=2, start=ANOTHER)
    first, second = await book(world, group, 1), await book(world, group, 2)
    done = await remove(world, await impact_of(world, free, group), **{second.hex: Choice.KEEP})
    await book(world, group, 3)
    await removal.take_back(world.staff, removal_id=done.id)
    standing = await rows(world, Booking, slot_id=group, status=BookingStatus.BOOKED)
    assert len({row.place for row in standing}) == 3
    assert (await one(world, first)).status == BookingStatus.BOOKED


def told_of(starts_at: datetime) -> str:
    return format_time("sv", starts_at).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("by", ["removal", "colleague"])
async def test_cancelled_before_the_move_was_told__is_told_of_the_time_that_is_known(
    world, mailbox, clock, by
):
    [slot] = await world.publish()
    [target] = await world.publish(start=ANOTHER + timedelta(hours=3))
    await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    done = await remove(world, await impact_of(world, slot), Choice.MOVE)
    clock.advance(timedelta(minutes=5))
    if by == "removal":
        await remove(world, await impact_of(world, target))
    else:
        await reception.cancel_for_resident(
            world.staff, booking_id=done.visits[0].new_booking_id, message="Anna är sjuk."
        )
        await send_due()
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din tid är avbokad"]
    assert told_of(FIRST_START) in mailbox.texts[0]


async def test_cancelled_after_the_move_was_told__is_told_of_the_new_time(world, mailbox, clock):
    [slot] = await world.publish()
    [target] = await world.publish(start=ANOTHER + timedelta(hours=3))
    await book(world, slot)
    await choose_messages(world, world.resident)
    await remove(world, await impact_of(world, slot), Choice.MOVE)
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    await remove(world, await impact_of(world, target))
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    assert mailbox.mails[-1]["Subject"] == "Din tid är avbokad"
    assert told_of(ANOTHER + timedelta(hours=3)) in mailbox.texts[-1]


async def test_take_back__of_what_was_moved_there_untold__the_move_is_told_after_all(world, mailbox, clock):
    [slot] = await world.publish()
    [target] = await world.publish(start=ANOTHER + timedelta(hours=3))
    await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    await remove(world, await impact_of(world, slot), Choice.MOVE)
    clock.advance(timedelta(minutes=5))
    second = await remove(world, await impact_of(world, target))
    clock.advance(timedelta(minutes=5))
    await send_due()
    assert mailbox.mails == []
    clock.advance(timedelta(minutes=1))
    await removal.take_back(world.staff, removal_id=second.id)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din tid är ombokad"]
    assert told_of(ANOTHER + timedelta(hours=3)) in mailbox.texts[0]


async def remind(world: World, hours: int) -> None:
    async with world.database.write() as session:
        await session.execute(update(Clinic).values(reminder_hours=hours))


@pytest.mark.parametrize("hours", [24, 48])
async def test_reminder_that_came_up_meanwhile__is_sent_after_all(world, mailbox, clock, hours):
    await remind(world, hours)
    [slot] = await world.publish()
    await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    if hours == 24:
        clock.moment = FIRST_START - timedelta(hours=48)
        await send_due()  # when it comes up; it waits on, as the clinic wants it later
    clock.moment = FIRST_START - timedelta(hours=hours, minutes=5)
    done = await remove(world, await impact_of(world, slot))
    clock.advance(timedelta(minutes=6))
    await send_due()
    assert mailbox.mails == []
    await removal.take_back(world.staff, removal_id=done.id)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Påminnelse om din tid"]
    await send_due()
    assert len(mailbox.mails) == 1


async def test_reminder_of_the_new_time__never_before_the_move_is_told(world, mailbox, clock):
    await remind(world, 48)
    [slot] = await world.publish()
    [target] = await world.publish(start=LATER)
    await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    clock.moment = LATER - timedelta(hours=48, minutes=5)
    async with world.database.write() as session:
        await session.execute(delete(OutboxMessage))  # the reminder of the old time
    done = await remove(world, await impact_of(world, slot), Choice.MOVE)
    assert done.visits[0].new_starts_at == LATER
    clock.advance(timedelta(minutes=9))
    await send_due()
    assert mailbox.mails == []
    await removal.take_back(world.staff, removal_id=done.id)
    clock.advance(timedelta(hours=1))
    await send_due()
    assert mailbox.mails == []
    assert target in await published(world)


async def invited_before(world: World, resident: Resident) -> UUID:
    invitation = uuid4()
    await invitations.invite(
        world.staff, person_id=resident.person_id, time_type=world.time_type_id, first_day=DAY,
        last_day=DAY + timedelta(days=20), invitation_id=invitation,
    )  # fmt: skip
    return invitation


async def open_invitations(world: World) -> list[UUID]:
    found = await invitations.list_invitations(world.staff, show=Show.OPEN)
    return [UUID(one.id) for one in found.rows]


@pytest.mark.parametrize("answered", [True, False])
async def test_invite__who_is_invited_already__has_one_invitation__and_the_old_one_when_taken_back(
    world, answered
):
    slots = await world.publish(2)
    if not answered:
        booking = await book(world, slots[0])
    before = await invited_before(world, world.resident)
    if answered:
        booking = await book(world, slots[0])
        assert (await one(world, booking)).invitation_id == before
    await invitations.invite(
        world.staff, person_id=world.residents[1].person_id, time_type=world.time_type_id, first_day=DAY,
        last_day=DAY, invitation_id=(others := uuid4()),
    )  # fmt: skip
    shown = await open_invitations(world)
    done = await remove(world, await impact_of(world, slots[0]), Choice.INVITE)
    [line] = await rows(world, RemovalLine)
    assert line.invitation_id not in {None, before}
    assert sorted(await open_invitations(world)) == sorted([others, line.invitation_id])
    await removal.take_back(world.staff, removal_id=done.id)
    assert await open_invitations(world) == shown
    assert (await one(world, booking)).invitation_id == (before if answered else None)


async def test_invite__two_visits_of_one_person__one_invitation__told_once(world, mailbox, clock):
    slots = await world.publish(2)
    for slot in slots:
        await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    await remove(world, await impact_of(world, *slots), Choice.INVITE)
    assert len(await open_invitations(world)) == 1
    clock.advance(TAKE_BACK_FOR)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails].count("Du är kallad") == 1


async def test_take_back__an_invitation_that_was_not_told_of__is_told_after_all(world, mailbox, clock):
    slots = await world.publish(2)
    for slot in slots:
        await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    await remove(world, await impact_of(world, slots[0]), Choice.INVITE)
    clock.advance(timedelta(minutes=5))
    second = await remove(world, await impact_of(world, slots[1]), Choice.INVITE)
    clock.advance(timedelta(minutes=5))
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din tid är avbokad"]
    await removal.take_back(world.staff, removal_id=second.id)
    await send_due()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din tid är avbokad", "Du är kallad"]
    assert len(await open_invitations(world)) == 1


async def test_take_back__another_visit_exchanged_meanwhile__is_not_about_the_cancelled_one(world, clock):
    [slot] = await world.publish()
    [other] = await world.publish(start=LATER)
    [target] = await world.publish(start=ANOTHER)
    await book(world, slot)
    exchanged = await book(world, other)
    clock.advance(timedelta(minutes=1))
    done = await remove(world, await impact_of(world, slot))
    hold = await journal_of(world).hold(world.resident, target.hex)
    await journal_of(world).rebook_booking(world.resident, exchanged.hex, hold.id)
    back = await removal.take_back(world.staff, removal_id=done.id)
    assert not back.visits[0].left_as_wished
    assert await mine(world) == [FIRST_START, ANOTHER]


@pytest.mark.parametrize("exchanged", [False, True])
async def test_take_back__one_booked_anew__stands_for_one_of_two(world, clock, exchanged):
    slots = await world.publish(2)
    targets = await world.publish(2, start=ANOTHER)
    first, second = [await book(world, slot) for slot in slots]
    done = await remove(world, await impact_of(world, *slots), **{second.hex: Choice.INVITE})
    clock.advance(timedelta(minutes=1))
    made = await book(world, targets[0])
    if exchanged:
        hold = await journal_of(world).hold(world.resident, targets[1].hex)
        await journal_of(world).rebook_booking(world.resident, made.hex, hold.id)
    back = await removal.take_back(world.staff, removal_id=done.id)
    assert {visit.booking_id for visit in back.visits if visit.left_as_wished} == {second.hex}
    assert (await one(world, first)).status == BookingStatus.BOOKED
    assert len(await mine(world)) == 2


async def test_take_back__its_invitation_is_answered_by_another_visit__it_comes_back_without(world, clock):
    [slot] = await world.publish()
    [other] = await world.publish(start=LATER)
    [target] = await world.publish(start=ANOTHER)
    exchanged = await book(world, other)
    invitation = await invited_before(world, world.resident)
    booking = await book(world, slot)
    clock.advance(timedelta(minutes=1))
    done = await remove(world, await impact_of(world, slot))
    hold = await journal_of(world).hold(world.resident, target.hex)
    made = await journal_of(world).rebook_booking(world.resident, exchanged.hex, hold.id)
    assert (await one(world, UUID(made.id))).invitation_id == invitation
    await removal.take_back(world.staff, removal_id=done.id)
    back = await one(world, booking)
    assert (back.status, back.invitation_id) == (BookingStatus.BOOKED, None)


async def test_take_back__who_was_being_offered_a_time__is_offered_it_again_before_others(world, clock):
    [slot] = await world.publish()
    async with world.database.write() as session:
        session.add_all(
            Watch(
                clinic_id=world.clinic_id, person_id=resident.person_id, time_type_id=world.time_type_id,
                first_day=DAY, last_day=DAY, since=FIRST_START - timedelta(days=20 - number),
            )
            for number, resident in enumerate(world.residents[1:3])
        )  # fmt: skip
    await choose_messages(world, *world.residents[1:3])
    booking = await book(world, slot)
    await journal_of(world).cancel_booking(world.resident, booking.hex, "")
    [before] = await rows(world, WatchOffer)
    assert before.person_id == world.residents[1].person_id
    clock.advance(timedelta(minutes=1))
    done = await remove(world, await impact_of(world, slot))
    clock.advance(timedelta(minutes=9))
    await removal.take_back(world.staff, removal_id=done.id)
    [offer] = await rows(world, WatchOffer)
    assert (offer.person_id, offer.status) == (before.person_id, WatchOfferStatus.OPEN)
    assert offer.stands_until > before.stands_until
    [held] = await rows(world, Booking, status=BookingStatus.HELD)
    assert held.offer_id == offer.id


async def test_take_back__while_a_colleague_marks_somebody_phoned__they_are_phoned_again(world):
    """Whoever takes back waits for the mark: who is phoned is never left with what was said."""
    [slot] = await world.publish()
    await book(world, slot)
    done = await remove(world, await impact_of(world, slot))
    async with world.database.write() as session:
        line = await session.get_one(RemovalLine, (world.clinic_id, done.visits[0].id), with_for_update=True)
        line.phoned_at, line.phoned_by_name = done.done_at, "Nils Test"
        await session.flush()
        taking = asyncio.create_task(removal.take_back(world.staff, removal_id=done.id))
        while not await is_waited_for(world):
            pass
    [visit] = (await taking).visits
    assert (visit.call_because, visit.phoned_at) == (CallBecause.TAKEN_BACK, None)


async def is_waited_for(world: World) -> bool:
    """Whether somebody waits for a row lock; SQLite lets nobody begin while another writes."""
    if not world.database.url.startswith("postgresql"):
        return True
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with world.database.read() as session:  # its own: within a transaction it is told the same again
        return bool(await session.scalar(waiting))


async def test_take_back__a_short_visit_that_has_ended__is_as_it_was__and_nothing_is_told(
    world, mailbox, clock
):
    [slot] = await world.publish()
    async with world.database.write() as session:
        await session.execute(update(Slot).values(ends_at=FIRST_START + timedelta(minutes=5)))
    booking = await book(world, slot)
    await send_due()
    await choose_messages(world, world.resident)
    clock.moment = FIRST_START - timedelta(minutes=1)
    done = await remove(world, await impact_of(world, slot))
    clock.advance(timedelta(minutes=8))
    await removal.take_back(world.staff, removal_id=done.id)
    assert (await one(world, booking)).status == BookingStatus.BOOKED
    assert await published(world) == {slot}
    clock.advance(timedelta(hours=1))
    await send_due()
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("choice", "facts", "problems"),
    [
        (Choice.CANCEL, {"message": " "}, {"message": "message_missing"}),
        (Choice.CANCEL, {"message": "x" * 501}, {"message": "too_long"}),
        (Choice.INVITE, {"first_day": None}, {"first_day": "watch_day"}),
        (Choice.MOVE, {}, {"choices": "no_time"}),
    ],
)
async def test_what_is_typed_wrong__is_told__and_nothing_is_done(world, choice, facts, problems):
    [slot] = await world.publish()
    booking = await book(world, slot)
    impact = await impact_of(world, slot)
    said = {"message": "Sjuk", "first_day": DAY, "last_day": DAY} | facts
    with pytest.raises(InvalidInput) as refusal:
        await removal.remove_times(
            world.staff, removal_id=uuid4(), free=[], decisions=[Decision(booking, choice)], seen=impact.seen,
            **said,
        )  # fmt: skip
    assert refusal.value.problems == problems
    assert await published(world) == {slot}


async def test_invite__only_who_could_book(world):
    [slot] = await world.publish()
    booking = await book(world, slot)
    async with world.database.write() as session:
        await session.execute(update(TimeType).values(bookable=Bookable.STAFF))
    impact = await impact_of(world, slot)
    assert not impact.booked[0].can_be_invited
    with pytest.raises(InvalidInput) as refusal:
        await remove(world, impact, Choice.INVITE)
    assert refusal.value.problems == {"choices": "cannot_be_invited"}
    assert (await one(world, booking)).status == BookingStatus.BOOKED
