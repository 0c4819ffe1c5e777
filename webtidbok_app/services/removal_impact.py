"""What taking times away would do: which are free, who has booked, and where each could go. For staff of the clinic."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Row, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, CaseType, Clinic, Performer, Person, Slot, TimeType
from webtidbok_app.domain import best_fit, clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.best_fit import FreeTime, Visit
from webtidbok_app.domain.errors import InvalidInput, TooManyToRemove
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.removal import TIMES_AT_MOST, VISITS_AT_MOST
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import Bookable, CaseTypeKind, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.reception import PROTECTED
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot, read_slots
from webtidbok_app.timebook import places, removal, schedule_log

WEEKS_SOONER, WEEKS_LATER = 1, 8
"""How far around each visit's own week free times are looked for."""
FREE_IN_A_WEEK = 1000
"""How many free times of a type are looked at in a week."""
DAYS_AT_MOST = 62


@dataclass(frozen=True)
class Away:
    """The times between two days in Sweden, inclusive, of one performer or all; within a part of each day if given."""

    first: date
    last: date
    performer: UUID | None = None
    since: time | None = None
    until: time | None = None


@dataclass(frozen=True)
class AbsentChoice:
    """Somebody, or something, whose times may go. Who is not ``active`` any more has times to come all the same."""

    performer: PerformerChoice
    active: bool


@dataclass(frozen=True)
class Option:
    """A free time that a visit could be moved to. Instants are aware, UTC."""

    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    performer: str
    visit_form: VisitForm
    left: int
    """How many free places it has."""


@dataclass(frozen=True)
class BookedVisit:
    """One booking on the times. ``name`` is masked for a protected identity; ``options`` are best first."""

    booking_id: UUID
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    name: str
    protected: bool
    can_be_invited: bool
    options: tuple[Option, ...]
    suggested: UUID | None
    """The time to move it to, which is suggested to nobody else."""


@dataclass(frozen=True)
class RemovalImpact:
    """The times as they are at this moment. ``kept`` stay: somebody is choosing them, or has come for them."""

    clinic: str
    seen: int
    free: tuple[ScheduleSlot, ...]
    kept: tuple[ScheduleSlot, ...]
    booked: tuple[BookedVisit, ...]

    @property
    def times(self) -> int:
        """How many times would go if nobody kept theirs."""
        return len(self.free) + len({visit.slot_id for visit in self.booked})


async def list_absent_choices(actor: Actor | None) -> list[AbsentChoice]:
    """Return the performers who may be away: those in use, and then those who have left times behind."""
    _, clinic_id = as_time_handler(actor)
    coming = (
        select(col(Slot.id))
        .where(
            col(Slot.clinic_id) == Performer.clinic_id,
            col(Slot.performer_id) == Performer.id,
            col(Slot.starts_at) > clock.now(),
            text("slot.withdrawn_at IS NULL"),
        )
        .correlate(Performer)
        .exists()
    )
    async with get_database().read() as session:
        found = await session.scalars(
            select(Performer)
            .where(col(Performer.clinic_id) == clinic_id, or_(col(Performer.active), coming))
            .order_by(col(Performer.active).desc(), col(Performer.name))
        )
        return [AbsentChoice(PerformerChoice(row.id, row.name, row.title_sv), row.active) for row in found]


async def weigh_removal(
    actor: Actor | None, *, slot_ids: Sequence[UUID] = (), away: Away | None = None
) -> RemovalImpact:
    """Return what taking the times away would do, changing nothing; that the booked were looked at is logged.

    The times are those of ``slot_ids``, or with ``away`` those that overlap it. What has begun or is withdrawn is
    left out. Raises InvalidInput (``last_day``, ``until``) for days or clock times in the wrong order and for more than
    two months, and TooManyToRemove.
    """
    staff, clinic_id = as_time_handler(actor)
    if away is not None:
        _check(away)
    now = clock.now()
    async with get_database().read() as session:
        seen = await schedule_log.newest_number(session, clinic_id=clinic_id)
        ids = slot_ids if away is None else await _slots_of(session, clinic_id, away)
        refuse_too_many(booked=0, times=len(ids))
        slots = [
            slot
            for slot in await read_slots(session, clinic_id, ids)
            if not slot.withdrawn and slot.starts_at > now
        ]
        live = await removal.live_on(session, clinic_id=clinic_id, slot_ids=[slot.id for slot in slots])
        staying = {one.slot_id for one in live if removal.stands_in_the_way(one, now)}
        booked = [one for one in live if one.slot_id not in staying and one.status == "booked"]
        refuse_too_many(booked=len(booked), times=len(slots))
        clinic = await session.get_one(Clinic, clinic_id)
        had = {one.slot_id for one in booked}
        impact = RemovalImpact(
            clinic=clinic.name,
            seen=seen,
            free=tuple(slot for slot in slots if slot.id not in staying | had),
            kept=tuple(slot for slot in slots if slot.id in staying),
            booked=tuple(await _visits(session, clinic_id, booked, {slot.id for slot in slots}, now)),
        )
    if booked:
        async with get_database().write() as session:
            for one in booked:
                audit.record(
                    session, staff, "weigh_removal", clinic_id=clinic_id, person_id=one.person_id,
                    booking_id=one.id.hex,
                )  # fmt: skip
    return impact


def refuse_too_many(*, booked: int, times: int) -> None:
    """Raise TooManyToRemove for more booked visits or times than are taken away at once."""
    for count, most in ((booked, VISITS_AT_MOST), (times, TIMES_AT_MOST)):
        if count > most:
            raise TooManyToRemove(booked=booked, times=times, most=most)


def _check(away: Away) -> None:
    problems = {}
    if away.last < away.first:
        problems["last_day"] = "last_day_before_first"
    elif away.last - away.first > timedelta(days=DAYS_AT_MOST):
        problems["last_day"] = "two_months"
    if away.since and away.until and away.until != time(0) and away.until <= away.since:
        problems["until"] = "to_time_before_from"
    if problems:
        raise InvalidInput(problems)


async def _slots_of(session: AsyncSession, clinic_id: UUID, away: Away) -> list[UUID]:
    since, until = swedish_time.span_of_days(away.first, away.last)
    rows = await session.execute(
        select(col(Slot.id), col(Slot.starts_at), col(Slot.ends_at)).where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.starts_at) >= since,
            col(Slot.starts_at) < until,
            text("slot.withdrawn_at IS NULL"),
            *([col(Slot.performer_id) == away.performer] if away.performer else []),
        )
    )
    return [slot_id for slot_id, start, end in rows if _overlaps(away, start, end)]


def _overlaps(away: Away, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the time overlaps the part of its day; midnight as its end is the end of the day."""
    start, end = swedish_time.local(starts_at), swedish_time.local(ends_at)
    begins_in_time = not away.until or away.until == time(0) or start.time() < away.until
    return begins_in_time and (away.since is None or end.date() > start.date() or end.time() > away.since)


async def _visits(
    session: AsyncSession, clinic_id: UUID, booked: Sequence[Booking], going: set[UUID], now: datetime
) -> list[BookedVisit]:
    """Return the bookings with whose they are and where each could go."""
    found = await _read_booked(session, clinic_id, booked)
    if not found:
        return []
    visits = {
        booking.id: Visit(
            booking.id, person.id, slot.time_type_id, slot.performer_id, VisitForm(slot.visit_form),
            slot.starts_at, slot.ends_at,
        )
        for booking, slot, _, _, person in found
    }  # fmt: skip
    names, free_times = await _free_times(session, clinic_id, visits.values(), going, now)
    times = best_fit.FreeTimes(free_times)
    busy = await _busy(session, clinic_id, {visit.person_id for visit in visits.values()})
    elsewhere = {
        one.booking_id: [(start, end) for other, start, end in busy[one.person_id] if other != one.booking_id]
        for one in visits.values()
    }
    suggested = best_fit.suggest(
        visits.values(),
        times,
        {person: [(start, end) for _, start, end in theirs] for person, theirs in busy.items()},
        now=now,
    )
    web = await session.get(CaseType, (clinic_id, CaseTypeKind.BOOK_DIRECT))
    return [
        BookedVisit(
            booking_id=booking.id,
            slot_id=slot.id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            time_type=kind.name_sv,
            performer=performer,
            name=PROTECTED if person.protected else f"{person.given_name} {person.family_name}".strip(),
            protected=person.protected,
            can_be_invited=bool(web and web.active) and may_be_invited(kind, person),
            options=tuple(
                Option(
                    free.slot_id, free.starts_at, free.ends_at, names[free.performer_id], free.visit_form,
                    free.left,
                )
                for free in best_fit.rank(
                    visits[booking.id], times, elsewhere[booking.id], now=now
                )
            ),
            suggested=suggested.get(booking.id),
        )
        for booking, slot, kind, performer, person in found
    ]  # fmt: skip


async def _read_booked(
    session: AsyncSession, clinic_id: UUID, booked: Sequence[Booking]
) -> Sequence[Row[Booking, Slot, TimeType, str, Person]]:
    """Return the bookings with when, what, with whom and whose they are, in order of time."""
    rows = await session.execute(
        select(Booking, Slot, TimeType, col(Performer.name), Person)
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .join(Person, col(Person.id) == Booking.person_id)
        .where(col(Booking.clinic_id) == clinic_id, col(Booking.id).in_([one.id for one in booked]))
        .order_by(col(Slot.starts_at), col(Performer.name), col(Booking.place))
    )
    return rows.all()


def may_be_invited(kind: TimeType, person: Person) -> bool:
    """Whether the person can book such a time themselves: residents may, and they have a number to log in with."""
    bookable = kind.active and kind.bookable != Bookable.STAFF
    return bookable and isinstance(read_identity(person.number), PersonalNumber)


async def _free_times(
    session: AsyncSession, clinic_id: UUID, visits: Iterable[Visit], going: set[UUID], now: datetime
) -> tuple[Mapping[UUID, str], list[FreeTime]]:
    """Return the performers' names and the free times around the visits, but for those that go.

    They are asked for by type and week, so that the last of a long absence have as many near them as the first.
    """
    taken = places.count_taken(now)
    names: dict[UUID, str] = {}
    times = []
    for time_type_id, monday in sorted(_weeks_around(visits)):
        since, until = swedish_time.span_of_days(monday, monday + timedelta(days=6))
        rows = await session.execute(
            select(
                col(Slot.id), col(Slot.performer_id), col(Slot.visit_form), col(Slot.starts_at), col(Slot.ends_at),
                col(Slot.places) - taken, col(Performer.name),
            )
            .join(
                Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
            )
            .where(
                col(Slot.clinic_id) == clinic_id,
                col(Slot.time_type_id) == time_type_id,
                col(Slot.starts_at) >= since,
                col(Slot.starts_at) < until,
                col(Slot.starts_at) > now,
                text("slot.withdrawn_at IS NULL"),
                taken < Slot.places,
            )
            .order_by(col(Slot.starts_at), col(Slot.id))
            .limit(FREE_IN_A_WEEK + len(going))
        )  # fmt: skip
        for slot_id, performer_id, form, start, end, left, performer in rows:
            if slot_id not in going:
                names[performer_id] = performer
                times.append(FreeTime(slot_id, time_type_id, performer_id, VisitForm(form), start, end, left))
    return names, times


def _weeks_around(visits: Iterable[Visit]) -> set[tuple[UUID, date]]:
    """Return the time types with the Mondays of the weeks where a visit of that type may find another time."""
    mondays = {
        (visit.time_type_id, day - timedelta(days=day.weekday()))
        for visit in visits
        for day in [swedish_time.day_of(visit.starts_at)]
    }
    return {
        (time_type_id, monday + timedelta(weeks=number))
        for time_type_id, monday in mondays
        for number in range(-WEEKS_SOONER, WEEKS_LATER + 1)
    }


async def _busy(
    session: AsyncSession, clinic_id: UUID, people: set[UUID]
) -> Mapping[UUID, list[tuple[UUID, datetime, datetime]]]:
    """Return when each of the people is booked at the clinic, with the booking; empty for who is not."""
    rows = await session.execute(
        select(col(Booking.person_id), col(Booking.id), col(Slot.starts_at), col(Slot.ends_at))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.person_id).in_(people),
            text("booking.status = 'booked'"),
        )
    )
    found: dict[UUID, list[tuple[UUID, datetime, datetime]]] = defaultdict(list)
    for person_id, booking_id, start, end in rows:
        found[person_id].append((booking_id, start, end))
    return found
