"""The bus: nobody who follows misses a change, a burst is one, and who leaves leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from webtidbok_app.live import bus as bus_module
from webtidbok_app.live.bus import Bus

CLINIC, ANOTHER = "clinic", "another clinic"
SOON, LATE = 0.02, 600.0


@pytest.fixture(autouse=True)
def _wakes_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "AT_MOST_EVERY", SOON)


@pytest.fixture
def bus() -> Bus:
    return Bus()


async def told(watcher: AsyncIterator[int]) -> int:
    """Return what the watcher is told next; fail when it is told nothing."""
    async with asyncio.timeout(5):
        return await anext(watcher)


async def test_changes__begin_with_the_version_now(bus: Bus) -> None:
    bus.publish([CLINIC, CLINIC, ANOTHER])
    assert await told(bus.changes(CLINIC)) == 2


async def test_changes__reach_everybody_who_follows_that_clinic(bus: Bus) -> None:
    watchers = [bus.changes(CLINIC) for _ in range(20)]
    assert [await told(watcher) for watcher in watchers] == [0] * 20
    waiting = [asyncio.ensure_future(told(watcher)) for watcher in watchers]
    bus.publish([ANOTHER])
    bus.publish([CLINIC])
    assert await asyncio.gather(*waiting) == [1] * 20


async def test_changes__that_come_close_together__are_one(bus: Bus) -> None:
    watcher = bus.changes(CLINIC)
    seen = [await told(watcher)]
    for _ in range(3):
        for _ in range(5):
            bus.publish([CLINIC])
        seen.append(await told(watcher))
    assert seen == [0, 5, 10, 15]


async def test_changes__wake_nobody_more_often_than_that(bus: Bus) -> None:
    loop, moments = asyncio.get_running_loop(), []
    async with asyncio.timeout(5):
        async for version in bus.changes(CLINIC):
            moments.append(loop.time())
            if version == 5:
                break
            bus.publish([CLINIC])
    assert min(after - before for before, after in pairwise(moments)) >= SOON


async def test_changes__made_while_the_watcher_is_busy__are_told_when_it_comes_back(bus: Bus) -> None:
    watcher = bus.changes(CLINIC)
    await told(watcher)
    waiting = asyncio.ensure_future(told(watcher))
    bus.publish([CLINIC])
    assert await waiting == 1
    bus.publish([CLINIC])  # it is not waiting now
    assert await told(watcher) == 2


async def test_changes__a_message_that_never_came__is_made_up_for(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_module, "AT_LEAST_EVERY", SOON)
    watcher = bus.changes(CLINIC)
    assert [await told(watcher), await told(watcher), await told(watcher)] == [0, 0, 0]


async def test_publish_all__reaches_who_follows_what_has_never_changed(bus: Bus) -> None:
    watchers = [bus.changes(CLINIC), bus.changes(ANOTHER)]
    for watcher in watchers:
        await told(watcher)
    bus.publish([ANOTHER])
    bus.publish_all()
    assert [await told(watcher) for watcher in watchers] == [1, 2]


@pytest.mark.parametrize("delays", [(SOON, LATE), (LATE, SOON), (LATE, SOON, LATE)])
async def test_publish_after__the_earliest_counts(bus: Bus, delays: tuple[float, ...]) -> None:
    watcher = bus.changes(CLINIC)
    await told(watcher)
    for delay in delays:
        bus.publish_after(delay, CLINIC)
    assert bus.version(CLINIC) == 0
    assert await told(watcher) == 1


async def test_publish_after__one_that_has_been_told__is_not_in_the_way_of_the_next(bus: Bus) -> None:
    watcher = bus.changes(CLINIC)
    await told(watcher)
    for version in (1, 2, 3):
        bus.publish_after(SOON, CLINIC)
        assert await told(watcher) == version


async def test_publish_after__several_topics_at_once(bus: Bus) -> None:
    watchers = [bus.changes(CLINIC), bus.changes(ANOTHER)]
    for watcher in watchers:
        await told(watcher)
    bus.publish_after(SOON, CLINIC, ANOTHER)
    assert [await told(watcher) for watcher in watchers] == [1, 1]
    assert not bus._timers


async def test_publish_after__clinics_do_not_share_a_timer(bus: Bus) -> None:
    watcher = bus.changes(ANOTHER)
    await told(watcher)
    bus.publish_after(LATE, CLINIC)
    bus.publish_after(SOON, ANOTHER)
    assert await told(watcher) == 1
    assert bus.version(CLINIC) == 0


async def test_watcher__that_is_cancelled__leaves_nothing_behind(bus: Bus) -> None:
    async def follow(begun: asyncio.Event) -> None:
        async for _ in bus.changes(CLINIC):
            begun.set()

    staying = bus.changes(CLINIC)
    await told(staying)
    before = asyncio.all_tasks()
    begun = [asyncio.Event() for _ in range(50)]
    pages = [asyncio.ensure_future(follow(event)) for event in begun]
    for event in begun:
        await event.wait()
    bus.publish([CLINIC])
    assert await told(staying) == 1
    for page in pages:
        page.cancel()
    assert all(
        isinstance(end, asyncio.CancelledError)
        for end in await asyncio.gather(*pages, return_exceptions=True)
    )
    assert asyncio.all_tasks() == before
    bus.publish([CLINIC])
    assert await told(staying) == 2
    assert not bus._next
