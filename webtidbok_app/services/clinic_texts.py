"""What a clinic tells residents in its own words: about itself, and about each of its case types."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import CaseType, Clinic
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import NotFound, StaleVersion
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import administers, as_administrator, as_clinic_staff
from webtidbok_app.services.clinics import possible_case_types
from webtidbok_app.services.rich_texts import Written, tidied

PRESENTATION_MAX = 5000
CASE_TYPE_TEXT_MAX = 1000
FIELDS: Mapping[CaseTypeKind, tuple[str, ...]] = {
    CaseTypeKind.BOOK_DIRECT: ("text", "not_here", "care_info"),
    CaseTypeKind.MANAGE_DIRECT: ("text",),
    CaseTypeKind.REQUEST: ("text", "not_here", "care_info"),
    CaseTypeKind.REQUEST_CHANGE: ("text", "care_info"),
}
"""Which texts a case type has: who changes a booked time is at the right clinic, and who cancels writes nothing."""


@dataclass(frozen=True)
class CaseTypeTexts:
    """A case type's texts, by field (``FIELDS``)."""

    kind: CaseTypeKind
    active: bool
    texts: Mapping[str, Text]


@dataclass(frozen=True)
class ClinicTexts:
    """The clinic's texts, and whether the one who asked may change them."""

    clinic: str
    slug: str
    presentation: Text
    case_types: tuple[CaseTypeTexts, ...]
    """Those that the clinic's timebook makes possible."""
    may_change: bool

    def of(self, kind: CaseTypeKind) -> CaseTypeTexts:
        """Return the texts of a case type. Raises NotFound."""
        for one in self.case_types:
            if one.kind == kind:
                return one
        raise NotFound


async def get_texts(actor: Actor | None) -> ClinicTexts:
    """Return the clinic's texts. All its staff may see them."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        return await _texts(session, clinic_id, staff)


async def set_presentation(
    actor: Actor | None, *, text: Text, seen: ClinicTexts | None = None
) -> ClinicTexts:
    """Change what the clinic tells about itself, first on its page.

    ``seen`` is what was shown when it was written; without it nothing is compared. Raises NotAllowed for other staff
    than the administrator, InvalidInput (``presentation_sv``, ``_en``), and StaleVersion when it is another by now.
    """
    staff, clinic_id = as_administrator(actor)
    kept = tidied({"presentation": Written(text, PRESENTATION_MAX)})["presentation"]
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id, with_for_update={"key_share": True})
        if seen and seen.presentation != Text(clinic.text_sv, clinic.text_en):
            raise StaleVersion
        clinic.text_sv, clinic.text_en = kept.sv, kept.en
        audit.record(session, staff, "set_presentation", clinic_id=clinic_id)
        return await _texts(session, clinic_id, staff)


async def set_case_type_texts(
    actor: Actor | None, *, kind: CaseTypeKind, texts: Mapping[str, Text], seen: ClinicTexts | None = None
) -> ClinicTexts:
    """Change the texts of a case type; a field of it that is not among ``texts`` becomes empty.

    ``seen`` is what was shown when they were written; without it nothing is compared. Raises NotAllowed for other
    staff than the administrator, InvalidInput (``<field>_sv``, ``<field>_en``), and StaleVersion when they are others
    by now.
    """
    staff, clinic_id = as_administrator(actor)
    written = {field: Written(texts.get(field, Text()), CASE_TYPE_TEXT_MAX) for field in FIELDS[kind]}
    kept = tidied(written)
    async with get_database().write() as session:
        await insert_or_ignore(session, CaseType(clinic_id=clinic_id, kind=kind))
        row = await session.get_one(CaseType, (clinic_id, kind), with_for_update={"key_share": True})
        if seen and seen.of(kind).texts != _case_type(kind, row).texts:
            raise StaleVersion
        for field, text in kept.items():
            setattr(row, f"{field}_sv", text.sv)
            setattr(row, f"{field}_en", text.en)
        audit.record(session, staff, "set_case_type_texts", clinic_id=clinic_id)
        return await _texts(session, clinic_id, staff)


async def _texts(session: AsyncSession, clinic_id: UUID, staff: Staff) -> ClinicTexts:
    clinic = await session.get_one(Clinic, clinic_id)
    rows = await session.scalars(select(CaseType).where(col(CaseType.clinic_id) == clinic_id))
    known = {row.kind: row for row in rows}
    possible = possible_case_types((await journal.connect_to(session, clinic)).capabilities)
    return ClinicTexts(
        clinic=clinic.name,
        slug=clinic.slug,
        presentation=Text(clinic.text_sv, clinic.text_en),
        case_types=tuple(_case_type(kind, known.get(kind)) for kind in CaseTypeKind if kind in possible),
        may_change=administers(staff),
    )


def _case_type(kind: CaseTypeKind, row: CaseType | None) -> CaseTypeTexts:
    texts = {
        field: Text(getattr(row, f"{field}_sv"), getattr(row, f"{field}_en")) if row else Text()
        for field in FIELDS[kind]
    }
    return CaseTypeTexts(kind, bool(row and row.active), texts)
