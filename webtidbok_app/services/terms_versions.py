"""The clinic's terms as its staff keep them: one version in force, at most one that is coming, and those before."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, Terms, TermsAcceptance
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, StaleVersion
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import administers, as_administrator, as_clinic_staff
from webtidbok_app.services.rich_texts import Written, tidied

TERMS_MAX = 5000
WITH_TERMS = (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT)
"""The case types that residents accept terms for: those where something is booked or changed at once."""


class When(StrEnum):
    """Where a version is in its life."""

    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"


@dataclass(frozen=True)
class TermsVersion:
    """One version of the terms. ``valid_from`` is aware, UTC."""

    version: int
    text: Text
    valid_from: datetime
    accepted: int
    """How many residents have accepted it."""
    when: When

    @property
    def words(self) -> tuple[int, Text, datetime]:
        """What a member of staff has written; the rest comes by itself."""
        return self.version, self.text, self.valid_from


@dataclass(frozen=True)
class TermsVersions:
    """All versions of the terms for a case type, the newest first."""

    clinic: str
    versions: tuple[TermsVersion, ...]
    may_change: bool

    @property
    def coming(self) -> TermsVersion | None:
        """The version that is to come into force."""
        return next((one for one in self.versions if one.when == When.COMING), None)

    @property
    def in_force(self) -> TermsVersion | None:
        """The version that residents accept now."""
        return next((one for one in self.versions if one.when == When.IN_FORCE), None)

    @property
    def newest(self) -> list[TermsVersion]:
        """The versions that are in force and coming."""
        return [one for one in self.versions if one.when != When.OVER]


async def list_terms(actor: Actor | None, *, kind: CaseTypeKind) -> TermsVersions:
    """Return the clinic's terms for the case type. All its staff may see them."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        return await _versions(session, clinic_id, staff, kind)


async def plan_terms(
    actor: Actor | None,
    *,
    kind: CaseTypeKind,
    text: Text,
    first_day: date | None,
    seen: TermsVersions | None = None,
) -> TermsVersions:
    """Write the version that comes next, or change it: from ``first_day`` in Sweden on all residents accept it anew.

    From today on it is in force at once, and can be changed no more. ``seen`` is what was shown when it was written;
    without it nothing is compared. Raises NotAllowed for other staff than the administrator, InvalidInput
    (``terms_sv``, ``terms_en``, ``first_day``: None or passed), and StaleVersion when another version is in force or
    coming by now.
    """
    staff, clinic_id = as_administrator(actor)
    now = clock.now()
    problems = {}
    if first_day is None:
        problems["first_day"] = "first_day"
    elif first_day < swedish_time.day_of(now):
        problems["first_day"] = "first_day_passed"
    try:
        kept = tidied({"terms": Written(text, TERMS_MAX, required=True)})["terms"]
    except InvalidInput as error:
        raise InvalidInput(error.problems | problems) from error
    if problems or first_day is None:
        raise InvalidInput(problems)
    async with get_database().write() as session:
        await _take_turns(session, clinic_id)
        known = await _versions(session, clinic_id, staff, kind)
        if seen and [one.words for one in seen.newest] != [one.words for one in known.newest]:
            raise StaleVersion
        number = (
            known.coming.version
            if known.coming
            else max((one.version for one in known.versions), default=0) + 1
        )
        valid_from = max(swedish_time.start_of_day(first_day), now)
        await session.merge(
            Terms(
                clinic_id=clinic_id, kind=kind, version=number, text_sv=kept.sv, text_en=kept.en,
                valid_from=valid_from,
            )
        )  # fmt: skip
        audit.record(session, staff, "plan_terms", clinic_id=clinic_id)
        await session.flush()
        return await _versions(session, clinic_id, staff, kind)


async def remove_terms(actor: Actor | None, *, kind: CaseTypeKind, version: int) -> TermsVersions:
    """Take a coming version away. One that is gone stays gone.

    Raises NotAllowed for other staff than the administrator, and StaleVersion when it has come into force.
    """
    staff, clinic_id = as_administrator(actor)
    async with get_database().write() as session:
        await _take_turns(session, clinic_id)
        row = await session.get(Terms, (clinic_id, kind, version))
        if row is not None:
            if row.valid_from <= clock.now():
                raise StaleVersion
            await session.delete(row)
            audit.record(session, staff, "remove_terms", clinic_id=clinic_id)
            await session.flush()
        return await _versions(session, clinic_id, staff, kind)


async def _take_turns(session: AsyncSession, clinic_id: UUID) -> None:
    """Let one who changes the terms be done before the next."""
    await session.execute(
        select(col(Clinic.id)).where(col(Clinic.id) == clinic_id).with_for_update(key_share=True)
    )


async def _versions(
    session: AsyncSession, clinic_id: UUID, staff: Staff, kind: CaseTypeKind
) -> TermsVersions:
    clinic = await session.get_one(Clinic, clinic_id)
    accepted = (
        select(func.count())
        .where(
            col(TermsAcceptance.clinic_id) == Terms.clinic_id,
            col(TermsAcceptance.kind) == Terms.kind,
            col(TermsAcceptance.version) == Terms.version,
        )
        .correlate(Terms)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Terms, accepted)
        .where(col(Terms.clinic_id) == clinic_id, col(Terms.kind) == kind)
        .order_by(col(Terms.version).desc())
    )
    now, found = clock.now(), []
    when = When.IN_FORCE
    for row, count in rows:
        coming = row.valid_from > now
        found.append(
            TermsVersion(
                row.version,
                Text(row.text_sv, row.text_en),
                row.valid_from,
                count,
                When.COMING if coming else when,
            )
        )
        if not coming:
            when = When.OVER
    return TermsVersions(clinic.name, tuple(found), administers(staff))
