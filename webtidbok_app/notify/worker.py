"""Sends what waits in the outbox. Several workers may, in one process or many: each message is taken by one of them.

Taking a message moves the moment on when it is due, for longer than it can take to hand it over. A worker that dies on
the way leaves it to be taken again then; it goes out with the same identity (docs/adr/0013).
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.outbox import NO_LONGER_SO, identity_of
from webtidbok_app.db.tables import (
    WAITING,
    Booking,
    Clinic,
    Invitation,
    JournalWrite,
    MessageChoice,
    OutboxMessage,
    Person,
    RequestCase,
    TimeOffer,
    WatchOffer,
)
from webtidbok_app.domain import clock
from webtidbok_app.domain.journal_write import TELLS, WriteOutcome
from webtidbok_app.domain.message import CODE_LIFE, Channel, MessageKind, MessageStatus, reminder_due
from webtidbok_app.domain.request import CaseStatus, OfferStatus
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.domain.watch import WatchOfferStatus
from webtidbok_app.i18n import Lang
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.logs import report
from webtidbok_app.notify.channels import Refused, Send, way_out
from webtidbok_app.notify.letter import (
    Letter,
    words_about,
    words_of_code,
)
from webtidbok_app.notify.told import who_is_told
from webtidbok_app.timebook.bookings import RESIDENT
from webtidbok_app.timebook.invitations import is_open

AT_ONCE = 20
SECONDS_TO_HAND_OVER = 20.0
LEASE = timedelta(minutes=2)
"""How long a message that is taken is left alone by others: much longer than handing it over is waited for."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long to wait after each attempt that failed; after one more, a day in all, the message is given up."""

_log = logging.getLogger(__name__)


class NotToBeSent(Exception):
    """The message is to be dropped. Its argument is why, as a stable code."""


@dataclass(frozen=True)
class Later:
    """The message is due at another moment (aware) than when it came up."""

    due_at: datetime


def sending() -> AbstractAsyncContextManager[None]:
    """Send as long as the ``with`` block lasts. What is being handed over when it ends is first brought to its end."""

    async def round_() -> bool:
        return await send_due() == AT_ONCE

    return in_rounds(round_, topics.OUTBOX)


async def send_due() -> int:
    """Send up to ``AT_ONCE`` of the messages that are due, and return how many they were."""
    taken = await _take(clock.now())
    for failure in await asyncio.gather(*(_deliver(message) for message in taken), return_exceptions=True):
        if isinstance(failure, Exception):
            report(failure)
    return len(taken)


async def _take(now: datetime) -> Sequence[OutboxMessage]:
    due = (
        select(col(OutboxMessage.id))
        .where(text(WAITING), col(OutboxMessage.due_at) <= now)
        .order_by(col(OutboxMessage.due_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    async with get_database().write() as session:
        found = await session.scalars(
            update(OutboxMessage)
            .where(col(OutboxMessage.id).in_(select(due.c.id)))
            .values(due_at=now + LEASE, attempts=col(OutboxMessage.attempts) + 1)
            .returning(OutboxMessage)
            .execution_options(synchronize_session=False)
        )
        return found.all()


async def _deliver(message: OutboxMessage) -> None:
    try:
        async with get_database().read() as session:
            letter = await _compose(session, message, clock.now())
    except NotToBeSent as why:
        await _settle(message, MessageStatus.DROPPED, problem=str(why))
        return
    if isinstance(letter, Later):
        await _change(message, due_at=letter.due_at, attempts=0)
    elif send := way_out(letter.channel):
        await _hand_over(message, letter, send)
    else:
        await _settle(message, MessageStatus.DROPPED, problem="channel_off")


async def _hand_over(message: OutboxMessage, letter: Letter, send: Send) -> None:
    try:
        async with asyncio.timeout(SECONDS_TO_HAND_OVER):
            await send(letter)
    except Refused:
        await _give_up(message, letter, "refused")
    except Exception as error:  # noqa: BLE001  whatever it is, it is tried again, and not for ever
        _log.warning("message %s not handed over: %s", message.id, type(error.__cause__ or error).__name__)
        if message.attempts > len(WAITS):
            await _give_up(message, letter, "unreachable")
        else:
            due_at = clock.now() + WAITS[message.attempts - 1]
            await _change(message, due_at=due_at, problem="unreachable")
    else:
        await _settle(message, MessageStatus.SENT, channel=letter.channel)


async def _compose(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter | Later:
    """Return what is to be sent now. Raises NotToBeSent when what it would tell is not so, or not wanted."""
    if message.kind == MessageKind.CODE:
        return await _compose_code(session, message, now)
    if message.kind in {MessageKind.ANSWERED, MessageKind.OFFERED}:
        return await _compose_answer(session, message, now)
    if message.kind == MessageKind.RESERVED:
        return await _compose_reserved(session, message, now)
    if message.kind == MessageKind.INVITED:
        return await _compose_invited(session, message, now)
    if message.write_id is not None:
        return await _compose_of_write(session, message, now)
    return await _compose_of_booking(session, message, now)


async def _compose_of_booking(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter | Later:
    """Return what has become of a booking, or a reminder of it, as long as it is so and the time is coming."""
    booking = await session.get(Booking, (message.clinic_id, message.booking_id))
    if booking is None or (booking.status == BookingStatus.CANCELLED) != (message.kind in _OF_CANCELLING):
        raise NotToBeSent(NO_LONGER_SO)
    if message.kind == MessageKind.CANCELLED_BY_CLINIC:
        booking = await _last_told(session, booking)
    if booking.starts_at <= now:
        raise NotToBeSent("too_late")
    clinic = await session.get_one(Clinic, booking.clinic_id)
    if message.kind == MessageKind.REMINDER and (due := _reminder(message, clinic, booking.starts_at)) > now:
        return Later(due)
    to = await _recipient(session, message, clinic, about=booking.person_id)
    return _letter(message, to, when=booking.starts_at)


async def _compose_of_write(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter:
    """Return what became of a change in a journal system, as long as we know of nothing that changed it since."""
    write = await session.get(JournalWrite, (message.clinic_id, message.write_id))
    if write is None or TELLS.get((write.kind, write.outcome)) != message.kind:
        raise NotToBeSent(NO_LONGER_SO)
    changed_since = select(col(JournalWrite.id)).where(
        col(JournalWrite.person_id) == write.person_id,
        col(JournalWrite.booking_id) == write.new_booking_id,
        col(JournalWrite.outcome) == WriteOutcome.DONE,
        col(JournalWrite.calendar_sequence) > write.calendar_sequence,
    )
    if write.new_booking_id and await session.scalar(changed_since) is not None:
        raise NotToBeSent(NO_LONGER_SO)
    if write.starts_at <= now:
        raise NotToBeSent("too_late")
    clinic = await session.get_one(Clinic, write.clinic_id)
    to = await _recipient(session, message, clinic, about=write.person_id)
    return _letter(message, to, when=write.starts_at)


async def _compose_answer(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter:
    """Return that there is an answer to read, or that times are held, as long as it is so."""
    case = await session.get(RequestCase, (message.clinic_id, message.case_id))
    if case is None or case.status == CaseStatus.WITHDRAWN:
        raise NotToBeSent(NO_LONGER_SO)
    clinic = await session.get_one(Clinic, case.clinic_id)
    to = await _recipient(session, message, clinic, about=case.person_id)
    if message.kind == MessageKind.ANSWERED:
        return _letter(message, to)
    until = await _offered_until(session, case, now)
    return _letter(message, to, until=until)


async def _compose_reserved(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter:
    """Return that a time is held for somebody who watches for one, as long as the offer stands."""
    offer = await session.get(WatchOffer, (message.clinic_id, message.offer_id))
    if offer is None or offer.status != WatchOfferStatus.OPEN or offer.stands_until <= now:
        raise NotToBeSent(NO_LONGER_SO)
    clinic = await session.get_one(Clinic, offer.clinic_id)
    to = await _recipient(session, message, clinic, about=offer.person_id)
    return _letter(message, to, when=offer.starts_at, until=offer.stands_until)


async def _compose_invited(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter:
    """Return that somebody is invited, as long as the invitation is open."""
    invitation = await session.scalar(
        select(Invitation).where(
            col(Invitation.clinic_id) == message.clinic_id,
            col(Invitation.id) == message.invitation_id,
            is_open(day_of(now)),
        )
    )
    if invitation is None:
        raise NotToBeSent(NO_LONGER_SO)
    clinic = await session.get_one(Clinic, invitation.clinic_id)
    return _letter(message, await _recipient(session, message, clinic, about=invitation.person_id))


async def _offered_until(session: AsyncSession, case: RequestCase, now: datetime) -> datetime:
    """Return until when times are held. Raises NotToBeSent when none are any more."""
    until = await session.scalar(
        select(col(TimeOffer.stands_until)).where(
            col(TimeOffer.clinic_id) == case.clinic_id,
            col(TimeOffer.case_id) == case.id,
            col(TimeOffer.status) == OfferStatus.OPEN,
            col(TimeOffer.stands_until) > now,
        )
    )
    if until is None:
        raise NotToBeSent(NO_LONGER_SO)
    return until


async def _last_told(session: AsyncSession, booking: Booking) -> Booking:
    """Return the booking, or the one that staff moved to it when its resident was never told of the move."""
    while booking.replaces_clinic_id and booking.replaces_id:
        move = await session.get(OutboxMessage, identity_of(MessageKind.REBOOKED, booking.id))
        untold = move is not None and (move.status == MessageStatus.WAITING or move.problem == NO_LONGER_SO)
        before = await session.get_one(Booking, (booking.replaces_clinic_id, booking.replaces_id))
        if not untold or before.cancelled_by == RESIDENT:
            return booking
        booking = before
    return booking


_OF_CANCELLING = {MessageKind.CANCELLED, MessageKind.CANCELLED_BY_CLINIC}


def _reminder(message: OutboxMessage, clinic: Clinic, starts_at: datetime) -> datetime:
    """Return when to remind. Raises NotToBeSent where the clinic does not, or when it was booked later than that."""
    if clinic.reminder_hours is None:
        raise NotToBeSent("no_reminders")
    due = reminder_due(starts_at, clinic.reminder_hours)
    if message.created_at > due:
        raise NotToBeSent("booked_late")
    return due


@dataclass(frozen=True)
class _Recipient:
    """Where a message goes, in which language, what the clinic is called in it, and whether it is about a child."""

    channel: Channel
    address: str
    lang: Lang
    clinic: str
    for_child: bool


def _letter(message: OutboxMessage, to: _Recipient, **moments: datetime | None) -> Letter:
    kind = MessageKind(message.kind)
    words = words_about(kind, to.clinic, to.lang, for_child=to.for_child, **moments)
    return Letter(message.id, to.channel, to.address, *words)


async def _recipient(
    session: AsyncSession, message: OutboxMessage, clinic: Clinic, *, about: UUID
) -> _Recipient:
    """Return where it goes: what is ``about`` a child to its guardian as long as they may act, and then to itself."""
    to = await who_is_told(session, message.person_id, about=about, at=clock.now())
    choice = await session.get(MessageChoice, to)
    if choice is None or choice.channel is None or choice.address is None:
        raise NotToBeSent("not_wanted")
    people = [await session.get_one(Person, one) for one in {to, about}]
    if any(person.protected for person in people) and choice.consented_at is None:
        raise NotToBeSent("protected")
    lang: Lang = "en" if choice.lang == "en" else "sv"
    name = (clinic.message_name_en if lang == "en" else "") or clinic.message_name_sv
    return _Recipient(Channel(choice.channel), choice.address, lang, name, to != about)


async def _compose_code(session: AsyncSession, message: OutboxMessage, now: datetime) -> Letter:
    choice = await session.get(MessageChoice, message.person_id)
    asked_for = choice is not None and choice.code_at == message.created_at and choice.new_channel is not None
    if not asked_for or message.created_at + CODE_LIFE <= now:
        raise NotToBeSent(NO_LONGER_SO)
    assert choice is not None
    assert message.channel
    assert message.address
    assert message.code
    lang: Lang = "en" if choice.lang == "en" else "sv"
    subject, body = words_of_code(message.code, lang, minutes=CODE_LIFE // timedelta(minutes=1))
    return Letter(message.id, Channel(message.channel), message.address, subject, body)


async def _give_up(message: OutboxMessage, letter: Letter, problem: str) -> None:
    _log.error("message %s given up: %s", message.id, problem)
    await _settle(message, MessageStatus.DEAD, problem=problem, channel=letter.channel)


async def _settle(message: OutboxMessage, status: MessageStatus, **facts: object) -> None:
    await _change(
        message,
        **{"status": status, "problem": "", "settled_at": clock.now(), "address": None, "code": None} | facts,
    )


async def _change(message: OutboxMessage, **facts: object) -> None:
    """Change the message unless somebody else has taken it since: then it is theirs."""
    async with get_database().write() as session:
        await session.execute(
            update(OutboxMessage)
            .where(
                col(OutboxMessage.id) == message.id,
                col(OutboxMessage.attempts) == message.attempts,
                text(WAITING),
            )
            .values(**facts)
            .execution_options(synchronize_session=False)
        )
