"""Who is in line for what becomes free, as conditions that the database judges.

They are about a ``Watch`` in the caller's question, joined with its ``Clinic`` where that is said.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    TextClause,
    case,
    func,
    literal,
    select,
    text,
)
from sqlmodel import col

from webtidbok_app.db.tables import (
    IN_LINE,
    STANDALONE,
    STANDING,
    Booking,
    CaseType,
    Clinic,
    Guardianship,
    MessageChoice,
    Person,
    Service,
    Slot,
    TimeType,
    Watch,
    WatchOffer,
)
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.visit import Bookable, CaseTypeKind

Condition = ColumnElement[bool] | SQLColumnExpression[bool] | TextClause


def can_be_told(now: datetime) -> tuple[Condition, ...]:
    """Return the conditions for a watch, joined with its clinic, to be in line for an offer at all.

    Who is offered a time, or has chosen one there and is about to book it, is not offered another meanwhile.
    """
    standing = there_is(WatchOffer, col(WatchOffer.watch_id) == Watch.id, text(f"watch_offer.{STANDING}"))
    choosing = there_is(
        Booking,
        col(Booking.person_id) == Watch.person_id,
        text("booking.status = 'held' AND booking.offer_id IS NULL"),
        col(Booking.expires_at) > now,
    )
    bookable = there_is(CaseType, col(CaseType.kind) == CaseTypeKind.BOOK_DIRECT, col(CaseType.active))
    stopped = select(literal(1)).where(col(Service.stopped_at).is_not(None)).exists()
    ours = col(Clinic.journal) == STANDALONE
    open_clinic = ours & col(Clinic.watch) & col(Clinic.stopped_at).is_(None) & ~stopped
    return text(f"watch.{IN_LINE}"), open_clinic, ~choosing, bookable, _reached(now), ~standing


def is_offered() -> ColumnElement[bool]:
    """Return the condition for a time type, joined in the question, to be offered to those who wait for it."""
    for_residents = col(TimeType.bookable) != Bookable.STAFF
    return col(TimeType.active) & for_residents & col(TimeType.stopped_at).is_(None)


def there_is(table: type[WatchOffer | Booking | CaseType], *conditions: Condition) -> ColumnElement[bool]:
    """Return whether the watch's clinic has such a row."""
    rows = select(literal(1)).select_from(table).where(col(table.clinic_id) == Watch.clinic_id, *conditions)
    return rows.correlate(Watch).exists()


def told_id(now: datetime) -> ColumnElement[UUID]:
    """Return who is told of what is offered: the guardian who waits for a child, as long as they may, or who waits."""
    still_guardian = (
        select(col(Guardianship.child_id))
        .where(
            col(Guardianship.guardian_id) == Watch.watched_by, col(Guardianship.child_id) == Watch.person_id
        )
        .correlate(Watch)
    )
    by_guardian = (col(Watch.told_until) > now) & still_guardian.exists()
    return case((by_guardian, col(Watch.watched_by)), else_=col(Watch.person_id))


def _reached(now: datetime) -> ColumnElement[bool]:
    """Return whether who is told gets messages; where either has a protected identity, with their consent."""
    told = told_id(now)
    protected = (
        select(col(Person.id))
        .where(col(Person.id).in_([col(Watch.person_id), told]), col(Person.protected))
        .correlate(Watch)
    )
    choice = (
        select(col(MessageChoice.person_id))
        .where(
            col(MessageChoice.person_id) == told,
            col(MessageChoice.channel).is_not(None),
            col(MessageChoice.consented_at).is_not(None) | ~protected.exists(),
        )
        .correlate(Watch)
    )
    return choice.exists()


def offers_on_day_of(told: datetime) -> ScalarSelect[int]:
    """Return how many offers the watch's person has at its clinic on the day in Sweden."""
    since, until = swedish_time.span_of_days(swedish_time.day_of(told), swedish_time.day_of(told))
    return (
        select(func.count())
        .select_from(WatchOffer)
        .where(
            col(WatchOffer.clinic_id) == Watch.clinic_id,
            col(WatchOffer.person_id) == Watch.person_id,
            col(WatchOffer.told_at) >= since,
            col(WatchOffer.told_at) < until,
        )
        .correlate(Watch)
        .scalar_subquery()
    )


def anybody_for_slot() -> ColumnElement[bool]:
    """Return the condition for a slot that anybody waits for its time type."""
    return (
        select(col(Watch.id))
        .where(
            col(Watch.clinic_id) == Slot.clinic_id,
            col(Watch.time_type_id) == Slot.time_type_id,
            text(f"watch.{IN_LINE}"),
        )
        .correlate(Slot)
        .exists()
    )


def held_in_line() -> ColumnElement[bool]:
    """Return the condition for a booking to be a place that is held for somebody who waits and has not answered."""
    return (
        select(col(WatchOffer.id))
        .where(
            col(WatchOffer.clinic_id) == Booking.clinic_id,
            col(WatchOffer.id) == Booking.offer_id,
            text(f"watch_offer.{STANDING}"),
        )
        .correlate(Booking)
        .exists()
    )
