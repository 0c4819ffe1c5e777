"""How a clinic's own journal system is reached, as the superadmin of its region writes it down and tests it.

It is turned on in ``services.connection_switch``.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_time_types
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    CareProvider,
    Clinic,
    JournalConnection,
    JournalWrite,
    Region,
)
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import HasUnsettledWrites, InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.ids import normalise_hsa_id
from webtidbok_app.domain.journal_address import problem_of
from webtidbok_app.domain.journal_probe import Probed, passes
from webtidbok_app.domain.journal_write import UNSETTLED
from webtidbok_app.journal.rivta.journal import KIND
from webtidbok_app.journal.rivta.probe import probe
from webtidbok_app.journal.rivta.translate import same_id
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_superadmin
from webtidbok_app.services.clinics import swedish_order
from webtidbok_app.settings import get_settings

ABILITIES = ("can_book", "can_cancel", "can_rebook", "can_message", "can_choose_performer", "can_move")
"""What a journal system can or cannot do, as the connection's columns are called."""
CONTRACTS_ASKED = (
    "GetSubjectOfCareSchedule", "GetBookingDetails", "GetAllTimeTypes", "GetAvailableDates", "GetAvailableTimeslots",
    "MakeBooking", "UpdateBooking", "CancelBooking", "GetAllPerformers", "GetAllHealthcareFacilities",
)  # fmt: skip
"""The contracts that can have addresses of their own."""


@dataclass(frozen=True)
class ClinicTimebook:
    """A clinic of the region, and which timebook it has."""

    slug: str
    name: str
    city: str
    connected: bool
    prepared: bool
    """It is written down how its journal system is reached, whether that is in use or not."""
    passed: bool
    """The last test call succeeded."""


@dataclass(frozen=True)
class RegionTimebooks:
    """The region's clinics in order of name."""

    region: str
    clinics: tuple[ClinicTimebook, ...]


@dataclass(frozen=True)
class Reach:
    """How a journal system is reached, and what it can do."""

    logical_address: str
    address: str = ""
    addresses: tuple[tuple[str, str], ...] = ()
    """Where single contracts are called instead, by their names."""
    certificate: str = ""
    abilities: frozenset[str] = frozenset(ABILITIES) - {"can_move"}


@dataclass(frozen=True)
class ConnectionInfo:
    """A clinic's connection as it stands. ``version`` 0 is one that is not written down yet."""

    clinic: str
    reach: Reach
    connected: bool
    certificates: tuple[str, ...]
    """Those that can be chosen from: the installation's own, by name."""
    tested_at: datetime | None = None
    report: tuple[Probed, ...] = ()
    version: int = 0
    saved: bool = True
    """False when a change was tried and not kept, because the journal system did not answer by it."""

    @property
    def passed(self) -> bool:
        """Whether the last test call succeeded."""
        return passes(self.report)


async def list_timebooks(actor: Actor | None) -> RegionTimebooks:
    """Return the region's clinics with the timebook that each has. Raises NotAllowed."""
    _, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        region = await session.get_one(Region, region_id)
        of_region = select(col(CareProvider.id)).where(col(CareProvider.region_id) == region_id)
        clinics = await session.scalars(select(Clinic).where(col(Clinic.care_provider_id).in_(of_region)))
        connections = {one.clinic_id: one for one in await session.scalars(select(JournalConnection))}
        found = [_timebook(clinic, connections.get(clinic.id)) for clinic in clinics]
    return RegionTimebooks(region.name, tuple(sorted(found, key=lambda one: swedish_order(one.name))))


async def get_connection(actor: Actor | None, *, clinic: str) -> ConnectionInfo:
    """Return how the clinic's journal system is reached. Raises NotAllowed and NotFound."""
    _, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        row = await find_clinic(session, region_id, clinic)
        return told(row, await session.get(JournalConnection, row.id))


async def save_connection(actor: Actor | None, *, clinic: str, reach: Reach, seen: int) -> ConnectionInfo:
    """Write down how the journal system is reached, to be tested anew. ``seen`` is the version that was shown.

    One in use is tested first, and kept only when it answers: ``saved`` tells. Raises NotAllowed, NotFound,
    InvalidInput (``logical_address``, ``address``, ``address_<contract>``, ``certificate``), StaleVersion, and
    HasUnsettledWrites for another unit or address while it is not known what became of what was sent to this one.
    """
    staff, region_id = as_superadmin(actor)
    wanted = _checked(reach)
    async with get_database().read() as session:
        row = await find_clinic(session, region_id, clinic)
        await _require_free_unit(session, row, wanted)
        report: list[Probed] = []
    if row.journal == KIND:
        report = await probe(
            _filled(JournalConnection(clinic_id=row.id, logical_address="", address=""), wanted)
        )
        if not passes(report):
            info = await get_connection(actor, clinic=clinic)
            return replace(info, reach=wanted, report=tuple(report), saved=False)
    async with get_database().write() as session:
        row = await find_clinic(session, region_id, clinic, lock=True)
        connection = await session.get(JournalConnection, row.id)
        if (connection.version if connection else 0) != seen:
            raise StaleVersion
        if connection and _leads_elsewhere(connection, wanted):
            await _require_settled(session, row)
        if connection is None:
            connection = JournalConnection(clinic_id=row.id, logical_address="", address="", version=0)
            session.add(connection)
        _filled(connection, wanted)
        connection.version += 1
        _note_report(connection, report)
        audit.record(session, staff, "set_connection", clinic_id=row.id)
        tell_of_time_types(session, row.id)
        return told(row, connection)


async def test_connection(actor: Actor | None, *, clinic: str) -> ConnectionInfo:
    """Call the journal system, and note what each contract answered. Nothing is booked.

    Raises NotAllowed, NotFound, and StaleVersion when the connection was changed meanwhile.
    """
    staff, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        row = await find_clinic(session, region_id, clinic)
        connection = await find_connection(session, row)
    report = await probe(connection)
    async with get_database().write() as session:
        row = await find_clinic(session, region_id, clinic, lock=True)
        now = await find_connection(session, row)
        if now.version != connection.version:
            raise StaleVersion
        _note_report(now, report)
        audit.record(session, staff, "test_connection", clinic_id=row.id)
        return told(row, now)


def _timebook(clinic: Clinic, connection: JournalConnection | None) -> ClinicTimebook:
    return ClinicTimebook(
        slug=clinic.slug,
        name=clinic.name,
        city=clinic.city,
        connected=clinic.journal == KIND,
        prepared=connection is not None,
        passed=connection is not None and passes(report_of(connection)),
    )


async def find_clinic(session: AsyncSession, region_id: UUID, slug: str, *, lock: bool = False) -> Clinic:
    """Return a clinic of the region. Raises NotFound."""
    of_region = select(col(CareProvider.id)).where(col(CareProvider.region_id) == region_id)
    asked = select(Clinic).where(col(Clinic.slug) == slug, col(Clinic.care_provider_id).in_(of_region))
    found = await session.scalar(asked.with_for_update(key_share=True) if lock else asked)
    if found is None:
        raise NotFound
    return found


async def find_connection(session: AsyncSession, clinic: Clinic) -> JournalConnection:
    """Return how the clinic's journal system is reached. Raises NotFound when that is not written down."""
    found = await session.get(JournalConnection, clinic.id)
    if found is None:
        raise NotFound
    return found


def _checked(reach: Reach) -> Reach:
    """Return it as it is kept. Raises InvalidInput."""
    settings = get_settings()
    problems: dict[str, str] = {}
    unit = ""
    try:
        unit = normalise_hsa_id(reach.logical_address)
    except InvalidInput:
        problems["logical_address"] = "hsa_id"
    own = {
        contract: address for contract, address in reach.addresses if address and contract in CONTRACTS_ASKED
    }
    written = {"address": reach.address, **{f"address_{contract}": one for contract, one in own.items()}}
    problems |= {
        name: wrong for name, one in written.items() if (wrong := problem_of(one, demo=settings.demo))
    }
    if reach.certificate not in {"", *settings.journal_certificates}:
        problems["certificate"] = "choose_certificate"
    if problems:
        raise InvalidInput(problems)
    abilities = reach.abilities & set(ABILITIES)
    return replace(reach, logical_address=unit, addresses=tuple(own.items()), abilities=abilities)


async def _require_free_unit(session: AsyncSession, clinic: Clinic, wanted: Reach) -> None:
    """See to it that no other clinic is the same unit: each would show the other's bookings. Raises InvalidInput."""
    other = select(col(JournalConnection.clinic_id)).where(
        func.upper(JournalConnection.logical_address) == wanted.logical_address,
        col(JournalConnection.clinic_id) != clinic.id,
    )
    if await session.scalar(other.limit(1)):
        raise InvalidInput({"logical_address": "unit_taken"})


def _leads_elsewhere(connection: JournalConnection, wanted: Reach) -> bool:
    """Whether calls would reach another unit or address than they do."""
    return not same_id(connection.logical_address, wanted.logical_address) or (
        (connection.address, connection.addresses) != (wanted.address, dict(wanted.addresses))
    )


async def _require_settled(session: AsyncSession, clinic: Clinic) -> None:
    """See to it that nothing is looked for: a write does not say where it was sent. Raises HasUnsettledWrites."""
    looked_for = or_(col(JournalWrite.outcome).in_(UNSETTLED), col(JournalWrite.look_at).is_not(None))
    asked = select(col(JournalWrite.id)).where(col(JournalWrite.clinic_id) == clinic.id, looked_for)
    if await session.scalar(asked.limit(1)):
        raise HasUnsettledWrites


def _filled(connection: JournalConnection, wanted: Reach) -> JournalConnection:
    connection.logical_address, connection.address = wanted.logical_address, wanted.address
    connection.addresses, connection.certificate = dict(wanted.addresses), wanted.certificate
    for ability in ABILITIES:
        setattr(connection, ability, ability in wanted.abilities)
    return connection


def _note_report(connection: JournalConnection, report: list[Probed]) -> None:
    connection.tested_at = clock.now() if report else None
    connection.report = [vars(one) for one in report]


def report_of(connection: JournalConnection) -> list[Probed]:
    """Return what the last test call found."""
    return [Probed(**one) for one in connection.report]


def told(clinic: Clinic, connection: JournalConnection | None) -> ConnectionInfo:
    """Return the connection as it is told."""
    certificates = tuple(sorted(get_settings().journal_certificates))
    if connection is None:
        return ConnectionInfo(clinic.name, Reach(clinic.hsa_id), connected=False, certificates=certificates)
    return ConnectionInfo(
        clinic=clinic.name,
        reach=Reach(
            connection.logical_address,
            connection.address,
            tuple(connection.addresses.items()),
            connection.certificate,
            frozenset(one for one in ABILITIES if getattr(connection, one)),
        ),
        connected=clinic.journal == KIND,
        certificates=certificates,
        tested_at=connection.tested_at,
        report=tuple(report_of(connection)),
        version=connection.version,
    )
