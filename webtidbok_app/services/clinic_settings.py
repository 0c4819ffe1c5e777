"""What a clinic decides about its own timebook, messages and case types. For staff of the clinic."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db.after_commit import tell_of_change, tell_of_line
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import CaseType, Clinic
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.contact import is_phone, tidy_phone
from webtidbok_app.domain.errors import CapabilityMissing, InvalidInput
from webtidbok_app.domain.message import REMINDER_HOURS
from webtidbok_app.domain.request import ANSWER_DAYS
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.domain.watch import NOTICE_HOURS, OFFER_MINUTES, OFFERS_A_DAY
from webtidbok_app.journal.port import Capabilities, Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import administers, as_administrator, as_clinic_staff
from webtidbok_app.services.clinics import possible_case_types
from webtidbok_app.timebook.units import name_other_units

HOLD_MINUTES = range(2, 11)
"""How long a time can be held at each step: ten minutes (ux.md 3.7) or, where the clinic so wants, fewer."""
HOURS_MAX = 200
MESSAGE_NAME_MAX = 40
"""Characters of the name in messages: an SMS has room for 160 in all."""


@dataclass(frozen=True)
class ClinicSettings:
    """The settings, and whether the one who asked may change them."""

    clinic: str
    phone: str
    hours: Text
    """When it is open, in its own words."""
    hold_minutes: int
    message_name: Text
    """What messages to residents call the clinic; empty for the service's own name."""
    reminder_hours: int | None
    """How long before a time its resident is reminded; None for never."""
    answer_days: int
    """How many working days it usually takes to answer a request."""
    case_types: frozenset[CaseTypeKind]
    """The case types that are on."""
    possible: frozenset[CaseTypeKind]
    """Those that can be: the clinic's timebook sets the limit."""
    rebook_elsewhere: bool
    """Residents can exchange a time here for one at another clinic of the care provider."""
    other_units: tuple[str, ...]
    """The names of those clinics: they offer the same visits."""
    watch: bool
    """Residents can wait for a time to become free."""
    watch_notice_hours: int
    """How long before its start a time is offered last to who waits."""
    watch_minutes: int
    """How long such an offer stands, by day."""
    watch_a_day: int
    """How many such offers one person can have a day."""
    can_watch: bool
    """The timebook can hold times for who waits."""
    may_change: bool


async def get_settings(actor: Actor | None) -> ClinicSettings:
    """Return the clinic's settings. All its staff may see them."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        return await _settings(session, clinic_id, staff)


async def set_about(actor: Actor | None, *, phone: str, hours: Text) -> ClinicSettings:
    """Change where residents call and when the clinic is open, as every page says it.

    Raises NotAllowed for other staff than the clinic's administrator, and InvalidInput (``about_phone``,
    ``hours_sv``, ``hours_en``).
    """
    staff, clinic_id = as_administrator(actor)
    said = {"hours_sv": hours.sv, "hours_en": hours.en}
    problems = {field: "too_long" for field, text in said.items() if len(text) > HOURS_MAX}
    if not hours.sv:
        problems["hours_sv"] = "hours_missing"
    if not is_phone(tidy_phone(phone)):
        problems["about_phone"] = "phone"
    if problems:
        raise InvalidInput(problems)
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        clinic.phone, clinic.hours_sv, clinic.hours_en = phone, hours.sv, hours.en
        audit.record(session, staff, "set_about", clinic_id=clinic_id)
        tell_of_change(session, clinic_id, [])
        return await _settings(session, clinic_id, staff)


async def set_hold_minutes(actor: Actor | None, *, minutes: int) -> ClinicSettings:
    """Change for how many minutes a chosen time is held at each step, from the next step that anybody takes.

    Only the clinic's administrator may: it is a rule for all residents, and outlasts any week of the schedule.
    Raises NotAllowed for other staff, and InvalidInput (``minutes``) outside 2–10.
    """
    staff, clinic_id = as_administrator(actor)
    if minutes not in HOLD_MINUTES:
        raise InvalidInput({"minutes": "minutes"})
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        clinic.hold_minutes = minutes
        audit.record(session, staff, "set_hold_minutes", clinic_id=clinic_id)
        tell_of_change(session, clinic_id, [])
        return await _settings(session, clinic_id, staff)


async def set_messages(actor: Actor | None, *, name: Text, reminder_hours: int | None) -> ClinicSettings:
    """Change what messages to residents call the clinic, and when they remind of a time.

    It holds from the next message that is sent. Raises NotAllowed for other staff than the clinic's administrator,
    and InvalidInput (``message_name_sv``, ``message_name_en``, ``reminder_hours``).
    """
    staff, clinic_id = as_administrator(actor)
    said = {"message_name_sv": name.sv.strip(), "message_name_en": name.en.strip()}
    problems = {
        field: "message_name"
        for field, text in said.items()
        if len(text) > MESSAGE_NAME_MAX or not text.isprintable()
    }
    if reminder_hours not in {None, *REMINDER_HOURS}:
        problems["reminder_hours"] = "reminder_hours"
    if problems:
        raise InvalidInput(problems)
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        clinic.message_name_sv, clinic.message_name_en = said.values()
        clinic.reminder_hours = reminder_hours
        audit.record(session, staff, "set_messages", clinic_id=clinic_id)
        return await _settings(session, clinic_id, staff)


async def set_case_types(
    actor: Actor | None, *, on: Collection[CaseTypeKind], answer_days: int
) -> ClinicSettings:
    """Change which case types residents can use, and how long they are told that an answer usually takes.

    Turning one off takes nothing away that is booked or asked already. Raises NotAllowed for other staff than the
    clinic's administrator, CapabilityMissing for a case type that the timebook cannot do, and InvalidInput
    (``answer_days``, working days) outside 1–10.
    """
    staff, clinic_id = as_administrator(actor)
    if answer_days not in ANSWER_DAYS:
        raise InvalidInput({"answer_days": "answer_days"})
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        if not set(on) <= await _possible(session, clinic):
            raise CapabilityMissing(phone=clinic.phone)
        clinic.answer_days = answer_days
        for kind in CaseTypeKind:
            await insert_or_ignore(session, CaseType(clinic_id=clinic_id, kind=kind))
            (await session.get_one(CaseType, (clinic_id, kind))).active = kind in on
        audit.record(session, staff, "set_case_types", clinic_id=clinic_id)
        return await _settings(session, clinic_id, staff)


async def set_rebooking(actor: Actor | None, *, elsewhere: bool) -> ClinicSettings:
    """Change whether residents can exchange a time here for one at another clinic of the care provider.

    Raises NotAllowed for other staff than the clinic's administrator, and CapabilityMissing where the timebook cannot.
    """
    staff, clinic_id = as_administrator(actor)
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        if elsewhere and not (await _capabilities(session, clinic)).other_units:
            raise CapabilityMissing(phone=clinic.phone)
        clinic.rebook_elsewhere = elsewhere
        audit.record(session, staff, "set_rebooking", clinic_id=clinic_id)
        return await _settings(session, clinic_id, staff)


async def set_watch(
    actor: Actor | None, *, on: bool, notice_hours: int, minutes: int, a_day: int
) -> ClinicSettings:
    """Change whether residents can wait for a time to become free, and how it is offered them from now on.

    Turned off, those who wait are offered nothing more, and turned on again they have kept their places. Raises
    NotAllowed for other staff than the clinic's administrator, CapabilityMissing where the timebook cannot hold, and
    InvalidInput (``watch_notice_hours``, ``watch_minutes``, ``watch_a_day``).
    """
    staff, clinic_id = as_administrator(actor)
    allowed = {
        "watch_notice_hours": notice_hours in NOTICE_HOURS,
        "watch_minutes": minutes in OFFER_MINUTES,
        "watch_a_day": a_day in OFFERS_A_DAY,
    }
    if problems := {field: field for field, right in allowed.items() if not right}:
        raise InvalidInput(problems)
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        if not (await _capabilities(session, clinic)).watch:
            raise CapabilityMissing(phone=clinic.phone)
        clinic.watch, clinic.watch_notice_hours = on, notice_hours
        clinic.watch_minutes, clinic.watch_a_day = minutes, a_day
        audit.record(session, staff, "set_watch", clinic_id=clinic_id)
        tell_of_line(session)
        return await _settings(session, clinic_id, staff)


async def _possible(session: AsyncSession, clinic: Clinic) -> frozenset[CaseTypeKind]:
    return possible_case_types(await _capabilities(session, clinic))


async def _capabilities(session: AsyncSession, clinic: Clinic) -> Capabilities:
    return (await journal.connect_to(session, clinic)).capabilities


async def _settings(session: AsyncSession, clinic_id: UUID, staff: Staff) -> ClinicSettings:
    clinic = await session.get_one(Clinic, clinic_id)
    active = await session.scalars(
        select(col(CaseType.kind)).where(col(CaseType.clinic_id) == clinic_id, col(CaseType.active))
    )
    can = await _capabilities(session, clinic)
    possible, can_move = possible_case_types(can), can.other_units
    units = await name_other_units(session, clinic_id=clinic_id) if can_move else []
    return ClinicSettings(
        clinic=clinic.name,
        phone=clinic.phone,
        hours=Text(clinic.hours_sv, clinic.hours_en),
        hold_minutes=clinic.hold_minutes,
        message_name=Text(clinic.message_name_sv, clinic.message_name_en),
        reminder_hours=clinic.reminder_hours,
        answer_days=clinic.answer_days,
        case_types=frozenset(map(CaseTypeKind, active)) & possible,
        possible=possible,
        rebook_elsewhere=clinic.rebook_elsewhere,
        other_units=tuple(units),
        watch=clinic.watch,
        watch_notice_hours=clinic.watch_notice_hours,
        watch_minutes=clinic.watch_minutes,
        watch_a_day=clinic.watch_a_day,
        can_watch=can.watch,
        may_change=administers(staff),
    )
