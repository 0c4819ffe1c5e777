"""Use cases that are brought to their end though who asked goes away: a tab that closes, a server that stops."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_running: set["asyncio.Task[Any]"] = set()


def to_the_end(use_case: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let the use case go on when whoever waits for it is cancelled.

    What a timebook has answered is then written in the access log all the same.
    """

    @wraps(use_case)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        task = asyncio.create_task(use_case(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_done)
        return await asyncio.shield(task)

    return whole


def _done(task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # who waits for it is told; nobody may
