"""Acting for a child (ombud): whose guardian somebody is, and choosing for whom one acts."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app import register
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Guardianship, Person
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Guardian, Resident
from webtidbok_app.domain.errors import NotAllowed, NotFound, OmbudEnded, RegisterDown
from webtidbok_app.domain.ids import PersonalNumber, parse_id
from webtidbok_app.domain.ombud import KNOWN_FOR, is_child, may_act
from webtidbok_app.register.port import Guardianship as Registered
from webtidbok_app.register.port import RegisteredChild
from webtidbok_app.services import audit

SECONDS_TO_ANSWER = 5.0


@dataclass(frozen=True)
class ChildInfo:
    """A child that the one who has logged in is guardian of."""

    id: str
    name: str
    grown: bool
    """The 13th birthday has been: nobody acts for them any more."""


@dataclass(frozen=True)
class OmbudChoice:
    """For whom one can act."""

    name: str
    """Of the one who has logged in."""
    acts_for: str
    """The chosen child, empty for oneself."""
    children: list[ChildInfo]


def ombud_is_on() -> bool:
    """Whether this installation has a population register, without which nobody acts for anybody else."""
    return register.connect() is not None


async def list_children(actor: Actor | None) -> OmbudChoice:
    """Return for whom one can act, by what the population register says now. Raises NotAllowed and RegisterDown.

    Asked also by who acts for a child already, and may not any more.
    """
    actor = _as_anybody(actor)
    async with get_database().read() as session:
        guardian = await session.get_one(Person, actor.told_id)
    registered = await _ask(PersonalNumber(guardian.number))
    async with get_database().write() as session:
        children = [(await _write_down(session, child), child) for child in registered.children]
        await session.execute(
            delete(Guardianship).where(
                col(Guardianship.guardian_id) == guardian.id,
                col(Guardianship.child_id).not_in([person.id for person, _ in children]),
            )
        )
        for person, _ in children:
            await _know(session, guardian.id, person.id, registered.as_of)
    return OmbudChoice(
        f"{guardian.given_name} {guardian.family_name}",
        actor.person_id.hex if actor.by else "",
        [_info(person, child) for person, child in children],
    )


async def choose_child(actor: Actor | None, *, child: str) -> UUID | None:
    """Return the child that is acted for from now on, None for oneself (``child`` empty), and log the choice.

    Raises NotAllowed, NotFound for who is no child of theirs, and OmbudEnded when they may not any more.
    """
    actor = _as_anybody(actor)
    if not child:
        return None
    async with get_database().write() as session:
        known = await session.get(Guardianship, (actor.told_id, parse_id(child)))
        if known is None:
            raise NotFound
        person = await session.get_one(Person, known.child_id)
        guardian = Guardian(actor.told_id, "", known.known_at)
        acting = Resident(person.id, PersonalNumber(person.number), "", "", person.protected, guardian)
        if not may_act(acting, clock.now()):
            raise OmbudEnded
        audit.record(session, acting, "act_for_child", person_id=person.id)
        return person.id


def _as_anybody(actor: Actor | None) -> Resident:
    """Return the actor, who may or may not act for a child any more. Raises NotAllowed."""
    if not isinstance(actor, Resident):
        raise NotAllowed
    return actor


async def _ask(guardian: PersonalNumber) -> Registered:
    asked = register.connect()
    if asked is None:
        raise NotAllowed
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            found = await asked.children_of(guardian)
    except TimeoutError as error:
        raise RegisterDown from error
    if clock.now() - found.as_of > KNOWN_FOR:
        raise RegisterDown
    return found


async def _write_down(session: AsyncSession, child: RegisteredChild) -> Person:
    """Return the child as we know it, by the register's names of today."""
    number_hash = lookup_hash(child.number.digits)
    fresh = Person(
        number_hash=number_hash,
        number=child.number.digits,
        given_name=child.given_name,
        family_name=child.family_name,
    )
    await insert_or_ignore(session, fresh)
    found = await session.scalars(select(Person).where(col(Person.number_hash) == number_hash))
    person = found.one()
    person.given_name, person.family_name = child.given_name, child.family_name
    person.protected = child.protected
    return person


async def _know(session: AsyncSession, guardian: UUID, child: UUID, as_of: datetime) -> None:
    await insert_or_ignore(session, Guardianship(guardian_id=guardian, child_id=child, known_at=as_of))
    (await session.get_one(Guardianship, (guardian, child))).known_at = as_of


def _info(person: Person, child: RegisteredChild) -> ChildInfo:
    name = f"{person.given_name} {person.family_name}".strip() if person.given_name else str(child.number)
    return ChildInfo(person.id.hex, name, not is_child(child.number, clock.now()))
