"""One soak: start the processes, kill them one after the other, send what is left, and judge."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import update

from tests.post_office import Mailbox, smtp_server, smtp_settings
from tests.processes import processes
from tests.soak.verdict import Verdict, judge
from tests.soak.workers import Errand, act_for_residents, send
from tests.world import build_world, provider_of
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import Clinic, MessageChoice
from webtidbok_app.domain import clock
from webtidbok_app.domain.message import Channel
from webtidbok_app.notify.worker import LEASE, send_due
from webtidbok_app.settings import get_settings

ACTING, SENDING = 3, 2
RESIDENTS_EACH = 4
TIMES, PLACES = 24, 2
LONGEST_LIFE = 0.35
"""Seconds between two killings, at most."""

Work = Callable[[], None]
Result = TypeVar("Result")


def soak(url: str, folder: Path, *, kills: int) -> Verdict:
    """Run on the empty database at ``url``, with logs in ``folder``."""
    mailbox = Mailbox()
    with (
        clock.use(clock.SystemClock()),
        smtp_server(mailbox) as port,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in smtp_settings(port).items():
            environment.setenv(name, value)
        get_settings.cache_clear()
        works = asyncio.run(_with_database(url, partial(_open, port=port, folder=folder)))
        _kill_at_random(works, kills)
        lines = [line for log in folder.glob("*.log") for line in log.read_text("utf-8").splitlines()]
        verdict = asyncio.run(_with_database(url, partial(_finish, lines=lines, mailbox=mailbox)))
    get_settings.cache_clear()
    return verdict


async def _with_database(url: str, work: Callable[[Database], Awaitable[Result]]) -> Result:
    database = Database(url)
    set_database(database)
    try:
        return await work(database)
    finally:
        set_database(None)
        await database.dispose()


async def _finish(database: Database, *, lines: list[str], mailbox: Mailbox) -> Verdict:
    """Send what is left, also what somebody died with, and judge."""
    with clock.use(clock.SystemClock(LEASE + timedelta(seconds=1))):
        while await send_due():
            pass
    return await judge(database, lines, mailbox.mails)


async def _open(database: Database, *, port: int, folder: Path) -> list[Work]:
    world = await build_world(database, residents=ACTING * RESIDENTS_EACH)
    other = await build_world(database, residents=0, slug="grannen", provider=await provider_of(world))
    async with database.write() as session:
        await session.execute(update(Clinic).values(rebook_elsewhere=True))
        session.add_all(
            MessageChoice(
                person_id=resident.person_id, channel=Channel.EMAIL, address=f"nr{number}@exempel.se",
                consented_at=clock.now(),
            )
            for number, resident in enumerate(world.residents)
        )  # fmt: skip
    day = (clock.now() + timedelta(days=9)).date()
    start = datetime.combine(day, time(8), UTC)
    times = [
        (clinic.clinic_id, slot)
        for clinic in (world, other)
        for slot in await clinic.publish(TIMES // 2, places=PLACES, start=start)
    ]
    acting = [
        partial(
            act_for_residents,
            Errand(database.url, times, world.residents[n::ACTING], folder / f"acts-{n}.log"),
        )
        for n in range(ACTING)
    ]
    return [*acting, *[partial(send, database.url, port)] * SENDING]


def _kill_at_random(works: list[Work], kills: int) -> None:
    """Let each work be done by one process at a time; whoever is killed is followed by another."""
    context = processes()
    drawn = random.Random()  # noqa: S311  chance, not secrets

    def start(work: Work) -> BaseProcess:
        process = context.Process(target=work, daemon=True)
        process.start()
        return process

    running = [start(work) for work in works]
    for _ in range(kills):
        number = drawn.randrange(len(works))
        running[number].join(timeout=drawn.uniform(0, LONGEST_LIFE))
        _kill(running[number])
        running[number] = start(works[number])
    for process in running:
        process.join(timeout=drawn.uniform(0, LONGEST_LIFE))
        _kill(process)


def _kill(process: BaseProcess) -> None:
    """Kill the process, which must have lived until now."""
    assert process.exitcode is None, f"a process ended by itself with {process.exitcode}"
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
