"""Clinics as residents find them. Open to everybody."""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import CaseType, Clinic
from webtidbok_app.domain.errors import CapabilityMissing, NotFound
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import JournalSystem, Text


@dataclass(frozen=True)
class CaseTypeInfo:
    """A case type that a resident can use at the clinic now, with the clinic's own words about it."""

    kind: CaseTypeKind
    text: Text


@dataclass(frozen=True)
class ClinicInfo:
    """A clinic's public face."""

    id: UUID
    slug: str
    hsa_id: str
    name: str
    kind: Text
    street: str
    postal_code: str
    city: str
    phone: str
    hours: Text
    text: Text
    notice: Text
    case_types: tuple[CaseTypeInfo, ...]
    journal_kind: str

    def offers(self, kind: CaseTypeKind) -> bool:
        """Whether the case type is on, possible and working."""
        return any(case_type.kind == kind for case_type in self.case_types)

    def journal(self) -> JournalSystem:
        """Return the clinic's timebook."""
        return journal.connect(clinic_id=self.id, kind=self.journal_kind)


async def find_clinics(*, words: str) -> list[ClinicInfo]:
    """Return the clinics whose name, kind or place has every word, in order of name; all when there is none."""
    wanted = _fold(words).split()
    clinics = await _load_clinics()
    return [clinic for clinic in clinics if all(word in _searched_text(clinic) for word in wanted)]


async def get_clinic(*, slug: str) -> ClinicInfo:
    """Return one clinic. Raises NotFound."""
    found = await _load_clinics(slug=slug)
    if not found:
        raise NotFound
    return found[0]


async def get_clinic_offering(*, slug: str, kind: CaseTypeKind) -> ClinicInfo:
    """Return a clinic that offers the case type now. Raises NotFound and CapabilityMissing (``phone``)."""
    clinic = await get_clinic(slug=slug)
    if not clinic.offers(kind):
        raise CapabilityMissing(phone=clinic.phone)
    return clinic


async def _load_clinics(slug: str | None = None) -> list[ClinicInfo]:
    statement = (
        select(Clinic, CaseType)
        .outerjoin(CaseType, (col(CaseType.clinic_id) == Clinic.id) & col(CaseType.active))
        .order_by(col(Clinic.name), col(CaseType.kind))
    )
    if slug is not None:
        statement = statement.where(col(Clinic.slug) == slug)
    case_types: dict[UUID, list[CaseType]] = {}
    clinics: dict[UUID, Clinic] = {}
    async with get_database().read() as session:
        for clinic, case_type in await session.execute(statement):
            clinics[clinic.id] = clinic
            case_types.setdefault(clinic.id, []).extend([case_type] if case_type else [])
    return [_clinic_info(clinic, case_types[clinic.id]) for clinic in clinics.values()]


def _clinic_info(clinic: Clinic, case_types: list[CaseType]) -> ClinicInfo:
    capabilities = journal.connect(clinic_id=clinic.id, kind=clinic.journal).capabilities
    possible = {CaseTypeKind.BOOK_DIRECT: capabilities.book, CaseTypeKind.MANAGE_DIRECT: capabilities.cancel}
    return ClinicInfo(
        id=clinic.id,
        slug=clinic.slug,
        hsa_id=clinic.hsa_id,
        name=clinic.name,
        kind=Text(clinic.kind_sv, clinic.kind_en),
        street=clinic.street,
        postal_code=clinic.postal_code,
        city=clinic.city,
        phone=clinic.phone,
        hours=Text(clinic.hours_sv, clinic.hours_en),
        text=Text(clinic.text_sv, clinic.text_en),
        notice=Text(clinic.notice_sv, clinic.notice_en),
        case_types=tuple(
            CaseTypeInfo(CaseTypeKind(row.kind), Text(row.text_sv, row.text_en))
            for row in case_types
            if possible.get(CaseTypeKind(row.kind))
        ),
        journal_kind=clinic.journal,
    )


def _searched_text(clinic: ClinicInfo) -> str:
    kind, place = f"{clinic.kind.sv} {clinic.kind.en}", f"{clinic.street} {clinic.postal_code} {clinic.city}"
    return _fold(f"{clinic.name} {kind} {place}")


def _fold(text: str) -> str:
    """Return the text without case and accents, so that "bjork" finds "Björk"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
