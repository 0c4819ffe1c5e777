"""Beställa tid and Av/omboka tid: a request in the resident's own words, which staff of the clinic answer.

What is chosen and typed stands in a draft on the server. Sent, the draft becomes a case with the draft's identity
(``services.my_cases``, ``services.inbox``), so that no request can be sent twice.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_case
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_lock
from webtidbok_app.db.tables import Clinic, Draft, Person, RequestCase, RequestDraft
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.contact import is_phone, tidy_phone
from webtidbok_app.domain.errors import (
    InvalidInput,
    JournalError,
    NotFound,
    StaleVersion,
    TooManyRequests,
)
from webtidbok_app.domain.request import (
    DRAFT_LIFE,
    ENDED,
    REQUEST_REASON_MAX,
    WHEN_MAX,
    WHICH_MAX,
    CaseStatus,
    ContactWay,
    Wish,
)
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, Text, TimeTypeInfo
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.booking import TYPED_MAX
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_offering
from webtidbok_app.services.my_bookings import times_at

KINDS = frozenset({CaseTypeKind.REQUEST, CaseTypeKind.REQUEST_CHANGE})
GOING_AT_MOST = 5
"""Requests of one resident that one clinic can have unended; who has more to say writes in one of them."""
TypedField = Literal["reason", "can_come", "phone", "which"]
ChosenField = Literal["contact", "wish"]


@dataclass(frozen=True)
class RequestForm:
    """A request that is being written. ``times`` are the booked times that it can be about."""

    clinic: ClinicInfo
    kind: CaseTypeKind
    draft_id: UUID
    """Changes when another request is begun; it is the case's identity once it is sent."""
    done: bool
    time_type: Text
    booking_id: str
    wish: Wish | None
    which: str
    reason: str
    can_come: str
    interpreter: str
    access_needs: str
    contact: ContactWay | None
    phone: str
    times: tuple[BookedTime, ...] = ()
    times_unknown: bool = False
    """The clinic's timebook does not answer."""


async def open_request(
    actor: Actor | None, *, clinic: str, kind: CaseTypeKind, time_type: str = "", booking: str = ""
) -> RequestForm:
    """Return the request as far as it is written, begun with what the resident has said on the way here.

    ``time_type`` is what there was no free time for, ``booking`` the booked time that is to be changed. Raises
    NotFound and CapabilityMissing (``phone``).
    """
    resident, found = await _enter(actor, clinic, kind)
    about = await _time_type(resident, found, time_type) if kind == CaseTypeKind.REQUEST else None
    times, unknown = await _times(resident, found) if kind == CaseTypeKind.REQUEST_CHANGE else ((), False)
    booked = next((time for time in times if time.id == booking), None)
    async with get_database().write() as session:
        draft = await _begin_draft(session, found, resident, kind)
        if about:
            draft.time_type, draft.time_type_sv, draft.time_type_en = about.id, about.name.sv, about.name.en
        if booked:
            _put_booking(draft, booked)
        return _form(found, draft, times, unknown)


async def keep_typed(
    actor: Actor | None, *, clinic: str, kind: CaseTypeKind, field: TypedField, text: str
) -> None:
    """Keep one text as it is being typed, mended or not, so that a session that ends takes nothing with it."""
    resident, found = await _enter(actor, clinic, kind)
    async with get_database().write() as session:
        draft = await _draft(session, found, resident, kind)
        same = tidy_phone(text) if field == "phone" else text.strip()
        if draft is not None and getattr(draft, field) != same:
            setattr(draft, field, text[:TYPED_MAX])
            draft.done, draft.updated_at = False, clock.now()


async def keep_chosen(
    actor: Actor | None, *, clinic: str, kind: CaseTypeKind, field: ChosenField, choice: str
) -> None:
    """Keep one choice as it is made. What is no choice is not kept."""
    resident, found = await _enter(actor, clinic, kind)
    chosen = _CHOICES[field](choice) if choice in set(_CHOICES[field]) else None
    async with get_database().write() as session:
        draft = await _draft(session, found, resident, kind)
        if draft is not None and chosen is not None and getattr(draft, field) != chosen:
            setattr(draft, field, chosen)
            draft.done, draft.updated_at = False, clock.now()


_CHOICES: dict[ChosenField, type[ContactWay | Wish]] = {"contact": ContactWay, "wish": Wish}


async def keep_request(
    actor: Actor | None,
    *,
    clinic: str,
    kind: CaseTypeKind,
    reason: str,
    can_come: str,
    contact: str,
    phone: str,
    booking: str = "",
    wish: str = "",
    which: str = "",
) -> None:
    """Keep what is chosen and typed, also what has to be mended; the phone number is kept for next time.

    Raises InvalidInput with the fields to mend, and NotFound for a booking that is not the resident's.
    """
    resident, found = await _enter(actor, clinic, kind)
    booked, problems = await _booked(resident, found, booking)
    async with get_database().write() as session:
        draft = await _begin_draft(session, found, resident, kind)
        draft.reason, draft.can_come, draft.which = reason.strip(), can_come.strip(), which.strip()
        draft.phone = tidy_phone(phone)
        draft.contact = ContactWay(contact) if contact in set(ContactWay) else None
        draft.wish = Wish(wish) if wish in set(Wish) else None
        _put_booking(draft, booked)
        problems = _problems(draft) | problems
        draft.done = not problems
        if draft.phone and "phone" not in problems:
            (await session.get_one(Person, resident.told_id)).phone = draft.phone
    if problems:
        raise InvalidInput(problems)


async def send_request(actor: Actor | None, *, clinic: str, kind: CaseTypeKind, draft_id: UUID) -> UUID:
    """Send the request that was shown and return the case that it is. Sent twice it is one case all the same.

    Raises StaleVersion when something has been typed since, as in another tab; TooManyRequests (``phone``).
    """
    resident, found = await _enter(actor, clinic, kind)
    async with get_database().write() as session:
        draft = await session.scalar(
            delete(RequestDraft)
            .where(
                col(RequestDraft.clinic_id) == found.id,
                col(RequestDraft.person_id) == resident.person_id,
                col(RequestDraft.kind) == kind,
                col(RequestDraft.typed_by) == resident.told_id,
                col(RequestDraft.id) == draft_id,
                col(RequestDraft.updated_at) > clock.now() - DRAFT_LIFE,
                col(RequestDraft.done),
            )
            .returning(RequestDraft)
        )
        if draft is None:
            sent = await session.get(RequestCase, (found.id, draft_id))
            if sent is None or sent.person_id != resident.person_id:
                raise StaleVersion
            return sent.id
        await _require_room(session, found, resident)
        case = RequestCase(
            clinic_id=found.id,
            id=draft.id,
            number=await _next_number(session, found),
            kind=kind,
            person_id=resident.person_id,
            sent_by=resident.ombud_id,
            status=CaseStatus.SENT,
            sent_at=clock.now(),
            changed_at=clock.now(),
            **draft.words(),
        )
        session.add(case)
        audit.record(
            session,
            resident,
            "send_request",
            clinic_id=found.id,
            person_id=resident.person_id,
            case_id=case.id.hex,
        )
        tell_of_case(session, found.id, case.id)
        return case.id


async def _enter(actor: Actor | None, clinic: str, kind: CaseTypeKind) -> tuple[Resident, ClinicInfo]:
    resident = as_resident(actor)
    if kind not in KINDS:
        raise NotFound
    return resident, await get_clinic_offering(slug=clinic, kind=kind)


async def _time_type(resident: Resident, clinic: ClinicInfo, slug: str) -> TimeTypeInfo | None:
    """Return the time type, or None where there is no such or the timebook does not answer: nothing hangs on it."""
    if not slug:
        return None
    try:
        offered = await clinic.journal(resident).time_types(resident)
    except JournalError:
        return None
    return next((one for one in offered if one.id == slug), None)


async def _times(resident: Resident, clinic: ClinicInfo) -> tuple[tuple[BookedTime, ...], bool]:
    answer = await times_at(resident, clinic)
    return tuple(answer.times), answer.problem is not None


async def _booked(
    resident: Resident, clinic: ClinicInfo, booking: str
) -> tuple[BookedTime | None, dict[str, str]]:
    """Return the booked time, or what is wrong with having chosen it. Raises NotFound."""
    if not booking:
        return None, {}
    try:
        booked = await clinic.journal(resident).booking(resident, booking)
    except JournalError:
        return None, {"booking": "booking_unknown"}
    if booked.cancelled_at or booked.starts_at <= clock.now():
        return None, {"booking": "booking_gone"}
    return booked, {}


def _put_booking(draft: RequestDraft, booked: BookedTime | None) -> None:
    draft.booking_id = booked.id if booked else ""
    draft.starts_at = booked.starts_at if booked else None
    if draft.kind == CaseTypeKind.REQUEST_CHANGE:
        name = booked.time_type if booked else Text("", "")
        draft.time_type = booked.time_type_id if booked else ""
        draft.time_type_sv, draft.time_type_en = name.sv, name.en


def _key(clinic: ClinicInfo, resident: Resident, kind: CaseTypeKind) -> tuple[UUID, UUID, CaseTypeKind, UUID]:
    return clinic.id, resident.person_id, kind, resident.told_id


async def _draft(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, kind: CaseTypeKind
) -> RequestDraft | None:
    draft = await session.get(RequestDraft, _key(clinic, resident, kind), with_for_update=True)
    return draft if draft and draft.updated_at > clock.now() - DRAFT_LIFE else None


async def _begin_draft(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, kind: CaseTypeKind
) -> RequestDraft:
    """Return the draft to write in; nothing of one that is too old comes along."""
    now = clock.now()
    draft = await _draft(session, clinic, resident, kind)
    if draft is not None:
        return draft
    person = await session.get_one(Person, resident.told_id)
    typed = await session.get(Draft, (clinic.id, resident.person_id, resident.told_id))
    if typed is None or typed.updated_at <= now - DRAFT_LIFE:
        typed = None
    said = typed if kind == CaseTypeKind.REQUEST else None
    fresh = RequestDraft(
        clinic_id=clinic.id,
        person_id=resident.person_id,
        kind=kind,
        typed_by=resident.told_id,
        reason=said.reason if said else "",
        interpreter=said.interpreter if said else "",
        access_needs=said.access_needs if said else "",
        phone=(typed.phone if typed else None) or person.phone or "",
        updated_at=now,
    )
    await insert_or_lock(session, fresh)  # two tabs may begin at the same moment
    draft = await session.get_one(RequestDraft, _key(clinic, resident, kind), with_for_update=True)
    return draft if draft.updated_at > now - DRAFT_LIFE else await session.merge(fresh)


def _form(
    clinic: ClinicInfo, draft: RequestDraft, times: tuple[BookedTime, ...], unknown: bool
) -> RequestForm:
    return RequestForm(
        clinic=clinic,
        kind=CaseTypeKind(draft.kind),
        draft_id=draft.id,
        done=draft.done,
        time_type=Text(draft.time_type_sv, draft.time_type_en),
        booking_id=draft.booking_id,
        wish=Wish(draft.wish) if draft.wish else None,
        which=draft.which,
        reason=draft.reason,
        can_come=draft.can_come,
        interpreter=draft.interpreter,
        access_needs=draft.access_needs,
        contact=ContactWay(draft.contact) if draft.contact else None,
        phone=draft.phone,
        times=times,
        times_unknown=unknown,
    )


def _problems(draft: RequestDraft) -> dict[str, str]:
    longest = {"reason": REQUEST_REASON_MAX, "can_come": WHEN_MAX, "which": WHICH_MAX}
    problems = {field: "too_long" for field, most in longest.items() if len(getattr(draft, field)) > most}
    if draft.contact is None:
        problems["contact"] = "contact_missing"
    return _problems_of_kind(draft) | _problems_of_phone(draft) | problems


def _problems_of_kind(draft: RequestDraft) -> dict[str, str]:
    if draft.kind == CaseTypeKind.REQUEST:
        return {} if draft.reason else {"reason": "request_missing"}
    which = {} if draft.booking_id or draft.which else {"which": "which_missing"}
    return which if draft.wish else which | {"wish": "wish_missing"}


def _problems_of_phone(draft: RequestDraft) -> dict[str, str]:
    if not draft.phone:
        return {"phone": "phone_missing"} if draft.contact == ContactWay.PHONE else {}
    return {} if is_phone(draft.phone) else {"phone": "phone"}


async def _require_room(session: AsyncSession, clinic: ClinicInfo, resident: Resident) -> None:
    going = await session.scalar(
        select(func.count()).where(
            col(RequestCase.clinic_id) == clinic.id,
            col(RequestCase.person_id) == resident.person_id,
            col(RequestCase.status).not_in(ENDED),
        )
    )
    if (going or 0) >= GOING_AT_MOST:
        raise TooManyRequests(phone=clinic.phone)


async def _next_number(session: AsyncSession, clinic: ClinicInfo) -> int:
    """Return the clinic's next number. Nobody else can be given it: who asks meanwhile waits for this transaction."""
    counted = (
        update(Clinic)
        .where(col(Clinic.id) == clinic.id)
        .values(cases=col(Clinic.cases) + 1)
        .returning(col(Clinic.cases))
    )
    return (await session.execute(counted)).scalar_one()
