"""Seals the access log in batches, a chain for each clinic. Several may at once, in one process or many.

A batch is whatever is not in one yet, told line by line: a line that is committed late comes into a later batch, and
none is passed over because of its place in an order. Who has sealed is settled by the number of the seal.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.log_line import digest_of, mac_of_seal
from webtidbok_app.db.tables import AccessLog, Clinic, LogSeal, LogSealLine
from webtidbok_app.domain import clock
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds

NO_CLINIC = UUID(int=0)
"""The chain of the lines of no clinic."""
AT_MOST = 2_000
LATE = timedelta(hours=1)
"""How long after it was written a line may be committed: no statement runs for more than seconds."""


def sealing_log(database: Database) -> AbstractAsyncContextManager[None]:
    """Seal as long as the ``with`` block lasts, about once a minute."""
    return in_rounds(partial(seal_log, database), topics.LOG)


async def seal_log(database: Database) -> bool:
    """Seal a batch of each chain that has lines to seal. Returns whether there may be more of them."""
    async with database.read() as session:
        chains = [NO_CLINIC, *await session.scalars(select(col(Clinic.id)))]
        to_seal = [chain for chain in chains if await _lines_to_seal(session, chain, most=1)]
    more = False
    for chain in to_seal:
        more |= await database.transact(partial(_seal, chain=chain))
    return more


def of_chain(chain: UUID) -> ColumnElement[bool]:
    """Return the condition that a log line belongs to the chain."""
    clinic_id = col(AccessLog.clinic_id)
    return clinic_id.is_(None) if chain == NO_CLINIC else clinic_id == chain


def is_unsealed() -> ColumnElement[bool]:
    """Return the condition that a log line is in no batch yet."""
    return ~exists().where(col(LogSealLine.log_id) == AccessLog.id)


async def _newest(session: AsyncSession, chain: UUID) -> LogSeal | None:
    found: LogSeal | None = await session.scalar(
        select(LogSeal).where(col(LogSeal.chain) == chain).order_by(col(LogSeal.number).desc()).limit(1)
    )
    return found


async def _lines_to_seal(
    session: AsyncSession, chain: UUID, *, most: int
) -> Sequence[Row[UUID, str, datetime]]:
    """Return identity, signature and moment of the earliest unsealed lines of the chain.

    None is older than the newest seal says, unless the clock has been put back since.
    """
    newest = await _newest(session, chain)
    since = [col(AccessLog.at) >= min(newest.next_from, clock.now() - LATE)] if newest else []
    rows = await session.execute(
        select(col(AccessLog.id), col(AccessLog.mac), col(AccessLog.at))
        .where(of_chain(chain), *since, is_unsealed())
        .order_by(col(AccessLog.at))
        .limit(most)
    )
    return rows.all()


async def _seal(session: AsyncSession, *, chain: UUID) -> bool:
    """Seal a batch of the chain. Returns whether there may be more.

    The seal before it is read first: whoever seals the same lines meanwhile has taken the number that comes next.
    """
    before = await _newest(session, chain)
    lines = await _lines_to_seal(session, chain, most=AT_MOST)
    if not lines:
        return False
    seal = LogSeal(
        chain=chain,
        number=before.number + 1 if before else 1,
        lines=len(lines),
        digest=digest_of([mac for _, mac, _ in sorted(lines, key=lambda line: line[0].hex)]),
        next_from=lines[-1][2] - LATE,
        sealed_at=clock.now(),
        previous=before.mac if before else "",
        mac="",
    )
    seal.mac = mac_of_seal(seal)
    if not await insert_or_ignore(session, seal):
        return False  # another has just sealed it
    members = [{"log_id": log_id, "chain": chain, "number": seal.number} for log_id, _, _ in lines]
    await session.execute(insert(LogSealLine), members)
    return len(lines) == AT_MOST
