"""What must be true when the last process is dead and the last message sent, whatever was killed on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import LIVE, Booking, OutboxMessage, Slot
from webtidbok_app.domain.message import MessageKind, MessageStatus
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.notify.letter import words_about

Line = tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What was found wrong, and how much there was to look at."""

    wrong: list[str]
    acts: Counter[str]
    moved: int
    """Bookings that were exchanged for a time at the other clinic."""
    messages: int
    sent_again: int
    """Letters that came once more with the same identity, since their sender was killed before it had noted them."""


async def judge(database: Database, said: Iterable[str], mails: list[EmailMessage]) -> Verdict:
    """Compare what the processes ``said``, what the database holds and what the mail server got."""
    lines = [tuple(line.split()) for line in said]
    async with database.read() as session:
        bookings = {
            row.id: row
            for row in await session.scalars(select(Booking).where(text("booking.status <> 'held'")))
        }
        messages = {row.id: row for row in await session.scalars(select(OutboxMessage))}
        places = await session.execute(
            select(Booking, col(Slot.places))
            .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
            .where(text(f"booking.{LIVE}"))
        )
        taken = places.all()
    by_id: dict[UUID, list[EmailMessage]] = defaultdict(list)
    for mail in mails:
        by_id[UUID(str(mail["Message-ID"])[1:37])].append(mail)
    wrong = [
        *_places(taken),
        *_done(lines, bookings),
        *_asked_for(lines, bookings),
        *_written(bookings, messages.values()),
        *_letters(messages, by_id),
        *_sent(messages, bookings, by_id),
    ]
    done = Counter(line[1] for line in lines if line[0] == "done")
    moved = sum(row.replaces_clinic_id not in {None, row.clinic_id} for row in bookings.values())
    return Verdict(wrong, done, moved, len(by_id), sum(len(same) - 1 for same in by_id.values()))


def _places(taken: Iterable[tuple[Booking, int]]) -> Iterator[str]:
    """Nobody shares a place, and every place exists."""
    seen: Counter[tuple[UUID, int]] = Counter()
    for booking, places in taken:
        seen[booking.slot_id, booking.place] += 1
        if not 1 <= booking.place <= places:
            yield f"booking {booking.id} has place {booking.place} of {places}"
    yield from (f"place {place} is taken {count} times" for place, count in seen.items() if count > 1)


def _done(lines: list[Line], bookings: dict[UUID, Booking]) -> Iterator[str]:
    """What was said to be done is done, and done whole."""
    replaced = {booking.replaces_id: booking for booking in bookings.values() if booking.replaces_id}
    for _, act, *ids in (line for line in lines if line[0] == "done"):
        first = bookings.get(UUID(ids[0]))
        if first is None:
            yield f"{act} {ids} was done and is lost"
        elif act == "cancel" and first.status != BookingStatus.CANCELLED:
            yield f"{act} {ids} was done and the booking stands"
        elif act == "rebook" and (first.id not in replaced or replaced[first.id].id != UUID(ids[1])):
            yield f"{act} {ids} was done and the new booking is lost"
    for old, new in replaced.items():
        if bookings[old].status != BookingStatus.CANCELLED:
            yield f"booking {new.id} replaces {old}, which stands: the resident has both"


def _asked_for(lines: list[Line], bookings: dict[UUID, Booking]) -> Iterator[str]:
    """What was never begun has not happened."""
    begun = {line[1:] for line in lines if line[0] == "begun"}
    to_be_gone = {UUID(line[1]) for line in begun if line[0] in {"cancel", "rebook"}}
    to_be_booked = {UUID(line[-1]) for line in begun if line[0] in {"book", "rebook"}}
    for booking in bookings.values():
        if booking.id not in to_be_booked:
            yield f"booking {booking.id} was made by nobody"
        if booking.status == BookingStatus.CANCELLED and booking.id not in to_be_gone:
            yield f"booking {booking.id} was cancelled by nobody"


def _written(bookings: dict[UUID, Booking], messages: Iterable[OutboxMessage]) -> Iterator[str]:
    """For each thing that became of a booking there is one message, and there are no others."""
    found = Counter((row.booking_id, row.kind) for row in messages if row.kind != MessageKind.REMINDER)
    replaced = {booking.replaces_id for booking in bookings.values()}
    due: Counter[tuple[UUID | None, str]] = Counter()
    for booking in bookings.values():
        due[booking.id, MessageKind.REBOOKED if booking.replaces_id else MessageKind.BOOKED] += 1
        if booking.status == BookingStatus.CANCELLED and booking.id not in replaced:
            due[booking.id, MessageKind.CANCELLED] += 1
    yield from (f"no message for {about}" for about in due - found)
    yield from (f"a message about {about}, which did not happen" for about in found - due)


def _letters(messages: dict[UUID, OutboxMessage], mails: dict[UUID, list[EmailMessage]]) -> Iterator[str]:
    """Every letter is a message that was written, and says the same each time it comes."""
    for identity, same in mails.items():
        message = messages.get(identity)
        if message is None or message.starts_at is None:
            yield f"a letter {identity} that nobody wrote"
            continue
        _, words = words_about(MessageKind(message.kind), "", "sv", when=message.starts_at)
        if any(mail.get_content().split() != words.split() for mail in same):
            yield f"letter {identity} says something else than {message.kind}"


def _sent(
    messages: dict[UUID, OutboxMessage], bookings: dict[UUID, Booking], mails: dict[UUID, list[EmailMessage]]
) -> Iterator[str]:
    """Every message came, but for those that were true no longer, and reminders, whose day has not come."""
    cancelled = {one.id for one in bookings.values() if one.status == BookingStatus.CANCELLED}
    for message in messages.values():
        if message.kind == MessageKind.REMINDER:
            continue
        if message.status == MessageStatus.SENT and message.id not in mails:
            yield f"message {message.id} is noted as sent and did not come"
        elif message.status in {MessageStatus.WAITING, MessageStatus.DEAD}:
            yield f"message {message.id} is {message.status}"
        elif message.status == MessageStatus.DROPPED and message.booking_id not in cancelled:
            yield f"message {message.id} was dropped ({message.problem}) though its booking stands"
