"""What a schedule says of a change whose answer was lost (docs/adr/0030)."""

from collections.abc import Collection, Iterable, Sequence

from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain.journal_write import WriteKind
from webtidbok_app.journal.rivta import translate
from webtidbok_app.rivta.messages import Timeslot


def was_done(write: JournalWrite, schedule: Sequence[Timeslot]) -> bool:
    """Whether the person's schedule, where the change was asked for, shows that it was made."""
    if write.kind == WriteKind.CANCEL:
        return not any(slot.booking_id == write.booking_id for slot in schedule)
    new = find_new(write, schedule)
    if new is None or write.kind == WriteKind.MAKE:
        return new is not None
    return not any(slot.booking_id == write.booking_id for slot in schedule if slot is not new)


def was_not_done(write: JournalWrite, schedule: Sequence[Timeslot], of_others: Collection[str]) -> bool:
    """Whether what is not there was not done, and not something else.

    An old time that is to stand is there. Nothing else is booked when the new one was to begin, but for the bookings
    ``of_others``: what came of other changes.
    """
    if write.kind == WriteKind.CANCEL:
        return True
    if write.kind == WriteKind.UPDATE and not write.from_clinic_id:
        stood = (write.booking_id, write.old_starts_at)
        return any(
            (slot.booking_id, translate.instant(slot.start)) == stood for slot in schedule if slot.start
        )
    asked = translate.kept(write.timeslot, "")
    return all(slot.start != asked.start or slot.booking_id in of_others for slot in schedule)


def find_new(write: JournalWrite, schedule: Iterable[Timeslot]) -> Timeslot | None:
    """Return the booking of the asked time, if there is one.

    What has the id of the old booking and begins as asked is it, whatever else the journal system says of it, but
    where the old one began at that moment too.
    """
    asked = translate.kept(write.timeslot, "")
    stays = write.old_starts_at == write.starts_at and not write.from_clinic_id
    moved = "" if stays else write.booking_id
    return next(
        (
            slot
            for slot in schedule
            if slot.booking_id
            and slot.start == asked.start
            and (slot.booking_id == moved or _is_asked(slot, asked))
        ),
        None,
    )


def _is_asked(slot: Timeslot, asked: Timeslot) -> bool:
    """Whether it is, at that moment, the time that was asked for. What one of them does not tell is no difference."""
    told = [
        (slot.end, asked.end),
        (slot.performer, asked.performer),
        (slot.resource_id, asked.resource_id),
        (slot.time_type_id, asked.time_type_id),
    ]
    alike = all(one is None or other is None or _same(one, other) for one, other in told)
    return not slot.is_invitation and alike


def _same(one: object, other: object) -> bool:
    return translate.same_id(one, other) if isinstance(one, str) and isinstance(other, str) else one == other
