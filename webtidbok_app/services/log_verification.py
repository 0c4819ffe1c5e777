"""Verifies the access log: that every line says what it said when it was written, and that none is gone or added."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, Select, Text, select, type_coerce
from sqlmodel import col

from webtidbok_app.db.crypto import unseal
from webtidbok_app.db.engine import Database
from webtidbok_app.db.log_line import digest_of, mac_of, mac_of_seal
from webtidbok_app.db.tables import AccessLog, Clinic, LogSeal, LogSealLine
from webtidbok_app.domain import clock
from webtidbok_app.services.log_seals import NO_CLINIC, is_unsealed, of_chain

TOO_LONG = timedelta(hours=1)
"""How old a line may become before it is sealed."""
SEALS_AT_ONCE = 50
UNSEALED_AT_MOST = 10_000
_SEALED_COLUMNS = ("actor_name", "reason")


@dataclass(frozen=True)
class Head:
    """The newest seal of a chain. To be kept elsewhere: who cuts a chain off at its end cannot cut that."""

    chain: UUID
    number: int
    mac: str


@dataclass
class Verdict:
    """What was found. ``findings`` is empty when all is as it was written."""

    findings: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)
    """What each chain is called: its clinic's slug."""
    lines: int = 0


async def verify_log(database: Database, *, earlier: Sequence[Head] = ()) -> Verdict:
    """Verify every chain, and that the seals that were newest ``earlier`` are still there."""
    verdict = Verdict()
    async with database.read() as session:
        rows = await session.execute(select(col(Clinic.id), col(Clinic.slug)).order_by(col(Clinic.slug)))
        verdict.names = {NO_CLINIC: "-", **{row.id: row.slug for row in rows}}
        for chain in await session.scalars(select(col(LogSeal.chain)).distinct()):
            verdict.names.setdefault(chain, chain.hex)
    for chain in verdict.names:
        await _verify_chain(database, chain, verdict, [head for head in earlier if head.chain == chain])
        await _verify_unsealed(database, chain, verdict)
    return verdict


async def _verify_chain(database: Database, chain: UUID, verdict: Verdict, earlier: list[Head]) -> None:
    name, newest, wanted = (
        verdict.names[chain],
        Head(chain, 0, ""),
        {head.number: head.mac for head in earlier},
    )
    async for seal, lines in _batches(database, chain):
        for number in range(newest.number + 1, seal.number):
            verdict.findings.append(f"{name}: seal {number} is missing")
        follows = seal.previous == newest.mac or seal.number != newest.number + 1
        if mac_of_seal(seal) != seal.mac or not follows:
            verdict.findings.append(f"{name}: seal {seal.number} has been changed")
        elif wanted.get(seal.number, seal.mac) != seal.mac:
            verdict.findings.append(f"{name}: seal {seal.number} is another than it was earlier")
        verdict.findings += [f"{name}: {finding}" for finding in _wrong_in(seal, lines)]
        verdict.lines += len(lines)
        newest = Head(chain, seal.number, seal.mac)
    for number in sorted(wanted):
        if number > newest.number:
            verdict.findings.append(f"{name}: seal {number} was there earlier and is missing")
    if newest.number:
        verdict.heads.append(newest)


def _wrong_in(seal: LogSeal, lines: Sequence[Row[Any]]) -> list[str]:
    """Return what is wrong with the lines of a batch: which ones, where it can be known."""
    gone = [row for row in lines if row.id is None]
    changed = [row for row in lines if row.id is not None and not _is_as_written(row)]
    batch = f"sealed {seal.sealed_at:%Y-%m-%d %H:%M} UTC in batch {seal.number}"
    found = [f"line {row.log_id}, {batch}, is missing" for row in gone]
    found += [f"line {row.log_id}, {batch}, has been changed" for row in changed]
    if len(lines) != seal.lines:
        found.append(f"batch {seal.number} was sealed with {seal.lines} lines and has {len(lines)}")
    elif not found and digest_of([row.mac for row in lines]) != seal.digest:
        found.append(f"batch {seal.number} has other lines than it was sealed with")
    return found


async def _verify_unsealed(database: Database, chain: UUID, verdict: Verdict) -> None:
    name, statement = verdict.names[chain], _lines().where(of_chain(chain), is_unsealed())
    async with database.read() as session:
        rows = (await session.execute(statement.order_by(col(AccessLog.at)).limit(UNSEALED_AT_MOST))).all()
    for row in rows:
        if not _is_as_written(row):
            verdict.findings.append(f"{name}: line {row.id}, not sealed, is not one that the service wrote")
        elif row.at < clock.now() - TOO_LONG:
            verdict.findings.append(f"{name}: line {row.id} of {row.at:%Y-%m-%d %H:%M} UTC is not sealed")
    verdict.lines += len(rows)


async def _batches(database: Database, chain: UUID) -> AsyncIterator[tuple[LogSeal, list[Row[Any]]]]:
    """Yield each seal of the chain with the lines of its batch, by identity; a line that is gone has no ``id``."""
    after = 0
    while True:
        async with database.read() as session:
            seals = (
                await session.scalars(
                    select(LogSeal)
                    .where(col(LogSeal.chain) == chain, col(LogSeal.number) > after)
                    .order_by(col(LogSeal.number))
                    .limit(SEALS_AT_ONCE)
                )
            ).all()
            if not seals:
                return
            numbers = (seals[0].number, seals[-1].number)
            of_batches = col(LogSealLine.chain) == chain, col(LogSealLine.number).between(*numbers)
            rows = await session.execute(
                _lines()
                .add_columns(col(LogSealLine.log_id), col(LogSealLine.number))
                .select_from(LogSealLine)
                .outerjoin(AccessLog, col(AccessLog.id) == LogSealLine.log_id)
                .where(*of_batches)
            )
            members: dict[int, list[Row[Any]]] = defaultdict(list)
            for row in rows:
                members[row.number].append(row)
        for seal in seals:
            yield seal, sorted(members[seal.number], key=lambda row: row.log_id.hex)
        after = numbers[1]


def _lines() -> Select[Any]:
    """Return the question for log lines as they are stored, their personal columns closed."""
    columns = AccessLog.__table__.columns  # type: ignore[attr-defined]
    return select(
        *(type_coerce(c, Text()).label(c.name) if c.name in _SEALED_COLUMNS else c for c in columns)
    )


def _is_as_written(row: Row[Any]) -> bool:
    stored = {name: getattr(row, name) for name in AccessLog.model_fields}
    try:
        opened = {
            name: unseal(stored[name], f"access_log.{name}") if stored[name] else ""
            for name in _SEALED_COLUMNS
        }
    except (InvalidTag, ValueError, KeyError):
        return False
    return bool(mac_of(SimpleNamespace(**(stored | opened))) == row.mac)
