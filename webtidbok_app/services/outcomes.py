"""What became of a change that was asked of a clinic's journal system, when its answer was lost.

Nobody knows until the schedule has been read (``services.settlement``). Until then the resident is told so, and is
kept from asking for the same once more; then they are told what is true, until they say that they have read it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_write
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import NotFound, OmbudNotHere, OutcomeUnknown, Unavailable
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.journal_write import UNSETTLED, WriteKind, WriteOutcome
from webtidbok_app.journal.rivta import translate
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.logs import report
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic, list_clinics

ANSWERED_WITHIN = timedelta(seconds=45)
"""An answer that has not come by then is lost, whether or not anybody has noticed."""
TOLD_AFTER = timedelta(days=1)
"""How long after the visit began one is still told of what was lost."""


@dataclass(frozen=True)
class MyOutcome:
    """One change that the resident asked for. Instants are aware, UTC."""

    id: str
    clinic: ClinicInfo
    """Where the time is that was asked for, or that was to be cancelled."""
    left: ClinicInfo
    """Where the booking stood that was to be exchanged; mostly the same."""
    kind: WriteKind
    outcome: WriteOutcome
    starts_at: datetime
    ends_at: datetime
    old_starts_at: datetime | None
    """When the booking began that was to be exchanged."""
    time_type_id: str
    time_type: str
    booking_id: str
    """The booking that the resident has, or had; empty while none is known."""
    reference: str
    """What the call is found by in the logs, here and at the clinic."""
    result_text: str
    read: bool
    """The resident has put it away."""

    @property
    def settled(self) -> bool:
        """Whether there is no more to find out."""
        return self.outcome not in UNSETTLED


async def list_outcomes(actor: Actor | None) -> list[MyOutcome]:
    """Return what is not known yet, and what is known since and not put away; the newest first.

    A guardian sees none: connected clinics are not for who acts for a child.
    """
    resident = as_resident(actor)
    if resident.by:
        return []
    now = clock.now()
    passed = now - TOLD_AFTER
    told = or_(
        col(JournalWrite.outcome) == WriteOutcome.UNKNOWN,
        and_(
            col(JournalWrite.outcome) == WriteOutcome.SENT, col(JournalWrite.sent_at) < now - ANSWERED_WITHIN
        ),
        and_(
            col(JournalWrite.lost),
            col(JournalWrite.outcome) != WriteOutcome.SENT,
            col(JournalWrite.seen_at).is_(None),
        ),
    )
    async with get_database().read() as session:
        rows = await session.scalars(
            select(JournalWrite)
            .where(
                col(JournalWrite.person_id) == resident.person_id,
                or_(col(JournalWrite.starts_at) > passed, col(JournalWrite.old_starts_at) > passed),
                told,
            )
            .order_by(col(JournalWrite.sent_at).desc())
        )
        found = rows.all()
    if not found:
        return []
    clinics = await _clinics()
    return [_told(clinics, row) for row in found]


async def get_outcome(actor: Actor | None, *, clinic: str, write: str) -> MyOutcome:
    """Return what is known of a change that the resident asked for. Raises NotFound and OmbudNotHere (``phone``)."""
    resident, found = await _enter(actor, clinic)
    async with get_database().read() as session:
        row = await _find(session, found, resident, write)
    return _told(await _clinics(), row)


async def follow_outcome(actor: Actor | None, *, clinic: str, write: str) -> AsyncGenerator[MyOutcome, None]:
    """Yield what is known of it now, and again when more is. Raises NotFound and OmbudNotHere (``phone``)."""
    await get_outcome(actor, clinic=clinic, write=write)
    async for _ in bus.changes(topics.write(parse_id(write))):
        try:
            found = await get_outcome(actor, clinic=clinic, write=write)
        except Unavailable as error:
            report(error)
        else:
            yield found


async def put_away(actor: Actor | None, *, clinic: str, write: str) -> None:
    """Note that the resident has read what became of it. What is not known yet stays. Raises NotFound."""
    resident, found = await _enter(actor, clinic)
    async with get_database().write() as session:
        row = await _find(session, found, resident, write, lock=True)
        if row.outcome not in UNSETTLED and row.seen_at is None:
            row.seen_at = clock.now()
            tell_of_write(session, row.id)


async def refuse_if_unsettled(
    resident: Resident, clinic: ClinicInfo, *, time_type: str = "", booking: str = "", hold_id: str = ""
) -> None:
    """Raise OutcomeUnknown while nobody knows whether the resident has a time of the type, or what became of a booking.

    What the hold itself was booked with is for the timebook to judge: it answers the same as before.
    """
    for row in await _unsettled(resident, clinic):
        same_type = (row.kind, row.time_type) == (WriteKind.MAKE, time_type)
        same_booking = bool(booking) and translate.booking_id(row.booking_id) == booking
        if (same_type or same_booking) and not (row.hold_id and row.hold_id.hex == hold_id):
            raise OutcomeUnknown(correlation_id=row.correlation_id, write_id=row.id.hex)


async def find_unsettled(resident: Resident, clinic: ClinicInfo) -> dict[str, str]:
    """Return the bookings of which nobody knows whether they are changed, each with the change (``get_outcome``)."""
    rows = await _unsettled(resident, clinic)
    return {translate.booking_id(row.booking_id): row.id.hex for row in rows if row.kind != WriteKind.MAKE}


async def _unsettled(resident: Resident, clinic: ClinicInfo) -> Sequence[JournalWrite]:
    if not clinic.connected:
        return ()
    async with get_database().read() as session:
        rows = await session.scalars(
            select(JournalWrite).where(
                _of(clinic),
                col(JournalWrite.person_id) == resident.person_id,
                col(JournalWrite.outcome).in_(UNSETTLED),
            )
        )
        return rows.all()


async def _clinics() -> dict[UUID, ClinicInfo]:
    return {clinic.id: clinic for clinic in await list_clinics()}


async def _enter(actor: Actor | None, clinic: str) -> tuple[Resident, ClinicInfo]:
    resident, found = as_resident(actor), await get_clinic(slug=clinic)
    if resident.by:
        raise OmbudNotHere(phone=found.phone)
    return resident, found


async def _find(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, write: str, *, lock: bool = False
) -> JournalWrite:
    asked = select(JournalWrite).where(
        _of(clinic),
        col(JournalWrite.id) == parse_id(write),
        col(JournalWrite.person_id) == resident.person_id,
    )
    found = await session.scalar(asked.with_for_update() if lock else asked)
    if found is None:
        raise NotFound
    return found


def _told(clinics: Mapping[UUID, ClinicInfo], row: JournalWrite) -> MyOutcome:
    return MyOutcome(
        id=row.id.hex,
        clinic=clinics[row.clinic_id],
        left=clinics[row.from_clinic_id or row.clinic_id],
        kind=WriteKind(row.kind),
        outcome=WriteOutcome(row.outcome),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        old_starts_at=row.old_starts_at,
        time_type_id=row.time_type,
        time_type=row.time_type_name,
        booking_id=translate.booking_id(
            row.new_booking_id or ("" if row.kind == WriteKind.MAKE else row.booking_id)
        ),
        reference=row.correlation_id,
        result_text=row.result_text,
        read=row.seen_at is not None,
    )


def _of(clinic: ClinicInfo) -> ColumnElement[bool]:
    """Return the condition that a change was asked for at the clinic, or of a booking there."""
    return or_(col(JournalWrite.clinic_id) == clinic.id, col(JournalWrite.from_clinic_id) == clinic.id)
