"""One bus per worker: says that a clinic's timebook has changed, and wakes those who look at it.

A change has no contents, only a version of the clinic: who is woken reads what there is now. So a message that is
missed, or comes twice, does no harm.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterable

AT_MOST_EVERY = 0.2
"""Seconds between two wakings of the same watcher: the first change is told at once, a burst comes as one."""
AT_LEAST_EVERY = 60.0
"""Seconds after which a watcher looks again unasked, should a change have been made past this worker."""


Topic = Hashable
"""What can change; see ``topics``."""


class Bus:
    """The versions of the clinics' timebooks, and who waits for the next one."""

    def __init__(self) -> None:
        self._versions: Counter[Topic] = Counter()
        self._next: dict[Topic, asyncio.Event] = {}
        self._timers: dict[Topic, asyncio.TimerHandle] = {}
        self._times_all_changed = 0

    def version(self, topic: Topic) -> int:
        """Return how many times it has changed, as far as this worker knows."""
        return self._versions[topic] + self._times_all_changed

    def publish(self, topics: Iterable[Topic]) -> None:
        """Tell that the timebooks have changed. To be called after the change is committed."""
        for topic in topics:
            self._versions[topic] += 1
            if waited_for := self._next.pop(topic, None):
                waited_for.set()

    def publish_all(self) -> None:
        """Tell that every timebook looks different, as when the clock is moved."""
        self._times_all_changed += 1
        while self._next:
            self._next.popitem()[1].set()

    def publish_after(self, seconds: float, *topics: Topic) -> None:
        """Tell of a change that time alone makes, such as a hold that runs out; the earliest of the same counts."""
        loop = asyncio.get_running_loop()
        due, waiting = loop.time() + seconds, self._timers.get(topics)
        if waiting and not waiting.cancelled() and loop.time() < waiting.when() <= due:
            return
        if waiting:
            waiting.cancel()
        self._timers[topics] = loop.call_at(due, self._ring, topics)

    def _ring(self, topics: tuple[Topic, ...]) -> None:
        del self._timers[topics]
        self.publish(topics)

    async def changes(self, topic: Topic, *, at_least_every: float | None = None) -> AsyncIterator[int]:
        """Yield its version now, and each newer one. Changes that come close together are one.

        Unasked it is yielded again after ``at_least_every`` seconds (``AT_LEAST_EVERY`` unless given), by each
        watcher's own clock.
        """
        while True:
            seen = self.version(topic)
            yield seen
            await asyncio.sleep(AT_MOST_EVERY)
            await self._newer_than(seen, topic, at_least_every or AT_LEAST_EVERY)

    async def _newer_than(self, seen: int, topic: Topic, at_least_every: float) -> None:
        if self.version(topic) != seen:
            return
        try:
            async with asyncio.timeout(at_least_every):
                await self._next.setdefault(topic, asyncio.Event()).wait()
        except TimeoutError:
            return


bus = Bus()
"""The bus of this worker."""
