"""Which free time fits best instead of one that is taken away. Pure: the same question gives the same answer.

What fits at all is of the same time type, overlaps nothing else that the person has booked, and is not so much sooner
that somebody would have to come before they have been told. What fits best is with the same performer and made in the
same form; then what is nearest in days, and then on the clock, to the time that is taken away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from uuid import UUID

from webtidbok_app.domain.swedish_time import day_of, local
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


def rank(
    visit: Visit,
    times: Iterable[FreeTime],
    busy: Sequence[Span],
    *,
    now: datetime,
    most: int = ALTERNATIVES + 1,
) -> list[FreeTime]:
    """Return the times that fit the visit, the best first, at most ``most``."""
    fitting = (free for free in times if fits(visit, free, busy, now=now))
    return nsmallest(most, fitting, key=lambda free: _distance(visit, free))


def suggest(
    visits: Iterable[Visit],
    times: Sequence[FreeTime],
    busy: Mapping[UUID, Sequence[Span]],
    *,
    now: datetime,
) -> dict[UUID, UUID]:
    """Return for each booking the slot that it is best moved to, none where nothing fits.

    Those whose visit is soonest choose first. No place is given to two, and nobody two visits at once. ``busy`` is by
    person.
    """
    left = {free.slot_id: free.left for free in times}
    spans: dict[UUID, list[Span]] = defaultdict(list, {person: [*theirs] for person, theirs in busy.items()})
    found = {}
    for visit in sorted(visits, key=lambda one: (one.starts_at, one.booking_id)):
        open_times = (free for free in times if left[free.slot_id] > 0)
        for free in rank(visit, open_times, spans[visit.person_id], now=now, most=1):
            found[visit.booking_id] = free.slot_id
            left[free.slot_id] -= 1
            spans[visit.person_id].append((free.starts_at, free.ends_at))
    return found


def _distance(visit: Visit, free: FreeTime) -> tuple[bool, bool, int, float, datetime, UUID]:
    """Return how far a time is from the visit's own: the smaller, the better."""
    old, new = local(visit.starts_at), local(free.starts_at)
    minutes = abs((new.hour * 60 + new.minute) - (old.hour * 60 + old.minute))
    return (
        free.performer_id != visit.performer_id,
        free.visit_form != visit.visit_form,
        abs((day_of(free.starts_at) - day_of(visit.starts_at)).days),
        minutes,
        free.starts_at,
        free.slot_id,
    )
