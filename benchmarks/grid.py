"""The schedule of twenty in a real browser: how long one waits, against the browser's own time for the same page.

The browser's own time is that of the very same HTML, without a framework or a server, put into an empty page that
has the same style sheets, until it is painted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from playwright.async_api import Page, async_playwright

from benchmarks.crowd import Crowd
from benchmarks.journeys import QUIET
from benchmarks.measure import Ratio, ratio, take_turns
from benchmarks.servers import serving
from benchmarks.tab import Tab
from scripts import dev
from webtidbok_app.auth import sessions
from webtidbok_app.auth.gate import cookie_name
from webtidbok_app.db.tables import StaffRole, TermsAcceptance
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.state.staff.week_view import written_week
from webtidbok_app.state.times import TimesState

WIDE = {"width": 1280, "height": 900}
AS_WEEK, AS_DAY = (f"[data-wide] a:nth-of-type({number})" for number in (2, 3))
FIRST_PERFORMER = ".tallies tbody th a"
A_FREE_CELL = "[data-free=true]:not([aria-selected=true])"
SELECT_ALL = ".selection > button"
FRAMES = "const frames = () => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));"
SEEN = "[data-schedule] :is([data-cell], .tally)"
CLICK = f"""async ([selector, until]) => {{
    {FRAMES}
    const here = () => document.querySelector('[data-schedule]')
    const chosen = () => document.querySelectorAll('[aria-selected=true]').length
    await frames()
    const [place, before] = [here().dataset.place, chosen()]
    const reached = {{
        place: () => here()?.dataset.place !== place && document.querySelector('{SEEN}'),
        chosen: () => chosen() !== before,
    }}[until]
    const began = performance.now()
    document.querySelector(selector).click()
    while (!reached()) await new Promise(go => setTimeout(go, 1))
    await frames()
    return (performance.now() - began) / 1000
}}"""
HELD = f"""async id => {{
    {FRAMES}
    while (!document.querySelector(`[data-cell="${{id}}"] .cell-held`)) await new Promise(go => setTimeout(go, 1))
    await frames()
}}"""
ALONE = f"""async html => {{
    {FRAMES}
    const main = document.querySelector('main')
    main.replaceChildren()
    await frames()
    const began = performance.now()
    main.innerHTML = html
    await frames()
    return (performance.now() - began) / 1000
}}"""


@dataclass(frozen=True)
class Grid:
    """How long it takes until it is painted, against the browser alone; and characters that the socket brings."""

    open_week: Ratio
    open_day: Ratio
    one_performer: Ratio
    tick: Ratio
    tick_day: Ratio
    change: Ratio
    """From when somebody chooses a time until its cell has changed here, against until they are answered."""
    characters: dict[str, int]


async def bench_grid(new_database: Callable[[], str], folder: Path, rounds: int) -> Grid:
    """Return the figures. The pages have to be built."""
    crowd = await Crowd.build(new_database(), monday_of(day_of(clock.now())) + timedelta(weeks=1))
    await _let_in(crowd)
    address = crowd.world.database.url
    async with AsyncExitStack() as stack:
        server = stack.enter_context(serving("webtidbok_app.webtidbok_app:app", address, folder, pages=True))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=dev.find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        home = f"http://localhost:{server.port}"
        context = await browser.new_context(base_url=home, locale="sv-SE", viewport=WIDE)
        cookie = await sessions.create(crowd.world.staff)
        await context.add_cookies([{"name": cookie_name(), "value": cookie, "url": home}])
        looker = _Looker(await context.new_page(), await context.new_page(), crowd, server.port)
        found = await looker.measure(rounds)
        await browser.close()
    await crowd.world.database.dispose()
    return found


@dataclass
class _Looker:
    """One of the staff: ``page`` has the schedule, and on ``empty`` the browser works alone."""

    page: Page
    empty: Page
    crowd: Crowd
    port: int
    came: int = 0

    async def measure(self, rounds: int) -> Grid:
        """Return the figures."""
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        week = f"/personal?vecka={written_week(self.crowd.monday)}&vy=vecka"
        day = f"/personal?dag={self.crowd.monday.isoformat()}"
        await self._open(self.empty, week)
        opened = {
            "week": await self._bench_opening(day, AS_WEEK, rounds),
            "day": await self._bench_opening(week, AS_DAY, rounds),
            "performer": await self._bench_opening(week, FIRST_PERFORMER, rounds),
        }
        change, came = await self._bench_change(day, rounds)
        await self._open(self.page, day)
        html = await self._html()
        ticks = {
            name: await self._against_browser(partial(self._click, selector, "chosen"), html, rounds)
            for name, selector in (("one", A_FREE_CELL), ("all", SELECT_ALL))
        }
        return Grid(
            open_week=opened["week"][0],
            open_day=opened["day"][0],
            one_performer=opened["performer"][0],
            tick=ticks["one"],
            tick_day=ticks["all"],
            change=change,
            characters={**{name: characters for name, (_, characters) in opened.items()}, "change": came},
        )

    async def _bench_opening(self, away: str, link: str, rounds: int) -> tuple[Ratio, int]:
        async def opened() -> float:
            await self._open(self.page, away)
            self.came = 0
            return await self._click(link, "place")

        await opened()
        html = await self._html()
        found = await self._against_browser(opened, html, rounds)
        return found, self.came

    async def _against_browser(self, ours: Callable[[], Awaitable[float]], html: str, rounds: int) -> Ratio:
        async def alone() -> float:
            await self.empty.bring_to_front()
            return float(await self.empty.evaluate(ALONE, html))

        return ratio(await take_turns({"ours": ours, "browser": alone}, rounds), "ours", "browser")

    async def _bench_change(self, day: str, rounds: int) -> tuple[Ratio, int]:
        world, slots = self.crowd.world, iter(self.crowd.free)
        await self._open(self.page, day)
        await self.page.bring_to_front()
        path = f"/boka/{world.clinic}/{world.time_type}"
        where = {"clinic": world.clinic, "time_type": world.time_type}
        cookie = f"{cookie_name()}={await sessions.create(world.resident)}"
        seconds: dict[str, list[float]] = {"painted": [], "answered": []}
        async with Tab(self.port, path, where, cookie) as tab:
            await tab.load()
            for _ in range(rounds):
                slot_id = next(slots)
                await tab.quieten(QUIET)
                self.came = 0
                began = perf_counter()
                seen = asyncio.ensure_future(self.page.evaluate(HELD, str(slot_id)))
                await tab.fire(TimesState.pick, timeslot_id=slot_id.hex)
                await tab.until('"just_chosen_rx_state_":true')
                seconds["answered"].append(perf_counter() - began)
                await seen
                seconds["painted"].append(perf_counter() - began)
        return ratio(seconds, "painted", "answered"), self.came

    async def _open(self, page: Page, path: str) -> None:
        await page.goto(path)
        await page.locator("[data-ready=true]").wait_for(state="attached")
        await page.locator(SEEN).first.wait_for(state="attached")

    async def _click(self, selector: str, until: str) -> float:
        await self.page.bring_to_front()
        return float(await self.page.evaluate(CLICK, [selector, until]))

    async def _html(self) -> str:
        return str(await self.page.evaluate("document.querySelector('[data-schedule]').outerHTML"))

    def _count(self, message: str | bytes) -> None:
        self.came += len(message)


async def _let_in(crowd: Crowd) -> None:
    """Give the member of staff a role, and let the resident accept the terms."""
    world, staff = crowd.world, crowd.world.staff
    async with world.database.write() as session:
        session.add(
            StaffRole(clinic_id=world.clinic_id, hsa_id=staff.hsa_id, name=staff.name, role=staff.role)
        )
        session.add(
            TermsAcceptance(
                clinic_id=world.clinic_id, person_id=world.resident.person_id, kind=CaseTypeKind.BOOK_DIRECT,
                version=1, accepted_at=clock.now(),
            )
        )  # fmt: skip
