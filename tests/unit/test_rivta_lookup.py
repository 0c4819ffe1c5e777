"""What a schedule says of a change whose answer was lost."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain.journal_write import WriteKind
from webtidbok_app.journal.rivta import translate
from webtidbok_app.journal.rivta.lookup import find_new, was_done, was_not_done
from webtidbok_app.rivta.messages import Timeslot

UNIT = "SE1-A"


def slot(clock: str, **facts: object) -> Timeslot:
    start, end = (datetime.fromisoformat(f"2026-12-01T{clock}:{minute}") for minute in ("00", "20"))
    return Timeslot(start=start, end=end, healthcare_facility=UNIT, time_type_id="besok", **facts)


ASKED, OLD = slot("10", performer="SE1-P"), slot("09", performer="SE1-P", booking_id="b1")


def write(kind: WriteKind, **facts: object) -> JournalWrite:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    told = translate.keep(ASKED) | ({"old": translate.keep(OLD)} if kind == WriteKind.UPDATE else {})
    return JournalWrite(
        clinic_id=uuid4(), person_id=uuid4(), kind=kind, timeslot=told, ends_at=now, sent_at=now,
        correlation_id="c", **{"starts_at": now, "booking_id": "" if kind == WriteKind.MAKE else "b1"} | facts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "done"),
    [
        ([], False),
        ([slot("10", performer="SE1-P", booking_id="b2")], True),
        ([slot("10", performer="se1-p", booking_id="b2")], True),
        ([slot("10", booking_id="b2")], True),  # with whom is not told
        ([slot("10", performer="SE1-ANNAN", booking_id="b2")], False),
        ([slot("09", performer="SE1-P", booking_id="b2")], False),
        ([slot("10", performer="SE1-P", booking_id="b2", is_invitation=True)], False),
        ([slot("10", performer="SE1-P")], False),  # without an id it is no booking
        ([OLD, slot("10", performer="SE1-P", booking_id="b2")], True),
    ],
)
def test_booking__was_made_when_its_time_is_there(schedule, done):
    assert was_done(write(WriteKind.MAKE), schedule) == done


@pytest.mark.parametrize(
    ("schedule", "done"),
    [
        ([], False),
        ([OLD], False),
        ([slot("10", performer="SE1-P", booking_id="b2")], True),
        ([slot("10", performer="SE1-P", booking_id="b1")], True),
        ([slot("10", performer="SE1-ANNAN", booking_id="b1", is_invitation=True)], True),  # it kept its id
        ([slot("11", performer="SE1-P", booking_id="b1")], False),
        ([OLD, slot("10", performer="SE1-P", booking_id="b2")], False),  # both: the old one was not let go
    ],
)
def test_exchange__was_made_when_the_new_time_is_there_and_the_old_is_not(schedule, done):
    assert was_done(write(WriteKind.UPDATE), schedule) == done


def test_booking__was_cancelled_when_it_is_not_there():
    cancelled = write(WriteKind.CANCEL)
    assert was_done(cancelled, [])
    assert was_done(cancelled, [slot("10", booking_id="b2")])
    assert not was_done(cancelled, [OLD])


def test_new_booking__is_named_by_the_schedule():
    assert find_new(write(WriteKind.MAKE), [OLD, slot("10", booking_id="b2")]).booking_id == "b2"


def test_exchange_at_the_same_moment__is_told_by_more_than_its_id():
    moment = translate.instant(ASKED.start)
    stays = write(WriteKind.UPDATE, starts_at=moment, old_starts_at=moment)
    assert not was_done(stays, [slot("10", performer="SE1-ANNAN", booking_id="b1")])
    assert was_done(stays, [slot("10", performer="SE1-P", booking_id="b1")])
    moved = write(WriteKind.UPDATE, starts_at=moment, old_starts_at=moment, from_clinic_id=uuid4())
    assert was_done(moved, [slot("10", performer="SE1-ANNAN", booking_id="b1")])


@pytest.mark.parametrize(
    ("kind", "schedule", "not_done"),
    [
        (WriteKind.CANCEL, [OLD], True),
        (WriteKind.UPDATE, [OLD], True),
        (WriteKind.UPDATE, [], False),
        (WriteKind.UPDATE, [slot("11", booking_id="b1")], False),  # staff moved it, or the exchange did
        (WriteKind.MAKE, [], True),
        (WriteKind.MAKE, [OLD], True),
        (
            WriteKind.MAKE,
            [slot("10", performer="SE1-ANNAN", booking_id="b2")],
            False,
        ),  # it may be what was asked
        (WriteKind.MAKE, [slot("10", performer="SE1-P", booking_id="theirs")], True),
    ],
)
def test_what_was_not_done__is_certain_only_where_nothing_may_be_it(kind, schedule, not_done):
    old = translate.instant(OLD.start) if kind == WriteKind.UPDATE else None
    assert was_not_done(write(kind, old_starts_at=old), schedule, {"theirs"}) == not_done
