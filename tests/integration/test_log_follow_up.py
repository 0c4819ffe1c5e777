"""Following up the access log: who may, what is found, that it is itself logged, extracts and random samples."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from tests.world import FIRST_START, build_world, provider_of
from webtidbok_app.db.tables import AccessLog, Booking, LogCheckLine
from webtidbok_app.demo.people import demo_residents
from webtidbok_app.domain.access import ActKind, Judgement, Purpose
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.services import audit, log_checks, log_follow_up, log_lines, reception
from webtidbok_app.services.schedule import initials_of
from webtidbok_app.state.staff.log_view import extract_file, extract_view, row_of, row_to_patient

TODAY = date(2026, 11, 23)
PERIOD = {"first": TODAY, "last": TODAY}
WHY = {"reason": "Patienten har frågat", **PERIOD}


@pytest.fixture
async def world(database):
    return await build_world(database)


def admin_of(world) -> Staff:
    return replace(world.staff, role=Role.CLINIC_ADMIN, hsa_id="SE2321000016-T009", name="Ada Test")


async def log(world, action="open_booking", *, staff=None, resident=0, count=1, **facts) -> None:
    async with world.database.write() as session:
        for _ in range(count):
            audit.record(
                session, staff or world.staff, action,
                **{"clinic_id": world.clinic_id, "person_id": world.residents[resident].person_id} | facts,
            )  # fmt: skip


async def by_patient(world, *, resident=0, kind=ActKind.ALL, actor=None, **asked):
    return await log_follow_up.search_by_patient(
        actor or admin_of(world), number=world.residents[resident].number.digits, kind=kind, **(WHY | asked)
    )


async def by_colleague(world, *, kind=ActKind.ALL, **asked):
    return await log_follow_up.search_by_colleague(
        admin_of(world), kind=kind, **({"hsa_id": world.staff.hsa_id} | WHY | asked)
    )


async def actions(world) -> list[tuple[str, str, str]]:
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog).order_by(col(AccessLog.at), col(AccessLog.action)))
        return [(line.action, line.purpose, line.reason) for line in lines]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLINIC_ADMIN])
async def test_only_the_clinics_administrator__may(world, role):
    staff, somebody = replace(world.staff, role=role), UUID(int=1)
    search = log_follow_up.Search(log_lines.Span(TODAY, TODAY), ActKind.ALL, person_id=somebody)
    for use_case in (
        log_follow_up.list_colleagues(staff),
        by_patient(world, actor=staff),
        log_follow_up.search_by_colleague(staff, hsa_id="x", kind=ActKind.ALL, **WHY),
        log_follow_up.find_older(staff, search=search, after=(FIRST_START, somebody)),
        log_follow_up.make_extract(staff, search=search),
        log_checks.list_checks(staff),
        log_checks.draw_check(staff, lines=1, **PERIOD),
        log_checks.open_check(staff, check_id=somebody),
        log_checks.judge_lines(staff, check_id=somebody, judgements={}),
        log_checks.sign_check(staff, check_id=somebody, conclusion="x"),
    ):
        with pytest.raises(NotAllowed):
            await use_case
    assert await actions(world) == []


async def test_by_patient__who_did_what_when_and_why__newest_first__and_the_search_is_logged(world, clock):
    await log(world)
    clock.advance(timedelta(minutes=1))
    await log(world, "book", staff=world.resident)
    await log(world, resident=1)
    found = await by_patient(world)
    assert {line.action for line in found.found.lines[:2]} == {"search_log_of_patient", "book"}
    assert len(found.found.lines) == 3
    opened = found.found.lines[-1]
    assert (opened.actor_name, opened.role, opened.actor_id) == (
        "Rita Test",
        world.staff.role,
        world.staff.hsa_id,
    )
    assert opened.person == found.about == initials_of(world.resident.given_name, world.resident.family_name)
    assert ("search_log_of_patient", Purpose.LOG_CHECK, "Patienten har frågat") in await actions(world)


async def test_by_patient__of_another_clinic__is_not_shown(world):
    other = await build_world(world.database, first=3, slug="andra", provider=await provider_of(world))
    await log(world, clinic_id=other.clinic_id)
    found = await by_patient(world)
    assert not found.found.lines
    with pytest.raises(NotFound):
        await log_follow_up.make_extract(admin_of(world), search=found.search)
    assert await log_follow_up.list_colleagues(admin_of(other)) == [
        log_follow_up.Colleague(world.staff.hsa_id, "Rita Test")
    ]


async def test_by_patient__whom_nobody_knows__shows_nothing_of_lines_about_nobody(world):
    await log(world, "publish", person_id=None)
    found = await log_follow_up.search_by_patient(
        admin_of(world), number=demo_residents()[9].number.digits, kind=ActKind.ALL, **WHY
    )
    assert (found.found.lines, found.about) == ((), "")
    with pytest.raises(NotFound):
        await log_follow_up.make_extract(admin_of(world), search=found.search)


async def test_protected_identity__is_not_named(world):
    async with world.database.write() as session:
        await session.execute(text("UPDATE person SET protected = :yes"), {"yes": True})
    await log(world)
    found = await by_patient(world)
    assert found.about == "Skyddade uppgifter"
    assert {line.person for line in found.found.lines} == {"Skyddade uppgifter"}
    made = await log_follow_up.make_extract(admin_of(world), search=found.search)
    assert (made.name, made.protected) == ("", True)


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ({"reason": " "}, {"reason": "check_reason"}),
        ({"reason": "x" * 201}, {"reason": "too_long"}),
        ({"first": None}, {"first_day": "first_day"}),
        ({"last": TODAY - timedelta(days=1)}, {"last_day": "last_day_before_first"}),
        ({"number": "1"}, {"person": "personal_number"}),
        ({"number": "1", "reason": ""}, {"person": "personal_number", "reason": "check_reason"}),
    ],
)
async def test_by_patient__what_has_to_be_mended__is_told_and_nothing_is_logged(world, asked, problems):
    given = {"number": world.resident.number.digits, "kind": ActKind.ALL, **WHY} | asked
    with pytest.raises(InvalidInput) as error:
        await log_follow_up.search_by_patient(admin_of(world), **given)
    assert error.value.problems == problems
    assert await actions(world) == []


async def test_by_colleague__what_one_did__by_kind(world, clock):
    await log(world)
    clock.advance(timedelta(seconds=1))
    await log(world, "cancel_for_resident")
    await log(world, staff=admin_of(world))
    for kind, wanted in {
        ActKind.ALL: ["cancel_for_resident", "open_booking"],
        ActKind.READ: ["open_booking"],
        ActKind.CHANGED: ["cancel_for_resident"],
    }.items():
        found = await by_colleague(world, kind=kind)
        assert [line.action for line in found.found.lines] == wanted
        assert found.about == "Rita Test"
    with pytest.raises(InvalidInput) as error:
        await by_colleague(world, hsa_id="SE2321000016-NONE", reason="")
    assert error.value.problems == {"colleague": "colleague_missing", "reason": "check_reason"}
    said = [reason for action, _, reason in await actions(world) if action == "search_log_of_staff"]
    assert said == [f"{world.staff.hsa_id}: Patienten har frågat"] * 3


async def test_colleagues__are_those_in_the_log__by_their_newest_name(world, clock):
    assert await log_follow_up.list_colleagues(admin_of(world)) == []
    await log(world)
    await log(world, "book", staff=world.resident)
    clock.advance(timedelta(days=1))
    await log(world, staff=replace(world.staff, name="Rita Nygift"))
    await log(world, staff=admin_of(world))
    assert [one.name for one in await log_follow_up.list_colleagues(admin_of(world))] == [
        "Ada Test",
        "Rita Nygift",
    ]


async def test_period__is_of_days_in_sweden(world, clock):
    clock.advance(timedelta(hours=15, minutes=59, seconds=59))  # 23.59.59 in Sweden
    await log(world)
    clock.advance(timedelta(seconds=1))
    await log(world, "cancel_for_resident")
    today = await by_colleague(world)
    assert [line.action for line in today.found.lines] == ["open_booking"]
    tomorrow = await by_colleague(world, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=1))
    assert [line.action for line in tomorrow.found.lines] == ["cancel_for_resident"]


async def test_long_log__comes_a_hundred_lines_at_a_time__each_line_once(world, clock):
    await log(world, count=130)
    clock.advance(timedelta(seconds=1))
    await log(world, count=71)
    found = await by_colleague(world)
    shown, older = list(found.found.lines), found.found
    while older.next:
        older = await log_follow_up.find_older(admin_of(world), search=found.search, after=older.next)
        shown += older.lines
    assert len(shown) == len({line.id for line in shown}) == 201
    assert shown == sorted(shown, key=lambda line: line.at, reverse=True)


async def test_extract__is_in_words_that_the_patient_can_judge(world, clock):
    [slot_id] = await world.publish(1)
    booking = Booking(
        clinic_id=world.clinic_id, slot_id=slot_id, starts_at=FIRST_START, place=1,
        person_id=world.resident.person_id, status=BookingStatus.BOOKED, booked_at=clock.now(),
    )  # fmt: skip
    async with world.database.write() as session:
        session.add(booking)
    await log(world, "book", staff=world.resident, booking_id=booking.id.hex)
    await reception.open_booking(world.staff, booking_id=booking.id.hex)
    found = await by_patient(world, reason="Misstänkt otillåten läsning")
    made = await log_follow_up.make_extract(admin_of(world), search=found.search)
    view = extract_view(made, "SE2321000016-T009")
    opened = next(row for row in view.rows if row.act.startswith("Öppnade"))
    assert opened.who == f"Rita Test, ärendemottagare, {world.staff.hsa_id}"
    assert opened.act == "Öppnade din bokning och såg ditt namn och personnummer"
    assert opened.about == "Tiden tisdag 1 december 2026, kl.\N{NO-BREAK SPACE}9.00"
    assert opened.why == "Bokning och vård"
    assert next(row for row in view.rows if row.who == "Du själv")
    assert world.resident.number.digits[8:] in view.facts[0].value
    file = extract_file(view)
    assert "Misstänkt" not in file
    assert opened.about in file
    assert [purpose for action, purpose, _ in await actions(world) if action == "extract_log"] == [
        Purpose.EXTRACT
    ]


async def test_reason_of_a_search_for_a_person__is_told_to_the_person(world):
    await log(world, "open_booking", purpose=Purpose.SEARCH, reason="Ringde om sin tid")
    [line] = (await by_colleague(world)).found.lines
    assert row_to_patient(line).why == row_of(line).why == "Sökte en person: Ringde om sin tid"


async def test_sample__is_drawn_judged_and_signed__and_each_step_is_logged(world, clock):
    await log(world, count=30)
    await log(world, "publish", person_id=None)
    await log(world, "book", staff=world.resident)
    admin = admin_of(world)
    check_id = UUID(await log_checks.draw_check(admin, lines=5, **PERIOD))
    check = await log_checks.open_check(admin, check_id=check_id)
    assert (check.row.number, check.row.lines, check.out_of, check.row.judged) == (1, 5, 30, 0)
    assert len({one.line.id for one in check.lines}) == 5
    assert {one.line.action for one in check.lines} == {"open_booking"}
    with pytest.raises(InvalidInput) as error:
        await log_checks.judge_lines(admin, check_id=check_id, judgements={1: ("investigate", " ")})
    assert error.value.problems == {"note-1": "note_missing"}
    some = {1: ("justified", ""), 2: ("investigate", "Varför då?"), 3: ("", ""), 9: ("justified", "")}
    check = await log_checks.judge_lines(admin, check_id=check_id, judgements=some)
    assert (check.row.judged, check.row.to_investigate) == (2, 1)
    with pytest.raises(InvalidInput) as error:
        await log_checks.sign_check(admin, check_id=check_id, conclusion="Klart")
    assert error.value.problems == {"conclusion": "judge_all"}
    rest = dict.fromkeys((3, 4, 5), ("justified", ""))
    await log_checks.judge_lines(admin, check_id=check_id, judgements=rest)
    with pytest.raises(InvalidInput):
        await log_checks.sign_check(admin, check_id=check_id, conclusion=" ")
    clock.advance(timedelta(hours=1))
    check = await log_checks.sign_check(admin, check_id=check_id, conclusion="En rad ska utredas")
    assert (check.row.signed_by, check.row.signed_at, check.conclusion) == (
        "Ada Test",
        clock.now(),
        "En rad ska utredas",
    )
    for use_case in (
        log_checks.judge_lines(admin, check_id=check_id, judgements=rest),
        log_checks.sign_check(admin, check_id=check_id, conclusion="Igen"),
    ):
        with pytest.raises(StaleVersion):
            await use_case
    [row] = await log_checks.list_checks(admin)
    assert (row.number, row.judged, row.to_investigate, row.signed_by) == (1, 5, 1, "Ada Test")
    said = [
        action
        for action, purpose, reason in await actions(world)
        if (purpose, reason) == ("log_check", "Stickprov 1")
    ]
    assert sorted(said) == [
        "draw_log_check",
        "judge_log_check",
        "judge_log_check",
        "open_log_check",
        "sign_log_check",
    ]


async def test_signed_sample__cannot_be_changed_in_the_database__and_none_removed(world):
    await log(world)
    admin = admin_of(world)
    check_id = UUID(await log_checks.draw_check(admin, lines=1, **PERIOD))
    await log_checks.judge_lines(admin, check_id=check_id, judgements={1: ("justified", "")})
    for statement in ("DELETE FROM log_check_line", "DELETE FROM log_check"):
        await _refused(world, statement)
    await log_checks.sign_check(admin, check_id=check_id, conclusion="Klart")
    for statement in (
        "UPDATE log_check SET number = 2",
        "UPDATE log_check_line SET judgement = 'investigate'",
    ):
        await _refused(world, statement)
    async with world.database.read() as session:
        assert list(await session.scalars(select(col(LogCheckLine.judgement)))) == [Judgement.JUSTIFIED]


async def test_sample__of_nothing_or_of_too_many__is_refused(world):
    admin = admin_of(world)
    for lines, problems in (
        (5, {"first_day": "sample_empty"}),
        (0, {"lines": "sample_lines"}),
        (101, {"lines": "sample_lines"}),
    ):
        with pytest.raises(InvalidInput) as error:
            await log_checks.draw_check(admin, lines=lines, **PERIOD)
        assert error.value.problems == problems


async def test_sample_of_another_clinic__is_not_found(world):
    await log(world)
    check_id = UUID(await log_checks.draw_check(admin_of(world), lines=1, **PERIOD))
    other = await build_world(world.database, first=3, slug="andra")
    for use_case in (
        log_checks.open_check(admin_of(other), check_id=check_id),
        log_checks.judge_lines(admin_of(other), check_id=check_id, judgements={}),
        log_checks.sign_check(admin_of(other), check_id=check_id, conclusion="x"),
        log_checks.open_check(admin_of(world), check_id=uuid4()),
    ):
        with pytest.raises(NotFound):
            await use_case
    assert await log_checks.list_checks(admin_of(other)) == ()


async def _refused(world, statement: str) -> None:
    with pytest.raises(DBAPIError):
        async with world.database.write() as session:
            await session.execute(text(statement))
