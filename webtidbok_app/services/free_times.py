"""Free times as a resident sees them: by day, by month, nearest to a moment, after the resident's wishes, and live.

No times are shown before the clinic's terms are accepted.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import BookingStopped, WebtidbokError
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.journal.port import JournalSystem, Period, TimeTypeInfo
from webtidbok_app.services.clinics import ClinicInfo, get_clinic
from webtidbok_app.services.stops import why_stopped, why_stopped_now
from webtidbok_app.services.terms import require_accepted_terms
from webtidbok_app.services.time_types import OldBooking, enter, may_book, refuse_if_too_many, terms_kind

HORIZON_DAYS = 365
NEAREST = 3
NEAREST_DAYS = 28
CHOICE_DAYS = 56
"""How far ahead one looks for whom there is to meet and how."""


@dataclass(frozen=True)
class Wish:
    """What a resident wants of a time; what is empty may be anything. Weekdays: 0 is Monday."""

    performer_id: str = ""
    visit_form: VisitForm | None = None
    weekdays: frozenset[int] = frozenset()
    part: PartOfDay | None = None

    def fits(self, slot: Timeslot) -> bool:
        """Whether the time is as wished."""
        start = swedish_time.local(slot.starts_at)
        return (
            self.performer_id in ("", slot.performer_id)
            and self.visit_form in (None, slot.visit_form)
            and (not self.weekdays or start.weekday() in self.weekdays)
            and self.part in (None, swedish_time.part_of_day(slot.starts_at))
        )


ANYTHING = Wish()


@dataclass(frozen=True)
class Offered:
    """Another time type with free times. ``count`` is how many there are in the coming eight weeks."""

    clinic: ClinicInfo
    time_type: TimeTypeInfo
    count: int


@dataclass(frozen=True)
class FreeTimes:
    """Free times by day in Sweden. ``next_free`` is the first of all that are as wished, from today on.

    ``other_forms`` are other time types with free times, told when this one has none at all.
    """

    next_free: Timeslot | None
    days: list[tuple[date, list[Timeslot]]]
    more: bool
    any_at_all: bool = True
    other_forms: Sequence[Offered] = ()


@dataclass(frozen=True)
class Choices:
    """Whom one can meet (id and name) and how, among the free times of the coming weeks."""

    performers: list[tuple[str, str]]
    visit_forms: list[VisitForm]


@dataclass(frozen=True)
class LiveTimes:
    """The free times of one time type as they are at this moment, for one resident who follows them."""

    _journal: JournalSystem
    _resident: Resident
    _time_type: str
    _within: Period | None = None
    """The days that the resident is bound to: to exchange a time that they were invited to."""
    stopped: BookingStopped | None = None
    """Why nothing can be booked for now, if so."""

    @property
    def can_choose_performer(self) -> bool:
        """Whether the timebook lets residents choose whom they meet."""
        return self._journal.capabilities.performer

    async def between(self, first: date, last: date, wish: Wish = ANYTHING) -> list[Timeslot]:
        """Return the free times between two days in Sweden, both included, that are as wished."""
        found = await self._ask(first, last)
        return found if wish == ANYTHING else [slot for slot in found if wish.fits(slot)]

    async def days_from(
        self, first: date, count: int, wish: Wish = ANYTHING
    ) -> list[tuple[date, list[Timeslot]]]:
        """Return the first ``count`` days from ``first`` with times as wished, within a year from today.

        It goes week by week, over the weeks that have anything free.
        """
        horizon = swedish_time.day_of(clock.now()) + timedelta(days=HORIZON_DAYS)
        days: dict[date, list[Timeslot]] = {}
        while first <= horizon and len(days) < count:
            found = await self._ask(first, horizon, limit=1)
            if not found:
                break
            sunday = swedish_time.monday_of(swedish_time.day_of(found[0].starts_at)) + timedelta(days=6)
            for slot in await self.between(first, min(sunday, horizon), wish):
                days.setdefault(swedish_time.day_of(slot.starts_at), []).append(slot)
            first = sunday + timedelta(days=1)
        return sorted(days.items())[:count]

    async def look_ahead(self, spans: Iterable[tuple[date, date]]) -> None:
        """Have the timebook asked for what is about to be looked at, and let nobody else wait for its answer."""
        for first, last in spans:
            with suppress(WebtidbokError):  # who looks is told
                await self.between(first, last)

    async def first(self) -> Timeslot | None:
        """Return the first free time, whatever was wished."""
        today = swedish_time.day_of(clock.now())
        found = await self._ask(today, today + timedelta(days=HORIZON_DAYS), limit=1)
        return found[0] if found else None

    async def _ask(self, first: date, last: date, *, limit: int | None = None) -> list[Timeslot]:
        if self._within:
            first, last = max(first, self._within.first), min(last, self._within.last)
        if first > last:
            return []
        return await self._journal.available_timeslots(
            self._resident, self._time_type, first, last, limit=limit
        )


async def find_times(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    first: date | None = None,
    days: int = 5,
    rebooks: OldBooking | None = None,
    wish: Wish = ANYTHING,
) -> FreeTimes:
    """Return the first ``days`` days from ``first`` (today when None) that have free times as wished.

    Raises TermsNotAccepted.
    """
    resident, kind, times = await _enter(actor, clinic, time_type, rebooks)
    today = swedish_time.day_of(clock.now())
    found = await times.days_from(max(first or today, today), days + 1, wish)
    next_free = found[0][1][0] if found else None
    if first is not None and first > today:
        soonest = await times.days_from(today, 1, wish)
        next_free = soonest[0][1][0] if soonest else None
    if next_free is not None:
        return FreeTimes(next_free, found[:days], len(found) > days)
    if wish != ANYTHING and await times.first():
        return FreeTimes(None, [], False)
    others = [] if rebooks else await _others_with_times(resident, clinic, kind)
    return FreeTimes(None, [], False, False, others)


async def find_month(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    month: date,
    rebooks: OldBooking | None = None,
    wish: Wish = ANYTHING,
) -> list[Timeslot]:
    """Return the free times of the month that are as wished, in order of time."""
    _, _, times = await _enter(actor, clinic, time_type, rebooks)
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return await times.between(first, last, wish)


async def find_choices(
    actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking | None = None
) -> Choices:
    """Return whom the resident can meet and how in the coming eight weeks; nobody where one cannot choose."""
    _, _, times = await _enter(actor, clinic, time_type, rebooks)
    today = swedish_time.day_of(clock.now())
    slots = await times.between(today, today + timedelta(days=CHOICE_DAYS))
    can_choose = times.can_choose_performer
    performers = {slot.performer_id: slot.performer for slot in slots if can_choose and slot.performer_id}
    return Choices(
        sorted(performers.items(), key=lambda one: one[1]),
        [form for form in VisitForm if any(slot.visit_form == form for slot in slots)],
    )


async def find_nearest(
    actor: Actor | None, *, clinic: str, time_type: str, moment: datetime, rebooks: OldBooking | None = None
) -> list[Timeslot]:
    """Return the three free times that start nearest ``moment``, in order of time."""
    _, _, times = await _enter(actor, clinic, time_type, rebooks)
    day = swedish_time.day_of(moment)
    around = timedelta(days=NEAREST_DAYS)
    slots = await times.between(day - around, day + around)
    nearest = sorted(slots, key=lambda slot: abs(slot.starts_at - moment))[:NEAREST]
    return sorted(nearest, key=lambda slot: slot.starts_at)


async def look_at_times(
    actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking | None = None
) -> LiveTimes:
    """Return the free times as they are now, to be asked for day by day. Raises TermsNotAccepted."""
    _, _, times = await _enter(actor, clinic, time_type, rebooks)
    return times


async def follow_times(
    actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking | None = None
) -> AsyncIterator[LiveTimes]:
    """Yield the free times now, and again each time that they may have changed, until the caller stops.

    The resident's right to see them is asked for once, at the beginning; whether booking is stopped, each time.
    Raises TermsNotAccepted.
    """
    entered = await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks, though_stopped=True)
    resident, found, kind = entered
    await require_accepted_terms(resident, clinic=found, kind=terms_kind(clinic, rebooks))
    times = _times(resident, found, kind, rebooks)
    async for _ in found.journal(resident).changes():
        yield replace(times, stopped=await why_stopped_now(resident, found, kind.id))


async def _enter(
    actor: Actor | None, clinic: str, time_type: str, rebooks: OldBooking | None
) -> tuple[Resident, TimeTypeInfo, LiveTimes]:
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks)
    await require_accepted_terms(resident, clinic=found, kind=terms_kind(clinic, rebooks))
    if rebooks is None or rebooks.clinic != clinic:
        await refuse_if_too_many(resident, found, kind)
    return resident, kind, _times(resident, found, kind, rebooks)


def _times(
    resident: Resident, clinic: ClinicInfo, kind: TimeTypeInfo, rebooks: OldBooking | None
) -> LiveTimes:
    within = kind.invitation if rebooks else None
    return LiveTimes(clinic.journal(resident), resident, kind.id, within)


async def _others_with_times(resident: Resident, clinic: str, chosen: TimeTypeInfo) -> list[Offered]:
    found = await get_clinic(slug=clinic)
    journal = found.journal(resident)
    today = swedish_time.day_of(clock.now())
    horizon = today + timedelta(days=HORIZON_DAYS)
    others = [kind for kind in await journal.time_types(resident) if kind.id != chosen.id]
    return [
        Offered(found, kind, await count_free(resident, journal, kind))
        for kind in others
        if not why_stopped(found, kind)
        and may_book(resident, kind) is None
        and await journal.available_timeslots(resident, kind.id, today, horizon, limit=1)
    ]


async def count_free(resident: Resident, journal: JournalSystem, kind: TimeTypeInfo) -> int:
    """Return how many times are free in the coming eight weeks."""
    today = swedish_time.day_of(clock.now())
    days = await journal.available_dates(resident, kind.id, today, today + timedelta(days=CHOICE_DAYS))
    return sum(days.values())
