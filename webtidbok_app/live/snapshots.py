"""What a timebook looks like, read once per version and shared by all who look at it in this worker."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from webtidbok_app.live.bus import AT_LEAST_EVERY, Bus, Topic, bus

T = TypeVar("T")
MOST = 5_000
"""Snapshots that are kept; the one that was read the longest ago goes first."""


@dataclass(frozen=True)
class _Snapshot:
    version: int
    read_at: float
    reading: "asyncio.Future[Any]"


class Snapshots:
    """Readings of timebooks, each good until its topic changes."""

    def __init__(self, of: Bus) -> None:
        self._bus = of
        self._kept: dict[Hashable, _Snapshot] = {}

    async def get(self, topic: Topic, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Return what ``read`` gave for the topic's present version, reading it if nobody has.

        Who asks while it is being read waits for the same reading. A reading that turns out the same as the one
        before gives the very same object, so that callers see by identity that nothing has changed.
        """
        key = (topic, what)
        kept = self._kept.get(key)
        if kept is None or not self._holds_good(kept, topic):
            reading = asyncio.ensure_future(_read_again(read, kept))
            kept = _Snapshot(self._bus.version(topic), time.monotonic(), reading)
            self._remember(key, kept)
            reading.add_done_callback(partial(self._forget_failure, key, kept))
        found: T = await asyncio.shield(kept.reading)
        return found

    def _forget_failure(self, key: Hashable, kept: _Snapshot, reading: "asyncio.Future[Any]") -> None:
        """Keep no failure, whether or not anybody still waits for what was read."""
        failed = reading.cancelled() or reading.exception() is not None
        if failed and self._kept.get(key) is kept:
            del self._kept[key]

    def _holds_good(self, kept: _Snapshot, topic: Topic) -> bool:
        return (
            kept.version == self._bus.version(topic)
            and time.monotonic() - kept.read_at < AT_LEAST_EVERY
            and kept.reading.get_loop() is asyncio.get_running_loop()
        )

    def _remember(self, key: Hashable, kept: _Snapshot) -> None:
        self._kept.pop(key, None)
        self._kept[key] = kept
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]


async def _read_again(read: Callable[[], Awaitable[T]], before: _Snapshot | None) -> T:
    found = await read()
    if before and before.reading.done() and not before.reading.cancelled() and not before.reading.exception():
        known: T = before.reading.result()
        return known if known == found else found
    return found


snapshots = Snapshots(bus)
"""The snapshots of this worker."""
