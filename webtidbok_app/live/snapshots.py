"""What a timebook looks like, read once per version and shared by all who look at it in this worker."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from webtidbok_app.live.bus import AT_LEAST_EVERY, Bus, bus

T = TypeVar("T")
MOST = 5_000
"""Snapshots that are kept; the one that was read the longest ago goes first."""


@dataclass(frozen=True)
class _Snapshot:
    version: int
    read_at: float
    reading: "asyncio.Future[Any]"


class Snapshots:
    """Readings of timebooks, each good until its clinic changes."""

    def __init__(self, of: Bus) -> None:
        self._bus = of
        self._kept: dict[Hashable, _Snapshot] = {}

    async def get(self, clinic_id: UUID, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Return what ``read`` gave for the clinic's present version, reading it if nobody has.

        Who asks while it is being read waits for the same reading. A reading that turns out the same as the one
        before gives the very same object, so that callers see by identity that nothing has changed.
        """
        key = (clinic_id, what)
        kept = self._kept.get(key)
        if kept is None or not self._holds_good(kept, clinic_id):
            task = asyncio.ensure_future(_read_again(read, kept))
            kept = _Snapshot(self._bus.version(clinic_id), time.monotonic(), task)
            self._remember(key, kept)
        try:
            found: T = await asyncio.shield(kept.reading)
        except BaseException:
            if kept.reading.done() and self._kept.get(key) is kept:  # a failure is nothing to keep
                del self._kept[key]
            raise
        return found

    def _holds_good(self, kept: _Snapshot, clinic_id: UUID) -> bool:
        return (
            kept.version == self._bus.version(clinic_id)
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
