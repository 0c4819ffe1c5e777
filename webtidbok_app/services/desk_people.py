"""Whom staff book for: finding a person by number or by day of birth, and registering who is not known yet.

Every search is logged with its purpose, also one that finds nobody (PDL 4 kap.: access needs a reason).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import (
    Booking,
    Clinic,
    MessageChoice,
    Performer,
    Person,
    ReservePerson,
    Slot,
    TimeType,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.access import Purpose
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.reserve_number import (
    Identity,
    ReserveNumber,
    kept_identity,
    new_reserve_number,
    parse_identity,
    read_identity,
)
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler

NAME_MAX = 80
NUMBERS_TRIED = 50


class SearchPurpose(StrEnum):
    """Why staff look somebody up."""

    BOOK = "book"
    CHANGE = "change"
    INVITE = "invite"


@dataclass(frozen=True)
class ComingTime:
    """A time that the person has at the clinic. Instants are aware, UTC."""

    booking_id: str
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str


@dataclass(frozen=True)
class DeskPerson:
    """Somebody whom staff book for, shown after the search is logged."""

    id: UUID
    number: Identity
    name: str
    protected: bool
    phone: str
    email: str
    channel: Channel | None
    """How they get messages; None when they have asked for none."""
    coming: list[ComingTime]


async def find_person(actor: Actor | None, *, number: str, purpose: SearchPurpose) -> DeskPerson | None:
    """Return the person with the personnummer, samordningsnummer or reserve number, None when nobody is known by it.

    A reserve number is known at the clinic that has given it. Raises InvalidInput (``number``).
    """
    staff, clinic_id = as_time_handler(actor)
    wanted = _parse(number)
    async with get_database().write() as session:
        person = await _by_number(session, clinic_id, wanted)
        _record_search(session, staff, clinic_id, purpose, person)
        return None if person is None else await describe(session, clinic_id, person)


async def find_without_number(
    actor: Actor | None, *, born: date, name: str, purpose: SearchPurpose
) -> list[DeskPerson]:
    """Return those who have a reserve number from the clinic, are born that day and have a name like that."""
    staff, clinic_id = as_time_handler(actor)
    async with get_database().write() as session:
        people = [one for one in await _born(session, clinic_id, born) if _is_like(one, name)]
        if not people:
            _record_search(session, staff, clinic_id, purpose, None)
        for person in people:
            _record_search(session, staff, clinic_id, purpose, person)
        return [await describe(session, clinic_id, person) for person in people]


async def register_person(
    actor: Actor | None, *, number: str, given_name: str, family_name: str
) -> DeskPerson:
    """Register somebody who has a number but has not been here, by the name that staff were told.

    Their own login puts the name right. Who is known already is returned as they are. Raises InvalidInput
    (``number``, ``given_name``, ``family_name``).
    """
    staff, clinic_id = as_time_handler(actor)
    wanted = _parse(number)
    _check_names(given_name, family_name, {} if isinstance(wanted, PersonalNumber) else {"number": "number"})
    row = Person(
        number_hash=lookup_hash(kept_identity(wanted)), number=kept_identity(wanted), given_name=given_name.strip(),
        family_name=family_name.strip(),
    )  # fmt: skip
    async with get_database().write() as session:
        await insert_or_ignore(session, row)
        person = (
            await session.scalars(select(Person).where(col(Person.number_hash) == row.number_hash))
        ).one()
        return await _registered(session, staff, clinic_id, person)


async def register_without_number(
    actor: Actor | None, *, born: date, given_name: str, family_name: str, another: bool = False
) -> DeskPerson:
    """Register somebody without personnummer, who gets a reserve number.

    Somebody of that name who is born that day is taken to be the same, unless told that this is ``another``. Raises
    InvalidInput (``born``, ``given_name``, ``family_name``).
    """
    staff, clinic_id = as_time_handler(actor)
    in_future = born > swedish_time.day_of(clock.now())
    _check_names(given_name, family_name, {"born": "born"} if in_future else {})
    given, family = given_name.strip(), family_name.strip()

    async def work(session: AsyncSession) -> DeskPerson:
        # One at a time at a clinic: who is registered twice in the same moment is one person.
        await session.execute(
            select(col(Clinic.id)).where(col(Clinic.id) == clinic_id).with_for_update(key_share=True)
        )
        same = [
            one
            for one in await _born(session, clinic_id, born)
            if (one.given_name.casefold(), one.family_name.casefold())
            == (given.casefold(), family.casefold())
        ]
        if same and not another:
            return await _registered(session, staff, clinic_id, same[0])
        person = await _with_new_number(session, born, given, family)
        session.add(
            ReservePerson(
                clinic_id=clinic_id, person_id=person.id, birth_hash=birth_hash(clinic_id, born),
                registered_by=staff.hsa_id, registered_at=clock.now(),
            )
        )  # fmt: skip
        return await _registered(session, staff, clinic_id, person)

    return await get_database().transact(work)


async def look_up_again(actor: Actor | None, *, person_id: UUID) -> DeskPerson:
    """Return somebody who was looked up before, as they are now. Raises NotFound."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await describe(session, clinic_id, await read_person(session, person_id))


async def read_person(session: AsyncSession, person_id: UUID) -> Person:
    """Return the person, for the use cases at the desk. Raises NotFound."""
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


async def describe(session: AsyncSession, clinic_id: UUID, person: Person) -> DeskPerson:
    """Return what staff of the clinic see of somebody whom they have looked up, for the use cases at the desk."""
    choice = await session.get(MessageChoice, person.id)
    return DeskPerson(
        id=person.id,
        number=read_identity(person.number),
        name=f"{person.given_name} {person.family_name}".strip(),
        protected=person.protected,
        phone=person.phone or "",
        email=person.email or "",
        channel=Channel(choice.channel) if choice and choice.channel else None,
        coming=await _coming(session, clinic_id, person.id),
    )


async def _coming(session: AsyncSession, clinic_id: UUID, person_id: UUID) -> list[ComingTime]:
    rows = await session.execute(
        select(
            col(Booking.id),
            col(Slot.starts_at),
            col(Slot.ends_at),
            col(TimeType.name_sv),
            col(Performer.name),
        )
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.person_id) == person_id,
            col(Booking.status) == BookingStatus.BOOKED,
            col(Slot.ends_at) > clock.now(),
        )
        .order_by(col(Slot.starts_at))
    )
    return [
        ComingTime(booking.hex, starts, ends, time_type, performer)
        for booking, starts, ends, time_type, performer in rows
    ]


async def _by_number(session: AsyncSession, clinic_id: UUID, wanted: Identity) -> Person | None:
    statement = select(Person).where(col(Person.number_hash) == lookup_hash(kept_identity(wanted)))
    if isinstance(wanted, ReserveNumber):
        statement = statement.join(
            ReservePerson,
            (col(ReservePerson.person_id) == Person.id) & (col(ReservePerson.clinic_id) == clinic_id),
        )
    return await session.scalar(statement)


async def _born(session: AsyncSession, clinic_id: UUID, born: date) -> Sequence[Person]:
    found = await session.scalars(
        select(Person)
        .join(ReservePerson, col(ReservePerson.person_id) == Person.id)
        .where(
            col(ReservePerson.clinic_id) == clinic_id,
            col(ReservePerson.birth_hash) == birth_hash(clinic_id, born),
        )
        .order_by(col(ReservePerson.registered_at), col(Person.id))
    )
    return found.all()


async def _with_new_number(session: AsyncSession, born: date, given: str, family: str) -> Person:
    for _ in range(NUMBERS_TRIED):
        number = new_reserve_number(born).signs
        row = Person(number_hash=lookup_hash(number), number=number, given_name=given, family_name=family)
        if await insert_or_ignore(session, row):
            return await session.get_one(Person, row.id)
    raise InvalidInput({"born": "no_numbers"})


async def _registered(session: AsyncSession, staff: Staff, clinic_id: UUID, person: Person) -> DeskPerson:
    audit.record(session, staff, "register_person", clinic_id=clinic_id, person_id=person.id)
    return await describe(session, clinic_id, person)


def _record_search(
    session: AsyncSession, staff: Staff, clinic_id: UUID, purpose: SearchPurpose, person: Person | None
) -> None:
    found = person.id if person else None
    audit.record(
        session,
        staff,
        "search_to_book"
        if purpose is SearchPurpose.BOOK
        else "search_to_change"
        if purpose is SearchPurpose.CHANGE
        else "search_to_invite",
        clinic_id=clinic_id,
        person_id=found,
        purpose=Purpose.SEARCH,
    )


def _parse(number: str) -> Identity:
    try:
        return parse_identity(number, today=swedish_time.day_of(clock.now()))
    except InvalidInput as error:
        raise InvalidInput({"number": "number" if number.strip() else "number_missing"}) from error


def birth_hash(clinic_id: UUID, born: date) -> str:
    """Return the keyed hash by which those are found whom the clinic has registered, and who are born that day."""
    return lookup_hash(f"born:{clinic_id.hex}:{born.isoformat()}")


def _is_like(person: Person, name: str) -> bool:
    """Whether every word of ``name`` begins one of the person's names; no words are like anybody's."""
    names = f"{person.given_name} {person.family_name}".casefold().split()
    return all(any(one.startswith(word) for one in names) for word in name.casefold().split())


def _check_names(given: str, family: str, problems: dict[str, str]) -> None:
    for field, name in (("given_name", given), ("family_name", family)):
        if not name.strip():
            problems[field] = f"{field}_missing"
        elif len(name.strip()) > NAME_MAX:
            problems[field] = "too_long"
    if problems:
        raise InvalidInput(problems)
