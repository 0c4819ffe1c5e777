"""One bus per worker: says that a clinic's timebook has changed, and wakes those who look at it.

A change has no contents, only a version of the clinic: who is woken reads what there is now. So a message that is
missed, or comes twice, does no harm.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

AT_MOST_EVERY = 0.2
"""Seconds between two wakings of the same watcher: the first change is told at once, a burst comes as one."""
AT_LEAST_EVERY = 60.0
"""Seconds after which a watcher looks again unasked, should a change have been made past this worker."""


class Bus:
    """The versions of the clinics' timebooks, and who waits for the next one."""

    def __init__(self) -> None:
        self._versions: Counter[UUID] = Counter()
        self._next: dict[UUID, asyncio.Event] = {}
        self._timers: dict[UUID, asyncio.TimerHandle] = {}

    def version(self, clinic_id: UUID) -> int:
        """Return how many times the clinic's timebook has changed, as far as this worker knows."""
        return self._versions[clinic_id]

    def publish(self, clinic_ids: Iterable[UUID]) -> None:
        """Tell that the timebooks have changed. To be called after the change is committed."""
        for clinic_id in clinic_ids:
            self._versions[clinic_id] += 1
            if waited_for := self._next.pop(clinic_id, None):
                waited_for.set()

    def publish_all(self) -> None:
        """Tell that every timebook looks different, as when the clock is moved."""
        self.publish([*self._versions.keys() | self._next.keys()])

    def publish_after(self, clinic_id: UUID, seconds: float) -> None:
        """Tell of a change that time alone makes, such as a hold that runs out; the earliest one counts."""
        loop = asyncio.get_running_loop()
        due, waiting = loop.time() + seconds, self._timers.get(clinic_id)
        if waiting and not waiting.cancelled() and loop.time() < waiting.when() <= due:
            return
        if waiting:
            waiting.cancel()
        self._timers[clinic_id] = loop.call_at(due, self.publish, [clinic_id])

    async def changes(self, clinic_id: UUID) -> AsyncIterator[int]:
        """Yield the clinic's version now, and each newer one. Changes that come close together are one."""
        while True:
            seen = self.version(clinic_id)
            yield seen
            await asyncio.sleep(AT_MOST_EVERY)
            await self._newer_than(seen, clinic_id)

    async def _newer_than(self, seen: int, clinic_id: UUID) -> None:
        if self.version(clinic_id) != seen:
            return
        try:
            async with asyncio.timeout(AT_LEAST_EVERY):
                await self._next.setdefault(clinic_id, asyncio.Event()).wait()
        except TimeoutError:
            return


bus = Bus()
"""The bus of this worker."""
