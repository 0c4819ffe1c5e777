"""The tables, their migrations, the plans of the questions that matter, and a database that is locked."""

import asyncio
import sqlite3
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import column, event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.databases import listening
from tests.world import FIRST_START, build_world
from webtidbok_app.db import engine as engines
from webtidbok_app.db.engine import Database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.migrate import alembic_config, upgrade
from webtidbok_app.db.tables import Booking, Slot, metadata
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import DatabaseBusy
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.timebook.availability import OFFERED_SLOTS, read_open_slots


async def test_migrations__give_the_tables_of_the_models(database):
    command.check(alembic_config(database.url))


async def test_per_clinic_tables__lead_their_unique_indexes_with_the_clinic():
    for table in metadata.sorted_tables:
        if "clinic_id" not in table.c or table.name in {
            "login_session",
            "access_log",
            "staff_role",
            "role_change",
        }:
            continue
        if table.name == "outbox_message":  # a code is of no clinic; each is known by what it tells
            continue
        assert next(iter(table.primary_key.columns)).name == "clinic_id", table.name
        for index in table.indexes:
            if index.unique:
                replaced = index.name == "uq_booking_replaces"  # the clinic of the booking that is replaced
                leads = "replaces_clinic_id" if replaced else "clinic_id"
                assert next(iter(index.columns)).name == leads, index.name


async def test_live_place__is_unique_in_the_database_itself(database, clock):
    world = await build_world(database)
    [slot_id] = await world.publish(1)

    def row(person: int, status: BookingStatus) -> Booking:
        return Booking(
            clinic_id=world.clinic_id, id=new_id(), slot_id=slot_id, starts_at=FIRST_START, place=1, status=status,
            person_id=world.residents[person].person_id, expires_at=clock.now(),
        )  # fmt: skip

    async with database.write() as session:
        session.add(row(0, BookingStatus.CANCELLED))
        session.add(row(0, BookingStatus.BOOKED))
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(row(1, BookingStatus.HELD))
    async with database.write() as session:
        assert not await insert_or_ignore(session, row(1, BookingStatus.BOOKED))


async def test_plan_of_free_times__uses_the_partial_indexes(database, clock):
    world = await build_world(database)
    for day in range(20):
        await world.publish(20, places=3, start=FIRST_START + timedelta(days=day))
    async with database.write() as session:
        slots = await session.execute(select(col(Slot.id), col(Slot.starts_at)))
        session.add_all(
            Booking(
                clinic_id=world.clinic_id, slot_id=slot_id, starts_at=starts_at, place=1,
                person_id=world.resident.person_id, status=BookingStatus.BOOKED,
            )
            for slot_id, starts_at in slots
        )  # fmt: skip
    statement = OFFERED_SLOTS.bindparams(
        clinic_id=world.clinic_id, time_type_id=world.time_type_id, since=FIRST_START,
        until=FIRST_START + timedelta(days=1),
    )  # fmt: skip
    async with database.write() as session:
        if database.url.startswith("postgresql"):
            await session.execute(text("ANALYZE"))
            await session.execute(text("SET LOCAL enable_seqscan = off"))
        compiled = statement.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
        explain = "EXPLAIN " if database.url.startswith("postgresql") else "EXPLAIN QUERY PLAN "
        connection = await session.connection()
        parameters = compiled.construct_params()
        bound = {
            key: compiled._bind_processors.get(key, lambda value: value)(value)  # as the driver gets them
            for key, value in parameters.items()
        }
        ordered = tuple(bound[name] for name in compiled.positiontup) if compiled.positiontup else bound
        rows = (await connection.exec_driver_sql(explain + str(compiled), ordered)).all()
    plan = "\n".join(str(row) for row in rows)
    assert "ix_booking_live_start" in plan, plan
    assert "ix_slot_offered" in plan, plan


async def test_locked_database__is_a_clear_error_and_loses_nothing(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(
        engines, "SQLITE_PRAGMAS", ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=100")
    )
    url = f"sqlite+aiosqlite:///{tmp_path / 'locked.db'}"
    upgrade(url)
    database = Database(url)
    world = await build_world(database)
    [slot_id] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, database)
    locker = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        await journal.hold(world.resident, slot_id.hex)
    locker.execute("ROLLBACK")
    locker.close()
    assert (await journal.hold(world.resident, slot_id.hex)).timeslot.starts_at == FIRST_START
    await database.dispose()


async def test_unreachable_database__is_a_clear_error():
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(DatabaseBusy):
        async with database.read() as session:
            await session.scalar(select(func.count()).select_from(Slot))
    await database.dispose()


async def test_question__on_a_connection_that_was_lost__is_asked_on_a_new_one(database):
    world = await build_world(database)
    await world.publish(1)
    await asyncio.gather(*(_ask(world) for _ in range(3)))
    if database.url.startswith("postgresql"):
        async with database.write() as session:
            others = "pid <> pg_backend_pid() AND datname = current_database()"
            await session.execute(
                select(func.pg_terminate_backend(column("pid")))
                .select_from(text("pg_stat_activity"))
                .where(text(others))
            )
    assert len(await _ask(world)) == 1


async def test_question__to_an_unreachable_database__is_a_clear_error():
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(DatabaseBusy):
        await database.ask(text("SELECT 1"))
    await database.dispose()


async def test_question__that_nobody_waits_for_any_more__leaves_its_connection_in_order(database):
    long = (
        "SELECT pg_sleep(60)"
        if database.url.startswith("postgresql")
        else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT max(i) FROM n"
    )
    lent = asyncio.Event()
    with listening(database._questions.sync_engine, "checkout", lambda *_: lent.set()):
        for _ in range(12):  # more than the pool holds
            lent.clear()
            asking = asyncio.create_task(database.ask(text(long)))
            await lent.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert [tuple(row) for row in await database.ask(text("SELECT 1"))] == [(1,)]
    assert database._questions.pool.checkedout() == 0


async def _ask(world):
    return await read_open_slots(
        world.database,
        clinic_id=world.clinic_id,
        time_type_id=world.time_type_id,
        since=FIRST_START,
        until=FIRST_START + timedelta(days=1),
    )


async def test_error_from_the_database__does_not_show_what_was_written(database):
    world = await build_world(database)
    with pytest.raises(IntegrityError) as failure:
        async with database.write() as session:
            session.add(
                Booking(
                    clinic_id=world.clinic_id,
                    id=new_id(),
                    slot_id=new_id(),
                    starts_at=FIRST_START,
                    place=1,
                    status=BookingStatus.BOOKED,
                    person_id=world.resident.person_id,
                    phone="0701740605",
                )
            )
    assert world.resident.person_id.hex not in str(failure.value)
    assert "parameters hidden" in str(failure.value)


async def test_many_questions_at_once__wait_for_each_other__and_every_connection_is_kept(database_url):
    database, seen = Database(database_url), Counter[str]()
    pool: Any = database._questions.sync_engine.pool
    for what in ("connect", "close", "close_detached"):
        event.listen(pool, what, lambda *_, what=what: seen.update([what]))
    rows = await asyncio.gather(*(database.ask(text("SELECT 1")) for _ in range(40)))
    assert [tuple(row) for [row] in rows] == [(1,)] * 40
    assert 1 <= seen["connect"] <= 10
    assert (seen["close"], seen["close_detached"], pool.checkedin()) == (0, 0, seen["connect"])
    await database.dispose()
    assert seen["close"] == seen["connect"]
