"""Invitations (kallelser): staff want somebody to come. An open one is booked by the resident within its period.

One to a time is booked by staff at once (``services.desk_booking``) and stands here beside the others.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import engagements, outbox
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import LIVE, Booking, CaseType, Clinic, Invitation, Person, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import CapabilityMissing, InvalidInput, InvitationEnded, NotFound
from webtidbok_app.domain.ids import PersonalNumber, parse_id
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident, as_time_handler
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_by_id
from webtidbok_app.services.messages import is_reached
from webtidbok_app.services.reception import PROTECTED
from webtidbok_app.services.schedule import initials_of
from webtidbok_app.timebook import invitations, places

SHOWN_AT_ONCE = 100
DAYS_AHEAD = 365


class InvitationState(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    """Of one to a time: it was cancelled."""
    RUN_OUT = "run_out"
    ENDED = "ended"
    """Staff withdrew it, or the booking was moved to another clinic."""


class Show(StrEnum):
    """Which invitations are looked for."""

    OPEN = "open"
    BOOKED = "booked"
    OVER = "over"


@dataclass(frozen=True)
class StaffInvitation:
    """An invitation as staff see it in the list, its resident masked."""

    id: str
    name: str
    time_type: str
    first_day: date | None
    last_day: date | None
    invited_at: datetime
    invited_by: str
    state: InvitationState
    booking_id: str
    starts_at: datetime | None
    """When the time starts that was booked (aware, UTC)."""


@dataclass(frozen=True)
class OpenedInvitation:
    """An invitation with whose it is. Shown after the opening is logged."""

    invitation: StaffInvitation
    personal_number: str
    protected: bool


@dataclass(frozen=True)
class Invitations:
    """The clinic's invitations that are looked for, the newest first."""

    clinic: str
    rows: list[StaffInvitation]
    more: bool


@dataclass(frozen=True)
class MyInvitation:
    """An open invitation, for the one who is invited."""

    clinic: ClinicInfo
    time_type_id: str
    time_type: Text
    first_day: date
    last_day: date


async def list_bookable_types(actor: Actor | None) -> list[tuple[UUID, str]]:
    """Return the clinic's time types that residents can book, perhaps when they are invited; by name."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        rows = await session.execute(
            select(col(TimeType.id), col(TimeType.name_sv))
            .where(
                col(TimeType.clinic_id) == clinic_id,
                col(TimeType.active),
                col(TimeType.bookable) != Bookable.STAFF,
            )
            .order_by(col(TimeType.name_sv))
        )
        return [(identity, name) for identity, name in rows]


async def invite(
    actor: Actor | None,
    *,
    person_id: UUID,
    time_type: UUID | None,
    first_day: date | None,
    last_day: date | None,
    invitation_id: UUID,
) -> bool:
    """Invite somebody to book a time of a time type on a day within the period, and tell them if they get messages.

    Returns whether they are told: who is not has to be called or written to.

    ``invitation_id`` is new, and the same when it is asked again: they are invited once. Raises NotFound,
    CapabilityMissing (``phone``) where residents cannot book, and InvalidInput (``time_type``: none, one that they
    are invited to already, or they have no number to log in with; ``first_day``, ``last_day``).
    """
    staff, clinic_id = as_time_handler(actor)
    now = clock.now()
    problems = problems_of_period(first_day, last_day, swedish_time.day_of(now))
    if time_type is None or problems:
        raise InvalidInput(problems | ({} if time_type else {"time_type": "time_type"}))
    async with get_database().write() as session:
        person = await session.get(Person, person_id)
        kind = await session.get(TimeType, (clinic_id, time_type))
        if person is None:
            raise NotFound
        await require_booking(session, clinic_id)
        await places.take_turns(session, person_id=person_id)
        if kind is None or not kind.active or kind.bookable == Bookable.STAFF:
            raise InvalidInput({"time_type": "time_type"})
        if not isinstance(read_identity(person.number), PersonalNumber):
            raise InvalidInput({"time_type": "cannot_log_in"})
        known = await invitations.open_ones(
            session, person_id=person_id, today=swedish_time.day_of(now), clinic_id=clinic_id
        )
        if any(one.time_type_id == kind.id and one.id != invitation_id for one in known):
            raise InvalidInput({"time_type": "already_invited"})
        row = Invitation(
            clinic_id=clinic_id, id=invitation_id, person_id=person_id, time_type_id=kind.id, first_day=first_day,
            last_day=last_day, invited_by=staff.hsa_id, invited_by_name=staff.name, invited_at=now,
        )  # fmt: skip
        if await insert_or_ignore(session, row):
            await outbox.tell_of_invitation(session, row, now=now)
            await engagements.note_engagements(session, clinic_id, {row.id})
            audit.record(session, staff, "invite", clinic_id=clinic_id, person_id=person_id)
        return await is_reached(session, told_id=person_id, about=person_id)


async def withdraw_invitation(actor: Actor | None, *, invitation_id: str) -> None:
    """Take an open invitation back. Done twice it changes nothing more. Raises NotFound and InvitationEnded."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        row = await session.get(Invitation, (clinic_id, parse_id(invitation_id)), with_for_update=True)
        if row is None:
            raise NotFound
        state = (await _read_one(session, clinic_id, row.id)).invitation.state
        if state == InvitationState.ENDED:
            return
        if state != InvitationState.OPEN:
            raise InvitationEnded
        row.ended_at = clock.now()
        await engagements.note_engagements(session, clinic_id, {row.id})
        audit.record(session, staff, "withdraw_invitation", clinic_id=clinic_id, person_id=row.person_id)


async def list_invitations(actor: Actor | None, *, show: Show) -> Invitations:
    """Return the clinic's invitations that are open, booked or over; names masked."""
    _, clinic_id = as_time_handler(actor)
    open_now = invitations.is_open(swedish_time.day_of(clock.now()))
    answered = invitations.is_answered()
    wanted = {Show.OPEN: open_now, Show.BOOKED: answered, Show.OVER: ~answered & ~open_now}
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = (
            await session.execute(
                _statement(clinic_id)
                .where(wanted[show])
                .order_by(col(Invitation.invited_at).desc(), col(Invitation.id))
                .limit(SHOWN_AT_ONCE + 1)
            )
        ).all()
        shown = [_told(*row) for row in rows[:SHOWN_AT_ONCE]]
        return Invitations(clinic.name, shown, len(rows) > SHOWN_AT_ONCE)


async def open_invitation(actor: Actor | None, *, invitation_id: str) -> OpenedInvitation:
    """Return an invitation with whose it is; who opened it is logged. Raises NotFound."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        identity = parse_id(invitation_id)
        opened = await _read_one(session, clinic_id, identity)
        row = await session.get_one(Invitation, (clinic_id, identity))
        audit.record(session, staff, "open_invitation", clinic_id=clinic_id, person_id=row.person_id)
        return opened


async def list_my_invitations(actor: Actor | None) -> list[MyInvitation]:
    """Return the resident's open invitations, those that run out first first. Where they cannot book none is told."""
    resident = as_resident(actor)
    today = swedish_time.day_of(clock.now())
    async with get_database().read() as session:
        rows = await invitations.open_ones(session, person_id=resident.person_id, today=today)
        found = [(row, await session.get_one(TimeType, (row.clinic_id, row.time_type_id))) for row in rows]
    mine = []
    for row, kind in found:
        clinic = await get_clinic_by_id(row.clinic_id)
        if kind.active and clinic.offers(CaseTypeKind.BOOK_DIRECT) and row.first_day and row.last_day:
            name = Text(kind.name_sv, kind.name_en)
            mine.append(MyInvitation(clinic, kind.slug, name, max(row.first_day, today), row.last_day))
    return mine


async def require_booking(session: AsyncSession, clinic_id: UUID) -> None:
    """Raise CapabilityMissing (``phone``) where residents cannot book."""
    on = await session.get(CaseType, (clinic_id, CaseTypeKind.BOOK_DIRECT))
    if on is None or not on.active:
        raise CapabilityMissing(phone=(await session.get_one(Clinic, clinic_id)).phone)


def problems_of_period(first: date | None, last: date | None, today: date) -> dict[str, str]:
    """Return what is wrong with the period of an invitation: field → code."""
    problems = {}
    if first is None:
        problems["first_day"] = "watch_day"
    if last is None:
        problems["last_day"] = "watch_day"
    elif last < today:
        problems["last_day"] = "watch_past"
    elif first is not None and last < first:
        problems["last_day"] = "last_day_before_first"
    elif last > today + timedelta(days=DAYS_AHEAD):
        problems["last_day"] = "watch_far"
    return problems


def _statement(clinic_id: UUID) -> Any:
    answers = and_(
        col(Booking.clinic_id) == Invitation.clinic_id,
        col(Booking.invitation_id) == Invitation.id,
        text(f"booking.{LIVE}"),
    )
    return (
        select(Invitation, col(TimeType.name_sv), Person, col(Booking.id), col(Booking.starts_at))
        .join(
            TimeType,
            (col(TimeType.clinic_id) == Invitation.clinic_id) & (col(TimeType.id) == Invitation.time_type_id),
        )
        .join(Person, col(Person.id) == Invitation.person_id)
        .outerjoin(Booking, answers)
        .where(col(Invitation.clinic_id) == clinic_id)
    )


def _told(
    row: Invitation, time_type: str, person: Person, booking_id: UUID | None, starts_at: datetime | None
) -> StaffInvitation:
    return StaffInvitation(
        id=row.id.hex,
        name=PROTECTED if person.protected else initials_of(person.given_name, person.family_name),
        time_type=time_type,
        first_day=row.first_day,
        last_day=row.last_day,
        invited_at=row.invited_at,
        invited_by=row.invited_by_name or row.invited_by,
        state=_state(row, booking_id),
        booking_id=booking_id.hex if booking_id else "",
        starts_at=starts_at,
    )


def _state(row: Invitation, booking_id: UUID | None) -> InvitationState:
    if booking_id is not None:
        return InvitationState.BOOKED
    if row.ended_at is not None:
        return InvitationState.ENDED
    if row.last_day is None:
        return InvitationState.CANCELLED
    over = row.last_day < swedish_time.day_of(clock.now())
    return InvitationState.RUN_OUT if over else InvitationState.OPEN


async def _read_one(session: AsyncSession, clinic_id: UUID, invitation_id: UUID) -> OpenedInvitation:
    row = (
        await session.execute(_statement(clinic_id).where(col(Invitation.id) == invitation_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    told, person = _told(*row), row[2]
    name = f"{person.given_name} {person.family_name}".strip()
    return OpenedInvitation(
        StaffInvitation(**{**vars(told), "name": name}), str(read_identity(person.number)), person.protected
    )
