"""The lines of a clinic's own log as they are read: who, what, about whom (masked), when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import AccessLog, Booking, Person, RequestCase
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.access import READING, ActKind, Purpose
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.request import case_number
from webtidbok_app.services.reception import PROTECTED
from webtidbok_app.services.schedule import initials_of

AT_ONCE = 100
"""How many lines are read at a time."""
Place = tuple[datetime, UUID]
"""Where a line stands in the log: when it was written, and its identity."""


@dataclass(frozen=True)
class Span:
    """Days in Sweden, the first to the last."""

    first: date
    last: date


@dataclass(frozen=True)
class LogLine:
    """One act. Instants are aware, UTC."""

    id: str
    at: datetime
    actor_kind: str
    """``resident``, ``guardian``, ``staff`` or ``system``."""
    actor_id: str
    actor_name: str
    """What staff were called then; nobody else is named."""
    role: Role | None
    action: str
    purpose: Purpose
    reason: str
    person: str
    """Whom it is about: initials, or that their identity is protected. Empty when it is about nobody."""
    booking_id: str
    booking_starts_at: datetime | None
    case_id: str
    case_number: str


@dataclass(frozen=True)
class LogLines:
    """Lines of the log, the newest first. With ``next`` there are older ones, after that place."""

    lines: tuple[LogLine, ...]
    next: Place | None


def checked_span(first: date | None, last: date | None) -> Span:
    """Return the days to look at. Raises InvalidInput (``first_day``, ``last_day``)."""
    problems = {name: name for name, day in (("first_day", first), ("last_day", last)) if day is None}
    if first is None or last is None:
        raise InvalidInput(problems)
    if last < first:
        raise InvalidInput({"last_day": "last_day_before_first"})
    return Span(first, last)


def within(clinic_id: UUID, span: Span, kind: ActKind = ActKind.ALL) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a line is the clinic's, of those days and of that kind."""
    since, until = swedish_time.span_of_days(span.first, span.last)
    reads = or_(*(col(AccessLog.action).startswith(verb, autoescape=True) for verb in READING))
    of_kind = {ActKind.ALL: true(), ActKind.READ: reads, ActKind.CHANGED: ~reads}[kind]
    return (
        col(AccessLog.clinic_id) == clinic_id,
        col(AccessLog.at) >= since,
        col(AccessLog.at) < until,
        of_kind,
    )


async def read_lines(
    session: AsyncSession,
    clinic_id: UUID,
    *conditions: ColumnElement[bool],
    after: Place | None = None,
    most: int = AT_ONCE,
) -> LogLines:
    """Return the newest lines of which the conditions hold, or those that come ``after`` a place."""
    place = tuple_(col(AccessLog.at), col(AccessLog.id))
    statement = with_person().where(*conditions).order_by(col(AccessLog.at).desc(), col(AccessLog.id).desc())
    if after is not None:
        statement = statement.where(place < tuple_(*after))
    rows = (await session.execute(statement.limit(most + 1))).all()
    shown = rows[:most]
    lines = await told(session, clinic_id, shown)
    last = shown[-1][0] if len(rows) > most else None
    return LogLines(tuple(lines), (last.at, last.id) if last else None)


def with_person() -> Select[AccessLog, Person]:
    """Return the question for lines, each with the person it is about."""
    return select(AccessLog, Person).outerjoin(Person, col(Person.id) == AccessLog.person_id)


async def told(
    session: AsyncSession, clinic_id: UUID, rows: Sequence[Row[AccessLog, Person]]
) -> list[LogLine]:
    """Return lines with when the booking is and what the case is called that they are about."""
    bookings = {UUID(line.booking_id) for line, _ in rows if _is_id(line.booking_id)}
    cases = {UUID(line.case_id) for line, _ in rows if _is_id(line.case_id)}
    starts = await session.execute(
        select(col(Booking.id), col(Booking.starts_at)).where(
            col(Booking.clinic_id) == clinic_id, col(Booking.id).in_(bookings)
        )
    )
    numbers = await session.execute(
        select(col(RequestCase.id), col(RequestCase.number), col(RequestCase.sent_at)).where(
            col(RequestCase.clinic_id) == clinic_id, col(RequestCase.id).in_(cases)
        )
    )
    starts_of = {row.id.hex: row.starts_at for row in starts}
    number_of = {row.id.hex: case_number(row.number, row.sent_at) for row in numbers}
    return [_told(line, person, starts_of, number_of) for line, person in rows]


def masked(person: Person) -> str:
    """Return whom a list says it is about."""
    return PROTECTED if person.protected else initials_of(person.given_name, person.family_name)


def _told(
    line: AccessLog, person: Person | None, starts_of: dict[str, datetime], number_of: dict[str, str]
) -> LogLine:
    booking_id, case_id = line.booking_id or "", line.case_id or ""
    return LogLine(
        id=line.id.hex,
        at=line.at,
        actor_kind=line.actor_kind,
        actor_id=line.actor_id if line.actor_kind == "staff" else "",
        actor_name=line.actor_name,
        role=line.actor_role,
        action=line.action,
        purpose=Purpose(line.purpose),
        reason=line.reason,
        person=masked(person) if person else "",
        booking_id=booking_id if booking_id in starts_of else "",
        booking_starts_at=starts_of.get(booking_id),
        case_id=case_id if case_id in number_of else "",
        case_number=number_of.get(case_id, ""),
    )


def _is_id(text: str | None) -> bool:
    """Whether it is an identity of ours: another journal system's bookings have their own."""
    try:
        return text is not None and bool(UUID(text))
    except ValueError:
        return False
