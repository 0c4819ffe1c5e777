"""The clinic's requests: who has which, reading, answering and closing them. For staff of the clinic."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, Person, RequestCase
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import Unavailable
from webtidbok_app.domain.ids import PersonalNumber, parse_id
from webtidbok_app.domain.request import ENDED, MESSAGE_MAX, Author, CaseStatus, OfferStatus, case_number
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_case_handler
from webtidbok_app.services.cases import (
    CaseInfo,
    checked_text,
    find_case,
    in_full,
    is_said,
    lock_case,
    note_change,
    require_going,
    require_mine_or_nobodys,
    require_version,
    say,
)
from webtidbok_app.services.offers import can_offer, let_go_of_offers
from webtidbok_app.services.reception import PROTECTED
from webtidbok_app.services.schedule import initials_of

AT_MOST = 200


class Show(StrEnum):
    """Which requests to show."""

    GOING = "going"
    NEW = "new"
    ANSWERED = "answered"
    ENDED = "ended"


class Whose(StrEnum):
    """Whose requests to show: those that one has oneself, those that nobody has, or all."""

    ALL = "all"
    MINE = "mine"
    NOBODYS = "nobodys"


@dataclass(frozen=True)
class Filter:
    """What is looked for. Without ``kind`` both case types are."""

    show: Show = Show.GOING
    whose: Whose = Whose.ALL
    kind: CaseTypeKind | None = None


@dataclass(frozen=True)
class InboxRow:
    """One request in the list, its resident masked. Instants are aware, UTC."""

    id: str
    number: str
    kind: CaseTypeKind
    status: CaseStatus
    sent_at: datetime
    changed_at: datetime
    masked_name: str
    assigned_to: str | None
    assigned_name: str


@dataclass(frozen=True)
class Inbox:
    """The clinic's requests that are looked for: unread first, and of those the one that has waited longest."""

    clinic: str
    rows: tuple[InboxRow, ...]
    unread: int
    """How many there are to read in all, whatever is looked for."""
    more: bool
    """There are more than the 200 that are shown."""


@dataclass(frozen=True)
class StaffCase:
    """A request with all that the resident said. Shown after the opening is logged."""

    case: CaseInfo
    version: int
    name: str
    personal_number: str
    protected: bool
    assigned_to: str | None
    assigned_name: str
    can_offer: bool
    """The clinic's timebook can hold times for the resident."""
    sent_by: str
    """The guardian who has sent it for their child, and is told of answers; empty for who writes for themselves."""


async def get_inbox(actor: Actor | None, *, wanted: Filter) -> Inbox:
    """Return the clinic's requests; names masked, protected identities not at all.

    All who look for the same in this worker share one reading, until something changes in them.
    """
    staff, clinic_id = as_case_handler(actor)
    mine = staff.hsa_id if wanted.whose == Whose.MINE else ""
    reading = partial(_read_inbox, clinic_id, wanted, staff.hsa_id)
    return await snapshots.get(topics.inbox(clinic_id), (wanted, mine), reading)


async def follow_inbox(actor: Actor | None, *, wanted: Filter) -> AsyncGenerator[Inbox, None]:
    """Yield the requests as they are now and, as long as it is asked for more, after each change."""
    _, clinic_id = as_case_handler(actor)
    async for _ in bus.changes(topics.inbox(clinic_id)):
        try:
            found = await get_inbox(actor, wanted=wanted)
        except Unavailable as error:
            report(error)
        else:
            yield found


async def open_case(actor: Actor | None, *, case_id: str) -> StaffCase:
    """Return a request with the resident's name and words; it is read by this, and who opened it is logged.

    Raises NotFound.
    """
    staff, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        row = await lock_case(session, clinic_id, case_id)
        if row.status == CaseStatus.SENT:
            note_change(session, row, CaseStatus.READ)
        _record(session, staff, "open_case", row)
        return await _told(session, row)


async def follow_case(actor: Actor | None, *, case_id: str) -> AsyncGenerator[StaffCase, None]:
    """Yield a request that has been opened as it is now, and again after each change. Raises NotFound."""
    _, clinic_id = as_case_handler(actor)
    async for _ in bus.changes(topics.case(parse_id(case_id))):
        try:
            async with get_database().read() as session:
                found = await _told(session, await find_case(session, clinic_id, case_id))
        except Unavailable as error:
            report(error)
        else:
            yield found


async def take_case(actor: Actor | None, *, case_id: str, version: int) -> StaffCase:
    """Take a request, also from a colleague who was shown to have it.

    Raises NotFound, CaseEnded, CaseTaken (``taken_by``) when a colleague has taken it since it was shown, and
    StaleVersion when something else has changed.
    """
    staff, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        row = await _lock(session, clinic_id, case_id)
        if row.assigned_to != staff.hsa_id:
            require_version(row, staff, version)
            row.assigned_to, row.assigned_name = staff.hsa_id, staff.name
            note_change(session, row)
            _record(session, staff, "take_case", row)
        return await _told(session, row)


async def release_case(actor: Actor | None, *, case_id: str) -> StaffCase:
    """Let go of a request that one has; of another's it does nothing. Raises NotFound and CaseEnded."""
    staff, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        row = await _lock(session, clinic_id, case_id)
        if row.assigned_to == staff.hsa_id:
            row.assigned_to, row.assigned_name = None, ""
            note_change(session, row)
            _record(session, staff, "release_case", row)
        return await _told(session, row)


async def write_note(actor: Actor | None, *, case_id: str, text: str) -> StaffCase:
    """Write a note that only the clinic's staff see, in an ended request too.

    Raises NotFound and InvalidInput (``note``: nothing, or more than 1000 characters).
    """
    staff, clinic_id = as_case_handler(actor)
    words = checked_text(text, "note", most=MESSAGE_MAX)
    async with get_database().write() as session:
        row = await lock_case(session, clinic_id, case_id)
        if not await is_said(session, row, Author.NOTE, words, staff=staff):
            say(session, row, Author.NOTE, words, staff=staff)
            note_change(session, row)
            _record(session, staff, "write_note", row)
        return await _told(session, row)


async def answer_case(
    actor: Actor | None, *, case_id: str, version: int, text: str, close: bool
) -> StaffCase:
    """Answer the resident, who is told that there is an answer. A request that nobody has is one's own by this.

    The same words a second time in a row are not written again. Raises NotFound, CaseEnded, CaseTaken
    (``taken_by``), StaleVersion when something has changed since it was shown, and InvalidInput (``answer``).
    """
    staff, clinic_id = as_case_handler(actor)
    words = checked_text(text, "answer", most=MESSAGE_MAX)
    async with get_database().write() as session:
        row = await lock_case(session, clinic_id, case_id)
        if await is_said(session, row, Author.STAFF, words, staff=staff):
            return await _told(session, row)
        require_going(row)
        require_mine_or_nobodys(row, staff)
        require_version(row, staff, version)
        message = say(session, row, Author.STAFF, words, staff=staff)
        row.assigned_to, row.assigned_name = staff.hsa_id, staff.name
        if close:
            await let_go_of_offers(session, row, OfferStatus.WITHDRAWN)
        note_change(session, row, CaseStatus.CLOSED if close else CaseStatus.ANSWERED)
        await outbox.tell_of_answer(session, row, message, now=clock.now())
        _record(session, staff, "answer_case", row)
        return await _told(session, row)


async def close_case(actor: Actor | None, *, case_id: str, version: int) -> StaffCase:
    """Close a request, as when the resident has been called. Closed twice it changes nothing more.

    Raises NotFound, CaseEnded when it is taken back, CaseTaken (``taken_by``) and StaleVersion.
    """
    staff, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        row = await lock_case(session, clinic_id, case_id)
        if row.status != CaseStatus.CLOSED:
            require_going(row)
            require_mine_or_nobodys(row, staff)
            require_version(row, staff, version)
            await let_go_of_offers(session, row, OfferStatus.WITHDRAWN)
            note_change(session, row, CaseStatus.CLOSED)
            _record(session, staff, "close_case", row)
        return await _told(session, row)


async def _lock(session: AsyncSession, clinic_id: UUID, case_id: str) -> RequestCase:
    row = await lock_case(session, clinic_id, case_id)
    require_going(row)
    return row


def _record(session: AsyncSession, staff: Staff, action: str, row: RequestCase) -> None:
    audit.record(session, staff, action, clinic_id=row.clinic_id, person_id=row.person_id, case_id=row.id.hex)


async def _told(session: AsyncSession, row: RequestCase) -> StaffCase:
    person = await session.get_one(Person, row.person_id)
    guardian = await session.get_one(Person, row.sent_by) if row.sent_by else None
    return StaffCase(
        case=await in_full(session, row, notes=True),
        version=row.version,
        name=f"{person.given_name} {person.family_name}",
        personal_number=str(PersonalNumber(person.number)),
        protected=person.protected or bool(guardian and guardian.protected),
        sent_by=f"{guardian.given_name} {guardian.family_name}" if guardian else "",
        assigned_to=row.assigned_to,
        assigned_name=row.assigned_name,
        can_offer=await can_offer(session, row.clinic_id),
    )


async def _read_inbox(clinic_id: UUID, wanted: Filter, hsa_id: str) -> Inbox:
    of_clinic = col(RequestCase.clinic_id) == clinic_id
    status = col(RequestCase.status)
    newest_first = col(RequestCase.changed_at).desc()
    by_need = (case((status == CaseStatus.SENT, 0), (status == CaseStatus.READ, 1), else_=2),
               col(RequestCase.changed_at))  # fmt: skip
    statement = (
        select(RequestCase, Person)
        .join(Person, col(Person.id) == RequestCase.person_id)
        .where(of_clinic, _shown(wanted.show), _whose(wanted.whose, hsa_id))
        .order_by(*((newest_first,) if wanted.show == Show.ENDED else by_need), col(RequestCase.id))
        .limit(AT_MOST + 1)
    )
    if wanted.kind is not None:
        statement = statement.where(col(RequestCase.kind) == wanted.kind)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = [_row(*found) for found in await session.execute(statement)]
        unread = await session.scalar(select(func.count()).where(of_clinic, status == CaseStatus.SENT))
        return Inbox(clinic.name, tuple(rows[:AT_MOST]), unread or 0, len(rows) > AT_MOST)


def _shown(show: Show) -> ColumnElement[bool]:
    status = col(RequestCase.status)
    return {
        Show.GOING: status.not_in(ENDED),
        Show.NEW: status == CaseStatus.SENT,
        Show.ANSWERED: status == CaseStatus.ANSWERED,
        Show.ENDED: status.in_(ENDED),
    }[show]


def _whose(whose: Whose, hsa_id: str) -> ColumnElement[bool]:
    assigned = col(RequestCase.assigned_to)
    return {Whose.ALL: true(), Whose.MINE: assigned == hsa_id, Whose.NOBODYS: assigned.is_(None)}[whose]


def _row(row: RequestCase, person: Person) -> InboxRow:
    return InboxRow(
        id=row.id.hex,
        number=case_number(row.number, row.sent_at),
        kind=CaseTypeKind(row.kind),
        status=CaseStatus(row.status),
        sent_at=row.sent_at,
        changed_at=row.changed_at,
        masked_name=PROTECTED if person.protected else initials_of(person.given_name, person.family_name),
        assigned_to=row.assigned_to,
        assigned_name=row.assigned_name,
    )
