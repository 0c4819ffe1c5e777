"""How a resident wants messages about their times: by SMS, by e-mail or not at all. The address is proven by a code."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Guardianship, MessageChoice, Person
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import CapabilityMissing, InvalidInput, TooManyCodes
from webtidbok_app.domain.message import CODE_LIFE, Channel, parse_email, parse_mobile
from webtidbok_app.i18n import Lang
from webtidbok_app.notify.told import who_is_told
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.settings import get_settings

CODES_AN_HOUR = 3
"""How many codes a resident can have sent within an hour: enough for slips, too few to pester somebody else."""
TRIES = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Messages:
    """How messages go now, and to where they are about to go. Addresses are the resident's own, for them to see."""

    channels: frozenset[Channel]
    """What this installation can send; nothing where messages are off."""
    channel: Channel | None = None
    address: str = ""
    new_address: str = ""
    """Where a code was sent that is still to be written; empty when none is awaited."""
    suggestion: str = ""
    """What the resident has told before, to start from."""
    protected: bool = False
    """Messages need the resident's consent."""
    consented: bool = False
    demo: bool = False
    """What is sent can be read in the demo's inbox."""


async def get_messages(actor: Actor | None) -> Messages:
    """Return what the resident has chosen."""
    resident = as_resident(actor)
    async with get_database().read() as session:
        return await _told(session, resident, await session.get(MessageChoice, resident.told_id))


async def is_reached(
    session: AsyncSession, *, told_id: UUID, about: UUID, at: datetime | None = None
) -> bool:
    """Whether a message to ``told_id`` reaches somebody who is told of ``about`` (aware ``at``, or now).

    ``told_id`` are ``about`` themselves, or their guardian.
    """
    to = await who_is_told(session, told_id, about=about, at=at or clock.now())
    choice = await session.get(MessageChoice, to)
    if choice is None or choice.channel is None:
        return False
    people = [await session.get_one(Person, one) for one in {to, about}]
    return not any(person.protected for person in people) or choice.consented_at is not None


async def ask_for_code(actor: Actor | None, *, address: str, consent: bool, lang: Lang) -> Messages:
    """Send a code to a mobile number or an e-mail address, to prove that it is the resident's own.

    What was chosen before holds until then. ``lang`` is the language of messages from now on. Raises InvalidInput
    (``address``, ``consent``) and TooManyCodes (``retry_at``, aware).
    """
    resident = as_resident(actor)
    channel, parsed = _parse(address)
    now = clock.now()
    async with get_database().write() as session:
        choice = await _lock(session, resident)
        protected = await _protected(session, resident)
        if protected and not consent:
            raise InvalidInput({"consent": "consent"})
        _count_code(choice, now)
        code = f"{secrets.randbelow(10**6):06}"
        choice.new_channel, choice.new_address, choice.lang = channel, parsed, lang
        choice.code_hash, choice.code_at, choice.tries = _hash(resident, code), now, 0
        choice.consented_at = now if protected else None
        await outbox.tell_code(
            session, code, person_id=resident.told_id, channel=channel, address=parsed, now=now
        )
        return await _told(session, resident, choice)


async def verify(actor: Actor | None, *, code: str) -> Messages:
    """Take the address into use that the code was sent to. Raises InvalidInput (``code``)."""
    resident = as_resident(actor)
    async with get_database().write() as session:
        choice = await _lock(session, resident)
        problem = _check_code(choice, resident, "".join(code.split()))
        if not problem:
            choice.channel, choice.address, choice.verified_at = (
                choice.new_channel,
                choice.new_address,
                clock.now(),
            )
            _forget_code(choice)
            audit.record(session, resident, "choose_messages", person_id=resident.told_id)
        told = await _told(session, resident, choice)
    if problem:
        raise InvalidInput({"code": problem})
    return told


async def forget_code(actor: Actor | None) -> Messages:
    """Let go of the address that was about to be proven. What was chosen before holds."""
    resident = as_resident(actor)
    async with get_database().write() as session:
        choice = await _lock(session, resident)
        _forget_code(choice)
        return await _told(session, resident, choice)


async def stop(actor: Actor | None) -> Messages:
    """Send the resident no more messages, and forget where they went."""
    resident = as_resident(actor)
    async with get_database().write() as session:
        choice = await _lock(session, resident)
        choice.channel = choice.address = choice.verified_at = choice.consented_at = None
        _forget_code(choice)
        audit.record(session, resident, "stop_messages", person_id=resident.told_id)
        return await _told(session, resident, choice)


def _parse(address: str) -> tuple[Channel, str]:
    channels = get_settings().channels
    if not channels:
        raise CapabilityMissing
    if not address.strip():
        raise InvalidInput({"address": "address_missing"})
    if "@" in address:
        channel, parsed, problem = Channel.EMAIL, parse_email(address), "email"
    else:
        is_number = any(sign.isdigit() for sign in address)
        channel, parsed = Channel.SMS, parse_mobile(address)
        problem = "mobile" if is_number else "address_form"
    if channel not in channels:
        raise InvalidInput({"address": f"no_{channel}"})
    if parsed is None:
        raise InvalidInput({"address": problem})
    return channel, parsed


async def _protected(session: AsyncSession, resident: Resident) -> bool:
    """Whether who has logged in, or a child of theirs, has a protected identity: messages need consent then."""
    children = select(col(Guardianship.child_id)).where(col(Guardianship.guardian_id) == resident.told_id)
    found = await session.scalar(
        select(col(Person.id))
        .where((col(Person.id) == resident.told_id) | col(Person.id).in_(children), col(Person.protected))
        .limit(1)
    )
    return found is not None


async def _lock(session: AsyncSession, resident: Resident) -> MessageChoice:
    """Return the resident's choice, and let nobody change it meanwhile."""
    await insert_or_ignore(session, MessageChoice(person_id=resident.told_id))
    return await session.get_one(MessageChoice, resident.told_id, with_for_update=True)


def _count_code(choice: MessageChoice, now: datetime) -> None:
    if choice.codes_since is None or choice.codes_since + HOUR <= now:
        choice.codes_since, choice.codes = now, 0
    if choice.codes >= CODES_AN_HOUR:
        raise TooManyCodes(retry_at=choice.codes_since + HOUR)
    choice.codes += 1


def _check_code(choice: MessageChoice, resident: Resident, code: str) -> str:
    """Return what is wrong with the code, or nothing. A wrong one is counted."""
    if choice.new_channel is None or choice.code_at is None or choice.code_at + CODE_LIFE <= clock.now():
        return "code_old"
    if choice.tries >= TRIES:
        return "code_tries"
    if hmac.compare_digest(choice.code_hash, _hash(resident, code)):
        return ""
    choice.tries += 1
    return "code_wrong" if choice.tries < TRIES else "code_tries"


def _forget_code(choice: MessageChoice) -> None:
    choice.new_channel = choice.new_address = choice.code_at = None
    choice.code_hash, choice.tries = "", 0


def _hash(resident: Resident, code: str) -> str:
    return lookup_hash(f"code:{resident.told_id.hex}:{code}")


async def _told(session: AsyncSession, resident: Resident, choice: MessageChoice | None) -> Messages:
    person = await session.get_one(Person, resident.told_id)
    choice = choice or MessageChoice(person_id=person.id)
    return Messages(
        channels=get_settings().channels,
        channel=Channel(choice.channel) if choice.channel else None,
        address=choice.address or "",
        new_address=choice.new_address or "",
        suggestion=person.phone or person.email or "",
        protected=await _protected(session, resident),
        consented=choice.consented_at is not None,
        demo=get_settings().demo,
    )
