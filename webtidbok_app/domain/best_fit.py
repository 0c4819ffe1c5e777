"""Which free time fits best instead of one that is taken away. Pure: the same question gives the same answer.

What fits at all is of the same time type, overlaps nothing else that the person has booked, and is not so much sooner
that somebody would have to come before they have been told. What fits best is with the same performer and made in the
same form; then what is nearest in days, and then on the clock, to the time that is taken away.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from uuid import UUID

from webtidbok_app.domain.swedish_time import local
from webtidbok_app.domain.visit import VisitForm

SOONER_AT_LEAST = timedelta(days=2)
"""How far ahead a time must be to be suggested when it is sooner than the old one: it takes a while to be told."""
ALTERNATIVES = 10
"""How many times are suggested besides the best."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Visit:
    """A booked visit that needs another time. Instants are aware."""

    booking_id: UUID
    person_id: UUID
    time_type_id: UUID
    performer_id: UUID
    visit_form: VisitForm
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class FreeTime:
    """A published time with ``left`` free places. Instants are aware."""

    slot_id: UUID
    time_type_id: UUID
    performer_id: UUID
    visit_form: VisitForm
    starts_at: datetime
    ends_at: datetime
    left: int = 1


def fits(visit: Visit, free: FreeTime, busy: Iterable[Span], *, now: datetime) -> bool:
    """Whether the visit can be moved there. ``busy`` is when the person has something else."""
    return (
        free.left > 0
        and free.time_type_id == visit.time_type_id
        and free.starts_at > now
        and (free.starts_at >= visit.starts_at or free.starts_at >= now + SOONER_AT_LEAST)
        and not any(start < free.ends_at and free.starts_at < end for start, end in busy)
    )


class FreeTimes:
    """Free times by type, performer and day: the best for a visit are found without looking at all of them."""

    def __init__(self, times: Iterable[FreeTime]) -> None:
        self.left: dict[UUID, int] = {}
        self._by_day: dict[tuple[UUID, UUID | None], dict[date, list[tuple[int, FreeTime]]]] = {}
        for free in times:
            self.left[free.slot_id] = free.left
            day, minute = _clock_of(free.starts_at)
            for performer in (free.performer_id, None):
                days = self._by_day.setdefault((free.time_type_id, performer), {})
                days.setdefault(day, []).append((minute, free))

    def best_first(self, visit: Visit) -> Iterator[FreeTime]:
        """Yield the times of the visit's type, those that fit best first."""
        old_day, old_minute = _clock_of(visit.starts_at)

        def days_away(day: date) -> int:
            return abs((day - old_day).days)

        for performer in (visit.performer_id, None):
            days = self._by_day.get((visit.time_type_id, performer), {})
            by_distance = sorted(days, key=days_away)
            for same_form in (True, False):
                for _, as_near in groupby(by_distance, key=days_away):
                    found = (
                        (abs(minute - old_minute), free.starts_at, free.slot_id, free)
                        for day in as_near
                        for minute, free in days[day]
                        if (free.visit_form == visit.visit_form) == same_form
                        and (performer is not None or free.performer_id != visit.performer_id)
                    )
                    yield from (free for *_, free in sorted(found, key=itemgetter(0, 1, 2)))


def rank(
    visit: Visit, times: FreeTimes, busy: Sequence[Span], *, now: datetime, most: int = ALTERNATIVES + 1
) -> list[FreeTime]:
    """Return the times that fit the visit, the best first, at most ``most``."""
    return list(islice((free for free in times.best_first(visit) if fits(visit, free, busy, now=now)), most))


def suggest(
    visits: Iterable[Visit],
    times: FreeTimes,
    busy: Mapping[UUID, Sequence[Span]],
    *,
    now: datetime,
) -> dict[UUID, UUID]:
    """Return for each booking the slot that it is best moved to, none where nothing fits.

    Those whose visit is soonest choose first. No place is given to two, and nobody two visits at once. ``busy`` is by
    person.
    """
    left = dict(times.left)
    spans: dict[UUID, list[Span]] = defaultdict(list, {person: [*theirs] for person, theirs in busy.items()})
    found = {}
    for visit in sorted(visits, key=lambda one: (one.starts_at, one.booking_id)):
        theirs = spans[visit.person_id]
        for free in times.best_first(visit):
            if left[free.slot_id] > 0 and fits(visit, free, theirs, now=now):
                found[visit.booking_id] = free.slot_id
                left[free.slot_id] -= 1
                theirs.append((free.starts_at, free.ends_at))
                break
    return found


def _clock_of(moment: datetime) -> tuple[date, int]:
    """Return the day in Sweden, and the minute of it on the clock."""
    there = local(moment)
    return there.date(), there.hour * 60 + there.minute
