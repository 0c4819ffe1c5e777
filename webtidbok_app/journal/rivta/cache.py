"""Answers that are good for some seconds, and questions that are asked once when several ask the same at once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 500
"""Answers that are kept for each connection; the oldest goes first."""


class Answers:
    """What one journal system has answered. Nothing is kept for longer than it is good for."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, asyncio.Future[Any]] = {}

    async def get(self, question: Hashable, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what ``ask`` gives, or gave less than ``seconds`` ago, or is about to give to somebody else."""
        answer = self._kept.get(question)
        if answer is None or answer.get_loop() is not asyncio.get_running_loop():
            answer = asyncio.ensure_future(ask())
            self._kept[question] = answer
            if len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
            answer.add_done_callback(partial(self._forget_in_time, question, seconds))
        found: T = await asyncio.shield(answer)
        return found

    def clear(self) -> None:
        """Forget everything, also what is being asked: it may be from before what was changed."""
        self._kept.clear()

    def _forget_in_time(self, question: Hashable, seconds: float, answer: "asyncio.Future[Any]") -> None:
        failed = answer.cancelled() or answer.exception() is not None
        if failed or not seconds:
            self._forget(question, answer)
        else:
            answer.get_loop().call_later(seconds, self._forget, question, answer)

    def _forget(self, question: Hashable, answer: "asyncio.Future[Any]") -> None:
        if self._kept.get(question) is answer:
            del self._kept[question]
