"""Snapshots: one reading for all, never an old one after a change, and no failure kept."""

import asyncio
from collections.abc import Callable

import pytest

from webtidbok_app.live import snapshots as snapshots_module
from webtidbok_app.live.bus import Bus
from webtidbok_app.live.snapshots import Snapshots

CLINIC, ANOTHER = "clinic", "another clinic"


class Source:
    """What is read from: gives ``value``, or fails with it, when ``open``; counts how often it is read."""

    def __init__(self) -> None:
        self.value: object = ["9.00"]
        self.readings = 0
        self.begun = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def read(self) -> object:
        self.readings += 1
        self.begun.set()
        value = self.value
        await self.open.wait()
        if isinstance(value, Exception):
            raise value
        return list(value) if isinstance(value, list) else value


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def snapshots(bus: Bus) -> Snapshots:
    return Snapshots(bus)


@pytest.fixture
async def source() -> Source:
    return Source()


async def test_get__many_at_once__is_one_reading(snapshots: Snapshots, source: Source) -> None:
    source.open.clear()
    asked = [asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read)) for _ in range(20)]
    await source.begun.wait()
    source.open.set()
    first, *others = await asyncio.gather(*asked)
    assert source.readings == 1
    assert all(found is first for found in others)


async def test_get__after_a_change__is_one_reading_more(
    snapshots: Snapshots, bus: Bus, source: Source
) -> None:
    for value in (["9.00"], ["9.20"], []):
        source.value = value
        bus.publish([CLINIC])
        assert [await snapshots.get(CLINIC, "week", source.read) for _ in range(5)] == [value] * 5
    assert source.readings == 3


async def test_get__change_at_another_clinic__is_no_reading(
    snapshots: Snapshots, bus: Bus, source: Source
) -> None:
    await snapshots.get(CLINIC, "week", source.read)
    bus.publish([ANOTHER])
    await snapshots.get(CLINIC, "week", source.read)
    assert source.readings == 1


async def test_get__other_weeks_and_clinics__are_read_for_themselves(
    snapshots: Snapshots, source: Source
) -> None:
    for topic, what in ((CLINIC, "week 49"), (CLINIC, "week 50"), (ANOTHER, "week 49")):
        source.value = [topic, what]
        assert await snapshots.get(topic, what, source.read) == [topic, what]


async def test_get__change_while_it_is_read__is_not_answered_with_the_old(
    snapshots: Snapshots, bus: Bus, source: Source
) -> None:
    source.open.clear()
    early = asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read))
    await source.begun.wait()
    source.value = ["9.20"]
    bus.publish([CLINIC])
    late = asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read))
    source.open.set()
    assert [await early, await late] == [["9.00"], ["9.20"]]
    assert await snapshots.get(CLINIC, "week", source.read) == ["9.20"]


async def test_get__read_again_and_the_same__is_the_same_object(
    snapshots: Snapshots, bus: Bus, source: Source
) -> None:
    first = await snapshots.get(CLINIC, "week", source.read)
    bus.publish([CLINIC])
    again = await snapshots.get(CLINIC, "week", source.read)
    source.value = ["9.20"]
    bus.publish([CLINIC])
    other = await snapshots.get(CLINIC, "week", source.read)
    assert source.readings == 3
    assert again is first
    assert other is not first


async def test_get__failure__is_told_to_all_who_wait_and_not_kept(
    snapshots: Snapshots, source: Source
) -> None:
    source.value = OSError("gone")
    source.open.clear()
    asked = [asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read)) for _ in range(3)]
    await source.begun.wait()
    source.open.set()
    assert await asyncio.gather(*asked, return_exceptions=True) == [source.value] * 3
    source.value = ["9.00"]
    assert await snapshots.get(CLINIC, "week", source.read) == ["9.00"]
    assert source.readings == 2


async def test_get__failure_after_a_good_reading__is_forgotten_too(
    snapshots: Snapshots, bus: Bus, source: Source
) -> None:
    for value in (["9.00"], OSError("gone"), ["9.20"]):
        source.value = value
        bus.publish([CLINIC])
        [found] = await asyncio.gather(snapshots.get(CLINIC, "week", source.read), return_exceptions=True)
        assert found == value


async def test_get__who_leaves_while_it_is_read__does_not_end_it_for_others(
    snapshots: Snapshots, source: Source
) -> None:
    source.open.clear()
    leaving, staying = (asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read)) for _ in range(2))
    await source.begun.wait()
    leaving.cancel()
    source.open.set()
    assert await staying == ["9.00"]
    assert leaving.cancelled()
    assert source.readings == 1


async def test_get__failure_when_everybody_has_left__does_not_meet_the_next(
    snapshots: Snapshots, source: Source
) -> None:
    source.value = OSError("gone")
    source.open.clear()
    leaving = asyncio.ensure_future(snapshots.get(CLINIC, "week", source.read))
    await source.begun.wait()
    leaving.cancel()
    [reading] = asyncio.all_tasks() - {asyncio.current_task(), leaving}
    source.open.set()
    await asyncio.wait([reading, leaving])
    source.value = ["9.00"]
    assert await snapshots.get(CLINIC, "week", source.read) == ["9.00"]


async def test_get__what_has_grown_old__is_read_again(
    snapshots: Snapshots, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    await snapshots.get(CLINIC, "week", source.read)
    monkeypatch.setattr(snapshots_module, "AT_LEAST_EVERY", 0)
    source.value = ["9.20"]
    assert await snapshots.get(CLINIC, "week", source.read) == ["9.20"]


async def test_get__more_than_are_kept__lets_the_oldest_go(
    snapshots: Snapshots, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_module, "MOST", 2)
    for week in (1, 2, 3, 3, 2, 1):
        await snapshots.get(CLINIC, week, source.read)
    assert source.readings == 4


def test_get__in_another_loop__is_read_there(snapshots: Snapshots) -> None:
    async def ask() -> int:
        source = Source()
        await snapshots.get(CLINIC, "week", source.read)
        return source.readings

    asks: list[Callable[[], object]] = [ask, ask]
    assert [asyncio.run(one()) for one in asks] == [1, 1]
