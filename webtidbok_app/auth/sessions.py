"""Logins that live on the server: the browser holds an opaque id, the database its hash.

A login ends when nothing has been done for a while (NHS and DWP values; WCAG 2.2.1 lets it be extended), and
in any case after twelve hours. Only what a person does counts as doing something: the page that asks how long
is left does not.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.auth.commissions import commissions_of
from webtidbok_app.auth.principal import Kind, Login, Principal
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Guardianship, LoginSession, Person
from webtidbok_app.domain.actor import Guardian, Resident, Staff
from webtidbok_app.domain.clock import now
from webtidbok_app.domain.errors import DatabaseBusy
from webtidbok_app.domain.ids import PersonalNumber

IDLE = {"resident": timedelta(minutes=30), "staff": timedelta(minutes=15)}
LONGEST = timedelta(hours=12)
CACHED = timedelta(seconds=5)
NOTED = timedelta(minutes=1)
_MOST_CACHED = 10_000


@dataclass(frozen=True)
class LiveSession:
    """A login as last read from the database, and what has happened since."""

    login: Login
    kind: str
    last_seen_at: datetime
    noted_at: datetime
    ends_at: datetime
    read_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When it ends unless something is done."""
        return min(self.last_seen_at + IDLE[self.kind], self.ends_at)


_cache: dict[str, LiveSession] = {}
_endings = 0
"""How many logins have been ended or changed here: what was read before that must not be remembered after it."""


def hash_of(cookie: str) -> str:
    """Return what is kept of a cookie: enough to know it again, not enough to make it."""
    return hashlib.sha256(cookie.encode()).hexdigest()


async def create(actor: Principal) -> str:
    """Begin a login for ``actor`` and return the cookie's value. Never reuses an id."""
    cookie, moment = secrets.token_urlsafe(32), now()
    row = LoginSession(
        id_hash=hash_of(cookie),
        kind=kind_of(actor),
        created_at=moment,
        last_seen_at=moment,
        ends_at=moment + LONGEST,
    )
    if isinstance(actor, Resident):
        row.person_id = actor.person_id
    else:
        row.staff_hsa_id, row.staff_name = actor.hsa_id, actor.name
        row.role, row.clinic_id = actor.role, actor.clinic_id
    async with get_database().write() as session:
        session.add(row)
    return cookie


def kind_of(actor: Principal) -> Kind:
    """Return which way they logged in."""
    return "resident" if isinstance(actor, Resident) else "staff"


async def look_up(cookie: str, *, active: bool) -> LiveSession | None:
    """Return the living login behind ``cookie``, or None.

    ``active`` says that a person did something: the time until it ends starts anew, written down at most once
    a minute. Raises DatabaseBusy when it cannot be known.
    """
    if not cookie:
        return None
    id_hash, moment, endings = hash_of(cookie), now(), _endings
    live = _cache.get(id_hash)
    if live is None or abs(moment - live.read_at) >= CACHED:
        live = await _read(id_hash, moment, live)
    if live is None or moment >= live.expires_at:
        _cache.pop(id_hash, None)
        return None
    if active:
        live = await _note(id_hash, live, moment)
    if endings == _endings:
        _remember(id_hash, live, moment)
    return live


async def act_for(cookie: str, child_id: UUID | None) -> None:
    """Let the login act for a child from now on, or for the one who has logged in again (None).

    At once in this process, within seconds in others. Whether they may is asked at every act.
    """
    async with get_database().write() as session:
        await session.execute(
            update(LoginSession)
            .where(col(LoginSession.id_hash) == hash_of(cookie), col(LoginSession.kind) == "resident")
            .values(acts_for=child_id)
        )
    read_anew()


async def take_commission(cookie: str, staff: Staff) -> None:
    """Let the login act in a commission of the one who has logged in, and in no other, from now on."""
    async with get_database().write() as session:
        await session.execute(
            update(LoginSession)
            .where(
                col(LoginSession.id_hash) == hash_of(cookie), col(LoginSession.staff_hsa_id) == staff.hsa_id
            )
            .values(role=staff.role, clinic_id=staff.clinic_id)
        )
    read_anew()


def read_anew() -> None:
    """Let every login be read anew: at once in this process, within seconds in others."""
    global _endings  # noqa: PLW0603  counts for the whole process
    _endings += 1
    _cache.clear()


async def lost_its_role(cookie: str) -> bool:
    """Whether the login is over because the role that it had is another now, or gone."""
    if not cookie:
        return False
    async with get_database().read() as session:
        row = await session.get(LoginSession, hash_of(cookie))
        if row is None or row.kind != "staff" or now() >= row.ends_at:
            return False
        return await _staff(session, row) is None


async def end(id_hash: str) -> None:
    """End one login, known by its hash; at once in this process, within seconds in others."""
    async with get_database().write() as session:
        await session.execute(delete(LoginSession).where(col(LoginSession.id_hash) == id_hash))
    read_anew()


async def _read(id_hash: str, moment: datetime, known: LiveSession | None) -> LiveSession | None:
    async with get_database().read() as session:
        row = await session.get(LoginSession, id_hash)
        if row is None:
            return None
        login = await (_resident(session, row) if row.kind == "resident" else _staff(session, row))
    if login is None:
        return None
    seen = max(row.last_seen_at, known.last_seen_at) if known else row.last_seen_at
    return LiveSession(login, row.kind, seen, row.last_seen_at, row.ends_at, read_at=moment)


async def _resident(session: AsyncSession, row: LoginSession) -> Login | None:
    person = await session.get(Person, row.person_id)
    if person is None:
        return None
    if row.acts_for is None:
        return Login(_as_resident(person))
    child = await session.get_one(Person, row.acts_for)
    known = await session.get(Guardianship, (person.id, child.id))
    guardian = Guardian(person.id, _as_resident(person).name, known.known_at if known else None)
    return Login(replace(_as_resident(child), by=guardian))


def _as_resident(person: Person) -> Resident:
    number = PersonalNumber(person.number)
    return Resident(person.id, number, person.given_name, person.family_name, person.protected)


async def _staff(session: AsyncSession, row: LoginSession) -> Login | None:
    """Read the role again, so that a role that has been changed or taken away ends the login."""
    if row.staff_hsa_id is None:
        return None
    held = await commissions_of(session, row.staff_hsa_id)
    if row.role is None:
        staff = Staff(row.staff_hsa_id, row.staff_name, None, None)
        return Login(staff, commissions=len(held)) if held else None
    for one in held:
        if (one.staff.clinic_id, one.staff.role) == (row.clinic_id, row.role):
            staff = replace(one.staff, name=row.staff_name)
            return Login(staff, one.place, one.slug, commissions=len(held))
    return None


async def _note(id_hash: str, live: LiveSession, moment: datetime) -> LiveSession:
    live = replace(live, last_seen_at=moment)
    if moment - live.noted_at < NOTED:
        return live
    try:
        async with get_database().write() as session:
            await session.execute(
                update(LoginSession).where(col(LoginSession.id_hash) == id_hash).values(last_seen_at=moment)
            )
    except DatabaseBusy:  # what the person does matters more than the note of when they did it
        return live
    return replace(live, noted_at=moment)


def _remember(id_hash: str, live: LiveSession, moment: datetime) -> None:
    if len(_cache) >= _MOST_CACHED:
        for old in [key for key, one in _cache.items() if moment - one.read_at >= CACHED]:
            del _cache[old]
    _cache[id_hash] = live
