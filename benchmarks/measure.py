"""Two ways of doing the same thing, turn by turn: what is kept is how many times as long the one takes."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Variant = Callable[[], Awaitable[float | None]]
"""Does the thing once. It may return the seconds that count, when not all that it does is to be timed."""


@dataclass(frozen=True)
class Ratio:
    """How many times as long one thing takes as another, over the rounds of a run."""

    median: float
    least: float
    most: float

    @property
    def turned(self) -> "Ratio":
        """The same, seen from the other: how fast instead of how slow."""
        return Ratio(round(1 / self.median, 2), round(1 / self.most, 2), round(1 / self.least, 2))


async def take_turns(variants: dict[str, Variant], rounds: int, *, each: int = 1) -> dict[str, list[float]]:
    """Return each variant's seconds by round.

    A round runs every variant ``each`` times, the variants changing places from time to time, so that a machine
    that is slow for a while is slow for all of them. The first round warms up and is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    order = list(variants)
    for number in range(rounds + 1):
        spent = dict.fromkeys(variants, 0.0)
        for _ in range(each):
            order.append(order.pop(0))
            for name in order:
                spent[name] += await _timed(variants[name])
        if number:
            for name, one in spent.items():
                seconds[name].append(one)
    return seconds


async def _timed(run: Variant) -> float:
    began = time.perf_counter()
    counted = await run()
    return time.perf_counter() - began if counted is None else counted


def ratio(seconds: dict[str, list[float]], ours: str, other: str) -> Ratio:
    """Return how many times as long ``ours`` takes as ``other``, round by round."""
    found = [one / two for one, two in zip(seconds[ours], seconds[other], strict=True)]
    return Ratio(round(statistics.median(found), 2), round(min(found), 2), round(max(found), 2))
