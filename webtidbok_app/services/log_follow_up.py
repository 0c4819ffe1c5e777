"""Following up the access log: by patient, by staff, and as an extract for a patient. For the clinic's administrator.

A clinic sees the lines of its own log. That somebody looks, at what and why, is itself a line in it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import AccessLog, CareProvider, Clinic, Person
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.access import ActKind, Purpose
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.reserve_number import Identity, kept_identity, parse_identity, read_identity
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_administrator
from webtidbok_app.services.log_lines import (
    LogLine,
    LogLines,
    Place,
    Span,
    checked_span,
    masked,
    read_lines,
    within,
)

REASON_MAX = 200
NOBODY = UUID(int=0)
EXTRACT_MOST = 1_000


@dataclass(frozen=True)
class Colleague:
    """Somebody whose acts are in the clinic's log, by the name that they had last."""

    hsa_id: str
    name: str


@dataclass(frozen=True)
class Search:
    """What is looked for in the log: what was done with one person's data, or what one member of staff did."""

    span: Span
    kind: ActKind
    person_id: UUID | None = None
    hsa_id: str = ""


@dataclass(frozen=True)
class Found:
    """What was found. ``about`` is whom it is about as lists say it, empty when there is nothing."""

    search: Search
    about: str
    found: LogLines


@dataclass(frozen=True)
class Extract:
    """What a patient is given (PDL 8 kap. 5 §, HSLF-FS 2016:40 4 kap. 10 §). Instants are aware, UTC."""

    clinic: str
    care_provider: str
    number: str
    name: str
    """Empty for protected identities."""
    protected: bool
    span: Span
    lines: tuple[LogLine, ...]
    cut: bool
    """There are more than the thousand lines that it holds."""
    made_at: datetime


async def list_colleagues(actor: Actor | None) -> list[Colleague]:
    """Return all staff who are in the clinic's log, by name."""
    _, clinic_id = as_administrator(actor)
    async with get_database().read() as session:
        found, hsa_id = [], ""
        while newest := await _next_colleague(session, clinic_id, hsa_id):
            hsa_id = newest.actor_id
            found.append(Colleague(hsa_id, newest.actor_name or hsa_id))
        return sorted(found, key=lambda one: (one.name.casefold(), one.hsa_id))


async def search_by_patient(
    actor: Actor | None, *, number: str, reason: str, first: date | None, last: date | None, kind: ActKind
) -> Found:
    """Return what has been done at the clinic with the data of whoever has the number, the newest first.

    Raises InvalidInput (``person``, ``reason``, ``first_day``, ``last_day``). Nobody with the number, and nothing
    done, are the same answer.
    """
    staff, clinic_id = as_administrator(actor)
    checked = _number(number)
    span, why = _checked(reason, first, last, {} if checked else {"person": "personal_number"})
    assert checked
    async with get_database().write() as session:
        person: Person | None = await session.scalar(
            select(Person).where(
                col(Person.number_hash) == lookup_hash(kept_identity(checked)), _is_in_log(clinic_id)
            )
        )
        audit.record(
            session, staff, "search_log_of_patient", clinic_id=clinic_id, person_id=person.id if person else None,
            purpose=Purpose.LOG_CHECK, reason=why,
        )  # fmt: skip
    search = Search(span, kind, person_id=person.id if person else NOBODY)
    lines = await _find(clinic_id, search)
    known = person is not None and await _is_known(person.id, clinic_id)
    return Found(search, masked(person) if person and known and lines.lines else "", lines)


async def search_by_colleague(
    actor: Actor | None, *, hsa_id: str, reason: str, first: date | None, last: date | None, kind: ActKind
) -> Found:
    """Return what a member of staff has done at the clinic, the newest first.

    Raises InvalidInput (``colleague``, ``reason``, ``first_day``, ``last_day``).
    """
    staff, clinic_id = as_administrator(actor)
    colleagues = {one.hsa_id: one.name for one in await list_colleagues(actor)}
    problems = {} if hsa_id in colleagues else {"colleague": "colleague_missing"}
    span, why = _checked(reason, first, last, problems)
    search = Search(span, kind, hsa_id=hsa_id)
    async with get_database().write() as session:
        audit.record(
            session, staff, "search_log_of_staff", clinic_id=clinic_id, purpose=Purpose.LOG_CHECK,
            reason=f"{hsa_id}: {why}",
        )  # fmt: skip
    return Found(search, colleagues[hsa_id], await _find(clinic_id, search))


async def find_older(actor: Actor | None, *, search: Search, after: Place) -> LogLines:
    """Return the next older lines of a search that has been made, and logged then."""
    _, clinic_id = as_administrator(actor)
    return await _find(clinic_id, search, after)


async def make_extract(actor: Actor | None, *, search: Search) -> Extract:
    """Return all lines about the person of a search, for that person to read. That it was made is logged.

    Raises NotFound for a search that was about nobody.
    """
    staff, clinic_id = as_administrator(actor)
    async with get_database().write() as session:
        about = select(Person).where(col(Person.id) == search.person_id, _is_in_log(clinic_id))
        person = await session.scalar(about) if search.person_id else None
        if person is None:
            raise NotFound
        known = await _is_known(person.id, clinic_id)
        clinic = await session.get_one(Clinic, clinic_id)
        provider = await session.get_one(CareProvider, clinic.care_provider_id)
        of_person = col(AccessLog.person_id) == person.id
        found = await read_lines(
            session, clinic_id, of_person, *within(clinic_id, search.span), most=EXTRACT_MOST
        )
        audit.record(
            session, staff, "extract_log", clinic_id=clinic_id, person_id=person.id, purpose=Purpose.EXTRACT
        )
        return Extract(
            clinic=clinic.name,
            care_provider=provider.name,
            number=str(read_identity(person.number)),
            name="" if person.protected or not known else f"{person.given_name} {person.family_name}",
            protected=person.protected,
            span=search.span,
            lines=found.lines,
            cut=found.next is not None,
            made_at=clock.now(),
        )


def _is_in_log(clinic_id: UUID, *but: Purpose) -> ColumnElement[bool]:
    """Return the condition that anybody has done anything with the person's data at the clinic, but check its log."""
    return (
        select(col(AccessLog.id))
        .where(
            col(AccessLog.clinic_id) == clinic_id,
            col(AccessLog.person_id) == Person.id,
            col(AccessLog.purpose).not_in({Purpose.LOG_CHECK, Purpose.EXTRACT, *but}),
        )
        .correlate(Person)
        .exists()
    )


async def _is_known(person_id: UUID, clinic_id: UUID) -> bool:
    """Whether the clinic has to do with the person: a search alone tells nobody who they are."""
    known = select(col(Person.id)).where(col(Person.id) == person_id, _is_in_log(clinic_id, Purpose.SEARCH))
    async with get_database().read() as session:
        return await session.scalar(known) is not None


async def _find(clinic_id: UUID, search: Search, after: Place | None = None) -> LogLines:
    if search.person_id is not None:
        who = col(AccessLog.person_id) == search.person_id
    else:
        who = (col(AccessLog.actor_kind) == "staff") & (col(AccessLog.actor_id) == search.hsa_id)
    async with get_database().read() as session:
        return await read_lines(
            session, clinic_id, who, *within(clinic_id, search.span, search.kind), after=after
        )


async def _next_colleague(session: AsyncSession, clinic_id: UUID, after: str) -> AccessLog | None:
    """Return the newest line of the next member of staff, one step in the index for each however long the log is."""
    of_staff = (
        col(AccessLog.clinic_id) == clinic_id,
        col(AccessLog.actor_kind) == "staff",
    )
    following = (
        select(func.min(col(AccessLog.actor_id)))
        .where(*of_staff, col(AccessLog.actor_id) > after)
        .scalar_subquery()
    )
    found: AccessLog | None = await session.scalar(
        select(AccessLog)
        .where(*of_staff, col(AccessLog.actor_id) == following)
        .order_by(col(AccessLog.at).desc())
        .limit(1)
    )
    return found


def _checked(
    reason: str, first: date | None, last: date | None, problems: dict[str, str]
) -> tuple[Span, str]:
    """Return the period and the reason. Raises InvalidInput with all that has to be mended, ``problems`` too."""
    why = reason.strip()
    if not why or len(why) > REASON_MAX:
        problems = problems | {"reason": "too_long" if why else "check_reason"}
    try:
        span = checked_span(first, last)
    except InvalidInput as error:
        raise InvalidInput(problems | error.problems) from error
    if problems:
        raise InvalidInput(problems)
    return span, why


def _number(text: str) -> Identity | None:
    try:
        return parse_identity(text, today=swedish_time.day_of(clock.now()))
    except InvalidInput:
        return None
