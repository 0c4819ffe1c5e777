"""Which systems may ask a clinic over the national service contracts: the region's superadmin lets them in, one by one.

Nobody is let in otherwise. Who is let in can read and change what patients have booked there, so that each change is in
the clinic's log.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import CareProvider, Clinic, RivConsumer, RivConsumerClinic
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Staff, System
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.ids import normalise_system_id
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_superadmin

NAME_MAX = 80


@dataclass(frozen=True)
class LetIn:
    """A system that may ask the clinic, and since when."""

    hsa_id: str
    name: str
    since: datetime
    by: str


@dataclass(frozen=True)
class Consumers:
    """The systems that may ask a clinic, by name."""

    clinic: str
    rows: tuple[LetIn, ...]


async def list_consumers(actor: Actor | None, *, clinic: str) -> Consumers:
    """Return the systems that may ask a clinic of the region. Raises NotFound."""
    _, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        found = await _clinic(session, clinic, region_id)
        rows = await session.execute(
            select(RivConsumer, RivConsumerClinic)
            .join(RivConsumerClinic, col(RivConsumerClinic.consumer_id) == RivConsumer.id)
            .where(col(RivConsumerClinic.clinic_id) == found.id)
            .order_by(col(RivConsumer.name), col(RivConsumer.hsa_id))
        )
        let_in = (LetIn(one.hsa_id, one.name, row.let_in_at, row.let_in_by) for one, row in rows)
        return Consumers(found.name, tuple(let_in))


async def let_in(actor: Actor | None, *, clinic: str, hsa_id: str, name: str) -> None:
    """Let a system in at a clinic of the region; done twice it is the same, but for a new name.

    Raises NotFound and InvalidInput (``hsa_id``, ``name``).
    """
    staff, region_id = as_superadmin(actor)
    async with get_database().write() as session:
        await admit(
            session, staff, clinic=await _clinic(session, clinic, region_id), hsa_id=hsa_id, name=name
        )


async def shut_out(actor: Actor | None, *, clinic: str, hsa_id: str) -> None:
    """Let a system ask a clinic of the region no more, from the next call on. Raises NotFound and InvalidInput."""
    staff, region_id = as_superadmin(actor)
    async with get_database().write() as session:
        await dismiss(session, staff, clinic=await _clinic(session, clinic, region_id), hsa_id=hsa_id)


async def admit(session: AsyncSession, by: Staff | System, *, clinic: Clinic, hsa_id: str, name: str) -> None:
    """Let a system in at the clinic, as ``by`` has decided. Raises InvalidInput."""
    consumer, called = _checked(hsa_id, name)
    provider = await session.get_one(CareProvider, clinic.care_provider_id)
    await insert_or_ignore(session, RivConsumer(region_id=provider.region_id, hsa_id=consumer, name=called))
    row = await _known(session, provider.region_id, consumer)
    assert row is not None
    row.name = called
    admitted = RivConsumerClinic(
        clinic_id=clinic.id, consumer_id=row.id, let_in_at=clock.now(), let_in_by=_named(by)
    )
    if await insert_or_ignore(session, admitted):
        audit.record(session, by, "let_in_consumer", clinic_id=clinic.id, reason=f"{called} ({consumer})")


async def dismiss(session: AsyncSession, by: Staff | System, *, clinic: Clinic, hsa_id: str) -> None:
    """Let a system ask the clinic no more, as ``by`` has decided. Raises NotFound and InvalidInput."""
    provider = await session.get_one(CareProvider, clinic.care_provider_id)
    row = await _known(session, provider.region_id, normalise_system_id(hsa_id))
    gone = None
    if row is not None:
        gone = await session.scalar(
            delete(RivConsumerClinic)
            .where(
                col(RivConsumerClinic.clinic_id) == clinic.id, col(RivConsumerClinic.consumer_id) == row.id
            )
            .returning(col(RivConsumerClinic.clinic_id))
        )
    if row is None or gone is None:
        raise NotFound
    audit.record(session, by, "shut_out_consumer", clinic_id=clinic.id, reason=f"{row.name} ({row.hsa_id})")


def _checked(hsa_id: str, name: str) -> tuple[str, str]:
    problems: dict[str, str] = {}
    consumer, called = "", " ".join(name.split())
    try:
        consumer = normalise_system_id(hsa_id)
    except InvalidInput as error:
        problems |= error.problems
    if not called or len(called) > NAME_MAX:
        problems["name"] = "too_long" if called else "name_missing"
    if problems:
        raise InvalidInput(problems)
    return consumer, called


async def _known(session: AsyncSession, region_id: UUID, hsa_id: str) -> RivConsumer | None:
    return await session.scalar(
        select(RivConsumer).where(col(RivConsumer.region_id) == region_id, col(RivConsumer.hsa_id) == hsa_id)
    )


async def _clinic(session: AsyncSession, slug: str, region_id: UUID) -> Clinic:
    found = await session.scalar(
        select(Clinic)
        .join(CareProvider, col(CareProvider.id) == Clinic.care_provider_id)
        .where(col(Clinic.slug) == slug, col(CareProvider.region_id) == region_id)
    )
    if found is None:
        raise NotFound
    return found


def _named(by: Staff | System) -> str:
    return by.hsa_id if isinstance(by, Staff) else by.name
