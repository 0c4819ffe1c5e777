"""Work that is done in rounds, beside the requests: at every change of a topic, and now and then unasked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from webtidbok_app.live.bus import Topic, bus
from webtidbok_app.logs import report

Round = Callable[[], Awaitable[bool]]
"""One round of the work. Returns whether there may be more to do at once."""


@asynccontextmanager
async def in_rounds(work: Round, topic: Topic) -> AsyncIterator[None]:
    """Do the work in rounds as long as the ``with`` block lasts. A round that has begun is brought to its end."""
    task = asyncio.create_task(_until_stopped(work, topic))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until_stopped(work: Round, topic: Topic) -> None:
    async for _ in bus.changes(topic):
        there_may_be_more = True
        while there_may_be_more:
            there_may_be_more = await _one_round(work)


async def _one_round(work: Round) -> bool:
    round_ = asyncio.ensure_future(work())
    try:
        return await asyncio.shield(round_)
    except asyncio.CancelledError:
        await asyncio.wait([round_])
        raise
    except Exception as error:  # noqa: BLE001  as without a database: the work outlives it, and is tried again
        report(error)
        return False
