"""Requests: written in a draft, sent once, answered by one member of staff, and nobody else's business."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import (
    AccessLog,
    Booking,
    CaseType,
    Draft,
    OutboxMessage,
    Person,
    RequestCase,
    RequestDraft,
    RequestMessage,
)
from webtidbok_app.domain.actor import Resident, Role, Staff
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    CaseEnded,
    CaseTaken,
    InvalidInput,
    JournalUnavailable,
    NotAllowed,
    NotFound,
    StaleVersion,
    TooManyRequests,
)
from webtidbok_app.domain.request import Author, CaseStatus, ContactWay, Wish, case_number
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.services import answer_templates, inbox, my_cases, requests
from webtidbok_app.services.inbox import Filter, Show, StaffCase, Whose

REQUEST, CHANGE = CaseTypeKind.REQUEST, CaseTypeKind.REQUEST_CHANGE
WORDS = {"reason": "Ont i knät", "can_come": "Helst förmiddagar", "contact": "here", "phone": "070-174 06 05"}


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=4)


def second(world: World) -> Staff:
    """Another receptionist of the clinic."""
    return replace(world.staff, hsa_id="SE2321000016-T002", name="Maja Test")


async def send(world: World, resident: Resident | None = None, **words: str) -> str:
    resident = resident or world.resident
    await requests.open_request(resident, clinic=world.clinic, kind=REQUEST)
    await requests.keep_request(resident, clinic=world.clinic, kind=REQUEST, **(WORDS | words))
    form = await requests.open_request(resident, clinic=world.clinic, kind=REQUEST)
    case = await requests.send_request(resident, clinic=world.clinic, kind=REQUEST, draft_id=form.draft_id)
    return case.hex


async def book(world: World, resident: Resident) -> BookedTime:
    [slot] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold = await journal.hold(resident, slot.hex)
    return await journal.make_booking(resident, hold.id, BookingDetails(phone="0701740605"))


async def answer(world: World, case: str, text: str = "Kom på tisdag", *, close: bool = False) -> StaffCase:
    opened = await inbox.open_case(world.staff, case_id=case)
    return await inbox.answer_case(world.staff, case_id=case, version=opened.version, text=text, close=close)


async def count(world: World, table: type) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def log(world: World) -> list[tuple[str, str, str | None]]:
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog).order_by(col(AccessLog.at), col(AccessLog.action)))
        return [(line.actor_kind, line.action, line.case_id) for line in lines]


async def mine(world: World, case: str, resident: Resident | None = None) -> my_cases.MyCase:
    return await my_cases.get_my_case(resident or world.resident, clinic=world.clinic, case=case)


async def test_request__becomes_a_case__with_what_was_written(world, clock):
    before = bus.version(topics.inbox(world.clinic_id))
    case = await send(world)
    found = (await mine(world, case)).case
    assert (found.number, found.kind, found.status) == ("2026-0001", REQUEST, CaseStatus.SENT)
    assert (found.asked.reason, found.asked.can_come) == ("Ont i knät", "Helst förmiddagar")
    assert (found.asked.contact, found.asked.phone) == (ContactWay.HERE, "0701740605")
    assert found.sent_at == clock.now()
    assert bus.version(topics.inbox(world.clinic_id)) == before + 1
    assert await log(world) == [("resident", "send_request", case)]
    assert await count(world, RequestDraft) == 0
    [row] = await my_cases.list_my_cases(world.resident)
    assert (row.id, row.clinic, row.number) == (case, "Testkliniken", "2026-0001")
    async with world.database.read() as session:
        assert (await session.get_one(Person, world.resident.person_id)).phone == "0701740605"


async def test_booking__makes_no_case__and_request_no_booking(world):
    await book(world, world.resident)
    assert await count(world, RequestCase) == 0
    await send(world, world.residents[1])
    assert await count(world, Booking) == 1


async def test_what_was_chosen_and_typed_on_the_way__comes_along(world, clock):
    async with world.database.write() as session:
        session.add(
            Draft(
                clinic_id=world.clinic_id, person_id=world.resident.person_id,
                typed_by=world.resident.person_id, time_type=world.time_type, reason="Hostar",
                phone="0701740699", interpreter="Finska", access_needs="Rullstol", updated_at=clock.now(),
            )
        )  # fmt: skip
    form = await requests.open_request(
        world.resident, clinic=world.clinic, kind=REQUEST, time_type=world.time_type
    )
    assert (form.reason, form.phone, form.time_type.sv) == ("Hostar", "0701740699", "Besök")
    again = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert again.time_type.sv == "Besök"
    unknown = await requests.open_request(
        world.resident, clinic=world.clinic, kind=REQUEST, time_type="finns-inte"
    )
    assert unknown.time_type.sv == "Besök"
    sent = await send(world)
    asked = (await mine(world, sent)).case.asked
    assert (asked.interpreter, asked.access_needs) == ("Finska", "Rullstol")


async def test_draft__keeps_what_is_typed__for_24_hours(world, clock):
    await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    await requests.keep_typed(
        world.resident, clinic=world.clinic, kind=REQUEST, field="reason", text="Halvvägs i en men"
    )
    clock.advance(timedelta(hours=23, minutes=59))
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert form.reason == "Halvvägs i en men"
    clock.advance(timedelta(minutes=1))
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert form.reason == ""


async def test_choices__are_kept_as_they_are_made(world):
    where = {"clinic": world.clinic, "kind": CHANGE}
    await requests.open_request(world.resident, **where)
    await requests.keep_chosen(world.resident, **where, field="contact", choice="phone")
    await requests.keep_chosen(world.resident, **where, field="wish", choice="cancel")
    await requests.keep_chosen(world.resident, **where, field="wish", choice="fax")
    form = await requests.open_request(world.resident, **where)
    assert (form.contact, form.wish) == (ContactWay.PHONE, Wish.CANCEL)


async def test_typing__after_the_check__takes_the_request_back_to_the_form(world):
    await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    await requests.keep_request(world.resident, clinic=world.clinic, kind=REQUEST, **WORDS)
    checked = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert checked.done
    late = {"clinic": world.clinic, "kind": REQUEST, "field": "reason"}
    await requests.keep_typed(world.resident, **late, text="Ont i knät ")  # the same, told late
    assert (await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)).done
    await requests.keep_typed(world.resident, **late, text="Ont i båda knäna")
    with pytest.raises(StaleVersion):
        await requests.send_request(
            world.resident, clinic=world.clinic, kind=REQUEST, draft_id=checked.draft_id
        )
    assert await count(world, RequestCase) == 0


async def test_typing__the_phone_number_told_late_as_it_was_typed__leaves_the_check_as_it_is(world):
    await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    words = WORDS | {"contact": "phone", "phone": "070-174 06 05"}
    await requests.keep_request(world.resident, clinic=world.clinic, kind=REQUEST, **words)
    late = {"clinic": world.clinic, "kind": REQUEST, "field": "phone", "text": "070-174 06 05"}
    await requests.keep_typed(world.resident, **late)
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert (form.done, form.phone) == (True, "0701740605")
    assert await requests.send_request(
        world.resident, clinic=world.clinic, kind=REQUEST, draft_id=form.draft_id
    )


async def test_sent_twice__is_one_case(world):
    await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    await requests.keep_request(world.resident, clinic=world.clinic, kind=REQUEST, **WORDS)
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    sending = {"clinic": world.clinic, "kind": REQUEST, "draft_id": form.draft_id}
    first, again = await asyncio.gather(*(requests.send_request(world.resident, **sending) for _ in range(2)))
    assert first == again == await requests.send_request(world.resident, **sending)
    assert await count(world, RequestCase) == 1
    with pytest.raises(StaleVersion):
        await requests.send_request(world.residents[1], **sending)


async def test_numbers__are_the_clinics_own__and_unlike_each_other(world, database):
    forms = []
    for resident in world.residents:
        await requests.open_request(resident, clinic=world.clinic, kind=REQUEST)
        await requests.keep_request(resident, clinic=world.clinic, kind=REQUEST, **WORDS)
        forms.append(await requests.open_request(resident, clinic=world.clinic, kind=REQUEST))
    await asyncio.gather(
        *(
            requests.send_request(resident, clinic=world.clinic, kind=REQUEST, draft_id=form.draft_id)
            for resident, form in zip(world.residents, forms, strict=True)
        )
    )
    found = await inbox.get_inbox(world.staff, wanted=Filter())
    assert sorted(row.number for row in found.rows) == [case_number(n, FIRST_START) for n in (1, 2, 3, 4)]
    other = await build_world(database, slug="annan", residents=1, first=7)
    assert (await mine(other, await send(other))).case.number == "2026-0001"


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        ({"reason": " "}, {"reason": "request_missing"}),
        ({"reason": "x" * 501}, {"reason": "too_long"}),
        ({"can_come": "x" * 301}, {"can_come": "too_long"}),
        ({"contact": ""}, {"contact": "contact_missing"}),
        ({"contact": "fax"}, {"contact": "contact_missing"}),
        ({"contact": "phone", "phone": ""}, {"phone": "phone_missing"}),
        ({"phone": "12"}, {"phone": "phone"}),
    ],
)
async def test_bad_input__is_told_by_field__and_loses_nothing(world, words, problems):
    await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    with pytest.raises(InvalidInput) as error:
        await requests.keep_request(world.resident, clinic=world.clinic, kind=REQUEST, **(WORDS | words))
    assert error.value.problems == problems
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert not form.done
    sent = WORDS | words
    assert (form.reason, form.can_come) == (sent["reason"].strip(), sent["can_come"])
    assert form.phone == sent["phone"].replace("-", "").replace(" ", "")
    with pytest.raises(StaleVersion):
        await requests.send_request(world.resident, clinic=world.clinic, kind=REQUEST, draft_id=form.draft_id)


async def test_change__of_a_booked_time__says_which_and_what(world):
    booked = await book(world, world.resident)
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE, booking=booked.id)
    assert [time.id for time in form.times] == [booked.id] == [form.booking_id]
    asked = {
        "reason": "",
        "can_come": "",
        "contact": "here",
        "phone": "",
        "booking": booked.id,
        "wish": "cancel",
    }
    await requests.keep_request(world.resident, clinic=world.clinic, kind=CHANGE, **asked)
    case = await requests.send_request(
        world.resident, clinic=world.clinic, kind=CHANGE, draft_id=form.draft_id
    )
    found = (await mine(world, case.hex)).case.asked
    assert (found.starts_at, found.time_type.sv, found.wish) == (FIRST_START, "Besök", Wish.CANCEL)
    journal = StandaloneJournal(world.clinic_id, world.database)
    assert not (await journal.booking(world.resident, booked.id)).cancelled_at, (
        "only staff's answer changes it"
    )


async def test_change__of_a_time_that_is_not_in_the_list__is_described(world):
    await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE)
    asked = {"reason": "", "can_come": "", "contact": "here", "phone": ""}
    with pytest.raises(InvalidInput) as error:
        await requests.keep_request(world.resident, clinic=world.clinic, kind=CHANGE, **asked)
    assert error.value.problems == {"which": "which_missing", "wish": "wish_missing"}
    await requests.keep_request(
        world.resident, clinic=world.clinic, kind=CHANGE, **asked, which="Tisdag hos Vera", wish="rebook"
    )
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE)
    assert (form.done, form.which, form.wish) == (True, "Tisdag hos Vera", Wish.REBOOK)


async def test_change__of_anothers_booking__is_not_found(world):
    booked = await book(world, world.resident)
    other = world.residents[1]
    form = await requests.open_request(other, clinic=world.clinic, kind=CHANGE, booking=booked.id)
    assert form.booking_id == ""
    with pytest.raises(NotFound):
        await requests.keep_request(
            other, clinic=world.clinic, kind=CHANGE, booking=booked.id, wish="cancel", **WORDS
        )


async def test_change__of_a_time_that_is_cancelled_meanwhile__is_told(world):
    booked = await book(world, world.resident)
    await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE, booking=booked.id)
    await StandaloneJournal(world.clinic_id, world.database).cancel_booking(world.resident, booked.id, "")
    with pytest.raises(InvalidInput) as error:
        await requests.keep_request(
            world.resident, clinic=world.clinic, kind=CHANGE, booking=booked.id, wish="rebook", **WORDS
        )
    assert error.value.problems["booking"] == "booking_gone"
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE)
    assert form.reason == "Ont i knät"


async def test_timebook_that_does_not_answer__holds_back_no_request(world, monkeypatch):
    booked = await book(world, world.resident)

    async def down(*_: object, **how: bool) -> None:
        raise JournalUnavailable

    for question in ("schedule", "booking", "time_types"):
        monkeypatch.setattr(StandaloneJournal, question, down)
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=CHANGE, booking=booked.id)
    assert (form.times, form.times_unknown) == ((), True)
    with pytest.raises(InvalidInput) as error:
        await requests.keep_request(
            world.resident, clinic=world.clinic, kind=CHANGE, booking=booked.id, wish="rebook", **WORDS
        )
    assert error.value.problems["booking"] == "booking_unknown"
    await requests.keep_request(
        world.resident, clinic=world.clinic, kind=CHANGE, which="Den på tisdag", wish="rebook", **WORDS
    )
    asked = await requests.open_request(
        world.resident, clinic=world.clinic, kind=REQUEST, time_type=world.time_type
    )
    assert asked.time_type.sv == ""


@pytest.mark.parametrize("kind", [REQUEST, CHANGE])
async def test_case_type_that_is_off__takes_no_request__but_shows_the_cases_it_has(world, kind):
    case = await send(world)
    async with world.database.write() as session:
        await session.execute(update(CaseType).where(col(CaseType.kind) == kind).values(active=False))
    with pytest.raises(CapabilityMissing) as error:
        await requests.open_request(world.resident, clinic=world.clinic, kind=kind)
    assert error.value.facts["phone"] == "010-123 45 67"
    assert (await mine(world, case)).case.status == CaseStatus.SENT


@pytest.mark.parametrize("kind", [CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT])
async def test_other_case_types__are_no_requests(world, kind):
    with pytest.raises(NotFound):
        await requests.open_request(world.resident, clinic=world.clinic, kind=kind)


async def test_sixth_request__to_the_same_clinic__is_refused_until_one_has_ended(world, clock):
    cases = [await send(world) for _ in range(5)]
    with pytest.raises(TooManyRequests):
        await send(world)
    form = await requests.open_request(world.resident, clinic=world.clinic, kind=REQUEST)
    assert form.reason == "Ont i knät", "what was written is kept"
    await my_cases.withdraw_case(world.resident, clinic=world.clinic, case=cases[0])
    await send(world)


async def test_anothers_case__is_not_found(world, database):
    case = await send(world)
    other = world.residents[1]
    where = {"clinic": world.clinic, "case": case}
    for asking in (
        my_cases.get_my_case(other, **where),
        my_cases.write_in_case(other, **where, text="Hej"),
        my_cases.keep_unsent(other, **where, text="Hej"),
        my_cases.withdraw_case(other, **where),
        anext(my_cases.follow_my_case(other, **where)),
    ):
        with pytest.raises(NotFound):
            await asking
    assert await my_cases.list_my_cases(other) == []
    elsewhere = await build_world(database, slug="annan", residents=0)
    for act in (
        inbox.open_case(elsewhere.staff, case_id=case),
        anext(inbox.follow_case(elsewhere.staff, case_id=case)),
        inbox.take_case(elsewhere.staff, case_id=case, version=1),
        inbox.release_case(elsewhere.staff, case_id=case),
        inbox.write_note(elsewhere.staff, case_id=case, text="Hej"),
        inbox.answer_case(elsewhere.staff, case_id=case, version=1, text="Hej", close=False),
        inbox.close_case(elsewhere.staff, case_id=case, version=1),
    ):
        with pytest.raises(NotFound):
            await act
    assert (await inbox.get_inbox(elsewhere.staff, wanted=Filter())).rows == ()
    for nonsense in ("", "x", uuid4().hex):
        with pytest.raises(NotFound):
            await my_cases.get_my_case(world.resident, clinic=world.clinic, case=nonsense)


async def test_wrong_kind_of_login__may_nothing(world):
    case = await send(world)
    with pytest.raises(NotAllowed):
        await my_cases.get_my_case(world.staff, clinic=world.clinic, case=case)
    for actor in (world.resident, None, replace(world.staff, role=Role.REGION_ADMIN)):
        with pytest.raises(NotAllowed):
            await inbox.open_case(actor, case_id=case)
        with pytest.raises(NotAllowed):
            await answer_templates.list_templates(actor)


async def test_inbox__has_the_unread_first__names_masked(world, clock):
    first = await send(world)
    clock.advance(timedelta(hours=1))
    later = await send(world, world.residents[1])
    clock.advance(timedelta(hours=1))
    await inbox.open_case(world.staff, case_id=first)
    found = await inbox.get_inbox(world.staff, wanted=Filter())
    assert [row.id for row in found.rows] == [later, first]
    assert found.unread == 1
    assert all(world.residents[n].name not in repr(found) for n in (0, 1))
    async with world.database.write() as session:
        (await session.get_one(Person, world.resident.person_id)).protected = True
    bus.publish([topics.inbox(world.clinic_id)])
    shown = await inbox.get_inbox(world.staff, wanted=Filter(show=Show.GOING))
    assert next(row for row in shown.rows if row.id == first).masked_name == "Skyddade uppgifter"


async def test_inbox__by_what_is_looked_for(world, clock):
    taken, free, ended = [await send(world, resident) for resident in world.residents[:3]]
    opened = await inbox.open_case(world.staff, case_id=taken)
    await inbox.take_case(world.staff, case_id=taken, version=opened.version)
    await my_cases.withdraw_case(world.residents[2], clinic=world.clinic, case=ended)

    async def ids(**wanted: object) -> set[str]:
        return {row.id for row in (await inbox.get_inbox(world.staff, wanted=Filter(**wanted))).rows}

    assert await ids() == {taken, free}
    assert await ids(show=Show.NEW) == {free}
    assert await ids(show=Show.ENDED) == {ended}
    assert await ids(whose=Whose.MINE) == {taken}
    assert await ids(whose=Whose.NOBODYS) == {free}
    assert await ids(kind=CHANGE) == set()
    found = await inbox.get_inbox(second(world), wanted=Filter(whose=Whose.MINE))
    assert found.rows == (), "what one has read for oneself is not another's"


async def test_opening__reads_it__and_is_logged(world):
    case = await send(world)
    opened = await inbox.open_case(world.staff, case_id=case)
    assert opened.name == world.resident.name
    assert (await mine(world, case)).case.status == CaseStatus.READ
    assert ("staff", "open_case", case) in await log(world)


async def test_two_who_take_the_same__the_second_is_told_who_has_it(world):
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    await inbox.open_case(second(world), case_id=case)
    await inbox.take_case(world.staff, case_id=case, version=seen.version)
    with pytest.raises(CaseTaken) as error:
        await inbox.take_case(second(world), case_id=case, version=seen.version)
    assert error.value.facts["taken_by"] == "Rita Test"
    for act in (
        inbox.answer_case(second(world), case_id=case, version=seen.version + 1, text="Hej", close=False),
        inbox.close_case(second(world), case_id=case, version=seen.version + 1),
    ):
        with pytest.raises(CaseTaken):
            await act
    shown = await inbox.open_case(second(world), case_id=case)
    assert shown.assigned_name == "Rita Test"
    took_over = await inbox.take_case(second(world), case_id=case, version=shown.version)
    assert took_over.assigned_name == "Maja Test"
    await inbox.release_case(world.staff, case_id=case)
    assert (await inbox.open_case(world.staff, case_id=case)).assigned_name == "Maja Test"
    await inbox.release_case(second(world), case_id=case)
    assert (await inbox.open_case(world.staff, case_id=case)).assigned_to is None


async def test_two_who_take_at_once__one_gets_it(world):
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    took = await asyncio.gather(
        *(
            inbox.take_case(staff, case_id=case, version=seen.version)
            for staff in (world.staff, second(world))
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in took) == ["CaseTaken", "StaffCase"]


async def test_conversation__both_can_write__until_it_is_closed(world, clock):
    case = await send(world)
    clock.advance(timedelta(hours=1))
    answered = await answer(world, case)
    assert answered.assigned_to == world.staff.hsa_id
    shown = (await mine(world, case)).case
    assert (shown.status, [message.text for message in shown.messages]) == (
        CaseStatus.ANSWERED,
        ["Kom på tisdag"],
    )
    clock.advance(timedelta(hours=1))
    wrote = await my_cases.write_in_case(
        world.resident, clinic=world.clinic, case=case, text=" Tack, det går bra "
    )
    assert [message.text for message in wrote.case.messages] == ["Kom på tisdag", "Tack, det går bra"]
    assert wrote.case.status == CaseStatus.SENT, "there is something new to read"
    with pytest.raises(StaleVersion):
        await inbox.answer_case(
            world.staff, case_id=case, version=answered.version, text="Något annat", close=False
        )
    closed = await answer(world, case, "Välkommen", close=True)
    assert closed.case.status == CaseStatus.CLOSED
    with pytest.raises(CaseEnded):
        await my_cases.write_in_case(world.resident, clinic=world.clinic, case=case, text="En sak till")
    with pytest.raises(CaseEnded):
        await my_cases.withdraw_case(world.resident, clinic=world.clinic, case=case)
    with pytest.raises(CaseEnded):
        await inbox.take_case(second(world), case_id=case, version=closed.version)


async def test_same_words_twice__are_written_once(world):
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    for _ in range(2):
        await inbox.answer_case(
            world.staff, case_id=case, version=seen.version, text="Kom på tisdag", close=False
        )
    for _ in range(2):
        await my_cases.write_in_case(world.resident, clinic=world.clinic, case=case, text="Tack")
    assert await count(world, RequestMessage) == 2
    assert await count(world, OutboxMessage) == 1


@pytest.mark.parametrize(("text", "problem"), [(" \n", "text_missing"), ("x" * 1001, "too_long")])
async def test_message__of_nothing_or_too_much__is_refused(world, text, problem):
    case = await send(world)
    where = {"clinic": world.clinic, "case": case}
    await my_cases.keep_unsent(world.resident, **where, text=text)
    with pytest.raises(InvalidInput) as error:
        await my_cases.write_in_case(world.resident, **where, text=text)
    assert error.value.problems == {"text": problem}
    assert (await mine(world, case)).unsent == text
    with pytest.raises(InvalidInput) as error:
        await inbox.write_note(world.staff, case_id=case, text=text)
    assert error.value.problems == {"note": problem}


async def test_unsent_message__is_kept_until_it_is_sent(world):
    case = await send(world)
    where = {"clinic": world.clinic, "case": case}
    await my_cases.keep_unsent(world.resident, **where, text="Jag kan inte")
    assert (await mine(world, case)).unsent == "Jag kan inte"
    await my_cases.write_in_case(world.resident, **where, text="Jag kan inte på måndag")
    assert (await mine(world, case)).unsent == ""
    await my_cases.keep_unsent(world.resident, **where, text="Jag kan inte på måndag ")  # told late
    assert (await mine(world, case)).unsent == ""


async def test_withdrawn__ends_it_for_both__and_twice_is_once(world):
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    where = {"clinic": world.clinic, "case": case}
    for _ in range(2):
        taken_back = await my_cases.withdraw_case(world.resident, **where)
        assert taken_back.case.status == CaseStatus.WITHDRAWN
    assert [action for _, action, _ in await log(world)].count("withdraw_case") == 1
    for act in (
        inbox.answer_case(world.staff, case_id=case, version=seen.version, text="Hej", close=False),
        inbox.close_case(world.staff, case_id=case, version=seen.version),
        inbox.release_case(world.staff, case_id=case),
    ):
        with pytest.raises(CaseEnded):
            await act
    noted = await inbox.write_note(world.staff, case_id=case, text="Ringde, ingen svarade")
    assert noted.case.messages[-1].author == Author.NOTE


async def test_note__is_seen_by_staff_only(world):
    case = await send(world)
    await inbox.write_note(world.staff, case_id=case, text="Känslig i magen")
    shown = (await mine(world, case)).case
    assert shown.messages == ()
    assert shown.status == CaseStatus.SENT
    opened = await inbox.open_case(second(world), case_id=case)
    assert [(message.text, message.staff_name) for message in opened.case.messages] == [
        ("Känslig i magen", "Rita Test")
    ]


async def test_closing__twice__is_once(world):
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    for _ in range(2):
        closed = await inbox.close_case(world.staff, case_id=case, version=seen.version)
    assert closed.case.status == CaseStatus.CLOSED
    assert [action for _, action, _ in await log(world)].count("close_case") == 1


async def test_followers__are_told_of_each_change(world):
    case = await send(world)
    mine_followed = my_cases.follow_my_case(world.resident, clinic=world.clinic, case=case)
    staff_followed = inbox.follow_case(world.staff, case_id=case)
    list_followed = inbox.follow_inbox(world.staff, wanted=Filter())
    assert (await anext(mine_followed)).case.status == CaseStatus.SENT
    assert (await anext(staff_followed)).case.messages == ()
    assert [row.status for row in (await anext(list_followed)).rows] == [CaseStatus.SENT]
    await answer(world, case)
    assert (await anext(mine_followed)).case.status == CaseStatus.ANSWERED
    assert (await anext(staff_followed)).case.status == CaseStatus.ANSWERED
    assert [row.status for row in (await anext(list_followed)).rows] == [CaseStatus.ANSWERED]


async def test_what_is_written__is_sealed_in_the_database(world):
    case = await send(world)
    await answer(world, case)
    await my_cases.keep_unsent(world.resident, clinic=world.clinic, case=case, text="Halvskrivet")
    async with world.database.read() as session:
        connection = await session.connection()
        stored = [
            str((await connection.exec_driver_sql(everything)).one())
            for everything in ("SELECT * FROM request_case", "SELECT * FROM request_message")
        ]
    for word in ("Ont i knät", "Helst", "0701740605", "Kom på tisdag", "Halvskrivet"):
        assert word not in "".join(stored)


async def test_templates__are_the_clinics_own(world, database):
    found = await answer_templates.add_template(world.staff, title="Ring", text="Ring oss på måndag.")
    found = await answer_templates.add_template(world.staff, title="avbokat", text="Vi har avbokat din tid.")
    assert [one.title for one in found.templates] == ["avbokat", "Ring"]
    for title, problem in (("Ring", "title_taken"), ("", "text_missing"), ("x" * 61, "too_long")):
        with pytest.raises(InvalidInput) as error:
            await answer_templates.add_template(world.staff, title=title, text="Text")
        assert error.value.problems == {"title": problem}
    other = await build_world(database, slug="annan", residents=0)
    assert (await answer_templates.list_templates(other.staff)).templates == []
    kept = UUID(found.templates[0].id)
    await answer_templates.remove_template(other.staff, template_id=kept)
    left = await answer_templates.remove_template(world.staff, template_id=UUID(found.templates[1].id))
    assert [one.title for one in left.templates] == ["avbokat"]


async def test_request__from_before_needs_came_along__is_read_as_it_was(world):
    case = await send(world)
    async with world.database.write() as session:
        await session.execute(text("UPDATE request_case SET interpreter = '', access_needs = ''"))
    asked = (await mine(world, case)).case.asked
    assert (asked.interpreter, asked.access_needs, asked.reason) == ("", "", "Ont i knät")
