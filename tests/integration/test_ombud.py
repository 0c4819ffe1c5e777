"""Acting for a child: a guardian may until the 13th birthday, as the population register says, and is told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.integration.test_messages import choose, rows
from tests.world import World, build_world
from webtidbok_app import register
from webtidbok_app.auth import sessions
from webtidbok_app.auth.principal import key_of
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.tables import AccessLog, Booking, MessageChoice, Person
from webtidbok_app.demo.people import make_test_number
from webtidbok_app.domain import clock as clocks
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    OmbudEnded,
    OmbudNotHere,
    RegisterDown,
)
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.message import MessageKind, MessageStatus
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.notify.channels import inbox
from webtidbok_app.notify.worker import send_due
from webtidbok_app.register.port import Guardianship, RegisteredChild
from webtidbok_app.services import (
    booking,
    messages,
    my_bookings,
    my_cases,
    my_watches,
    reception,
    requests,
    watches,
)
from webtidbok_app.services import inbox as staff_inbox
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.ombud import choose_child, list_children
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.settings import get_settings
from webtidbok_app.timebook.keeper import keep_line

SMALL = RegisteredChild(make_test_number(2020, 3, 4, serial=0), "Maja", "Test")
NEARLY = RegisteredChild(make_test_number(2013, 11, 24, serial=1), "Elias", "Test")
"""Turns 13 on the day after the tests' clock."""
GROWN = RegisteredChild(make_test_number(2012, 10, 15, serial=0), "Nadia", "Test")
NEWBORN = RegisteredChild(make_test_number(2026, 11, 20, serial=0), "", "")


class Register:
    """A population register that says what the test wants, and how old it is."""

    def __init__(self) -> None:
        self.children: tuple[RegisteredChild, ...] = (SMALL, NEARLY, GROWN, NEWBORN)
        self.age = timedelta()
        self.answers = asyncio.Event()
        self.answers.set()

    async def children_of(self, guardian: PersonalNumber) -> Guardianship:
        await self.answers.wait()
        return Guardianship(self.children, clocks.now() - self.age)


@pytest.fixture
def registered(monkeypatch) -> Register:
    ours = Register()
    monkeypatch.setattr(register, "connect", lambda: ours)
    return ours


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=4)


async def acting(world: World, child: RegisteredChild) -> Resident:
    """Log the first resident in, choose the child, and return who acts then."""
    await list_children(world.resident)
    cookie = await sessions.create(world.resident)
    chosen = await choose_child(world.resident, child=await id_of(world, child))
    await sessions.act_for(cookie, chosen)
    return await seen_by(cookie)


async def seen_by(cookie: str) -> Resident:
    live = await sessions.look_up(cookie, active=True)
    assert live is not None
    assert isinstance(live.login.actor, Resident)
    return live.login.actor


async def id_of(world: World, child: RegisteredChild) -> str:
    async with world.database.read() as session:
        found = await session.scalar(
            select(col(Person.id)).where(col(Person.number_hash) == lookup_hash(child.number.digits))
        )
    assert found
    return found.hex


async def book(world: World, who: Resident) -> str:
    """Book the first free time as a resident does."""
    where = {"clinic": world.clinic, "time_type": world.time_type}
    [slot] = await world.publish(1, start=datetime(2026, 12, 1, 8, 0, tzinfo=UTC))
    await accept_terms(who, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    await booking.hold_time(who, **where, timeslot_id=slot.hex)
    hold = await booking.step_forward(who, **where)
    await booking.keep_details(
        who, **where, reason="Feber", interpreter="", access_needs="", phone="0701740605", email=""
    )
    return (await booking.book(who, **where, hold_id=hold.id)).id


async def test_children__by_the_registers_names__and_who_has_turned_13_is_told_apart(world, registered):
    found = await list_children(world.resident)
    assert [(one.name, one.grown) for one in found.children] == [
        ("Maja Test", False),
        ("Elias Test", False),
        ("Nadia Test", True),
        (str(NEWBORN.number), False),
    ]
    assert (found.name, found.acts_for) == (world.resident.name, "")
    registered.children = (replace(SMALL, given_name="Maja Li", protected=True),)
    [again] = (await list_children(world.resident)).children
    assert again.name == "Maja Li Test"
    child = await acting(world, SMALL)
    assert child.protected


async def test_booked_for_a_child__is_the_childs__logged_with_both__and_told_to_the_guardian(
    world, registered
):
    await choose(world, world.resident)
    child = await acting(world, SMALL)
    assert (child.name, child.number, child.told_id) == ("Maja Test", SMALL.number, world.resident.person_id)
    booked = await book(world, child)
    async with world.database.read() as session:
        [row] = await session.scalars(select(Booking))
        [line] = await session.scalars(select(AccessLog).where(col(AccessLog.action) == "book"))
    assert (row.person_id, row.booked_by) == (child.person_id, world.resident.person_id)
    assert (line.actor_kind, line.actor_id, line.person_id) == (
        "guardian",
        world.resident.person_id.hex,
        child.person_id,
    )
    assert {message.person_id for message in await rows(world)} == {world.resident.person_id}
    [theirs] = await my_bookings.list_my_bookings(child)
    assert [time.id for time in theirs.times] == [booked]
    assert await my_bookings.list_my_bookings(world.resident) == [], "not among the guardian's own"
    opened = await reception.open_booking(world.staff, booking_id=booked)
    assert (opened.name, opened.booked_by) == ("Maja Test", world.resident.name)
    await accept_terms(child, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    await my_bookings.cancel_booking(child, clinic=world.clinic, booking=booked, message="")
    assert MessageKind.CANCELLED in {message.kind for message in await rows(world)}


async def test_thirteenth_birthday__ends_it_at_midnight_in_sweden(world, registered, clock):
    await choose(world, world.resident)
    child = await acting(world, NEARLY)
    booked = await book(world, child)
    clock.advance(datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC) - clock.now())
    assert (await my_bookings.get_booking(child, clinic=world.clinic, booking=booked)).time.id == booked
    clock.advance(timedelta(seconds=1))
    where = {"clinic": world.clinic, "booking": booked}
    acts: list[Callable[[], object]] = [
        lambda: my_bookings.get_booking(child, **where),
        lambda: my_bookings.cancel_booking(child, **where, message=""),
        lambda: my_bookings.list_my_bookings(child),
        lambda: booking.get_progress(child, clinic=world.clinic, time_type=world.time_type),
        lambda: requests.open_request(child, clinic=world.clinic, kind=CaseTypeKind.REQUEST),
        lambda: my_cases.list_my_cases(child),
        lambda: my_watches.list_watches(child),
    ]
    for act in acts:
        with pytest.raises(OmbudEnded):
            await act()
    found = await list_children(child)
    assert (found.acts_for, [one.name for one in found.children if one.grown]) == (
        child.person_id.hex,
        ["Elias Test", "Nadia Test"],
    )
    with pytest.raises(OmbudEnded):
        await choose_child(child, child=child.person_id.hex)
    assert await choose_child(child, child="") is None
    clock.advance(timedelta(days=7))
    while await send_due():
        pass
    settled = {message.kind: message for message in await rows(world)}
    assert settled[MessageKind.REMINDER].problem == "not_wanted", "the child has chosen no messages"


async def test_messages_after_the_birthday__go_to_the_child(world, registered, clock):
    await choose(world, world.resident, "foralder@exempel.se")
    child = await acting(world, NEARLY)
    await book(world, child)
    await choose(world, child, "elias@exempel.se")
    clock.advance(timedelta(days=1))
    inbox.letters.clear()
    await send_due()
    [letter] = inbox.letters
    assert letter.address == "elias@exempel.se"
    assert "Din tid" in letter.text


async def test_messages__not_to_who_is_guardian_no_more(world, registered):
    await choose(world, world.resident)
    await book(world, await acting(world, SMALL))
    registered.children = ()
    await list_children(world.resident)
    await send_due()
    [told] = await rows(world, MessageKind.BOOKED)
    assert (told.status, told.problem) == (MessageStatus.DROPPED, "not_wanted")


async def test_two_guardians__see_neither_each_others_number_nor_what_is_typed(world, registered):
    where = {"clinic": world.clinic, "time_type": world.time_type}
    [slot, _] = await world.publish(2)
    mother = await acting(world, SMALL)
    await list_children(world.residents[1])
    assert mother.by
    father = replace(mother, by=replace(mother.by, person_id=world.residents[1].person_id))
    for parent in (mother, father):
        await accept_terms(parent, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    await booking.hold_time(mother, **where, timeslot_id=slot.hex)
    await booking.step_forward(mother, **where)
    said = {"interpreter": "", "access_needs": "", "email": ""}
    await booking.keep_details(mother, **where, reason="Hemligt", phone="0701740605", **said)
    theirs = (await booking.get_progress(father, **where)).details
    assert (theirs.reason, theirs.phone) == ("", None)
    form = await requests.open_request(father, clinic=world.clinic, kind=CaseTypeKind.REQUEST)
    assert (form.reason, form.phone) == ("", "")
    mine = await requests.open_request(mother, clinic=world.clinic, kind=CaseTypeKind.REQUEST)
    assert (mine.reason, mine.phone) == ("Hemligt", "0701740605")
    own = await requests.open_request(world.resident, clinic=world.clinic, kind=CaseTypeKind.REQUEST)
    assert (own.reason, own.phone) == ("", "0701740605"), "the number is the mother's own"
    grown = replace(mother, by=None)
    assert (await booking.get_progress(grown, **where)).details.phone is None


@pytest.mark.parametrize("why", ["birthday", "register"])
async def test_line__holds_nothing_for_a_child_whose_guardian_is_told_no_more(world, registered, clock, why):
    await choose(world, world.resident)
    child = await acting(world, NEARLY)
    await accept_terms(child, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    watching = {"clinic": world.clinic, "time_type": world.time_type, "performer": "", "part": ""}
    days = {"first_day": clocks.now().date(), "last_day": clocks.now().date() + timedelta(days=60)}
    one = await watches.start_watch(child, **watching, **days)
    if why == "birthday":
        clock.advance(timedelta(days=1))
    else:
        registered.children = ()
        await list_children(world.resident)
    await world.publish(1)
    await keep_line(world.database)
    assert await rows(world, MessageKind.RESERVED) == []
    themselves = replace(child, by=None)
    assert not (await my_watches.get_watch(themselves, clinic=world.clinic, watch=one)).reached
    await choose(world, themselves, "elias@exempel.se")
    await keep_line(world.database)
    [told] = await rows(world, MessageKind.RESERVED)
    assert told.person_id == child.person_id


async def test_case__names_the_guardian_to_staff__and_tells_who_wrote_last(world, registered):
    child = await acting(world, SMALL)
    where = {"clinic": world.clinic, "kind": CaseTypeKind.REQUEST}
    form = await requests.open_request(child, **where)
    await requests.keep_request(child, **where, reason="Feber", can_come="", contact="here", phone="")
    case = (await requests.send_request(child, **where, draft_id=form.draft_id)).hex
    assert (await staff_inbox.open_case(world.staff, case_id=case)).sent_by == world.resident.name
    themselves = replace(child, by=None)
    await my_cases.write_in_case(themselves, clinic=world.clinic, case=case, text="Nu skriver jag själv")
    assert (await staff_inbox.open_case(world.staff, case_id=case)).sent_by == ""


async def test_consent_for_a_protected_child__is_asked_and_kept_whoever_one_acts_for(world, registered):
    registered.children = (replace(SMALL, protected=True),)
    await list_children(world.resident)
    assert (await messages.get_messages(world.resident)).protected
    with pytest.raises(InvalidInput):
        await messages.ask_for_code(world.resident, address="a@exempel.se", consent=False, lang="sv")


async def test_guardian_no_more__by_the_register__ends_it_in_the_middle(world, registered):
    await list_children(world.resident)
    cookie = await sessions.create(world.resident)
    await sessions.act_for(cookie, await choose_child(world.resident, child=await id_of(world, SMALL)))
    registered.children = (NEARLY,)
    await list_children(await seen_by(cookie))
    sessions._cache.clear()
    with pytest.raises(OmbudEnded):
        await my_bookings.list_my_bookings(await seen_by(cookie))
    with pytest.raises(NotFound):
        await choose_child(world.resident, child=await id_of(world, SMALL))
    await sessions.act_for(cookie, None)
    assert (await seen_by(cookie)).by is None


async def test_old_facts__are_not_acted_on(world, registered, clock):
    child = await acting(world, SMALL)
    clock.advance(timedelta(days=5))
    await my_bookings.list_my_bookings(child)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(OmbudEnded):
        await my_bookings.list_my_bookings(child)
    registered.age = timedelta(days=5, seconds=1)
    with pytest.raises(RegisterDown):
        await list_children(world.resident)


async def test_register_that_does_not_answer__is_said_so(world, registered, monkeypatch):
    monkeypatch.setattr("webtidbok_app.services.ombud.SECONDS_TO_ANSWER", 0.01)
    registered.answers.clear()
    with pytest.raises(RegisterDown):
        await list_children(world.resident)


async def test_anothers_child__staff__and_no_register(world, registered, monkeypatch):
    await list_children(world.resident)
    child = await id_of(world, SMALL)
    with pytest.raises(NotFound):
        await choose_child(world.residents[1], child=child)
    with pytest.raises(NotFound):
        await choose_child(world.resident, child="Maja")
    with pytest.raises(OmbudEnded):
        await choose_child(world.resident, child=await id_of(world, GROWN))
    for nobody in (world.staff, None):
        with pytest.raises(NotAllowed):
            await list_children(nobody)
        with pytest.raises(NotAllowed):
            await choose_child(nobody, child=child)
    monkeypatch.setattr(register, "connect", lambda: None)
    with pytest.raises(NotAllowed):
        await list_children(world.resident)


async def test_connected_clinic__takes_nobody_who_acts_for_a_child(world, registered):
    child = await acting(world, SMALL)
    connected = replace(await get_clinic(slug=world.clinic), journal_kind="fhir")
    with pytest.raises(OmbudNotHere) as caught:
        connected.journal(child)
    assert caught.value.facts == {"phone": connected.phone}


async def test_the_tab__forgets_when_another_is_acted_for(world, registered):
    maja, elias = await acting(world, SMALL), await acting(world, NEARLY)
    assert len({key_of(one) for one in (world.resident, maja, elias, replace(maja, by=None))}) == 4


async def test_message__says_that_it_is_about_ones_child__and_names_nobody(world, registered):
    await choose(world, world.resident)
    await book(world, await acting(world, SMALL))
    inbox.letters.clear()
    await send_due()
    [letter] = inbox.letters
    assert letter.text == "Webtidbok: Tiden tisdag 1 december 2026 kl. 9.00 för ditt barn är bokad."


async def test_protected_child__nothing_is_sent_without_consent(world, registered):
    registered.children = (replace(SMALL, protected=True),)
    await choose(world, world.resident)
    child = await acting(world, SMALL)
    await book(world, child)
    await send_due()
    [told] = await rows(world, MessageKind.BOOKED)
    assert told.problem == "protected"
    watching = {"clinic": world.clinic, "time_type": world.time_type}
    assert not (await watches.open_watch(child, **watching)).reached
    async with world.database.write() as session:
        (await session.get_one(MessageChoice, world.resident.person_id)).consented_at = clocks.now()
    assert (await watches.open_watch(child, **watching)).reached


async def test_request_and_watch_for_a_child__tell_the_guardian(world, registered):
    await choose(world, world.resident)
    child = await acting(world, SMALL)
    await accept_terms(child, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    one = await watches.start_watch(
        child, clinic=world.clinic, time_type=world.time_type, performer="", part="",
        first_day=clocks.now().date(), last_day=clocks.now().date() + timedelta(days=60),
    )  # fmt: skip
    await world.publish(1)
    await keep_line(world.database)
    [told] = await rows(world, MessageKind.RESERVED)
    assert told.person_id == world.resident.person_id
    shown = await my_watches.get_watch(child, clinic=world.clinic, watch=one)
    assert (shown.reached, shown.offer is not None) == (True, True)
    journal = StandaloneJournal(world.clinic_id, world.database)
    assert shown.offer
    await my_watches.take_watched_time(child, clinic=world.clinic, watch=one, offer=shown.offer.id)
    hold = await journal.current_hold(child)
    assert hold
    await journal.make_booking(child, hold.id, BookingDetails())
    with pytest.raises(NotFound):
        await my_watches.get_watch(world.resident, clinic=world.clinic, watch=one)


def test_register__is_off_unless_set__and_the_demos_only_in_the_demo(monkeypatch):
    assert register.connect() is not None
    monkeypatch.setenv("WEBTIDBOK_POPULATION_REGISTER", "off")
    get_settings.cache_clear()
    assert register.connect() is None
    monkeypatch.undo()
    get_settings.cache_clear()
