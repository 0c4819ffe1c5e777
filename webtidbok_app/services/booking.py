"""Boka tid direkt: from the time type to the booked time.

What a resident has chosen and typed stands in a draft on the server; which time is held stands in the timebook.
So a lost session, another tab or another device finds the same step again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_lock
from webtidbok_app.db.tables import Draft, Person
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.contact import is_email, is_phone, tidy_phone
from webtidbok_app.domain.errors import (
    HoldExpired,
    InvalidInput,
    NotFound,
)
from webtidbok_app.domain.question import answer_all, find_problems
from webtidbok_app.domain.request import DRAFT_LIFE
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import REASON_MAX, CaseTypeKind, ReasonRule
from webtidbok_app.journal.port import BookedTime, BookingDetails, Hold, TimeTypeInfo
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, TimeAtClinic, get_clinic
from webtidbok_app.services.my_watches import is_promised
from webtidbok_app.services.outcomes import refuse_if_unsettled
from webtidbok_app.services.terms import TermsInfo, require_accepted_terms, terms_in_force
from webtidbok_app.services.time_types import OldBooking, enter, may_book, refuse_if_too_many, terms_kind
from webtidbok_app.services.whole import to_the_end

NEED_MAX = 300
TYPED_MAX = 5000
TypedField = Literal["reason", "interpreter", "access_needs", "phone", "email"]


@dataclass(frozen=True)
class Progress:
    """How far a resident has come with one time type at one clinic."""

    clinic: ClinicInfo
    time_type: TimeTypeInfo
    single_type: bool
    terms: TermsInfo | None
    hold: Hold | None
    details: BookingDetails
    details_done: bool
    overlapping: list[BookedTime]
    booked_id: str | None
    """The booking that the last hold became, so that going back does not repeat it."""
    replaces: TimeAtClinic | None = None
    """The booking that is to be exchanged; the resident keeps it until then."""
    can_move: bool = False
    """There are other clinics that it can be moved to."""
    said: Sequence[str] = ()
    """What is answered of the time type's questions so far, in their order."""


async def get_progress(actor: Actor | None, *, clinic: str, time_type: str) -> Progress:
    """Return how far the resident has come.

    Raises NotFound, CapabilityMissing, AgeOutside, InvitedOnly, and OutcomeUnknown while nobody knows whether the
    resident has such a time already.
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    await refuse_if_unsettled(resident, found, time_type=kind.id)
    journal = found.journal(resident)
    hold = await journal.current_hold(resident)
    schedule = await journal.schedule(resident)
    bookable = [other for other in await journal.time_types(resident) if may_book(resident, other) is None]
    async with get_database().read() as session:
        terms = await terms_in_force(session, resident, clinic=found, kind=CaseTypeKind.BOOK_DIRECT)
        draft = await _draft(session, found, resident)
        person = await session.get_one(Person, resident.told_id)
    for_this = draft if draft and draft.time_type == kind.id else None
    mine = hold if hold and hold.time_type == kind.id else None
    said = _said(draft, kind)
    return Progress(
        clinic=found,
        time_type=kind,
        single_type=len(bookable) == 1,
        terms=terms,
        hold=mine,
        details=_details(draft, person, kind),
        said=said,
        details_done=bool(for_this and for_this.details_done) and not find_problems(kind.questions, said),
        overlapping=[time for time in schedule if mine and _overlap(time, mine.timeslot)],
        booked_id=next((time.id for time in schedule if for_this and for_this.hold_id == time.hold_id), None),
    )


async def hold_time(
    actor: Actor | None, *, clinic: str, time_type: str, timeslot_id: str, rebooks: OldBooking | None = None
) -> Hold:
    """Hold a time for the resident alone, to book or to exchange the one that it ``rebooks`` for.

    Raises SlotTaken, SlotWithdrawn, LimitReached, TooManyBookings, TermsNotAccepted, and OutcomeUnknown while nobody
    knows what became of the last one. Raises NotFound for a time of another time type, which the resident may have no
    right to.
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks)
    await require_accepted_terms(resident, clinic=found, kind=terms_kind(clinic, rebooks))
    if rebooks is None or rebooks.clinic != clinic:
        await refuse_if_too_many(resident, found, kind)
        await refuse_if_unsettled(resident, found, time_type=kind.id)
    journal = found.journal(resident)
    hold = await journal.hold(resident, timeslot_id)
    if hold.time_type != kind.id:
        await journal.release_hold(resident, hold.id)
        raise NotFound
    return hold


async def step_forward(actor: Actor | None, *, clinic: str, time_type: str) -> Hold:
    """Keep the held time longer as the resident takes a step, and note which one it is. Raises HoldExpired."""
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    longer = await keep_longer(resident, found, kind)
    async with get_database().write() as session:
        draft = await _begin_draft(session, found, resident, kind)
        draft.hold_id = longer.id
    return longer


async def keep_longer(resident: Resident, clinic: ClinicInfo, kind: TimeTypeInfo) -> Hold:
    """Keep the held time of the time type longer. Raises HoldExpired."""
    journal = clinic.journal(resident)
    hold = await journal.current_hold(resident)
    if hold is None or hold.time_type != kind.id:
        raise HoldExpired
    return await journal.extend_hold(resident, hold.id)


async def release_time(actor: Actor | None, *, clinic: str) -> None:
    """Let go of what the resident holds at the clinic, unless it is promised for longer. What was typed is kept."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    hold = await found.journal(resident).current_hold(resident)
    if hold is not None and not await is_promised(resident, found, hold.timeslot.id):
        await found.journal(resident).release_hold(resident, hold.id)


async def keep_details(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    reason: str,
    interpreter: str,
    access_needs: str,
    phone: str,
    email: str,
    said: Sequence[str] = (),
) -> None:
    """Keep what the resident typed, also what has to be mended; contact details are kept for next time.

    ``said`` answers the time type's questions in their order. Raises InvalidInput with the fields to mend; a question
    is ``question_0`` and so on. Nothing typed is lost by it but what is too long to keep.
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    details = BookingDetails(
        reason=reason.strip() if kind.reason != ReasonRule.NONE else "",
        interpreter=interpreter.strip(),
        access_needs=access_needs.strip(),
        phone=tidy_phone(phone),
        email=email.strip(),
    )
    answered = {number: words.strip() for number, words in enumerate(said)}
    problems = _problems(details, kind, list(answered.values()))
    async with get_database().write() as session:
        await _keep(session, found, resident, kind, details, problems, answered)
    if problems:
        raise InvalidInput(problems)


async def keep_typed(
    actor: Actor | None, *, clinic: str, time_type: str, field: TypedField, text: str
) -> None:
    """Keep one text as it is being typed, mended or not, so that a session that ends takes nothing with it."""
    resident, found, _ = await enter(actor, clinic=clinic, time_type=time_type)
    async with get_database().write() as session:
        draft = await _draft(session, found, resident)
        if draft is not None:
            setattr(draft, field, text[:TYPED_MAX])
            draft.updated_at = clock.now()


async def keep_answer(actor: Actor | None, *, clinic: str, time_type: str, question: int, text: str) -> None:
    """Keep one answer as it is being typed. ``question`` is its number from 0."""
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    async with get_database().write() as session:
        draft = await _draft(session, found, resident)
        if draft is not None and draft.time_type == kind.id:
            _answer(draft, kind, {question: text[:TYPED_MAX]})
            draft.updated_at = clock.now()


@to_the_end
async def book(actor: Actor | None, *, clinic: str, time_type: str, hold_id: str) -> BookedTime:
    """Book the time of the hold that the resident was shown. Pressed twice it books once and answers the same.

    Raises HoldExpired, also when another time has been chosen meanwhile, as in another tab; TermsNotAccepted,
    InvalidInput for a question that is not answered, as the clinic has come to ask it since; and
    what the timebook raises (JournalRejected, OutcomeUnknown).
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.BOOK_DIRECT)
    async with get_database().read() as session:
        draft = await _draft(session, found, resident)
        person = await session.get_one(Person, resident.told_id)
    if draft is None or draft.time_type != kind.id:
        raise HoldExpired
    await refuse_if_unsettled(resident, found, time_type=kind.id, hold_id=hold_id)
    if unanswered := find_problems(kind.questions, _said(draft, kind)):
        raise InvalidInput({f"question_{number}": code for number, code in unanswered.items()})
    booked = await found.journal(resident).make_booking(resident, hold_id, _details(draft, person, kind))
    async with get_database().write() as session:
        if draft.hold_id in {None, hold_id}:  # otherwise what is typed is for a time that was chosen since
            await session.merge(_emptied(draft, hold_id))
        audit.record(
            session, resident, "book", clinic_id=found.id, person_id=resident.person_id, booking_id=booked.id
        )
    return booked


async def _draft(session: AsyncSession, clinic: ClinicInfo, resident: Resident) -> Draft | None:
    """Return the draft at the clinic, of whatever time type, if it is not too old."""
    draft = await session.get(Draft, (clinic.id, resident.person_id, resident.told_id))
    return draft if draft and draft.updated_at > clock.now() - DRAFT_LIFE else None


async def _begin_draft(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, kind: TimeTypeInfo
) -> Draft:
    """Return the draft to write in. What was typed for another time type comes along, but for its own questions."""
    now = clock.now()
    fresh = Draft(
        clinic_id=clinic.id, person_id=resident.person_id, typed_by=resident.told_id, time_type=kind.id,
        updated_at=now,
    )  # fmt: skip
    await insert_or_lock(session, fresh)  # two tabs may begin at the same moment
    draft = await session.get_one(Draft, (clinic.id, resident.person_id, resident.told_id))
    if draft.updated_at <= now - DRAFT_LIFE:
        return await session.merge(fresh)
    if draft.time_type != kind.id:
        draft.time_type, draft.hold_id, draft.details_done, draft.answers = kind.id, None, False, ""
    draft.updated_at = now
    return draft


def _emptied(draft: Draft, hold_id: str) -> Draft:
    """Return the draft without what was typed; it knows which hold became the booking."""
    return Draft(
        clinic_id=draft.clinic_id,
        person_id=draft.person_id,
        typed_by=draft.typed_by,
        time_type=draft.time_type,
        hold_id=hold_id,
        updated_at=clock.now(),
    )


async def _keep(
    session: AsyncSession,
    clinic: ClinicInfo,
    resident: Resident,
    kind: TimeTypeInfo,
    details: BookingDetails,
    problems: dict[str, str],
    answered: Mapping[int, str],
) -> None:
    draft = await _begin_draft(session, clinic, resident, kind)
    _answer(draft, kind, answered)
    draft.reason, draft.interpreter, draft.access_needs = (
        details.reason,
        details.interpreter,
        details.access_needs,
    )
    draft.phone, draft.email = details.phone, details.email
    draft.details_done = not problems
    person = await session.get_one(Person, resident.told_id)
    if "phone" not in problems:
        person.phone = details.phone or None
    if "email" not in problems:
        person.email = details.email or None


def _answer(draft: Draft, kind: TimeTypeInfo, answered: Mapping[int, str]) -> None:
    """Keep answers by the questions' words, so that a question that is changed loses its answer and no other."""
    kept = json.loads(draft.answers or "{}")
    for number, question in enumerate(kind.questions):
        if number in answered:
            kept[question.text.sv] = answered[number]
    draft.answers = json.dumps(kept, ensure_ascii=False)


def _said(draft: Draft | None, kind: TimeTypeInfo) -> list[str]:
    """Return what is answered of the questions, in their order."""
    kept = json.loads(draft.answers or "{}") if draft and draft.time_type == kind.id else {}
    return [kept.get(question.text.sv, "") for question in kind.questions]


def _details(draft: Draft | None, person: Person, kind: TimeTypeInfo) -> BookingDetails:
    contact = BookingDetails(phone=person.phone, email=person.email)
    if draft is None:
        return contact
    return BookingDetails(
        reason=draft.reason,
        answers=answer_all(kind.questions, _said(draft, kind)),
        interpreter=draft.interpreter,
        access_needs=draft.access_needs,
        phone=contact.phone if draft.phone is None else draft.phone,
        email=contact.email if draft.email is None else draft.email,
    )


def _problems(details: BookingDetails, kind: TimeTypeInfo, said: Sequence[str]) -> dict[str, str]:
    found = find_problems(kind.questions, said)
    problems = {f"question_{number}": code for number, code in found.items()}
    if kind.reason == ReasonRule.REQUIRED and not details.reason:
        problems["reason"] = "reason_missing"
    if len(details.reason) > REASON_MAX:
        problems["reason"] = "reason_too_long"
    if len(details.interpreter) > NEED_MAX:
        problems["interpreter"] = "too_long"
    if len(details.access_needs) > NEED_MAX:
        problems["access_needs"] = "too_long"
    if not details.phone:
        problems["phone"] = "phone_missing"
    elif not is_phone(details.phone):
        problems["phone"] = "phone"
    if details.email and not is_email(details.email):
        problems["email"] = "email"
    return problems


def _overlap(booked: BookedTime, slot: Timeslot) -> bool:
    return booked.starts_at < slot.ends_at and slot.starts_at < booked.ends_at
