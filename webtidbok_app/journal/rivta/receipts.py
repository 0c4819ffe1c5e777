"""Bookings as the port tells of them: from what the journal system says of each and what we know of it ourselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain.journal_write import WriteKind
from webtidbok_app.journal.port import BookedTime, BookingRef, Capabilities, Text
from webtidbok_app.journal.rivta import translate, writes
from webtidbok_app.journal.rivta.docbook import to_rich_text
from webtidbok_app.rivta.messages import Timeslot


def booked_time(
    slot: Timeslot,
    can: Capabilities,
    *,
    clinic_id: UUID,
    names: Mapping[str, str],
    mine: Sequence[JournalWrite],
) -> BookedTime:
    """Return a booking that stands. An absent flag is false (TKB 1.1.5, 7.1)."""
    assert slot.booking_id
    return BookedTime(
        **_facts(slot, clinic_id, writes.made(mine, slot.booking_id), names),
        cancel_allowed=can.cancel and bool(slot.cancel_booking_allowed),
        rebook_allowed=can.rebook and bool(slot.rebooking_allowed),
        message_allowed=can.message and bool(slot.message_allowed),
        cancel_until=None,
    )


def receipt_of_gone(gone: JournalWrite, *, clinic_id: UUID, mine: Sequence[JournalWrite]) -> BookedTime:
    """Return a booking that our write cancelled or exchanged, as we know it.

    An exchange whose new booking has no name yet is told as what was made.
    """
    if gone.kind == WriteKind.UPDATE and not gone.new_booking_id:
        return receipt_of_made(gone, clinic_id=clinic_id)
    slot = translate.kept(gone.timeslot.get("old", gone.timeslot), "", booking_id=gone.booking_id)
    newer = (
        BookingRef(gone.clinic_id, translate.booking_id(gone.new_booking_id))
        if gone.kind == WriteKind.UPDATE
        else None
    )
    facts = _facts(slot, clinic_id, writes.made(mine, gone.booking_id), {}) | _said(gone)
    facts |= {"calendar_id": _hex(gone.calendar_id) or facts["calendar_id"]}
    if gone.kind == WriteKind.CANCEL:
        facts |= {"calendar_sequence": gone.calendar_sequence, "result_text": gone.result_text}
    return BookedTime(
        **facts,
        cancel_allowed=False, rebook_allowed=False, message_allowed=False, cancel_until=None,
        cancelled_at=gone.settled_at, replaced_by=newer,
    )  # fmt: skip


def receipt_of_made(write: JournalWrite, *, clinic_id: UUID) -> BookedTime:
    """Return a booking that our write made, as we know it when the journal system does not tell."""
    slot = translate.kept(write.timeslot, "", booking_id=write.new_booking_id or write.booking_id)
    return BookedTime(
        **_facts(slot, clinic_id, write, {}) | _said(write),
        cancel_allowed=False, rebook_allowed=False, message_allowed=False, cancel_until=None,
    )  # fmt: skip


def ends_at(slot: Timeslot) -> datetime:
    """Return when a booked time ends (aware, UTC); as it starts, where that is not told."""
    wall = slot.end or slot.start
    assert wall
    return translate.instant(wall)


def _facts(
    slot: Timeslot, clinic_id: UUID, made: JournalWrite | None, names: Mapping[str, str]
) -> dict[str, Any]:
    assert slot.start
    assert slot.booking_id
    reason, interpreter, access_needs = translate.heard(slot.reason)
    replaces = None
    if made and made.kind == WriteKind.UPDATE and (made.booking_id != slot.booking_id or made.from_clinic_id):
        replaces = BookingRef(made.from_clinic_id or made.clinic_id, translate.booking_id(made.booking_id))
    return {
        "id": translate.booking_id(slot.booking_id),
        "starts_at": translate.instant(slot.start),
        "ends_at": ends_at(slot),
        "visit_form": None,
        "time_type": Text(slot.time_type_name or (made.time_type_name if made else "")),
        "time_type_id": translate.time_type_id(slot.time_type_id) if slot.time_type_id else "",
        "performer": translate.who(slot, names),
        "prepare": Text(to_rich_text(slot.purpose or "")),
        "reason": reason,
        "interpreter": interpreter,
        "access_needs": access_needs,
        "phone": writes.heard(made).phone if made else None,
        "replaces": replaces,
        "was_at": made.old_starts_at if made and not replaces else None,
        "invited": bool(slot.is_invitation),
        "calendar_id": (_hex(made.calendar_id) or made.id.hex)
        if made
        else uuid5(clinic_id, slot.booking_id).hex,
        "calendar_sequence": made.calendar_sequence if made else 0,
        "hold_id": _hex(made.hold_id) if made else "",
        "result_text": made.result_text if made else "",
    }


def _said(write: JournalWrite) -> dict[str, Any]:
    said = writes.heard(write)
    return {"reason": said.reason, "interpreter": said.interpreter, "access_needs": said.access_needs,
            "phone": said.phone}  # fmt: skip


def _hex(identity: UUID | None) -> str:
    return identity.hex if identity else ""
