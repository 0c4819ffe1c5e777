"""From click to confirmation, and from a commit to another browser's page, over real websockets.

Our server and a bare Reflex application run beside each other, each on a database of its own with the same rows.
The bare one sends the very statements that ours was heard to send, and does nothing else.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from benchmarks.bare_app.app import ROW, BareState
from benchmarks.measure import Ratio, Variant, ratio, take_turns
from benchmarks.servers import Server, serving
from benchmarks.stamp import stamped
from benchmarks.statements import Transaction, recorded
from benchmarks.tab import Tab
from tests.world import World, build_world
from webtidbok_app.auth import sessions
from webtidbok_app.auth.gate import cookie_name
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import AccessLog, TermsAcceptance
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.services.booking import book, hold_time, keep_details, step_forward
from webtidbok_app.state.check import CheckState
from webtidbok_app.state.times import TimesState

CLICKS = 4
"""In each round, of each kind and on each server."""
PICKS = 25
"""Made by one resident: fewer than are let through within an hour."""
DETAILS = {
    "reason": "Ont i knät",
    "interpreter": "",
    "access_needs": "",
    "phone": "0701740605",
    "email": "",
}
QUIET = 0.3
"""Seconds without a message after which a tab has all there is, and the next change is told at once."""


@dataclass(frozen=True)
class Journeys:
    """How long it takes, against the bare application."""

    pick: Ratio
    """From the click on a time to the page that says that it is held."""
    confirm: Ratio
    """From the click on "Boka" to the redirect to the booking."""
    push: Ratio
    """From a commit to the changed page in another browser."""


async def bench_journeys(new_database: Callable[[], str], folder: Path, rounds: int) -> Journeys:
    """Return the figures. ``new_database`` makes an empty database of the kind and returns its address."""
    ours, bare = await _Stage.build(new_database(), rounds), await _Stage.build(new_database(), rounds)
    statements = folder / "statements.json"
    rehearsal = await bare.rehearse()
    statements.write_text(json.dumps(rehearsal.statements), encoding="utf-8")
    with (
        serving("benchmarks.our_app:app", ours.world.database.url, folder) as our_server,
        serving("benchmarks.bare_app.app:app", bare.world.database.url, folder, statements) as bare_server,
    ):
        async with Visitors(ours, our_server) as visitors, BareTab(bare, bare_server, rehearsal) as tab:
            pick = await take_turns({"ours": visitors.pick, "bare": tab.pick}, rounds, each=CLICKS)
            confirm = await take_turns({"ours": visitors.confirm, "bare": tab.confirm}, rounds, each=CLICKS)
            push = await _bench_push(visitors, tab, rounds)
    for stage in (ours, bare):
        await stage.world.database.dispose()
    return Journeys(ratio(pick, "ours", "bare"), ratio(confirm, "ours", "bare"), ratio(push, "ours", "bare"))


@dataclass
class Rehearsal:
    """What a hold and a booking send, and the identities to exchange when it is sent again."""

    statements: dict[str, list[dict[str, Any]]]
    slot: str
    booking: str
    log_line: str


@dataclass
class _Stage:
    """A clinic with times from tomorrow on, and residents who have accepted its terms."""

    world: World
    slots: Iterator[UUID]

    @classmethod
    async def build(cls, url: str, rounds: int) -> Self:
        picks = 3 * CLICKS * (rounds + 1) + 2
        world = await build_world(Database(url), residents=2 + picks // PICKS, length_minutes=20)
        set_database(world.database)
        start = (clock.now() + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
        ids = [
            await world.publish(24, places=1, start=start + timedelta(days=day))
            for day in range(2 + picks // 24)
        ]
        async with world.database.write() as session:
            session.add_all(
                TermsAcceptance(
                    clinic_id=world.clinic_id, person_id=one.person_id, kind=CaseTypeKind.BOOK_DIRECT,
                    version=1, accepted_at=clock.now(),
                )
                for one in world.residents
            )  # fmt: skip
        return cls(world, iter([slot_id for day in ids for slot_id in day]))

    @property
    def where(self) -> dict[str, str]:
        """What is booked, as the address has it."""
        return {"clinic": self.world.clinic, "time_type": self.world.time_type}

    async def rehearse(self) -> Rehearsal:
        """Hold and book twice, and listen the second time, when there is a draft and all is warm."""
        set_database(self.world.database)
        me, where = self.world.resident, self.where
        heard: dict[str, list[Transaction]] = {}
        slot = hold = ""
        for slot in (next(self.slots).hex, next(self.slots).hex):
            with recorded(self.world.database) as heard["pick"]:
                hold = (await hold_time(me, **where, timeslot_id=slot)).id
            await step_forward(me, **where)
            with recorded(self.world.database) as heard["confirm"]:
                await book(me, **where, hold_id=hold)
        async with self.world.database.read() as session:
            line = await session.scalar(select(col(AccessLog.id)).where(col(AccessLog.booking_id) == hold))
        assert line is not None
        statements = {name: [asdict(one) for one in sent] for name, sent in heard.items()}
        return Rehearsal(statements, slot, hold, line.hex)


@dataclass
class Visitors:
    """Residents in front of our pages, one after the other: each may choose only so many times."""

    stage: _Stage
    server: Server
    _made: int = 0
    _resident: Resident | None = None
    _tabs: AsyncExitStack = field(default_factory=AsyncExitStack)
    _times: Tab | None = None
    _check: Tab | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tabs.aclose()

    async def pick(self) -> float:
        """Click on a time. Return the seconds until it is held."""
        if self._made % PICKS == 0:
            await self._next_resident()
        self._made += 1
        slot = next(self.stage.slots).hex
        assert self._times
        return await _seconds(self._times, '"just_chosen_rx_state_":true', TimesState.pick, timeslot_id=slot)

    async def confirm(self) -> float:
        """Click on a time, go on to check it, and click on "Boka". Return the seconds from there to the redirect."""
        await self.pick()
        assert self._check
        set_database(self.stage.world.database)
        await keep_details(self._resident, **self.stage.where, **DETAILS)
        await self._check.fire(CheckState.load)
        await self._check.until('"until_rx_state_":"')
        return await _seconds(self._check, "_redirect", CheckState.confirm)

    async def open(self, tabs: AsyncExitStack, resident: Resident, step: str = "", **options: bool) -> Tab:
        """Open a page of the booking as ``resident``, to be closed with ``tabs``."""
        where = self.stage.where
        path = f"/boka/{where['clinic']}/{where['time_type']}{step}"
        set_database(self.stage.world.database)
        cookie = f"{cookie_name()}={await sessions.create(resident)}"
        tab = await tabs.enter_async_context(Tab(self.server.port, path, where, cookie))
        await tab.load(**options)
        return tab

    async def _next_resident(self) -> None:
        await self._tabs.aclose()
        self._tabs = AsyncExitStack()
        self._resident = self.stage.world.residents[1 + self._made // PICKS]
        self._times = await self.open(self._tabs, self._resident)
        self._check = await self.open(self._tabs, self._resident, "/kontrollera", events=False)


@dataclass
class BareTab:
    """A tab of the bare application."""

    stage: _Stage
    server: Server
    rehearsal: Rehearsal
    _tabs: AsyncExitStack = field(default_factory=AsyncExitStack)
    _tab: Tab | None = None
    _booking: str = ""

    async def __aenter__(self) -> Self:
        self._tab = await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tabs.aclose()

    async def open(self) -> Tab:
        """Open another tab."""
        tab = await self._tabs.enter_async_context(Tab(self.server.port, "/", {}))
        await tab.load(events=False)
        return tab

    async def pick(self) -> float:
        """Send what a hold sends. Return the seconds until the page shows that it is done."""
        self._booking = new_id().hex
        return await self._send("pick", "said_rx_state_", next(self.stage.slots).hex)

    async def confirm(self) -> float:
        """Send what a booking sends, after a hold. Return the seconds from there to the redirect."""
        await self.pick()
        return await self._send("confirm", "_redirect", self.rehearsal.slot)

    async def push(self) -> None:
        """Wake who is watching."""
        assert self._tab
        await self._tab.fire(BareState.push)

    async def _send(self, event: str, until: str, slot: str) -> float:
        assert self._tab
        known = self.rehearsal
        others = {known.slot: slot, known.booking: self._booking, known.log_line: new_id().hex}
        return await _seconds(self._tab, until, BareState.send, event=event, others=others)


async def _seconds(tab: Tab, until: str, handler: Any, **payload: Any) -> float:
    await tab.quieten(0)
    began = time.perf_counter()
    await tab.fire(handler, **payload)
    await tab.until(until)
    return time.perf_counter() - began


async def _bench_push(visitors: Visitors, tab: BareTab, rounds: int) -> dict[str, list[float]]:
    async def pick() -> None:
        await visitors.pick()

    name = TimesState.get_full_name()
    await pick()
    async with AsyncExitStack() as tabs:
        theirs = await visitors.open(tabs, visitors.stage.world.resident)
        others = await tab.open()
        await theirs.quieten(QUIET)
        await pick()
        page = await theirs.until(name)
        await others.fire(BareState.watch, rows=max(1, len(page) // ROW))
        await others.until("watching")
        ours = _pushed(theirs, visitors.server, pick, name)
        bare = _pushed(others, tab.server, tab.push, BareState.get_full_name())
        return await take_turns({"ours": ours, "bare": bare}, rounds, each=CLICKS // 2)


def _pushed(tab: Tab, server: Server, change: Callable[[], Awaitable[None]], until: str) -> Variant:
    async def arrived() -> float:
        await tab.until(until)
        return time.monotonic()

    async def run() -> float:
        await tab.quieten(QUIET)
        moment, _ = await asyncio.gather(arrived(), change())
        return moment - stamped(server.stamp)

    return run
