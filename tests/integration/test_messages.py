"""Messages to residents: written with what they tell, sent once, and only as the resident has chosen."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from scripts.dev import free_port
from tests.post_office import Gateway, Mailbox, sms_gateway, smtp_server, smtp_settings
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Clinic, MessageChoice, OutboxMessage
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.clock import now
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, TooManyCodes
from webtidbok_app.domain.message import Channel, MessageKind, MessageStatus
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.notify import worker
from webtidbok_app.notify.channels import inbox
from webtidbok_app.notify.worker import send_due, sending
from webtidbok_app.services import inbox as inbox_of_staff
from webtidbok_app.services import messages, my_cases, offers, requests
from webtidbok_app.services.reception import cancel_for_resident
from webtidbok_app.services.undelivered import get_undelivered
from webtidbok_app.settings import get_settings
from webtidbok_app.timebook import bookings

ADDRESS = "anna@exempel.se"
MOBILE = "070-174 06 05"


@dataclass
class Post:
    """Both ways out."""

    mailbox: Mailbox
    gateway: Gateway


@pytest.fixture
def post(monkeypatch) -> Iterator[Post]:
    both = Post(Mailbox(), Gateway())
    with smtp_server(both.mailbox) as port, sms_gateway(both.gateway) as url:
        settings = {"WEBTIDBOK_SMS__URL": url, "WEBTIDBOK_SMS__TOKEN": "hemligt"} | smtp_settings(port)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        yield both
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=9)


async def choose(world: World, resident: Resident, address: str = ADDRESS, *, lang: str = "sv") -> None:
    """Choose to have messages, as if a code had been written."""
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    async with world.database.write() as session:
        chosen = MessageChoice(person_id=resident.person_id, channel=channel, address=address, lang=lang)
        await session.merge(chosen)


async def book(world: World, resident: Resident, slot: UUID) -> BookedTime:
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold = await journal.hold(resident, slot.hex)
    return await journal.make_booking(resident, hold.id, BookingDetails(reason="Hosta"))


async def rows(world: World, kind: MessageKind | None = None) -> list[OutboxMessage]:
    async with world.database.read() as session:
        found = await session.scalars(select(OutboxMessage).order_by(col(OutboxMessage.created_at)))
        return [row for row in found if kind in (None, row.kind)]


async def only(world: World, kind: MessageKind) -> OutboxMessage:
    [row] = await rows(world, kind)
    return row


async def set_clinic(world: World, **facts: object) -> None:
    async with world.database.write() as session:
        await session.execute(update(Clinic).where(col(Clinic.id) == world.clinic_id).values(**facts))


async def code_in(post: Post) -> str:
    await send_due()
    return re.findall(r"\d{6}", post.mailbox.texts[-1])[0]


async def test_booking__is_told_by_email__in_a_neutral_name(world, post):
    await set_clinic(world, message_name_sv="Teststad hus 4")
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    assert await send_due() == 1
    [mail] = post.mailbox.mails
    assert post.mailbox.texts == ["Teststad hus 4: Din tid tisdag 1 december 2026 kl. 9.00 är bokad."]
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Din tid är bokad")
    row = await only(world, MessageKind.BOOKED)
    assert mail["Message-ID"].startswith(f"<{row.id}@")
    assert (row.status, row.channel, row.attempts) == (MessageStatus.SENT, Channel.EMAIL, 1)
    assert await send_due() == 0


async def test_booking__is_told_by_sms__in_english__without_link_or_number(world, post):
    await choose(world, world.resident, "+46701740605", lang="en")
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    await send_due()
    [sms] = post.gateway.texts
    told = "Webtidbok: Your appointment on Tuesday 1 December 2026 09:00 is booked."
    assert sms == {"from": "Webtidbok", "to": "+46701740605", "text": told}
    [headers] = post.gateway.headers
    row = await only(world, MessageKind.BOOKED)
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (str(row.id), "Bearer hemligt")


async def test_no_choice__nothing_is_sent(world, post):
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    await send_due()
    row = await only(world, MessageKind.BOOKED)
    assert (row.status, row.problem) == (MessageStatus.DROPPED, "not_wanted")
    assert not post.mailbox.asked


async def test_booking_that_fails__writes_no_message(world, post):
    [slot] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold = await journal.hold(world.resident, slot.hex)
    with pytest.raises(RuntimeError):
        await _confirm_and_fail(world, hold.id)
    assert await rows(world) == []
    assert await journal.schedule(world.resident) == []


async def _confirm_and_fail(world: World, hold_id: str) -> None:
    person = world.resident.person_id
    async with world.database.write() as session:
        await bookings.confirm_hold(
            session, clinic_id=world.clinic_id, hold_id=UUID(hold_id), person_id=person, now=now(), said={}
        )
        raise RuntimeError


async def test_booking_confirmed_twice__is_told_once(world, post):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold = await journal.hold(world.resident, slot.hex)
    for _ in range(2):
        await journal.make_booking(world.resident, hold.id, BookingDetails())
    await send_due()
    assert len(post.mailbox.mails) == 1


async def test_rebooking__tells_of_the_new_time_alone(world, post):
    await choose(world, world.resident)
    [old, new] = await world.publish(2)
    journal = StandaloneJournal(world.clinic_id, world.database)
    booked = await book(world, world.resident, old)
    await send_due()
    hold = await journal.hold(world.resident, new.hex)
    await journal.rebook_booking(world.resident, booked.id, hold.id)
    await send_due()
    assert post.mailbox.texts[1:] == ["Webtidbok: Din tid är ombokad till tisdag 1 december 2026 kl. 9.20."]


async def test_cancelling__is_told__by_the_resident_and_by_the_clinic(world, post):
    await choose(world, world.resident)
    [one, other] = await world.publish(2)
    journal = StandaloneJournal(world.clinic_id, world.database)
    first, second = await book(world, world.resident, one), await book(world, world.resident, other)
    await send_due()
    await journal.cancel_booking(world.resident, first.id, "")
    await cancel_for_resident(world.staff, booking_id=second.id, message="Läkaren är sjuk")
    await send_due()
    told = "Webtidbok: Vi har behövt avboka din tid tisdag 1 december 2026 kl. 9.20."
    assert sorted(post.mailbox.texts[2:]) == [
        "Webtidbok: Din tid tisdag 1 december 2026 kl. 9.00 är avbokad.",
        f"{told} Logga in i Webtidbok om du vill veta mer.",
    ]


async def test_cancelled_before_it_was_sent__is_not_told_as_booked(world, post):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    booked = await book(world, world.resident, slot)
    await StandaloneJournal(world.clinic_id, world.database).cancel_booking(world.resident, booked.id, "")
    await send_due()
    assert [("avbokad" in text) for text in post.mailbox.texts] == [True]
    assert (await only(world, MessageKind.BOOKED)).problem == "no_longer_so"


async def test_reminder__comes_when_the_clinic_wants_it(world, post, clock):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    await send_due()
    clock.moment = FIRST_START - timedelta(hours=24, minutes=1)
    await send_due()
    assert len(post.mailbox.mails) == 1
    clock.advance(timedelta(minutes=1))
    await send_due()
    [told] = post.mailbox.texts[1:]
    assert told.startswith("Webtidbok: Kom ihåg din tid tisdag 1 december 2026 kl. 9.00. Kan du inte komma?")


@pytest.mark.parametrize(
    ("hours", "before", "sent"),
    [(48, 48, 1), (24, 48, 1), (None, 48, 0), (None, 24, 0), (48, 47, 0), (24, 25, 1)],
)
async def test_reminder__is_for_those_who_booked_before_it(world, post, clock, hours, before, sent):
    """Whoever booked ``before`` hours ahead gets it if that was not later than it comes."""
    await set_clinic(world, reminder_hours=hours)
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    clock.moment = FIRST_START - timedelta(hours=before)
    await book(world, world.resident, slot)
    for hour in range(before, 0, -1):
        clock.moment = FIRST_START - timedelta(hours=hour)
        await send_due()
    assert len([text for text in post.mailbox.texts if "Kom ihåg" in text]) == sent


async def test_reminder__keeps_the_time_of_day_when_the_clocks_change(world, post, clock):
    """29 March 2026: at 9.00 the day before it is still winter time, 23 hours before 9.00 in summer time."""
    clock.moment = datetime(2026, 3, 20, 12, tzinfo=UTC)
    await choose(world, world.resident)
    start = datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    [slot] = await world.publish(1, start=start)
    await book(world, world.resident, slot)
    clock.moment = start - timedelta(hours=24)
    await send_due()
    clock.moment = start - timedelta(hours=23, minutes=1)
    await send_due()
    assert len(post.mailbox.mails) == 1
    clock.advance(timedelta(minutes=1))
    await send_due()
    assert len(post.mailbox.mails) == 2


async def test_reminder_of_a_cancelled_time__is_dropped(world, post, clock):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    booked = await book(world, world.resident, slot)
    await StandaloneJournal(world.clinic_id, world.database).cancel_booking(world.resident, booked.id, "")
    await send_due()
    clock.moment = FIRST_START - timedelta(hours=24)
    await send_due()
    assert (await only(world, MessageKind.REMINDER)).problem == "no_longer_so"
    assert len(post.mailbox.mails) == 1


async def answered_request(world: World) -> str:
    """A request of the first resident's that staff have answered; its case."""
    kind = CaseTypeKind.REQUEST
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=kind)
    words = {"reason": "Ont i knät", "can_come": "", "contact": "here", "phone": ""}
    await requests.keep_request(world.resident, clinic=world.clinic, kind=kind, **words)
    case = await requests.send_request(world.resident, clinic=world.clinic, kind=kind, draft_id=form.draft_id)
    opened = await inbox_of_staff.open_case(world.staff, case_id=case.hex)
    await inbox_of_staff.answer_case(
        world.staff, case_id=case.hex, version=opened.version, text="Kom på tisdag", close=False
    )
    return case.hex


async def test_answer_to_a_request__is_told__without_what_it_says(world, post):
    await set_clinic(world, message_name_sv="Teststad hus 4")
    await choose(world, world.resident)
    await answered_request(world)
    assert await send_due() == 1
    told = "Teststad hus 4: Du har fått ett svar. Logga in i Webtidbok och läs det under Mina förfrågningar."
    assert post.mailbox.texts == [told]
    assert await send_due() == 0


async def test_answer_to_a_request_that_is_taken_back__is_not_told(world, post):
    await choose(world, world.resident)
    case = await answered_request(world)
    await my_cases.withdraw_case(world.resident, clinic=world.clinic, case=case)
    await send_due()
    assert post.mailbox.texts == []
    assert (await only(world, MessageKind.ANSWERED)).problem == "no_longer_so"


async def test_answer_that_does_not_come_through__is_seen_with_its_request(world, post):
    await choose(world, world.resident)
    case = await answered_request(world)
    post.mailbox.refusal = "550 no such user"
    await send_due()
    [failed] = (await get_undelivered(world.staff)).failed
    assert (failed.kind, failed.case_id, failed.booking_id, failed.starts_at) == (
        MessageKind.ANSWERED,
        case,
        "",
        None,
    )


async def test_server_that_is_away__is_tried_later__and_no_message_is_doubled(
    world, post, clock, monkeypatch
):
    port = free_port()
    monkeypatch.setenv("WEBTIDBOK_SMTP__PORT", str(port))
    get_settings.cache_clear()
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    await send_due()
    row = await only(world, MessageKind.BOOKED)
    assert (row.status, row.problem) == (MessageStatus.WAITING, "unreachable")
    assert row.due_at == clock.now() + timedelta(minutes=1)
    assert await send_due() == 0
    clock.advance(timedelta(minutes=1))
    with smtp_server(post.mailbox, port):
        assert await send_due() == 1
        assert await send_due() == 0
    assert len(post.mailbox.mails) == 1


async def test_server_that_stays_away__the_message_is_given_up_and_seen(world, post, clock):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    post.mailbox.refusal = "450 try later"
    for wait in (timedelta(), *worker.WAITS):
        clock.advance(wait)
        assert await send_due() == 1
    row = await only(world, MessageKind.BOOKED)
    assert (row.status, row.problem, row.attempts) == (MessageStatus.DEAD, "unreachable", 8)
    assert (await messages_for_staff(world)).failed[0].problem == "unreachable"


async def messages_for_staff(world: World):
    return await get_undelivered(world.staff)


async def test_address_that_is_refused__is_given_up_at_once__and_staff_see_it(world, post):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    booked = await book(world, world.resident, slot)
    post.mailbox.refusal = "550 no such user"
    await send_due()
    seen = await messages_for_staff(world)
    [failed] = seen.failed
    assert (failed.kind, failed.problem, failed.booking_id) == (MessageKind.BOOKED, "refused", booked.id)
    assert (failed.channel, failed.starts_at) == (Channel.EMAIL, FIRST_START)
    assert seen.waiting == 0


async def test_server_that_never_answers__is_not_waited_for(world, post, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS_TO_HAND_OVER", 0.2)
    asked = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        monkeypatch.setenv("WEBTIDBOK_SMTP__PORT", str(server.sockets[0].getsockname()[1]))
        get_settings.cache_clear()
        await send_due()
        assert asked.is_set()
    row = await only(world, MessageKind.BOOKED)
    assert (row.status, row.problem, row.attempts) == (MessageStatus.WAITING, "unreachable", 1)


async def test_worker_that_is_stopped__brings_to_its_end_what_it_has_begun(world, post):
    """The server answers only when the worker has been told to stop."""
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    post.mailbox.gate.clear()
    async with sending():
        await book(world, world.resident, slot)
        assert await asyncio.to_thread(post.mailbox.reached.wait, 20)
        asyncio.get_running_loop().call_later(0.1, post.mailbox.gate.set)
    assert (await only(world, MessageKind.BOOKED)).status == MessageStatus.SENT


@pytest.mark.parametrize(("status", "then"), [(422, MessageStatus.DEAD), (503, MessageStatus.WAITING)])
async def test_gateway_that_says_no(world, post, status, then):
    await choose(world, world.resident, "+46701740605")
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    post.gateway.status = status
    await send_due()
    assert (await only(world, MessageKind.BOOKED)).status == then


async def test_two_workers__never_send_the_same(world, post):
    slots = await world.publish(30)
    for number, resident in enumerate(world.residents[:6]):
        await choose(world, resident, f"nr{number}@exempel.se")
        for slot in slots[number * 5 : number * 5 + 5]:
            await book(world, resident, slot)
    while sum(await asyncio.gather(*(send_due() for _ in range(4)))):
        pass
    assert len(post.mailbox.mails) == 30
    assert len({mail["Message-ID"] for mail in post.mailbox.mails}) == 30


async def test_worker_that_died_on_the_way__another_sends_later__with_the_same_identity(world, post, clock):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    [taken] = await worker._take(clock.now())
    assert await send_due() == 0
    clock.advance(worker.LEASE)
    assert await send_due() == 1
    assert post.mailbox.mails[0]["Message-ID"].startswith(f"<{taken.id}@")
    await worker._settle(taken, MessageStatus.DEAD)
    assert (await only(world, MessageKind.BOOKED)).status == MessageStatus.SENT


async def test_worker__wakes_when_there_is_something_to_send__and_stops_when_told(world, post):
    await choose(world, world.resident)
    [slot] = await world.publish(1)
    async with sending():
        before = bus.version(topics.OUTBOX)
        await book(world, world.resident, slot)
        assert bus.version(topics.OUTBOX) == before + 1
        assert await asyncio.to_thread(post.mailbox.arrived.wait, 20)
    assert (await only(world, MessageKind.BOOKED)).status == MessageStatus.SENT


async def test_protected_identity__gets_nothing_without_consent(world, post):
    protected = next(resident for resident in world.residents if resident.protected)
    await choose(world, protected)
    [slot] = await world.publish(1)
    await book(world, protected, slot)
    await send_due()
    assert (await only(world, MessageKind.BOOKED)).problem == "protected"
    with pytest.raises(InvalidInput) as refused:
        await messages.ask_for_code(protected, address=ADDRESS, consent=False, lang="sv")
    assert refused.value.problems == {"consent": "consent"}
    await messages.ask_for_code(protected, address=ADDRESS, consent=True, lang="sv")
    await messages.verify(protected, code=await code_in(post))
    [_, slot] = await world.publish(2, start=FIRST_START + timedelta(days=1))
    await book(world, protected, slot)
    await send_due()
    assert "är bokad" in post.mailbox.texts[-1]


async def test_code__proves_the_address__and_until_then_the_old_one_holds(world, post, clock):
    await choose(world, world.resident, "gammal@exempel.se")
    asked = await messages.ask_for_code(world.resident, address=f" {ADDRESS} ", consent=False, lang="sv")
    assert (asked.address, asked.new_address) == ("gammal@exempel.se", ADDRESS)
    code = await code_in(post)
    assert post.mailbox.mails[-1]["To"] == ADDRESS
    row = await only(world, MessageKind.CODE)
    assert (row.code, row.address) == (None, None)
    changed = await messages.verify(world.resident, code=f"{code[:3]} {code[3:]}")
    assert (changed.address, changed.new_address, changed.channel) == (ADDRESS, "", Channel.EMAIL)
    with pytest.raises(InvalidInput):
        await messages.verify(world.resident, code=code)
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog))
    assert line.action == "choose_messages"


async def test_code__wrong_old_or_of_somebody_else(world, post, clock):
    first, other = world.residents[:2]
    await messages.ask_for_code(first, address=ADDRESS, consent=False, lang="sv")
    code = await code_in(post)
    wrong = "000000" if code != "000000" else "111111"
    for actor, said, problem in (
        (first, wrong, "code_wrong"),
        (first, "", "code_wrong"),
        (other, code, "code_old"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await messages.verify(actor, code=said)
        assert refused.value.problems == {"code": problem}
    clock.advance(timedelta(minutes=10))
    with pytest.raises(InvalidInput) as refused:
        await messages.verify(first, code=code)
    assert refused.value.problems == {"code": "code_old"}


async def test_code__five_wrong_ones_and_the_right_one_holds_no_more(world, post):
    await messages.ask_for_code(world.resident, address=ADDRESS, consent=False, lang="sv")
    code = await code_in(post)
    wrong = "000000" if code != "000000" else "111111"
    for said in [wrong] * 5 + [code]:
        with pytest.raises(InvalidInput):
            await messages.verify(world.resident, code=said)
    assert (await messages.get_messages(world.resident)).channel is None


async def test_codes__three_an_hour(world, post, clock):
    begun = clock.now()
    for _ in range(3):
        await messages.ask_for_code(world.resident, address=ADDRESS, consent=False, lang="sv")
        clock.advance(timedelta(minutes=5))
    with pytest.raises(TooManyCodes) as refused:
        await messages.ask_for_code(world.resident, address=ADDRESS, consent=False, lang="sv")
    assert refused.value.facts == {"retry_at": begun + timedelta(hours=1)}
    clock.moment = begun + timedelta(hours=1)
    await messages.ask_for_code(world.resident, address=ADDRESS, consent=False, lang="sv")


async def test_older_code__is_not_sent_once_a_newer_is_asked_for(world, post, clock):
    await messages.ask_for_code(world.resident, address="fel@exempel.se", consent=False, lang="sv")
    clock.advance(timedelta(seconds=5))
    await messages.ask_for_code(world.resident, address=ADDRESS, consent=False, lang="en")
    await send_due()
    [mail] = post.mailbox.mails
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Your code for Webtidbok")


@pytest.mark.parametrize(
    ("address", "problem"),
    [("", "address_missing"), ("08-123 456 78", "mobile"), ("070-12", "mobile"), ("ring mig", "address_form"),
     ("anna@", "email"), ("anna@exempel", "email"), ("anna@exempel.se\nBcc: alla@exempel.se", "email")],
)  # fmt: skip
async def test_address_that_is_none__is_refused__and_nothing_is_sent(world, post, address, problem):
    with pytest.raises(InvalidInput) as refused:
        await messages.ask_for_code(world.resident, address=address, consent=False, lang="sv")
    assert refused.value.problems == {"address": problem}
    assert await rows(world) == []


async def test_stop__sends_nothing_more_and_forgets_the_address(world, post):
    await messages.ask_for_code(world.resident, address=MOBILE, consent=False, lang="sv")
    await send_due()
    await messages.verify(world.resident, code=re.findall(r"\d{6}", post.gateway.texts[0]["text"])[0])
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    stopped = await messages.stop(world.resident)
    assert (stopped.channel, stopped.address) == (None, "")
    await send_due()
    assert len(post.gateway.texts) == 1
    async with world.database.read() as session:
        assert (await session.get_one(MessageChoice, world.resident.person_id)).address is None


async def test_nobody_else__sees_or_changes_a_choice(world, post):
    await choose(world, world.resident)
    assert (await messages.get_messages(world.residents[1])).address == ""
    for actor in (None, world.staff):
        for use_case in (messages.get_messages(actor), messages.stop(actor), messages.verify(actor, code="1"),
                         messages.forget_code(actor)):  # fmt: skip
            with pytest.raises(NotAllowed):
                await use_case
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await get_undelivered(outsider)


async def test_demo__keeps_what_is_sent_in_an_inbox(world):
    await choose(world, world.resident)
    inbox.letters.clear()
    [slot] = await world.publish(1)
    await book(world, world.resident, slot)
    await send_due()
    [letter] = inbox.letters
    assert (letter.address, letter.subject) == (ADDRESS, "Din tid är bokad")
    assert ADDRESS not in repr(letter)


async def test_offer__is_told_with_its_moment__as_long_as_it_stands(world, post, clock):
    await choose(world, world.resident)
    case = await answered_request(world)
    await send_due()
    post.mailbox.mails.clear()
    slots = await world.publish(1)
    for told in (True, False):
        opened = await inbox_of_staff.open_case(world.staff, case_id=case)
        await offers.offer_times(
            world.staff, case_id=case, version=opened.version, text="", slot_ids=slots, hours=24
        )
        if not told:
            await offers.decline_offer(world.resident, clinic=world.clinic, case=case)
        await send_due()
    words = "Webtidbok: Vi håller tider åt dig till tisdag 24 november 2026 kl. 8.00."
    [text] = post.mailbox.texts
    assert text == f"{words} Logga in i Webtidbok och välj en under Mina förfrågningar."
