"""Random samples of the access log, judged line by line and signed. For the clinic's administrator.

The check is itself documented (HSLF-FS 2016:40 4 kap. 9 § 5–6): what was drawn, what was thought of each line, who
signed it and when. A signed check stands as it was signed; the database sees to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import AccessLog, Clinic, LogCheck, LogCheckLine
from webtidbok_app.domain import clock
from webtidbok_app.domain.access import Judgement, Purpose
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.i18n import t
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_administrator
from webtidbok_app.services.log_lines import LogLine, Span, checked_span, told, with_person, within

LINES = range(1, 101)
NOTE_MAX = 500
LISTED = 50


@dataclass(frozen=True)
class CheckRow:
    """One check in the list. Instants are aware, UTC."""

    id: str
    number: int
    span: Span
    lines: int
    drawn_at: datetime
    drawn_by: str
    judged: int
    to_investigate: int
    signed_at: datetime | None
    signed_by: str


@dataclass(frozen=True)
class Judged:
    """A line of the sample, and what is thought of it so far."""

    position: int
    line: LogLine
    judgement: Judgement | None
    note: str


@dataclass(frozen=True)
class Check:
    """A check with its lines, in the order in which they were drawn."""

    row: CheckRow
    clinic: str
    out_of: int
    lines: tuple[Judged, ...]
    conclusion: str


async def list_checks(actor: Actor | None) -> tuple[CheckRow, ...]:
    """Return the clinic's newest checks."""
    _, clinic_id = as_administrator(actor)
    async with get_database().read() as session:
        checks = await session.scalars(
            select(LogCheck)
            .where(col(LogCheck.clinic_id) == clinic_id)
            .order_by(col(LogCheck.number).desc())
            .limit(LISTED)
        )
        return tuple([_row(check, await _lines(session, check)) for check in checks])


async def draw_check(actor: Actor | None, *, first: date | None, last: date | None, lines: int) -> str:
    """Draw lines at random among what staff have done with persons' data in the period; return the check.

    Raises InvalidInput (``first_day``, ``last_day``, ``lines``), also when there is nothing to draw from.
    """
    staff, clinic_id = as_administrator(actor)
    span = checked_span(first, last)
    if lines not in LINES:
        raise InvalidInput({"lines": "sample_lines"})
    of_staff = (
        *within(clinic_id, span),
        col(AccessLog.actor_kind) == "staff",
        col(AccessLog.person_id).is_not(None),
    )
    async with get_database().write() as session:
        await session.execute(
            select(col(Clinic.id)).where(col(Clinic.id) == clinic_id).with_for_update(key_share=True)
        )
        out_of = await session.scalar(select(func.count()).select_from(AccessLog).where(*of_staff)) or 0
        if not out_of:
            raise InvalidInput({"first_day": "sample_empty"})
        drawn = await session.scalars(
            select(col(AccessLog.id)).where(*of_staff).order_by(func.random()).limit(lines)
        )
        newest = await session.scalar(
            select(func.max(LogCheck.number)).where(col(LogCheck.clinic_id) == clinic_id)
        )
        check = LogCheck(
            clinic_id=clinic_id, number=(newest or 0) + 1, first_day=span.first, last_day=span.last, out_of=out_of,
            drawn_at=clock.now(), drawn_by=staff.hsa_id, drawn_by_name=staff.name,
        )  # fmt: skip
        session.add(check)
        await session.flush()
        session.add_all(
            LogCheckLine(clinic_id=clinic_id, check_id=check.id, position=position, log_id=log_id)
            for position, log_id in enumerate(drawn, start=1)
        )
        _record(session, staff, "draw_log_check", check)
        return check.id.hex


async def open_check(actor: Actor | None, *, check_id: UUID) -> Check:
    """Return a check with its lines. Raises NotFound."""
    staff, clinic_id = as_administrator(actor)
    async with get_database().write() as session:
        check = await _find(session, clinic_id, check_id)
        _record(session, staff, "open_log_check", check)
        return await _told(session, check)


async def judge_lines(
    actor: Actor | None, *, check_id: UUID, judgements: Mapping[int, tuple[str, str]]
) -> Check:
    """Write what is thought of lines: by position a judgement, or nothing yet, and a note.

    What is to be investigated needs a note. Raises NotFound, StaleVersion when the check is signed, and InvalidInput
    (``note-<position>``); nothing is written then.
    """
    staff, clinic_id = as_administrator(actor)
    problems = {
        f"note-{position}": "note_missing" if not note.strip() else "too_long"
        for position, (judgement, note) in judgements.items()
        if (judgement == Judgement.INVESTIGATE and not note.strip()) or len(note) > NOTE_MAX
    }
    if problems:
        raise InvalidInput(problems)
    async with get_database().write() as session:
        check = await _find_unsigned(session, clinic_id, check_id)
        for line in await _lines(session, check):
            given = judgements.get(line.position)
            if given is None:
                continue
            judgement = Judgement(given[0]) if given[0] in set(Judgement) else None
            if (judgement, given[1].strip()) != (line.judgement, line.note):
                line.judgement, line.note = judgement, given[1].strip()
                line.judged_by, line.judged_at = staff.hsa_id, clock.now()
        _record(session, staff, "judge_log_check", check)
        return await _told(session, check)


async def sign_check(actor: Actor | None, *, check_id: UUID, conclusion: str) -> Check:
    """Finish a check whose lines are all judged: who, when, and what was concluded.

    Raises NotFound, StaleVersion when it is signed already, and InvalidInput (``conclusion``).
    """
    staff, clinic_id = as_administrator(actor)
    words = conclusion.strip()
    if not words or len(words) > NOTE_MAX:
        raise InvalidInput({"conclusion": "conclusion_missing" if not words else "too_long"})
    async with get_database().write() as session:
        check = await _find_unsigned(session, clinic_id, check_id)
        if any(line.judgement is None for line in await _lines(session, check)):
            raise InvalidInput({"conclusion": "judge_all"})
        check.signed_at, check.signed_by, check.signed_by_name = clock.now(), staff.hsa_id, staff.name
        check.conclusion = words
        _record(session, staff, "sign_log_check", check)
        await session.flush()
        return await _told(session, check)


async def _find(session: AsyncSession, clinic_id: UUID, check_id: UUID, *, lock: bool = False) -> LogCheck:
    found = await session.get(LogCheck, (clinic_id, check_id), with_for_update=lock or None)
    if found is None:
        raise NotFound
    return found


async def _find_unsigned(session: AsyncSession, clinic_id: UUID, check_id: UUID) -> LogCheck:
    check = await _find(session, clinic_id, check_id, lock=True)
    if check.signed_at is not None:
        raise StaleVersion
    return check


async def _lines(session: AsyncSession, check: LogCheck) -> list[LogCheckLine]:
    found = await session.scalars(
        select(LogCheckLine)
        .where(col(LogCheckLine.clinic_id) == check.clinic_id, col(LogCheckLine.check_id) == check.id)
        .order_by(col(LogCheckLine.position))
    )
    return list(found)


async def _told(session: AsyncSession, check: LogCheck) -> Check:
    clinic = await session.get_one(Clinic, check.clinic_id)
    lines = await _lines(session, check)
    rows = await session.execute(
        with_person().where(
            col(AccessLog.clinic_id) == check.clinic_id,
            col(AccessLog.id).in_([line.log_id for line in lines]),
        )
    )
    said = {line.id: line for line in await told(session, check.clinic_id, rows.all())}
    return Check(
        row=_row(check, lines),
        clinic=clinic.name,
        out_of=check.out_of,
        lines=tuple(
            Judged(
                line.position,
                said[line.log_id.hex],
                Judgement(line.judgement) if line.judgement else None,
                line.note,
            )
            for line in lines
        ),
        conclusion=check.conclusion,
    )


def _row(check: LogCheck, lines: list[LogCheckLine]) -> CheckRow:
    return CheckRow(
        id=check.id.hex,
        number=check.number,
        span=Span(check.first_day, check.last_day),
        lines=len(lines),
        drawn_at=check.drawn_at,
        drawn_by=check.drawn_by_name,
        judged=sum(line.judgement is not None for line in lines),
        to_investigate=sum(line.judgement == Judgement.INVESTIGATE for line in lines),
        signed_at=check.signed_at,
        signed_by=check.signed_by_name,
    )


def _record(session: AsyncSession, staff: Staff, action: str, check: LogCheck) -> None:
    which = t("sv", "staff.log_check.heading", number=check.number)
    audit.record(session, staff, action, clinic_id=check.clinic_id, purpose=Purpose.LOG_CHECK, reason=which)
