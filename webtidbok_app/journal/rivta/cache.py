"""Answers that are good for some seconds, and questions that are asked once when several ask the same at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
MOST = 500
"""Answers that are kept for each connection; the oldest goes first."""


class _Kept(NamedTuple):
    until: float
    answer: "asyncio.Future[Any]"


class Answers:
    """What one journal system has answered."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Kept] = {}

    async def get(self, question: Hashable, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what ``ask`` gives, or gave less than ``seconds`` ago, or is about to give to somebody else."""
        kept = self._kept.get(question)
        if kept is None or not _holds_good(kept):
            answer = asyncio.ensure_future(ask())
            kept = _Kept(time.monotonic() + seconds, answer)
            self._keep(question, kept)
            answer.add_done_callback(partial(self._forget_failure, question, kept))
        found: T = await asyncio.shield(kept.answer)
        return found

    def clear(self) -> None:
        """Forget everything, also what is being asked: it may be from before what was changed."""
        self._kept.clear()

    def _keep(self, question: Hashable, kept: _Kept) -> None:
        self._kept.pop(question, None)
        self._kept[question] = kept
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def _forget_failure(self, question: Hashable, kept: _Kept, answer: "asyncio.Future[Any]") -> None:
        failed = answer.cancelled() or answer.exception() is not None
        if failed and self._kept.get(question) is kept:
            del self._kept[question]


def _holds_good(kept: _Kept) -> bool:
    if kept.answer.get_loop() is not asyncio.get_running_loop():
        return False
    return not kept.answer.done() or time.monotonic() < kept.until
