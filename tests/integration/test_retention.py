"""What is no longer needed is cleared, at its moment and not before; nothing that is live or unsettled is."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Text, column, func, select, type_coerce
from sqlmodel import SQLModel, col

from tests.world import World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import (
    Booking,
    Draft,
    HoldCount,
    JournalHold,
    JournalWrite,
    LoginSession,
    MessageChoice,
    OutboxMessage,
    RequestCase,
    RequestDraft,
    Watch,
    WatchOffer,
    metadata,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.domain.message import Channel, MessageKind, MessageStatus
from webtidbok_app.domain.request import CaseStatus
from webtidbok_app.domain.visit import BookingStatus, CaseTypeKind
from webtidbok_app.domain.watch import WatchOfferStatus, WatchStatus
from webtidbok_app.services import booking as booking_steps
from webtidbok_app.services import my_cases, requests, retention, undelivered
from webtidbok_app.services.retention import RULES, Rule, ask_for_past, clear_past
from webtidbok_app.services.time_types import enter

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
A_MOMENT = timedelta(microseconds=1)
LONG_AGO = timedelta(days=4000)
ADR = Path(__file__).resolve().parents[2] / "docs/adr/0028-what-is-past-its-time-is-cleared.md"
WORDS = {
    timedelta(0): "until its end",
    HOUR: "an hour",
    DAY: "24 hours",
    DAY + HOUR: "25 hours",
    MONTH: "30 days",
    365 * DAY: "365 days",
}
NUMBERS = count(1)


@dataclass
class Timed(World):
    """A world with some published times."""

    slots: list[UUID] = field(default_factory=list)


@pytest.fixture
async def world(database: Database) -> Timed:
    made = Timed(**vars(await build_world(database)))
    made.slots = await made.publish(3)
    return made


def draft(world: Timed, at: datetime) -> Draft:
    me = world.residents[next(NUMBERS) % 3].person_id
    return Draft(
        clinic_id=world.clinic_id, person_id=me, typed_by=me, time_type=world.time_type, reason="Ont", updated_at=at
    )  # fmt: skip


def request_draft(world: Timed, at: datetime) -> RequestDraft:
    me = world.residents[next(NUMBERS) % 3].person_id
    return RequestDraft(
        clinic_id=world.clinic_id, person_id=me, typed_by=me, kind=CaseTypeKind.REQUEST, updated_at=at
    )


def booking(world: Timed, status: BookingStatus, at: datetime, **facts: object) -> Booking:
    return Booking(
        clinic_id=world.clinic_id, id=new_id(), slot_id=world.slots[0], starts_at=at, place=next(NUMBERS),
        person_id=world.residents[next(NUMBERS) % 3].person_id, status=status, expires_at=at, **facts,
    )  # fmt: skip


def message(world: Timed, status: MessageStatus, at: datetime, settled_at: datetime | None) -> OutboxMessage:
    return OutboxMessage(
        id=uuid4(), kind=MessageKind.BOOKED, person_id=world.resident.person_id, clinic_id=world.clinic_id,
        created_at=at, due_at=at, status=status, settled_at=settled_at, attempts=3, problem="unreachable",
    )  # fmt: skip


def login(world: Timed, ends_at: datetime) -> LoginSession:
    return LoginSession(
        id_hash=uuid4().hex, kind="resident", person_id=world.resident.person_id, created_at=ends_at - DAY / 2,
        last_seen_at=ends_at - DAY / 2, ends_at=ends_at,
    )  # fmt: skip


def watch(world: Timed, last_day: date, **facts: object) -> Watch:
    return Watch(
        clinic_id=world.clinic_id, id=new_id(), person_id=world.residents[next(NUMBERS) % 3].person_id,
        time_type_id=world.time_type_id, first_day=last_day, last_day=last_day,
        **{"since": datetime.fromisoformat(f"{last_day}T08:00Z")} | facts,
    )  # fmt: skip


def offer(world: Timed, watch_id: UUID, status: WatchOfferStatus, starts_at: datetime) -> WatchOffer:
    return WatchOffer(
        clinic_id=world.clinic_id, id=new_id(), watch_id=watch_id, person_id=world.resident.person_id,
        slot_id=world.slots[next(NUMBERS) % 3], starts_at=starts_at, status=status, made_at=starts_at - DAY,
        told_at=starts_at - DAY, stands_until=starts_at - DAY,
    )  # fmt: skip


def journal_hold(world: Timed, at: datetime) -> JournalHold:
    return JournalHold(
        clinic_id=world.clinic_id, id=new_id(), person_id=world.residents[next(NUMBERS) % 3].person_id,
        slot_key=uuid4().hex, time_type="besok", timeslot={}, starts_at=at, held_at=at, expires_at=at,
    )  # fmt: skip


def journal_write(
    world: Timed, at: datetime, outcome: WriteOutcome = WriteOutcome.DONE, **facts
) -> JournalWrite:
    return JournalWrite(
        clinic_id=world.clinic_id, id=new_id(), person_id=world.resident.person_id, kind=WriteKind.MAKE,
        outcome=outcome, starts_at=at, ends_at=at, correlation_id=uuid4().hex, sent_at=at - DAY, **facts,
    )  # fmt: skip


def case(world: Timed, status: CaseStatus, at: datetime) -> RequestCase:
    return RequestCase(
        clinic_id=world.clinic_id, id=new_id(), number=next(NUMBERS), kind=CaseTypeKind.REQUEST,
        person_id=world.resident.person_id, status=status, sent_at=at, changed_at=at, unsent="Jag undrar",
        reason="Ont i knät",
    )  # fmt: skip


async def put(world: Timed, *rows: SQLModel) -> None:
    async with world.database.write() as session:
        session.add_all(rows)


async def rows(world: Timed, table: type[SQLModel]) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def everything(world: Timed) -> dict[str, list[str]]:
    """Return every row of every table."""
    async with world.database.read() as session:
        found = [(table.name, await session.execute(select(table))) for table in metadata.sorted_tables]
        return {name: sorted(map(repr, told)) for name, told in found}


def is_postgresql(database: Database) -> bool:
    return database.engine.dialect.name == "postgresql"


async def clear(world: Timed) -> None:
    assert not await clear_past(world.database)


Made = Callable[[Timed, datetime], SQLModel]
ROWS: dict[type[SQLModel], Made] = {
    Draft: draft,
    RequestDraft: request_draft,
    Booking: lambda world, at: booking(world, BookingStatus.HELD, at),
    HoldCount: lambda world, at: HoldCount(
        person_id=world.residents[next(NUMBERS) % 3].person_id, since=at, holds=3
    ),
    JournalHold: journal_hold,
    JournalWrite: journal_write,
    LoginSession: login,
    OutboxMessage: lambda world, at: message(world, MessageStatus.SENT, at - DAY, at),
    Watch: lambda world, at: watch(
        world, date(2027, 1, 31), status=WatchStatus.BOOKED, since=at - DAY, ended_at=at
    ),
}


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.table in ROWS], ids=lambda rule: rule.table.__name__
)
async def test_each_row__goes_when_it_is_past_its_time__and_no_moment_before(world, clock, rule):
    kept = clock.now() - rule.kept
    await put(world, ROWS[rule.table](world, kept + A_MOMENT), ROWS[rule.table](world, kept))
    await clear(world)
    assert await rows(world, rule.table) == 1
    clock.advance(A_MOMENT)
    await clear(world)
    assert await rows(world, rule.table) == 0


@pytest.mark.parametrize("status", [one for one in MessageStatus if one != MessageStatus.WAITING])
async def test_settled_messages__go_as_staff_are_no_longer_shown_them(world, clock, status):
    await put(world, message(world, status, clock.now(), clock.now()))
    clock.advance(MONTH - A_MOMENT)
    await clear(world)
    assert await rows(world, OutboxMessage) == 1
    assert len((await undelivered.get_undelivered(world.staff)).failed) == (status == MessageStatus.DEAD)
    clock.advance(A_MOMENT)
    await clear(world)
    assert await rows(world, OutboxMessage) == 0
    assert (await undelivered.get_undelivered(world.staff)).failed == []


async def test_address__that_is_never_proven__is_forgotten__and_the_one_in_use_stays(world, clock):
    me, other = (one.person_id for one in world.residents[:2])
    asked = {"new_channel": Channel.EMAIL, "new_address": "fel@example.org", "code_hash": "h", "tries": 2}
    used = {"channel": Channel.SMS, "address": "+46701740605", "verified_at": clock.now() - LONG_AGO}
    await put(
        world,
        MessageChoice(person_id=me, code_at=clock.now() - DAY, **used, **asked),
        MessageChoice(person_id=other, code_at=clock.now() - DAY + A_MOMENT, **used, **asked),
    )
    await clear(world)
    async with world.database.read() as session:
        mine, theirs = await session.get_one(MessageChoice, me), await session.get_one(MessageChoice, other)
    assert (mine.new_channel, mine.new_address, mine.code_at, mine.code_hash, mine.tries) == (
        None,
        None,
        None,
        "",
        0,
    )
    assert (theirs.new_channel, theirs.new_address, theirs.tries) == (Channel.EMAIL, "fel@example.org", 2)
    assert {(one.channel, one.address) for one in (mine, theirs)} == {(Channel.SMS, "+46701740605")}


async def test_what_was_never_sent_in_a_case__goes_a_month_after_its_end__and_all_else_stays(world, clock):
    ended = case(world, CaseStatus.CLOSED, clock.now() - MONTH)
    later = case(world, CaseStatus.WITHDRAWN, clock.now() - MONTH + A_MOMENT)
    going = case(world, CaseStatus.ANSWERED, clock.now() - LONG_AGO)
    ids = [one.id.hex for one in (ended, later, going)]
    await put(world, ended, later, going)
    await clear(world)
    found = [await my_cases.get_my_case(world.resident, clinic=world.clinic, case=one) for one in ids]
    assert [one.unsent for one in found] == ["", "Jag undrar", "Jag undrar"]
    assert not await clear_past(world.database)
    async with world.database.read() as session:
        left = await session.scalars(select(type_coerce(col(RequestCase.unsent), Text)))
        assert set(await session.scalars(select(col(RequestCase.reason)))) == {"Ont i knät"}
    assert sorted(len(one) > 0 for one in left) == [False, True, True]


async def test_watches__that_nobody_waits_by_any_more__go_with_their_offers(world, clock):
    past_day = (clock.now() - MONTH).date() - DAY
    over, waiting = watch(world, past_day), watch(world, past_day + DAY)
    waiting.person_id, over.person_id = (one.person_id for one in world.residents[:2])
    ids = over.id, waiting.id
    await put(world, over, waiting)
    long_ago = clock.now() - LONG_AGO
    await put(
        world,
        offer(world, ids[0], WatchOfferStatus.DECLINED, clock.now() - MONTH),
        offer(world, ids[1], WatchOfferStatus.RUN_OUT, clock.now() - MONTH),
        offer(world, ids[1], WatchOfferStatus.TAKEN, clock.now() - MONTH + A_MOMENT),
        offer(world, ids[1], WatchOfferStatus.OPEN, long_ago),
    )
    await clear(world)
    async with world.database.read() as session:
        assert list(await session.scalars(select(col(Watch.id)))) == [ids[1]]
        left = set(await session.scalars(select(col(WatchOffer.status))))
    assert left == {WatchOfferStatus.TAKEN, WatchOfferStatus.OPEN}


@pytest.mark.parametrize(
    ("status", "before"), [(WatchOfferStatus.OPEN, LONG_AGO), (WatchOfferStatus.DECLINED, MONTH - A_MOMENT)]
)
async def test_watch__stays_as_long_as_an_offer_of_it__which_is_unsettled_or_to_come(
    world, clock, status, before
):
    over = watch(world, date(2020, 1, 1))
    id_ = over.id
    await put(world, over)
    await put(world, offer(world, id_, status, clock.now() - before))
    await clear(world)
    assert (await rows(world, Watch), await rows(world, WatchOffer)) == (1, 1)


async def test_nothing_that_lives__is_touched__however_old(world, clock):
    """Bookings and cases of any age, what waits to be sent, who waits in line, what is held and typed just now."""
    then, now = clock.now() - LONG_AGO, clock.now()
    in_line = watch(world, now.date(), since=then)
    live = [
        booking(world, BookingStatus.BOOKED, then, booked_at=then),
        booking(world, BookingStatus.CANCELLED, then, cancelled_at=then),
        booking(world, BookingStatus.HELD, now - HOUR + A_MOMENT, held_at=then),
        message(world, MessageStatus.WAITING, then, None),
        message(world, MessageStatus.WAITING, then, then),
        case(world, CaseStatus.SENT, then),
        draft(world, now),
        login(world, now + A_MOMENT),
        journal_hold(world, now - HOUR + A_MOMENT),
        journal_write(world, then, WriteOutcome.UNKNOWN, look_at=now),
        MessageChoice(person_id=world.resident.person_id, channel=Channel.SMS, address="+46701740605"),
        in_line,
    ]
    await put(world, *live)
    before = await everything(world)
    await clear(world)
    assert await everything(world) == before


async def test_what_another_has_locked__is_left__without_waiting(world, clock):
    if not is_postgresql(world.database):
        pytest.skip("SQLite has one who writes at a time, and no locked rows")
    await put(world, login(world, clock.now()), login(world, clock.now()))
    async with world.database.write() as session:
        locked = await session.scalar(select(LoginSession).limit(1).with_for_update())
        await asyncio.wait_for(clear_past(world.database), 10)
        async with world.database.read() as other:
            assert list(await other.scalars(select(col(LoginSession.id_hash)))) == [locked.id_hash]
    await clear(world)
    assert await rows(world, LoginSession) == 0


async def test_too_old_a_draft__that_somebody_begins_anew__is_left(world, clock):
    if not is_postgresql(world.database):
        pytest.skip("SQLite has one who writes at a time, and no locked rows")
    old = draft(world, clock.now() - DAY - HOUR)
    me = next(one for one in world.residents if one.person_id == old.person_id)
    await put(world, old)
    _, clinic, kind = await enter(me, clinic=world.clinic, time_type=world.time_type)
    async with world.database.write() as session:
        begun = await booking_steps._begin_draft(session, clinic, me, kind)
        await asyncio.wait_for(clear_past(world.database), 10)
        assert begun.reason == ""
    assert await rows(world, Draft) == 1
    await clear(world)
    assert await rows(world, Draft) == 1


async def test_rule_that_fails__is_reported__and_the_others_go_on(world, clock, monkeypatch, caplog):
    broken = Rule(Draft, DAY, lambda since: column("nowhere") < since)
    monkeypatch.setattr(retention, "RULES", (broken, *RULES))
    await put(world, login(world, clock.now()))
    await clear(world)
    assert await rows(world, LoginSession) == 0
    assert re.search(r"\[\w{4}-\w{4}\]", caplog.text)


async def test_several_processes__clear_at_once__in_batches(world, clock, monkeypatch):
    monkeypatch.setattr(retention, "AT_A_TIME", 7)
    await put(world, *(login(world, clock.now() - timedelta(minutes=n)) for n in range(60)))
    await put(world, *(message(world, MessageStatus.SENT, clock.now(), clock.now()) for _ in range(5)))
    others = [Database(world.database.url) for _ in range(2)]
    try:
        assert await clear_past(world.database)
        assert await rows(world, LoginSession) == 53

        async def until_done(database: Database) -> None:
            while await clear_past(database):
                pass

        await asyncio.gather(*map(until_done, (world.database, *others)))
        await until_done(world.database)
    finally:
        for one in others:
            await one.dispose()
    assert await rows(world, LoginSession) == 0
    assert await rows(world, OutboxMessage) == 5
    assert not await clear_past(world.database)


async def test_each_worker__clears_as_it_begins__and_then_every_hour(world, clock, monkeypatch):
    rounds = []
    monkeypatch.setattr(retention, "in_rounds", lambda work, _topic: rounds.append(work))
    retention.clearing(world.database)
    [work] = rounds
    await put(world, login(world, clock.now()))
    assert not await work()
    assert await rows(world, LoginSession) == 0
    await put(world, login(world, clock.now()))
    clock.advance(HOUR - A_MOMENT)
    await work()
    assert await rows(world, LoginSession) == 1
    clock.advance(A_MOMENT)
    await work()
    assert await rows(world, LoginSession) == 0


async def test_too_old_a_request__that_is_not_cleared_yet__begins_anew(world, clock):
    about = {"clinic": world.clinic, "kind": CaseTypeKind.REQUEST}
    first = await requests.open_request(world.resident, **about)
    await requests.keep_typed(world.resident, **about, field="reason", text="Ont")
    clock.advance(DAY + HOUR)
    again = await requests.open_request(world.resident, **about)
    assert (again.reason, again.draft_id != first.draft_id) == ("", True)
    await clear(world)
    assert await rows(world, RequestDraft) == 1


@pytest.mark.parametrize(
    ("table", "index"),
    [
        (OutboxMessage, "ix_outbox_message_settled"),
        (MessageChoice, "ix_message_choice_code"),
        (RequestCase, "ix_request_case_unsent"),
    ],
)
async def test_tables_that_grow__are_not_read_through(database, clock, table, index):
    [rule] = [rule for rule in RULES if rule.table is table]
    engine = database.engine.sync_engine
    asked = ask_for_past(rule, clock.now()).compile(engine, compile_kwargs={"literal_binds": True})
    lite = engine.dialect.name == "sqlite"
    async with database.engine.connect() as connection:
        if not lite:  # which takes a table of few rows as it is
            await connection.exec_driver_sql("SET enable_seqscan = off")
        rows = await connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if lite else ''}{asked}")
        plan = "\n".join(str(row[-1]) for row in rows)
    assert index in plan, plan


def test_every_table__is_cleared_or_kept__and_the_decision_says_which():
    told: dict[str, list[str]] = {}
    for line in ADR.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            what, how_long, why = (cell.strip() for cell in line.strip("|").split("|"))
            assert why
            for name in re.findall(r"`(\w+)`", what):
                told.setdefault(name, []).append(how_long)
    assert set(told) == set(metadata.tables)
    rules = {rule.table.__tablename__: WORDS[rule.kept] for rule in RULES}
    assert len(rules) == len(RULES)
    for name, lengths in told.items():
        cleared = [one for one in lengths if not one.startswith("kept")]
        assert len(lengths) - len(cleared) <= 1
        assert [one.startswith(rules[name]) for one in cleared] == [True] * (name in rules), name
