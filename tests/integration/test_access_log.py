"""The access log: kept as it was written, sealed in batches, and a verification that names what is wrong."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from tests.world import build_world
from webtidbok_app.access_log import heads_in, main, told
from webtidbok_app.db.engine import Database
from webtidbok_app.db.log_line import mac_of, mac_of_seal
from webtidbok_app.db.migrate import alembic_config
from webtidbok_app.db.tables import AccessLog, LogSeal, LogSealLine
from webtidbok_app.domain import clock as our_clock
from webtidbok_app.domain.access import Purpose
from webtidbok_app.domain.actor import System
from webtidbok_app.services import audit, log_seals
from webtidbok_app.services.log_seals import seal_log
from webtidbok_app.services.log_verification import verify_log

CHANGE = "UPDATE access_log SET {} WHERE id = :id"


@pytest.fixture
async def world(database):
    return await build_world(database)


async def write(world, count: int = 1, *, clinic: bool = True) -> list[UUID]:
    """Write lines, a second apart, and return their ids in that order."""
    async with world.database.write() as session:
        for _ in range(count):
            audit.record(
                session, world.staff, "open_booking", person_id=world.resident.person_id, booking_id="b",
                clinic_id=world.clinic_id if clinic else None,
            )  # fmt: skip
        return [line.id for line in session.new]


async def wrong(world, **earlier) -> list[str]:
    return (await verify_log(world.database, **earlier)).findings


async def tamper(world, *statements: str, **values: object) -> None:
    """Do what somebody can who has the whole database in their hands, but not the settings."""
    async with world.database.write() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        for table in ("access_log", "log_seal", "log_seal_line"):
            for act in ("update", "delete"):
                on = "" if sqlite else f" ON {table}"
                await session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}{on}"))
        for statement in statements:
            given = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), given)


def as_stored(world, identity: UUID) -> object:
    return identity.hex if world.database.engine.dialect.name == "sqlite" else identity


@pytest.mark.parametrize("table", ["access_log", "log_seal", "log_seal_line"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {}", "DELETE FROM {}"])
async def test_rows__cannot_be_changed_or_removed(world, table, act):
    await write(world)
    await seal_log(world.database)
    change = {"access_log": "action = 'x'", "log_seal": "lines = 2", "log_seal_line": "number = 2"}[table]
    with pytest.raises(DBAPIError):
        async with world.database.write() as session:
            await session.execute(text(act.format(table, change)))
    assert await wrong(world) == []


async def test_line__says_who_in_what_role__where_and_why(world):
    await write(world)
    async with world.database.read() as session:
        line = (await session.scalars(select(AccessLog))).one()
        stored = await session.scalar(text("SELECT actor_name FROM access_log"))
    assert (line.actor_name, line.actor_role, line.purpose) == ("Rita Test", world.staff.role, Purpose.CARE)
    assert line.clinic_id == world.clinic_id
    assert line.mac == mac_of(line)
    assert "Rita" not in stored


async def test_purpose__is_what_the_act_is_for__unless_it_is_told(world):
    async with world.database.write() as session:
        audit.record(session, world.resident, "book", person_id=world.resident.person_id)
        audit.record(session, world.staff, "publish")
        audit.record(session, System("job"), "job")
        audit.record(
            session, world.staff, "search_person", purpose=Purpose.SEARCH, reason="Ringde om sin tid"
        )
        lines = {line.action: (line.purpose, line.reason) for line in session.new}
    assert lines == {
        "book": (Purpose.OWN, ""),
        "publish": (Purpose.ADMINISTRATION, ""),
        "job": (Purpose.SYSTEM, ""),
        "search_person": (Purpose.SEARCH, "Ringde om sin tid"),
    }


async def test_seals__are_a_chain_for_each_clinic__and_one_for_lines_of_none(world):
    other = await build_world(world.database, first=3, slug="andra")
    for _ in range(2):
        await write(world, 2)
        await write(other, 1)
        await write(world, 1, clinic=False)
        await seal_log(world.database)
    await seal_log(world.database)
    async with world.database.read() as session:
        seals = (await session.scalars(select(LogSeal).order_by(LogSeal.chain, LogSeal.number))).all()
    assert {seal.chain for seal in seals} == {world.clinic_id, other.clinic_id, log_seals.NO_CLINIC}
    for chain in {seal.chain for seal in seals}:
        first, second = [seal for seal in seals if seal.chain == chain]
        assert (first.number, second.number, second.previous) == (1, 2, first.mac)
        assert first.lines == second.lines == (2 if chain == world.clinic_id else 1)
    assert await wrong(world) == []


async def test_line_committed_late__is_in_a_later_batch(world, clock):
    async with world.database.read() as session:
        old = AccessLog(
            id=UUID(int=7), at=our_clock.now(), actor_kind="system", actor_id="job", action="job",
            clinic_id=world.clinic_id,
        )  # fmt: skip
        old.mac = mac_of(old)
    clock.advance(timedelta(minutes=59))
    await write(world)
    await seal_log(world.database)
    async with world.database.write() as session:
        session.add(old)
    await seal_log(world.database)
    async with world.database.read() as session:
        assert (
            await session.scalar(select(col(LogSealLine.number)).where(col(LogSealLine.log_id) == old.id))
            == 2
        )


async def test_lines_written_after_the_clock_is_put_back__are_sealed(world, clock):
    clock.advance(timedelta(days=30))
    await write(world)
    await seal_log(world.database)
    clock.advance(-timedelta(days=30))
    await write(world)
    await seal_log(world.database)
    clock.advance(timedelta(days=2))
    assert await wrong(world) == []


async def test_more_lines_than_a_batch_takes__are_sealed_in_several(world, monkeypatch):
    monkeypatch.setattr(log_seals, "AT_MOST", 2)
    await write(world, 5)
    assert await seal_log(world.database)
    while await seal_log(world.database):
        pass
    async with world.database.read() as session:
        assert list(await session.scalars(select(col(LogSeal.lines)).order_by(col(LogSeal.number)))) == [
            2,
            2,
            1,
        ]
    assert await wrong(world) == []


async def test_many_sealers_at_once__seal_each_line_once(world, database_url):
    others = [Database(database_url) for _ in range(3)]
    try:
        for _ in range(4):
            await write(world, 3)
            await asyncio.gather(*(seal_log(one) for one in (world.database, *others)))
    finally:
        for one in others:
            await one.dispose()
    async with world.database.read() as session:
        assert await session.scalar(select(func.sum(LogSeal.lines))) == 12
        assert await session.scalar(select(func.count()).select_from(LogSealLine)) == 12
    assert await wrong(world) == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'nothing'",
        "actor_id = 'SE2321000016-X'",
        "actor_name = ''",
        "actor_name = 'demo:AAAA'",
        "purpose = 'own'",
        "booking_id = NULL",
        "person_id = NULL",
        "mac = 'abc'",
    ],
)
async def test_changed_line__is_named(world, change):
    ids = await write(world, 3)
    await seal_log(world.database)
    await tamper(world, CHANGE.format(change), id=as_stored(world, ids[1]))
    [finding] = await wrong(world)
    assert finding.startswith(f"testkliniken: line {ids[1]}, sealed")
    assert finding.endswith("in batch 1, has been changed")


async def test_line_changed_before_it_is_sealed__is_named(world):
    [line] = await write(world)
    await tamper(world, "UPDATE access_log SET action = 'nothing'")
    assert await wrong(world) == [f"testkliniken: line {line}, not sealed, is not one that the service wrote"]
    await seal_log(world.database)
    [finding] = await wrong(world)
    assert f"line {line}" in finding


async def test_line_slipped_in__is_named(world):
    await write(world)
    async with world.database.write() as session:
        await session.execute(
            insert(AccessLog).values(
                id=UUID(int=9), at=our_clock.now(), actor_kind="staff", actor_id="SE-1", action="open_booking",
                clinic_id=world.clinic_id, actor_name="", purpose="care", reason="", mac="0" * 64,
            )
        )  # fmt: skip
    await seal_log(world.database)
    [finding] = await wrong(world)
    assert f"line {UUID(int=9)}" in finding


async def test_missing_line__is_named(world):
    ids = await write(world, 3)
    await seal_log(world.database)
    await tamper(world, "DELETE FROM access_log WHERE id = :id", id=as_stored(world, ids[2]))
    [finding] = await wrong(world)
    assert finding.startswith(f"testkliniken: line {ids[2]}, sealed")
    assert finding.endswith("in batch 1, is missing")


async def test_line_removed_with_what_tells_of_it__shows_in_its_batch(world):
    ids = await write(world, 3)
    await seal_log(world.database)
    await tamper(
        world, "DELETE FROM access_log WHERE id = :id", "DELETE FROM log_seal_line WHERE log_id = :id",
        id=as_stored(world, ids[0]),
    )  # fmt: skip
    assert await wrong(world) == ["testkliniken: batch 1 was sealed with 3 lines and has 2"]


async def test_line_exchanged_for_an_earlier_one__shows_in_its_batch(world):
    ids = await write(world, 1)
    await seal_log(world.database)
    later = await write(world, 1)
    await tamper(
        world, "DELETE FROM access_log WHERE id = :id", "UPDATE log_seal_line SET log_id = :other WHERE log_id = :id",
        id=as_stored(world, ids[0]), other=as_stored(world, later[0]),
    )  # fmt: skip
    assert await wrong(world) == ["testkliniken: batch 1 has other lines than it was sealed with"]


async def test_changed_and_missing_seals__are_named(world):
    for _ in range(4):
        await write(world)
        await seal_log(world.database)
    await tamper(
        world, "UPDATE log_seal SET lines = 2 WHERE number = 2", "DELETE FROM log_seal WHERE number = 3"
    )
    assert await wrong(world) == [
        "testkliniken: seal 2 has been changed",
        "testkliniken: batch 2 was sealed with 2 lines and has 1",
        "testkliniken: seal 3 is missing",
    ]


async def test_chain_cut_off_at_its_end__shows_against_what_was_told_earlier(world):
    for _ in range(3):
        await write(world)
        await seal_log(world.database)
    earlier = heads_in(told(await verify_log(world.database)))
    assert [head.number for head in earlier] == [3]
    await write(world)
    await seal_log(world.database)
    assert await wrong(world, earlier=earlier) == []
    await tamper(
        world,
        "DELETE FROM access_log WHERE id IN (SELECT log_id FROM log_seal_line WHERE number >= 3)",
        "DELETE FROM log_seal_line WHERE number >= 3",
        "DELETE FROM log_seal WHERE number >= 3",
    )
    assert await wrong(world) == []
    assert await wrong(world, earlier=earlier) == ["testkliniken: seal 3 was there earlier and is missing"]


async def test_command__seals__verifies_and_fails_when_something_is_wrong(world, monkeypatch, capsys):
    async def dispose() -> None:
        """Leave the database open: the test goes on with it."""

    monkeypatch.setattr(world.database, "dispose", dispose)
    [line] = await write(world)
    assert await main("seal") == 0
    assert await main("verify") == 0
    output = capsys.readouterr().out
    assert output.startswith("1 lines, all as they were written\nseal ")
    assert [head.number for head in heads_in(output)] == [1]
    await tamper(world, "DELETE FROM access_log")
    assert await main("verify") == 1
    assert f"line {line}" in capsys.readouterr().out


async def test_line_that_is_not_sealed_in_time__is_told(world, clock):
    [line] = await write(world)
    clock.advance(timedelta(minutes=60))
    assert await wrong(world) == []
    clock.advance(timedelta(minutes=1))
    assert await wrong(world) == [f"testkliniken: line {line} of 2026-11-23 07:00 UTC is not sealed"]


async def test_seal__is_signed_with_all_that_it_says(world):
    await write(world)
    await seal_log(world.database)
    async with world.database.read() as session:
        seal = (await session.scalars(select(LogSeal))).one()
    for name, value in {
        "lines": 9,
        "number": 9,
        "digest": "x",
        "previous": "x",
        "chain": UUID(int=1),
    }.items():
        assert mac_of_seal(LogSeal(**(seal.model_dump() | {name: value}))) != seal.mac, name


async def test_lines_from_before_there_were_seals__are_signed_by_the_migration(world, database_url):
    config = alembic_config(database_url)
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    [before] = [script.down_revision for script in scripts if "the_log_is_sealed" in script.path]
    await asyncio.to_thread(command.downgrade, config, before)
    kinds = {"staff": "care", "resident": "own"}
    async with world.database.write() as session:
        for kind in kinds:
            await session.execute(
                text(
                    "INSERT INTO access_log (id, at, actor_kind, actor_id, action, clinic_id, person_id, booking_id)"
                    " VALUES (:id, :at, :kind, 'SE-1', 'open_booking', :clinic, :person, 'b')"
                ),
                {
                    "id": as_stored(world, UUID(int=len(kind))),
                    "at": our_clock.now() if "postgres" in database_url else "2026-11-23 07:00:00.000000",
                    "kind": kind,
                    "clinic": as_stored(world, world.clinic_id),
                    "person": as_stored(world, world.resident.person_id),
                },
            )
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await wrong(world) == []
    async with world.database.read() as session:
        found = await session.execute(select(col(AccessLog.actor_kind), col(AccessLog.purpose)))
        assert {row.actor_kind: row.purpose for row in found} == kinds
    await seal_log(world.database)
    verdict = await verify_log(world.database)
    assert (verdict.findings, verdict.lines) == ([], 2)
