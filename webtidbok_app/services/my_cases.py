"""A resident's own cases: what the clinic has answered, writing more, taking it back."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, RequestCase, TimeOffer
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import Unavailable
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.request import MESSAGE_MAX, Author, CaseStatus, OfferStatus, case_number
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.cases import (
    CaseInfo,
    checked_text,
    find_case,
    in_full,
    is_said,
    lock_case,
    note_change,
    require_going,
    say,
)
from webtidbok_app.services.clinics import ClinicInfo, get_clinic
from webtidbok_app.services.offers import booking_to_exchange, let_go_of_offers
from webtidbok_app.timebook.exchange import find_exchangeable

UNSENT_MAX = 5000


@dataclass(frozen=True)
class CaseRow:
    """One of the resident's cases in a list. Instants are aware, UTC."""

    id: str
    number: str
    kind: CaseTypeKind
    status: CaseStatus
    clinic: str
    clinic_slug: str
    sent_at: datetime
    changed_at: datetime
    held_until: datetime | None
    """Until when times are held for the resident to choose among, if any are."""


@dataclass(frozen=True)
class MyCase:
    """One of the resident's cases at a clinic, and what they were writing in it."""

    clinic: ClinicInfo
    case: CaseInfo
    unsent: str
    exchanges: bool
    """A time that is offered in it is exchanged for a booked one, which still stands."""


async def list_my_cases(actor: Actor | None) -> list[CaseRow]:
    """Return the resident's cases at all clinics, the one that something last happened in first."""
    resident = as_resident(actor)
    standing = (
        (col(TimeOffer.clinic_id) == RequestCase.clinic_id)
        & (col(TimeOffer.case_id) == RequestCase.id)
        & (col(TimeOffer.status) == OfferStatus.OPEN)
        & (col(TimeOffer.stands_until) > clock.now())
    )
    async with get_database().read() as session:
        rows = await session.execute(
            select(RequestCase, Clinic, col(TimeOffer.stands_until))
            .join(Clinic, col(Clinic.id) == RequestCase.clinic_id)
            .outerjoin(TimeOffer, standing)
            .where(col(RequestCase.person_id) == resident.person_id)
            .order_by(col(RequestCase.changed_at).desc(), col(RequestCase.id))
        )
        return [_row(*row) for row in rows]


async def get_my_case(actor: Actor | None, *, clinic: str, case: str) -> MyCase:
    """Return one of the resident's cases. Raises NotFound."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    async with get_database().read() as session:
        row = await find_case(session, found.id, case, person_id=resident.person_id)
        return await _mine(session, found, row)


async def follow_my_case(actor: Actor | None, *, clinic: str, case: str) -> AsyncGenerator[MyCase, None]:
    """Yield the case as it is now, and again after each change. Raises NotFound."""
    await get_my_case(actor, clinic=clinic, case=case)
    async for _ in bus.changes(topics.case(parse_id(case))):
        try:
            found = await get_my_case(actor, clinic=clinic, case=case)
        except Unavailable as error:
            report(error)
        else:
            yield found


async def write_in_case(actor: Actor | None, *, clinic: str, case: str, text: str) -> MyCase:
    """Write to the clinic in a case. The same words a second time in a row are not written again.

    Raises NotFound, CaseEnded and InvalidInput (``text``: nothing, or more than 1000 characters).
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    words = checked_text(text, "text", most=MESSAGE_MAX)
    async with get_database().write() as session:
        row = await lock_case(session, found.id, case, person_id=resident.person_id)
        require_going(row)
        if not await is_said(session, row, Author.RESIDENT, words):
            say(session, row, Author.RESIDENT, words)
            row.sent_by = resident.ombud_id
            row.unsent = ""
            note_change(session, row, CaseStatus.SENT)
            audit.record(
                session,
                resident,
                "write_in_case",
                clinic_id=found.id,
                person_id=resident.person_id,
                case_id=row.id.hex,
            )
        return await _mine(session, found, row)


async def keep_unsent(actor: Actor | None, *, clinic: str, case: str, text: str) -> None:
    """Keep a message while it is being typed, so that a session that ends takes nothing with it."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    async with get_database().write() as session:
        row = await lock_case(session, found.id, case, person_id=resident.person_id)
        if not await is_said(session, row, Author.RESIDENT, text.strip()):  # told late, it is sent already
            row.unsent = text[:UNSENT_MAX]


async def withdraw_case(actor: Actor | None, *, clinic: str, case: str) -> MyCase:
    """Take a request back. Done twice it changes nothing more. Raises NotFound and CaseEnded (the clinic's doing)."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    async with get_database().write() as session:
        row = await lock_case(session, found.id, case, person_id=resident.person_id)
        if row.status != CaseStatus.WITHDRAWN:
            require_going(row)
            row.unsent = ""
            await let_go_of_offers(session, row, OfferStatus.WITHDRAWN)
            note_change(session, row, CaseStatus.WITHDRAWN)
            audit.record(
                session,
                resident,
                "withdraw_case",
                clinic_id=found.id,
                person_id=resident.person_id,
                case_id=row.id.hex,
            )
        return await _mine(session, found, row)


async def _mine(session: AsyncSession, clinic: ClinicInfo, row: RequestCase) -> MyCase:
    old = await find_exchangeable(
        session,
        clinic_id=clinic.id,
        booking_id=booking_to_exchange(row),
        person_id=row.person_id,
        now=clock.now(),
    )
    return MyCase(clinic, await in_full(session, row, notes=False), row.unsent, old is not None)


def _row(case: RequestCase, clinic: Clinic, held_until: datetime | None) -> CaseRow:
    return CaseRow(
        id=case.id.hex,
        number=case_number(case.number, case.sent_at),
        kind=CaseTypeKind(case.kind),
        status=CaseStatus(case.status),
        clinic=clinic.name,
        clinic_slug=clinic.slug,
        sent_at=case.sent_at,
        changed_at=case.changed_at,
        held_until=held_until,
    )
