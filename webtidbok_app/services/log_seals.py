"""Seals the access log in batches, a chain for each clinic. Several may at once, in one process or many.

A batch is whatever is not in one yet, told line by line: a line that is committed late comes into a later batch, and
none is passed over because of its place in an order. Who has sealed is settled by the number of the seal.
"""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
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
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def sealing_log(database: Database) -> AbstractAsyncContextManager[None]:
    """Seal as long as the ``with`` block lasts, about once a minute."""
    return in_rounds(partial(seal_log, database), topics.LOG)


async def seal_log(database: Database) -> bool:
    """Seal a batch of each chain that has lines to seal. Returns whether there may be more of them."""
    more = False
    for chain in await _to_seal(database):
        more |= await database.transact(partial(_seal, chain=chain))
    return more


def of_chain(chain: UUID | Mapped[UUID]) -> ColumnElement[bool]:
    """Return the condition that a log line belongs to the chain."""
    clinic_id = col(AccessLog.clinic_id)
    return clinic_id.is_(None) if chain == NO_CLINIC else clinic_id == chain


def is_unsealed() -> ColumnElement[bool]:
    """Return the condition that a log line is in no batch yet."""
    return ~exists().where(col(LogSealLine.log_id) == AccessLog.id)


async def _to_seal(database: Database) -> list[UUID]:
    clinics = select(col(Clinic.id)).where(
        exists().where(of_chain(col(Clinic.id)), col(AccessLog.at) >= _since(col(Clinic.id)), is_unsealed())
    )
    of_none = exists().where(of_chain(NO_CLINIC), col(AccessLog.at) >= _since(NO_CLINIC), is_unsealed())
    async with database.read() as session:
        found = list(await session.scalars(clinics))
        return [NO_CLINIC, *found] if await session.scalar(select(of_none)) else found


def _since(chain: UUID | Mapped[UUID]) -> ColumnElement[datetime]:
    """Return from when on there can be lines to seal, also when the clock has been put back since."""
    newest = (
        select(col(LogSeal.next_from))
        .where(col(LogSeal.chain) == chain)
        .order_by(col(LogSeal.number).desc())
        .limit(1)
    )
    if not isinstance(chain, UUID):
        newest = newest.correlate(Clinic)
    since = func.coalesce(newest.scalar_subquery(), _BEGINNING)
    return case((since < clock.now() - LATE, since), else_=clock.now() - LATE)


async def _seal(session: AsyncSession, *, chain: UUID) -> bool:
    """Seal a batch of the chain. Returns whether there may be more."""
    before = await session.scalar(
        select(LogSeal).where(col(LogSeal.chain) == chain).order_by(col(LogSeal.number).desc()).limit(1)
    )
    lines = (
        await session.execute(
            select(col(AccessLog.id), col(AccessLog.mac), col(AccessLog.at))
            .where(of_chain(chain), col(AccessLog.at) >= _since(chain), is_unsealed())
            .order_by(col(AccessLog.at))
            .limit(AT_MOST)
        )
    ).all()
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
