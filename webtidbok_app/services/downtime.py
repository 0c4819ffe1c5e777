"""The downtime routine: each clinic's list of the coming day, written to a file every evening, and to a printer.

Several workers may look at the same time: each clinic's evening is taken by one of them. What one leaves unfinished
another takes on some minutes later, and an evening when no server ran is made good when one starts (docs/adr/0023).
"""

import asyncio
import logging
import shlex
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Select, delete, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import STANDALONE, Booking, Clinic, DowntimeRun, Performer, Person, Slot
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, System
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff
from webtidbok_app.services.downtime_list import ListedBooking, document, file_name, remove_old, write_files
from webtidbok_app.services.reception import bookings_of
from webtidbok_app.settings import get_settings
from webtidbok_app.timebook.pattern import closed_days

ACTOR = System("downtime")
LEASE = timedelta(minutes=5)
"""How long a clinic's evening that somebody has taken on is left alone, and so how soon it is tried again."""
LATE = timedelta(minutes=15)
"""How long after its moment a list may be missing before staff are told."""
PRINT_SECONDS = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DowntimeStatus:
    """How it went the last evening: ``written_at`` (aware) is None, and ``problem`` says so, when it is missing."""

    evening: date
    written_at: datetime | None
    last_day: date | None
    problem: str
    """``not_written``, ``not_printed``, or empty."""


def writing_lists() -> AbstractAsyncContextManager[None]:
    """Write the lists every evening as long as the ``with`` block lasts."""
    return in_rounds(write_due, topics.DOWNTIME)


async def write_due() -> bool:
    """Write the lists of the last evening that nobody has written. Returns that there is no more to do."""
    folder, now = get_settings().downtime_folder, clock.now()
    if folder is None:
        return False
    evening = last_evening(now, get_settings().downtime_at)
    left = await _left_to_write(evening)
    for clinic in left:
        if await get_database().transact(partial(_take, clinic=clinic, evening=evening, now=now)):
            await _write(clinic, folder, evening, days_after(evening))
    if left:
        await _clean_up(folder, swedish_time.day_of(now))
    return False


async def write_now() -> list[str]:
    """Write every clinic's list of today and of the coming day. Returns the clinics where it failed."""
    folder, now = get_settings().downtime_folder, clock.now()
    assert folder
    today, evening = swedish_time.day_of(now), last_evening(now, get_settings().downtime_at)
    failed = []
    async with get_database().read() as session:
        clinics = (await session.scalars(_standalone())).all()
    for clinic in clinics:
        async with get_database().write() as session:
            await insert_or_ignore(session, DowntimeRun(clinic_id=clinic.id, evening=evening, taken_at=now))
        if await _write(clinic, folder, evening, [today, *days_after(today)]):
            failed.append(clinic.slug)
    return failed


async def get_downtime_status(actor: Actor | None) -> DowntimeStatus | None:
    """Return how the writing went on the last evening; None where lists are not written."""
    _, clinic_id = as_schedule_staff(actor)
    if get_settings().downtime_folder is None:
        return None
    now, at = clock.now(), get_settings().downtime_at
    evening = last_evening(now, at)
    async with get_database().read() as session:
        run = await session.get(DowntimeRun, (clinic_id, evening))
        if run is None and swedish_time.local(now) < _moment(evening, at) + LATE:
            run = await session.get(DowntimeRun, (clinic_id, evening - timedelta(days=1)))
    if run is None:
        return DowntimeStatus(evening, None, None, "not_written")
    late = run.written_at is None and swedish_time.local(now) >= _moment(run.evening, at) + LATE
    return DowntimeStatus(run.evening, run.written_at, run.last_day, "not_written" if late else run.problem)


def last_evening(now: datetime, at: time) -> date:
    """Return the newest day in Sweden on which clocks have shown ``at``."""
    shown = swedish_time.local(now)
    return shown.date() if shown.time() >= at else shown.date() - timedelta(days=1)


def days_after(evening: date) -> list[date]:
    """Return the days up to and including the next working day: on a Friday Saturday, Sunday and Monday."""
    days = [evening + timedelta(days=1)]
    while days[-1].weekday() > 4 or closed_days(days[-1], days[-1]):
        days.append(days[-1] + timedelta(days=1))
    return days


def _moment(evening: date, at: time) -> datetime:
    return datetime.combine(evening, at, swedish_time.STOCKHOLM)


def _standalone() -> Select[Clinic]:
    return select(Clinic).where(col(Clinic.journal) == STANDALONE).order_by(col(Clinic.slug))


async def _left_to_write(evening: date) -> list[Clinic]:
    written = select(col(DowntimeRun.clinic_id)).where(
        col(DowntimeRun.evening) == evening, col(DowntimeRun.written_at).is_not(None)
    )
    async with get_database().read() as session:
        return list(await session.scalars(_standalone().where(col(Clinic.id).not_in(written))))


async def _take(session: AsyncSession, *, clinic: Clinic, evening: date, now: datetime) -> bool:
    """Take on the clinic's evening. Returns whether nobody else has, or has let it lie."""
    if await insert_or_ignore(session, DowntimeRun(clinic_id=clinic.id, evening=evening, taken_at=now)):
        return True
    taken = await session.execute(
        update(DowntimeRun)
        .where(
            col(DowntimeRun.clinic_id) == clinic.id,
            col(DowntimeRun.evening) == evening,
            col(DowntimeRun.written_at).is_(None),
            col(DowntimeRun.taken_at) <= now - LEASE,
        )
        .values(taken_at=now)
        .returning(literal(1))
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


async def _write(clinic: Clinic, folder: Path, evening: date, days: list[date]) -> str:
    """Write the clinic's lists, print them, log them, and note how it went. Returns the problem, if any."""
    try:
        now = clock.now()
        lists = [(day, await _read_day(clinic, day)) for day in days]
        contents = [
            (file_name(clinic.slug, day), document(clinic.name, day, bookings, written_at=now))
            for day, bookings in lists
        ]
        files = await asyncio.to_thread(write_files, folder, contents)
        async with get_database().write() as session:
            _log_lists(session, clinic, [one for _, bookings in lists for one in bookings])
            await _note(session, clinic, evening, written_at=now, last_day=days[-1], problem="")
        if not all([await _print(clinic, file) for file in files]):
            return await _note_problem(clinic, evening, "not_printed")
    except Exception as error:  # noqa: BLE001  whatever it is, the other clinics get theirs, and staff are told
        report(error)
        return await _note_problem(clinic, evening, "not_written")
    return ""


def _log_lists(session: AsyncSession, clinic: Clinic, bookings: list[ListedBooking]) -> None:
    """Log whose data stand in the lists."""
    if not bookings:
        audit.record(session, ACTOR, "write_downtime_list", clinic_id=clinic.id)
    for one in bookings:
        audit.record(
            session,
            ACTOR,
            "write_downtime_list",
            clinic_id=clinic.id,
            person_id=one.person_id,
            booking_id=one.booking_id.hex,
        )


async def _note_problem(clinic: Clinic, evening: date, problem: str) -> str:
    async with get_database().write() as session:
        await _note(session, clinic, evening, problem=problem)
    return problem


async def _note(session: AsyncSession, clinic: Clinic, evening: date, **facts: object) -> None:
    await session.execute(
        update(DowntimeRun)
        .where(col(DowntimeRun.clinic_id) == clinic.id, col(DowntimeRun.evening) == evening)
        .values(**facts)
        .execution_options(synchronize_session=False)
    )


async def _read_day(clinic: Clinic, day: date) -> list[ListedBooking]:
    since, until = swedish_time.span_of_days(day, day)
    async with get_database().read() as session:
        rows = await session.execute(
            bookings_of(clinic.id)
            .where(
                col(Slot.starts_at) >= since, col(Slot.starts_at) < until, text("booking.status = 'booked'")
            )
            .order_by(col(Slot.starts_at), col(Performer.name), col(Booking.place))
        )
        found = rows.all()
        guardians = {booking.booked_by for booking, *_ in found if booking.booked_by}
        hidden = set(
            await session.scalars(
                select(col(Person.id)).where(col(Person.id).in_(guardians), col(Person.protected))
            )
        )
    return [
        ListedBooking(
            booking_id=booking.id,
            person_id=person.id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            name=f"{person.given_name} {person.family_name}",
            personal_number=str(read_identity(person.number)),
            phone=booking.phone or "",
            protected=person.protected or booking.booked_by in hidden,
            time_type=time_type,
            visit_form=VisitForm(slot.visit_form),
            performer=performer,
            interpreter=booking.interpreter,
        )
        for booking, slot, time_type, performer, person, *_ in found
    ]


async def _print(clinic: Clinic, file: Path) -> bool:
    """Hand the file to the printer, where there is one. Returns whether it took it."""
    words = shlex.split(get_settings().downtime_print)
    if not words:
        return True
    command = [word.replace("{file}", str(file)).replace("{clinic}", clinic.slug) for word in words]
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
        try:
            code = await asyncio.wait_for(process.wait(), PRINT_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
    except (OSError, TimeoutError) as error:
        _log.error("the list %s was not printed: %s", file.name, type(error).__name__)
        return False
    if code:
        _log.error("the list %s was not printed: %s ended with %s", file.name, command[0], code)
    return code == 0


async def _clean_up(folder: Path, today: date) -> None:
    keep_days = get_settings().downtime_keep_days
    async with get_database().write() as session:
        await session.execute(
            delete(DowntimeRun).where(col(DowntimeRun.evening) < today - timedelta(days=keep_days))
        )
    await asyncio.to_thread(remove_old, folder, today=today, keep_days=keep_days)
