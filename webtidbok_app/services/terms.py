"""The clinic's terms (villkor): shown, accepted once per version, kept with who, when and which."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Terms, TermsAcceptance
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import StaleVersion, TermsNotAccepted
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_offering


@dataclass(frozen=True)
class TermsInfo:
    """The terms in force. ``accepted_at`` (aware, UTC) is when this resident accepted this version."""

    version: int
    text: Text
    accepted_at: datetime | None


async def get_terms(actor: Actor | None, *, clinic: str, kind: CaseTypeKind) -> TermsInfo | None:
    """Return the terms in force for the case type, or None where the clinic has none."""
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=kind)
    async with get_database().read() as session:
        return await terms_in_force(session, resident, clinic=found, kind=kind)


async def accept_terms(actor: Actor | None, *, clinic: str, kind: CaseTypeKind, version: int) -> None:
    """Note that the resident accepts the version that was shown. Accepting again changes nothing.

    Raises StaleVersion when another version has come into force since it was shown.
    """
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=kind)
    async with get_database().write() as session:
        current = await terms_in_force(session, resident, clinic=found, kind=kind)
        if current is None or current.version != version:
            raise StaleVersion
        acceptance = TermsAcceptance(
            clinic_id=found.id,
            person_id=resident.person_id,
            kind=kind,
            version=version,
            accepted_at=clock.now(),
        )
        if await insert_or_ignore(session, acceptance):
            audit.record(session, resident, "accept_terms", clinic_id=found.id, person_id=resident.person_id)


async def terms_in_force(
    session: AsyncSession, resident: Resident, *, clinic: ClinicInfo, kind: CaseTypeKind
) -> TermsInfo | None:
    """Return the newest version that has begun."""
    newest = await session.scalar(
        select(Terms)
        .where(
            col(Terms.clinic_id) == clinic.id, col(Terms.kind) == kind, col(Terms.valid_from) <= clock.now()
        )
        .order_by(col(Terms.version).desc())
        .limit(1)
    )
    if newest is None:
        return None
    accepted = await session.get(TermsAcceptance, (clinic.id, resident.person_id, kind, newest.version))
    return TermsInfo(
        newest.version, Text(newest.text_sv, newest.text_en), accepted.accepted_at if accepted else None
    )


async def require_accepted_terms(resident: Resident, *, clinic: ClinicInfo, kind: CaseTypeKind) -> None:
    """Raise TermsNotAccepted unless the terms in force are accepted, or there are none."""
    async with get_database().read() as session:
        terms = await terms_in_force(session, resident, clinic=clinic, kind=kind)
    if terms is not None and terms.accepted_at is None:
        raise TermsNotAccepted
