"""Invitations: booked once, within a period, opened again when cancelled, and withdrawn."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.post_office import Mailbox, smtp_server, smtp_settings
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Booking, Invitation, MessageChoice, OutboxMessage, TimeType
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    InvalidInput,
    InvitationEnded,
    InvitedOnly,
    NotAllowed,
    NotFound,
    OutsideInvitation,
)
from webtidbok_app.domain.message import Channel, MessageKind
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.notify.worker import send_due
from webtidbok_app.services import desk_booking, free_times, invitations, my_bookings, reception
from webtidbok_app.services.desk_booking import Said
from webtidbok_app.services.desk_people import register_without_number
from webtidbok_app.services.invitations import InvitationState, Show
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.services.time_types import OldBooking, may_book
from webtidbok_app.settings import get_settings

DAY = FIRST_START.date()
SAID = BookingDetails(phone="0701740605")


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=3, bookable=Bookable.INVITATION)


def journal_of(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def invite(
    world: World,
    resident: Resident,
    *,
    first: date = DAY,
    last: date = DAY,
    invitation_id: UUID | None = None,
) -> str:
    identity = invitation_id or uuid4()
    await invitations.invite(
        world.staff, person_id=resident.person_id, time_type=world.time_type_id, first_day=first, last_day=last,
        invitation_id=identity,
    )  # fmt: skip
    return identity.hex


async def book(world: World, resident: Resident, slot: UUID) -> str:
    hold = await journal_of(world).hold(resident, slot.hex)
    return (await journal_of(world).make_booking(resident, hold.id, SAID)).id


async def state_of(world: World, invitation: str) -> InvitationState:
    return (await invitations.open_invitation(world.staff, invitation_id=invitation)).invitation.state


async def times(world: World, resident: Resident) -> list[UUID]:
    found = await journal_of(world).available_timeslots(
        resident, world.time_type, DAY - timedelta(days=8), DAY + timedelta(days=30)
    )
    return [UUID(one.id) for one in found]


async def kind_for(world: World, resident: Resident) -> Any:
    [kind] = await journal_of(world).time_types(resident)
    return kind


async def test_invited__may_book__within_the_period__once(world):
    early, late = (await world.publish())[0], (await world.publish(start=FIRST_START + timedelta(days=2)))[0]
    me, other = world.residents[:2]
    assert isinstance(may_book(me, await kind_for(world, me)), InvitedOnly)
    invitation = await invite(world, me)
    assert may_book(me, await kind_for(world, me)) is None
    assert isinstance(may_book(other, await kind_for(world, other)), InvitedOnly)
    assert await times(world, me) == [early]
    booked = await book(world, me, early)
    assert await state_of(world, invitation) == InvitationState.BOOKED
    assert isinstance(may_book(me, await kind_for(world, me)), InvitedOnly)
    [mine] = await journal_of(world).schedule(me)
    assert (mine.id, mine.invited) == (booked, True)
    with pytest.raises(InvitedOnly):
        await book(world, me, late)
    assert len(await journal_of(world).schedule(me)) == 1


async def test_not_invited__the_timebook_itself_refuses(world):
    [slot] = await world.publish()
    with pytest.raises(InvitedOnly):
        await book(world, world.resident, slot)
    assert await journal_of(world).schedule(world.resident) == []


async def test_invited__a_day_outside_the_period_is_refused(world):
    [slot] = await world.publish(start=FIRST_START + timedelta(days=1))
    await invite(world, world.resident)
    with pytest.raises(InvitedOnly):
        await book(world, world.resident, slot)


async def test_invited__whatever_the_age(world):
    async with world.database.write() as session:
        await session.execute(update(TimeType).values(bookable=Bookable.WEB, min_age=120))
    me = world.resident
    assert may_book(me, await kind_for(world, me)) is not None
    await invite(world, me)
    assert may_book(me, await kind_for(world, me)) is None


async def test_cancelled__it_is_open_again__and_booked_anew(world):
    first, second = await world.publish(2)
    me = world.resident
    await accept_terms(me, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    invitation = await invite(world, me)
    booked = await book(world, me, first)
    await my_bookings.cancel_booking(me, clinic=world.clinic, booking=booked, message="")
    assert await state_of(world, invitation) == InvitationState.OPEN
    assert len(await invitations.list_my_invitations(me)) == 1
    await book(world, me, second)
    assert await invitations.list_my_invitations(me) == []


async def test_rebooked__the_new_time_answers_it(world):
    first, second = await world.publish(2)
    later = (await world.publish(start=FIRST_START + timedelta(days=3)))[0]
    me = world.resident
    invitation = await invite(world, me)
    booked = await book(world, me, first)
    hold = await journal_of(world).hold(me, second.hex)
    new = await journal_of(world).rebook_booking(me, booked, hold.id)
    assert new.invited
    newest = await desk_booking.rebook_for_resident(
        world.staff, old_id=UUID(new.id), slot_id=later, booking_id=uuid4()
    )
    assert newest.invited
    assert await state_of(world, invitation) == InvitationState.BOOKED


async def test_rebooked__only_to_days_of_the_invitation__which_alone_are_shown(world):
    first, second = await world.publish(2)
    [outside] = await world.publish(start=FIRST_START + timedelta(days=3))
    me = world.resident
    await accept_terms(me, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    await invite(world, me)
    booked = await book(world, me, first)
    asked: dict[str, Any] = {
        "clinic": world.clinic, "time_type": world.time_type, "rebooks": OldBooking(world.clinic, booked),
    }  # fmt: skip
    found = await free_times.find_times(me, **asked)
    assert [(day, [slot.id for slot in slots]) for day, slots in found.days] == [(DAY, [second.hex])]
    assert [slot.id for slot in await free_times.find_month(me, **asked, month=DAY)] == [second.hex]
    hold = await journal_of(world).hold(me, outside.hex)
    with pytest.raises(OutsideInvitation) as refused:
        await journal_of(world).rebook_booking(me, booked, hold.id)
    assert refused.value.facts == {"first_day": DAY, "last_day": DAY}
    assert (await journal_of(world).booking(me, booked)).cancelled_at is None


async def test_rebooked__once_staff_have_moved_it_out_of_the_period__nothing_binds_it(world):
    [first] = await world.publish()
    moved_to, next_to_it = await world.publish(2, start=FIRST_START + timedelta(days=3))
    me = world.resident
    await accept_terms(me, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    invitation = await invite(world, me)
    booked = await book(world, me, first)
    moved = await desk_booking.rebook_for_resident(
        world.staff, old_id=UUID(booked), slot_id=moved_to, booking_id=uuid4()
    )
    rebooks = OldBooking(world.clinic, moved.booking_id)
    found = await free_times.find_times(me, clinic=world.clinic, time_type=world.time_type, rebooks=rebooks)
    assert next_to_it.hex in {slot.id for _, slots in found.days for slot in slots}
    hold = await journal_of(world).hold(me, next_to_it.hex)
    assert (await journal_of(world).rebook_booking(me, moved.booking_id, hold.id)).invited
    assert await state_of(world, invitation) == InvitationState.BOOKED


async def test_invite__two_staff_at_once__one_invitation(world):
    outcomes = await asyncio.gather(
        *(invite(world, world.resident) for _ in range(2)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [InvalidInput]
    assert len((await invitations.list_invitations(world.staff, show=Show.OPEN)).rows) == 1


async def test_one_invitation__never_two_live_bookings__the_database_says_so(world):
    first, second = await world.publish(2)
    invitation = await invite(world, world.resident)
    await book(world, world.resident, first)
    with pytest.raises(IntegrityError):
        async with world.database.write() as session:
            session.add(
                Booking(
                    clinic_id=world.clinic_id, slot_id=second, starts_at=FIRST_START, place=1,
                    person_id=world.resident.person_id, status="booked", invitation_id=UUID(invitation),
                )
            )  # fmt: skip


async def test_booked_at_the_same_moment__by_staff_and_resident__one_answers_it(world):
    async with world.database.write() as session:
        await session.execute(update(TimeType).values(bookable=Bookable.WEB))
    first, second = await world.publish(2)
    me = world.resident
    invitation = await invite(world, me)
    hold = await journal_of(world).hold(me, first.hex)
    by_staff = desk_booking.book_for_resident(
        world.staff, person_id=me.person_id, slot_id=second, booking_id=uuid4(), said=Said()
    )
    await asyncio.gather(journal_of(world).make_booking(me, hold.id, SAID), by_staff)
    mine = await journal_of(world).schedule(me)
    assert sorted(one.invited for one in mine) == [False, True]
    assert await state_of(world, invitation) == InvitationState.BOOKED


async def test_runs_out_by_itself(world, clock):
    invitation = await invite(world, world.resident)
    clock.advance(timedelta(days=9))
    assert await state_of(world, invitation) == InvitationState.RUN_OUT
    assert isinstance(may_book(world.resident, await kind_for(world, world.resident)), InvitedOnly)
    assert await invitations.list_my_invitations(world.resident) == []
    with pytest.raises(InvitationEnded):
        await invitations.withdraw_invitation(world.staff, invitation_id=invitation)


async def test_withdrawn__cannot_be_booked__and_a_booked_one_stays(world):
    first, second = await world.publish(2)
    me, other = world.residents[:2]
    mine, theirs = await invite(world, me), await invite(world, other)
    for _ in range(2):
        await invitations.withdraw_invitation(world.staff, invitation_id=mine)
    with pytest.raises(InvitedOnly):
        await book(world, me, first)
    await book(world, other, second)
    with pytest.raises(InvitationEnded):
        await invitations.withdraw_invitation(world.staff, invitation_id=theirs)
    shown = {
        show: {one.id for one in (await invitations.list_invitations(world.staff, show=show)).rows}
        for show in Show
    }
    assert shown == {Show.OPEN: set(), Show.BOOKED: {theirs}, Show.OVER: {mine}}


async def test_to_a_time__is_booked_and_marked__and_over_when_cancelled(world):
    [slot] = await world.publish()
    booked = await desk_booking.book_for_resident(
        world.staff,
        person_id=world.resident.person_id,
        slot_id=slot,
        booking_id=uuid4(),
        said=Said(),
        invited=True,
    )
    [mine] = await journal_of(world).schedule(world.resident)
    assert mine.invited
    [row] = (await invitations.list_invitations(world.staff, show=Show.BOOKED)).rows
    assert (row.first_day, row.state) == (None, InvitationState.BOOKED)
    await reception.cancel_for_resident(world.staff, booking_id=booked.booking_id, message="")
    [row] = (await invitations.list_invitations(world.staff, show=Show.OVER)).rows
    assert row.state == InvitationState.CANCELLED
    assert await invitations.list_my_invitations(world.resident) == []


async def test_invite__once_however_often_it_is_pressed__and_told(world, database):
    identity = uuid4()
    inviting = [invite(world, world.resident, invitation_id=identity) for _ in range(2)]
    await asyncio.gather(*inviting)
    async with database.read() as session:
        assert len(list(await session.scalars(select(Invitation)))) == 1
        [message] = await session.scalars(select(OutboxMessage))
        lines = await session.scalars(select(col(AccessLog.action)).where(col(AccessLog.action) == "invite"))
        assert len(lines.all()) == 1
    assert (message.kind, message.invitation_id) == (MessageKind.INVITED, identity)


async def test_invite__shown_to_the_resident_and_masked_to_staff(world):
    await invite(world, world.resident, first=DAY - timedelta(days=30), last=DAY)
    [mine] = await invitations.list_my_invitations(world.resident)
    assert (mine.time_type_id, mine.first_day, mine.last_day) == (world.time_type, date(2026, 11, 23), DAY)
    [row] = (await invitations.list_invitations(world.staff, show=Show.OPEN)).rows
    assert world.resident.family_name not in row.name
    opened = await invitations.open_invitation(world.staff, invitation_id=row.id)
    assert opened.invitation.name == world.resident.name
    other = await build_world(world.database, residents=0, slug="annan")
    with pytest.raises(NotFound):
        await invitations.open_invitation(other.staff, invitation_id=row.id)
    with pytest.raises(NotAllowed):
        await invitations.list_invitations(world.resident, show=Show.OPEN)


@pytest.mark.parametrize(
    ("first", "last", "problems"),
    [
        (None, DAY, {"first_day": "watch_day"}),
        (DAY, None, {"last_day": "watch_day"}),
        (DAY, date(2026, 11, 22), {"last_day": "watch_past"}),
        (DAY, DAY - timedelta(days=1), {"last_day": "last_day_before_first"}),
        (DAY, DAY + timedelta(days=400), {"last_day": "watch_far"}),
    ],
)
async def test_invite__what_is_no_period(world, first, last, problems):
    with pytest.raises(InvalidInput) as refusal:
        await invite(world, world.resident, first=first, last=last)
    assert refusal.value.problems == problems


async def test_invite__not_twice_to_the_same__nor_who_cannot_log_in(world):
    await invite(world, world.resident)
    with pytest.raises(InvalidInput) as refusal:
        await invite(world, world.resident)
    assert refusal.value.problems == {"time_type": "already_invited"}
    newcomer = await register_without_number(
        world.staff, born=date(1991, 5, 4), given_name="Ines", family_name="Okänd"
    )
    with pytest.raises(InvalidInput) as refusal:
        await invitations.invite(
            world.staff, person_id=newcomer.id, time_type=world.time_type_id, first_day=DAY, last_day=DAY,
            invitation_id=uuid4(),
        )  # fmt: skip
    assert refusal.value.problems == {"time_type": "cannot_log_in"}


async def test_invited__is_told_in_neutral_words__as_long_as_it_is_open(world, monkeypatch):
    mailbox = Mailbox()
    me, other = world.residents[:2]
    async with world.database.write() as session:
        session.add_all(
            MessageChoice(person_id=one.person_id, channel=Channel.EMAIL, address="anna@exempel.se")
            for one in (me, other)
        )
    await invite(world, me)
    await invitations.withdraw_invitation(world.staff, invitation_id=await invite(world, other))
    with smtp_server(mailbox) as port:
        for name, value in smtp_settings(port).items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        assert await send_due() == 2
    monkeypatch.undo()
    get_settings.cache_clear()
    assert mailbox.texts == [
        "Webtidbok: Du är kallad till ett besök. Logga in i Webtidbok och välj en tid under Mina tidsbokningar."
    ]
