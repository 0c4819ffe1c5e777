"""Clinics as residents find them. Open to everybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    STANDALONE,
    CareProvider,
    CaseType,
    Clinic,
    JournalConnection,
    Region,
    Service,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    NotFound,
    OmbudNotHere,
    RuleViolation,
    TooLateToChange,
)
from webtidbok_app.domain.nearness import Searchable, rank
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, Capabilities, JournalSystem, Text
from webtidbok_app.timebook.deviations import find_deviations

CLOSED_AHEAD = timedelta(weeks=4)
"""How far ahead residents are told of days when a clinic is closed."""


@dataclass(frozen=True)
class CaseTypeInfo:
    """A case type that a resident can use at the clinic now, with the clinic's own words about it."""

    kind: CaseTypeKind
    text: Text
    not_here: Text = field(default_factory=Text)
    """Who is to turn elsewhere."""
    care_info: Text = field(default_factory=Text)
    """What to think of when one writes to the clinic."""


@dataclass(frozen=True)
class RegionInfo:
    """The region that a clinic belongs to."""

    slug: str
    name: str


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
    """What residents are told just now."""
    case_types: tuple[CaseTypeInfo, ...]
    journal_kind: str
    region: RegionInfo
    care_provider: str
    message_name: Text
    """What messages and calendars call it, where it has chosen that."""
    answer_days: int
    """How many working days it usually takes to answer a request."""
    can_watch: bool
    """Residents can wait here for a time to become free."""
    connection: JournalConnection | None = field(default=None, repr=False)
    """How its journal system is reached, where it has one of its own."""
    stop: Text | None = None
    """Why nothing can be booked here for now, as far as it is said; None when it can."""

    def refusal(self, late: TooLateToChange) -> RuleViolation:
        """Return why a booking here cannot be changed on the web (``phone``): too late or, undated, not at all."""
        if late.facts.get("deadline") is None:
            return CapabilityMissing(phone=self.phone)
        return TooLateToChange(**late.facts, phone=self.phone)

    @property
    def connected(self) -> bool:
        """Whether its times stand in a journal system of its own."""
        return self.journal_kind != STANDALONE

    def case_type(self, kind: CaseTypeKind) -> CaseTypeInfo | None:
        """Return the case type if it is on, possible and working."""
        return next((one for one in self.case_types if one.kind == kind), None)

    def offers(self, kind: CaseTypeKind) -> bool:
        """Whether the case type is on, possible and working."""
        return self.case_type(kind) is not None

    def journal(self, resident: Resident) -> JournalSystem:
        """Return the clinic's timebook, for what the resident does there.

        Raises OmbudNotHere (``phone``) for who acts for a child where the timebook is not our own: how the actor is
        to be stated there is for its owner to say.
        """
        if resident.by and self.connected:
            raise OmbudNotHere(phone=self.phone)
        return journal.connect(clinic_id=self.id, kind=self.journal_kind, connection=self.connection)


@dataclass(frozen=True)
class TimeAtClinic:
    """A booked time, and the clinic where it is."""

    clinic: ClinicInfo
    time: BookedTime


@dataclass(frozen=True)
class ClinicSearch:
    """What a search found. ``only_near``: none has the words, but these are nearly called so."""

    clinics: list[ClinicInfo]
    only_near: bool
    regions: list[RegionInfo]
    """All regions that have clinics, whatever was searched for."""


async def list_clinics() -> list[ClinicInfo]:
    """Return all clinics in order of name."""
    return sorted(await _load_clinics(), key=lambda clinic: swedish_order(clinic.name))


async def search_clinics(*, words: str, region: str = "") -> ClinicSearch:
    """Return the clinics whose name, kind or place has every word, or nearly so, the nearest first.

    Without words they are all there, in order of name. ``region`` is a region's slug; empty for all regions.
    """
    clinics = await list_clinics()
    regions = regions_of(clinics)
    within = [clinic for clinic in clinics if region in {"", clinic.region.slug}]
    found, only_near = rank(words, within, searchable_clinic) if words.strip() else (within, False)
    return ClinicSearch(found, only_near, regions)


def regions_of(clinics: Iterable[ClinicInfo]) -> list[RegionInfo]:
    """Return the regions that the clinics belong to, in order of name."""
    found = {clinic.region for clinic in clinics}
    return sorted(found, key=lambda region: (swedish_order(region.name), region.slug))


def searchable_clinic(clinic: ClinicInfo) -> Searchable:
    """Return what a clinic is found by."""
    place = f"{clinic.street} {clinic.postal_code} {clinic.city} {clinic.region.name}"
    return Searchable((clinic.name,), f"{clinic.kind.sv} {clinic.kind.en} {place} {clinic.care_provider}")


def swedish_order(text: str) -> str:
    """Return what to sort by, so that å, ä and ö come last and in that order."""
    return text.casefold().translate({ord("å"): "{", ord("ä"): "|", ord("ö"): "}"})


async def get_clinic(*, slug: str) -> ClinicInfo:
    """Return one clinic. Raises NotFound."""
    return await _one_clinic(col(Clinic.slug) == slug)


async def get_clinic_by_id(clinic_id: UUID) -> ClinicInfo:
    """Return one clinic. Raises NotFound."""
    return await _one_clinic(col(Clinic.id) == clinic_id)


async def list_closed_days(clinic: ClinicInfo) -> list[tuple[date, date]]:
    """Return from and until which day, both included, the whole clinic is closed in the coming four weeks.

    Public holidays are not among them: those the opening hours tell of.
    """
    today = swedish_time.day_of(clock.now())
    async with get_database().read() as session:
        found = await find_deviations(session, clinic_id=clinic.id, first=today, last=today + CLOSED_AHEAD)
    return [
        (max(one.first_day, today), one.last_day)
        for one in found
        if one.whole_day and one.performer_id is None
    ]


async def get_clinic_offering(*, slug: str, kind: CaseTypeKind) -> ClinicInfo:
    """Return a clinic that offers the case type now. Raises NotFound and CapabilityMissing (``phone``)."""
    clinic = await get_clinic(slug=slug)
    if not clinic.offers(kind):
        raise CapabilityMissing(phone=clinic.phone)
    return clinic


async def _one_clinic(which: ColumnElement[bool]) -> ClinicInfo:
    found = await _load_clinics(which)
    if not found:
        raise NotFound
    return found[0]


async def _load_clinics(*which: ColumnElement[bool]) -> list[ClinicInfo]:
    statement = (
        select(Clinic, CareProvider, Region, Service, JournalConnection, CaseType)
        .join(CareProvider, col(CareProvider.id) == Clinic.care_provider_id)
        .join(Region, col(Region.id) == CareProvider.region_id)
        .join(Service, true())
        .outerjoin(JournalConnection, col(JournalConnection.clinic_id) == Clinic.id)
        .outerjoin(CaseType, (col(CaseType.clinic_id) == Clinic.id) & col(CaseType.active))
        .where(*which)
        .order_by(col(CaseType.kind))
    )
    case_types: dict[UUID, list[CaseType]] = {}
    owned: dict[UUID, tuple[Clinic, CareProvider, Region, Service, JournalConnection | None]] = {}
    async with get_database().read() as session:
        for clinic, provider, region, service, connection, case_type in await session.execute(statement):
            owned[clinic.id] = clinic, provider, region, service, connection
            case_types.setdefault(clinic.id, []).extend([case_type] if case_type else [])
    return [_clinic_info(*rows, case_types[clinic_id]) for clinic_id, rows in owned.items()]


def possible_case_types(can: Capabilities) -> frozenset[CaseTypeKind]:
    """Return the case types that a clinic can turn on: requests always, the others as its timebook can."""
    direct = {CaseTypeKind.BOOK_DIRECT: can.book, CaseTypeKind.MANAGE_DIRECT: can.cancel or can.rebook}
    return frozenset(kind for kind in CaseTypeKind if direct.get(kind, True))


def _clinic_info(
    clinic: Clinic,
    provider: CareProvider,
    region: Region,
    service: Service,
    connection: JournalConnection | None,
    case_types: list[CaseType],
) -> ClinicInfo:
    can = journal.connect(clinic_id=clinic.id, kind=clinic.journal, connection=connection).capabilities
    possible = possible_case_types(can)
    on = {CaseTypeKind(row.kind) for row in case_types} & possible
    today = swedish_time.day_of(clock.now())
    stopped = next((place for place in (service, clinic) if place.stopped_at), None)
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
        notice=Text(*clinic.notice_on(today)),
        stop=Text(*stopped.notice_on(today)) if stopped else None,
        case_types=tuple(
            CaseTypeInfo(
                CaseTypeKind(row.kind),
                Text(row.text_sv, row.text_en),
                Text(row.not_here_sv, row.not_here_en),
                Text(row.care_info_sv, row.care_info_en),
            )
            for row in case_types
            if CaseTypeKind(row.kind) in possible
        ),
        journal_kind=clinic.journal,
        region=RegionInfo(region.slug, region.name),
        care_provider=provider.name,
        message_name=Text(clinic.message_name_sv, clinic.message_name_en),
        answer_days=clinic.answer_days,
        connection=connection,
        can_watch=clinic.watch and can.watch and CaseTypeKind.BOOK_DIRECT in on,
    )
