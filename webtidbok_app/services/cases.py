"""A case (ärende): what was asked and what has been written since. What residents' and staff's use cases share."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_case
from webtidbok_app.db.tables import OfferedTime, RequestCase, RequestMessage, TimeOffer
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Staff
from webtidbok_app.domain.errors import CaseEnded, CaseTaken, InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.request import ENDED, Author, CaseStatus, ContactWay, OfferStatus, Wish, case_number
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text


@dataclass(frozen=True)
class Asked:
    """What a resident asks for. ``starts_at`` (aware, UTC) is when the booked time starts that it is about."""

    time_type: Text
    booking_id: str
    starts_at: datetime | None
    wish: Wish | None
    which: str
    reason: str
    can_come: str
    interpreter: str
    access_needs: str
    contact: ContactWay
    phone: str


@dataclass(frozen=True)
class CaseMessage:
    """One message. ``staff_name`` is empty for the resident's own."""

    id: str
    at: datetime
    author: Author
    staff_name: str
    text: str


@dataclass(frozen=True)
class HeldTime:
    """One time that is held for the resident, by the id of what holds it. Instants are aware, UTC."""

    id: str
    starts_at: datetime
    ends_at: datetime
    time_type: Text
    performer: str


@dataclass(frozen=True)
class OfferInfo:
    """The newest times that staff have offered. ``booking_id`` is the one that was taken, empty until then."""

    status: OfferStatus
    stands_until: datetime
    times: tuple[HeldTime, ...]
    booking_id: str

    def stands(self, now: datetime) -> bool:
        """Whether one of the times can be taken still."""
        return self.status == OfferStatus.OPEN and now < self.stands_until


@dataclass(frozen=True)
class CaseInfo:
    """A case with all that is written in it, in order of time. Instants are aware, UTC."""

    id: str
    number: str
    kind: CaseTypeKind
    status: CaseStatus
    sent_at: datetime
    asked: Asked
    messages: tuple[CaseMessage, ...]
    offer: OfferInfo | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more can be written in it."""
        return self.status in ENDED


async def lock_case(
    session: AsyncSession, clinic_id: UUID, case_id: str, *, person_id: UUID | None = None
) -> RequestCase:
    """Return the case and let nobody change it meanwhile. Raises NotFound, also for another person's case."""
    case = await session.get(RequestCase, (clinic_id, parse_id(case_id)), with_for_update=True)
    return _owned(case, person_id)


async def find_case(
    session: AsyncSession, clinic_id: UUID, case_id: str, *, person_id: UUID | None = None
) -> RequestCase:
    """Return the case. Raises NotFound, also for another person's case."""
    return _owned(await session.get(RequestCase, (clinic_id, parse_id(case_id))), person_id)


async def in_full(session: AsyncSession, case: RequestCase, *, notes: bool) -> CaseInfo:
    """Return what is written in the case; staff's own notes only with ``notes``."""
    written = (
        select(RequestMessage)
        .where(col(RequestMessage.clinic_id) == case.clinic_id, col(RequestMessage.case_id) == case.id)
        .order_by(col(RequestMessage.number))
    )
    if not notes:
        written = written.where(col(RequestMessage.author) != Author.NOTE)
    await session.flush()
    return CaseInfo(
        id=case.id.hex,
        number=case_number(case.number, case.sent_at),
        kind=CaseTypeKind(case.kind),
        status=CaseStatus(case.status),
        sent_at=case.sent_at,
        asked=Asked(
            time_type=Text(case.time_type_sv, case.time_type_en),
            booking_id=case.booking_id,
            starts_at=case.starts_at,
            wish=Wish(case.wish) if case.wish else None,
            which=case.which,
            reason=case.reason,
            can_come=case.can_come,
            interpreter=case.interpreter,
            access_needs=case.access_needs,
            contact=ContactWay(case.contact or ContactWay.HERE),
            phone=case.phone,
        ),
        messages=tuple(
            CaseMessage(row.id.hex, row.at, Author(row.author), row.staff_name, row.text)
            for row in await session.scalars(written)
        ),
        offer=await _newest_offer(session, case),
    )


async def _newest_offer(session: AsyncSession, case: RequestCase) -> OfferInfo | None:
    offer = await session.scalar(
        select(TimeOffer)
        .where(col(TimeOffer.clinic_id) == case.clinic_id, col(TimeOffer.case_id) == case.id)
        .order_by(col(TimeOffer.number).desc())
        .limit(1)
    )
    if offer is None:
        return None
    times = await session.scalars(
        select(OfferedTime)
        .where(col(OfferedTime.clinic_id) == case.clinic_id, col(OfferedTime.offer_id) == offer.id)
        .order_by(col(OfferedTime.starts_at), col(OfferedTime.id))
    )
    return OfferInfo(
        status=OfferStatus(offer.status),
        stands_until=offer.stands_until,
        times=tuple(
            HeldTime(
                row.id.hex,
                row.starts_at,
                row.ends_at,
                Text(row.time_type_sv, row.time_type_en),
                row.performer,
            )
            for row in times
        ),
        booking_id=offer.booking_id.hex if offer.booking_id else "",
    )


async def is_said(
    session: AsyncSession, case: RequestCase, author: Author, text: str, *, staff: Staff | None = None
) -> bool:
    """Whether these are the last words in the case, of the same author: a second click, not to be written again."""
    last = await session.scalar(
        select(RequestMessage)
        .where(col(RequestMessage.clinic_id) == case.clinic_id, col(RequestMessage.case_id) == case.id)
        .order_by(col(RequestMessage.number).desc())
        .limit(1)
    )
    hsa_id = staff.hsa_id if staff else None
    return bool(last and (last.author, last.staff_hsa_id, last.text) == (author, hsa_id, text))


def say(
    session: AsyncSession, case: RequestCase, author: Author, text: str, *, staff: Staff | None = None
) -> RequestMessage:
    """Write in the case. ``note_change`` is to follow."""
    message = RequestMessage(
        clinic_id=case.clinic_id,
        case_id=case.id,
        number=case.version,
        at=clock.now(),
        author=author,
        staff_hsa_id=staff.hsa_id if staff else None,
        staff_name=staff.name if staff else "",
        text=text,
    )
    session.add(message)
    return message


def note_change(session: AsyncSession, case: RequestCase, status: CaseStatus | None = None) -> None:
    """Count a change of the case, and tell those who look at it once it stands."""
    case.version += 1
    if status is not None:
        case.status, case.changed_at = status, clock.now()
    tell_of_case(session, case.clinic_id, case.id)


def require_going(case: RequestCase) -> None:
    """Raise CaseEnded when nothing more can be written in the case."""
    if case.status in ENDED:
        raise CaseEnded


def require_mine_or_nobodys(case: RequestCase, staff: Staff) -> None:
    """Raise CaseTaken (``taken_by``) when a colleague has the case."""
    if case.assigned_to not in {None, staff.hsa_id}:
        raise CaseTaken(taken_by=case.assigned_name)


def require_version(case: RequestCase, staff: Staff, version: int) -> None:
    """Raise CaseTaken or StaleVersion when the case has changed since that version of it was shown."""
    if case.version != version:
        require_mine_or_nobodys(case, staff)
        raise StaleVersion


def checked_text(text: str, field: str, *, most: int) -> str:
    """Return what is to be written. Raises InvalidInput (``field``) when it is nothing or too long."""
    tidy = text.strip()
    if not tidy:
        raise InvalidInput({field: "text_missing"})
    if len(tidy) > most:
        raise InvalidInput({field: "too_long"})
    return tidy


def _owned(case: RequestCase | None, person_id: UUID | None) -> RequestCase:
    if case is None or person_id not in {None, case.person_id}:
        raise NotFound
    return case
