"""Which of our writes tells of a booking now."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.journal.rivta.writes import STILL_TOLD, gone, is_of_another, just_gone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST, SECOND = NOON + timedelta(days=8), NOON + timedelta(days=9)


def write(kind: WriteKind, minute: int, old: str = "b1", new: str = "", **facts: object) -> JournalWrite:
    sent = NOON + timedelta(minutes=minute)
    known = {"outcome": WriteOutcome.DONE, "settled_at": sent, "starts_at": FIRST, "ends_at": FIRST}
    return JournalWrite(
        clinic_id=uuid4(), id=uuid4(), person_id=uuid4(), kind=kind, booking_id=old, new_booking_id=new,
        correlation_id="c", sent_at=sent, **(known | facts),
    )  # fmt: skip


MADE, CANCELLED = write(WriteKind.MAKE, 0, new="b1"), write(WriteKind.CANCEL, 10)
AGAIN = write(WriteKind.MAKE, 20, new="b1")


def test_invitation_that_keeps_its_id__is_booked_cancelled_and_booked_again():
    assert gone([MADE], "b1") is None
    assert gone([CANCELLED, MADE], "b1") is CANCELLED
    assert gone([AGAIN, CANCELLED, MADE], "b1") is None
    last = write(WriteKind.CANCEL, 30)
    assert gone([last, AGAIN, CANCELLED, MADE], "b1") is last


def test_what_is_gone__is_just_gone_for_a_minute():
    assert just_gone([CANCELLED], "b1", now=CANCELLED.settled_at) is CANCELLED
    assert just_gone([CANCELLED], "b1", now=CANCELLED.settled_at + STILL_TOLD) is None


def test_booking_again__is_not_what_was_cancelled_before():
    lost = write(WriteKind.MAKE, 20, outcome=WriteOutcome.UNKNOWN)
    assert not is_of_another([lost, CANCELLED, MADE], lost, "b1")
    assert is_of_another([lost, MADE], lost, "b1")


def test_cancelling_again__is_not_what_was_undone_before():
    lost = write(WriteKind.CANCEL, 20, outcome=WriteOutcome.UNKNOWN)
    assert not is_of_another([lost, CANCELLED, MADE], lost, "")
    later = write(WriteKind.CANCEL, 30)
    assert is_of_another([later, lost, MADE], lost, "")


def test_exchange_there_and_back_and_there__is_of_its_own():
    there = write(WriteKind.UPDATE, 10, new="b1", starts_at=SECOND)
    back = write(WriteKind.UPDATE, 20, new="b1", starts_at=FIRST)
    lost = write(WriteKind.UPDATE, 30, outcome=WriteOutcome.UNKNOWN, starts_at=SECOND)
    assert not is_of_another([lost, back, there, MADE], lost, "b1")
    assert is_of_another([lost, there, MADE], lost, "b1")
