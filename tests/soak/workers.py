"""The processes that are killed: some book, rebook and cancel for residents, others send what residents are told.

What a process begins and what it is told to be done stands in a file of its own, a line at a time, written past every
buffer: it is still there when the process is not.
"""

import asyncio
import os
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from tests.post_office import smtp_settings
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import HoldCount
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import Conflict, Unavailable
from webtidbok_app.journal.port import BookedTime, BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.notify.worker import send_due
from webtidbok_app.settings import get_settings

PAUSE = 0.01
"""Seconds that a sender rests when there is nothing to send."""


@dataclass(frozen=True)
class Errand:
    """What a process works with: it alone acts for these residents."""

    url: str
    times: list[tuple[UUID, UUID]]
    """Clinics and their slots."""
    residents: list[Resident]
    log: Path


class Log:
    """What was begun and what was done, for whoever looks when the process is gone."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def act(self, act: Awaitable[BookedTime], *about: str) -> None:
        """Await the act, with a line before and one after it."""
        self._write("begun", *about)
        done = await act
        self._write("done", *about, done.id)

    def _write(self, *words: str) -> None:
        os.write(self._file, f"{' '.join(words)}\n".encode())


def act_for_residents(errand: Errand) -> None:
    """Book, rebook and cancel until killed."""
    asyncio.run(_act(errand))


def send(url: str, port: int) -> None:
    """Send messages to the SMTP server at ``port`` until killed."""
    os.environ.update(
        smtp_settings(port)
    )  # the server that this process was forked from may know an older one
    get_settings.cache_clear()
    asyncio.run(_send(url))


async def _act(errand: Errand) -> None:
    database, log = Database(errand.url), Log(errand.log)
    set_database(database)
    journals = {clinic_id: StandaloneJournal(clinic_id, database) for clinic_id, _ in errand.times}
    drawn = random.Random()  # noqa: S311  chance, not secrets
    while True:
        resident = drawn.choice(errand.residents)
        try:
            await _let_choose_again(database, resident)
            await _one_act(journals, resident, drawn.choice(errand.times), log, drawn.random())
        except (Conflict, Unavailable):  # somebody was first, or the database is busy
            continue


async def _one_act(
    journals: dict[UUID, StandaloneJournal],
    resident: Resident,
    wanted: tuple[UUID, UUID],
    log: Log,
    chance: float,
) -> None:
    booked = [(at, time.id) for at, journal in journals.items() for time in await journal.schedule(resident)]
    left, old = booked[int(chance * 1000) % len(booked)] if booked else (None, "")
    if left and chance < 0.3:
        await log.act(journals[left].cancel_booking(resident, old, ""), "cancel", old)
        return
    clinic_id, slot = wanted
    journal = journals[clinic_id]
    hold = await journal.hold(resident, slot.hex)
    if left and chance < 0.7:
        exchange = journal.rebook_booking(resident, old, hold.id, from_clinic=left)
        await log.act(exchange, "rebook", old, hold.id)
    else:
        await log.act(journal.make_booking(resident, hold.id, BookingDetails()), "book", hold.id)


async def _let_choose_again(database: Database, resident: Resident) -> None:
    """Forget how many times the resident has chosen: what is tried here is not that limit."""
    async with database.write() as session:
        await session.execute(delete(HoldCount).where(col(HoldCount.person_id) == resident.person_id))


async def _send(url: str) -> None:
    set_database(Database(url))
    while True:
        try:
            sent = await send_due()
        except Unavailable:
            continue
        if not sent:
            await asyncio.sleep(PAUSE)
