"""The adapter onto our own standalone timebook (fristående tidbok)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking, Invitation, Performer, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import HoldExpired, NotFound
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.question import pack_answers, unpack_answers, unpack_questions
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import Bookable, BookingStatus, ReasonRule, VisitForm
from webtidbok_app.journal.port import (
    BookedTime,
    BookingDetails,
    BookingRef,
    Capabilities,
    Hold,
    OtherUnit,
    Period,
    Text,
    TimeTypeInfo,
)
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.timebook import bookings, exchange, invitations, limits
from webtidbok_app.timebook.availability import HeldSlot, OpenSlot
from webtidbok_app.timebook.calendar import Calendar
from webtidbok_app.timebook.units import find_other_units


class StandaloneJournal:
    """One clinic's timebook in our own database."""

    capabilities = Capabilities(
        book=True, cancel=True, rebook=True, other_units=True, hold=True, message=True, performer=True,
        offer=True, watch=True,
    )  # fmt: skip

    def __init__(self, clinic_id: UUID, database: Database) -> None:
        self.clinic_id = clinic_id
        self._database = database

    async def time_types(self, patient: Resident) -> list[TimeTypeInfo]:
        invited = await self._invited(patient)
        return [
            _time_type_info(row, invited.get(row.id))
            for row in await self._time_types()
            if row.bookable != Bookable.STAFF
        ]

    async def available_dates(
        self, patient: Resident, time_type: str, first: date, last: date
    ) -> dict[date, int]:
        slots = await self.available_timeslots(patient, time_type, first, last)
        return dict(Counter(swedish_time.day_of(slot.starts_at) for slot in slots))

    async def available_timeslots(
        self, patient: Resident, time_type: str, first: date, last: date, *, limit: int | None = None
    ) -> list[Timeslot]:
        now = clock.now()
        kind = await self._time_type(time_type)
        age = patient.number.age_on(swedish_time.day_of(now))
        by_invitation = kind.bookable == Bookable.INVITATION or limits.is_other_age(age, kind)
        if by_invitation and (invited := (await self._invited(patient)).get(kind.id)):
            first, last = max(first, invited.first), min(last, invited.last)
            if first > last:
                return []
        calendar = Calendar(self._database, self.clinic_id, kind.id, kind.opening)
        since, until = swedish_time.span_of_days(first, last)
        since = max(since, calendar.opening.first_start(now))
        if (end := calendar.opening.end(now)) is not None and end < until:
            until, last = end, swedish_time.day_of(end)
        from_day = max(first, swedish_time.day_of(since))
        weeks = calendar.weeks(from_day, last) if limit is None else calendar.weeks_with_room(from_day, last)
        found: list[Timeslot] = []
        async for week in weeks:
            found += _free_in(week, patient, since=since, until=until, now=now)
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def changes(self) -> AsyncIterator[object]:
        return bus.changes(self.clinic_id)

    async def hold(self, patient: Resident, timeslot_id: str) -> Hold:
        slot_id = parse_id(timeslot_id)

        async def work(session: AsyncSession) -> Hold:
            held = await bookings.hold_place(
                session,
                clinic_id=self.clinic_id,
                slot_id=slot_id,
                person_id=patient.person_id,
                now=clock.now(),
            )
            return await self._hold(session, held)

        return await self._database.transact(work)

    async def current_hold(self, patient: Resident) -> Hold | None:
        async with self._database.read() as session:
            held = await bookings.running_hold(
                session, clinic_id=self.clinic_id, person_id=patient.person_id, now=clock.now()
            )
            return None if held is None else await self._hold(session, held)

    async def extend_hold(self, patient: Resident, hold_id: str) -> Hold:
        async with self._database.write() as session:
            held = await bookings.extend_hold(
                session,
                clinic_id=self.clinic_id,
                hold_id=parse_id(hold_id),
                person_id=patient.person_id,
                now=clock.now(),
            )
            return await self._hold(session, held)

    async def release_hold(self, patient: Resident, hold_id: str) -> None:
        async with self._database.write() as session:
            await bookings.release_hold(
                session, clinic_id=self.clinic_id, hold_id=parse_id(hold_id), person_id=patient.person_id
            )

    async def make_booking(self, patient: Resident, hold_id: str, details: BookingDetails) -> BookedTime:
        now = clock.now()

        async def work(session: AsyncSession) -> BookedTime:
            booking = await bookings.confirm_hold(
                session,
                clinic_id=self.clinic_id,
                hold_id=parse_id(hold_id, HoldExpired),
                person_id=patient.person_id,
                now=now,
                said=vars(details) | {"answers": pack_answers(details.answers)},
                booked_by=patient.ombud_id,
            )
            row = await self._row(session, booking.id, patient)
            if booking.booked_at == now:
                age = patient.number.age_on(swedish_time.day_of(now))
                await limits.judge(session, booking, row.time_type, age=age, now=now)
            return _booked_time(row)

        return await self._database.transact(work)

    async def schedule(self, patient: Resident, *, in_full: bool = False) -> list[BookedTime]:
        async with self._database.read() as session:
            rows = await session.execute(
                _booked_statement(self.clinic_id, patient)
                .where(col(Booking.status) == BookingStatus.BOOKED, col(Slot.ends_at) > clock.now())
                .order_by(col(Slot.starts_at))
            )
            return [_booked_time(_BookedRow(*row)) for row in rows]

    async def booking(self, patient: Resident, booking_id: str) -> BookedTime:
        async with self._database.read() as session:
            return await self._booked(session, parse_id(booking_id), patient)

    async def other_units(self, patient: Resident, booking_id: str) -> list[OtherUnit]:
        kind = await self._time_type((await self.booking(patient, booking_id)).time_type_id)
        async with self._database.read() as session:
            others = await find_other_units(session, clinic_id=self.clinic_id, time_type_id=kind.id)
            return [OtherUnit(other.clinic_id, other.slug) for other in others]

    async def rebook_booking(
        self, patient: Resident, booking_id: str, hold_id: str, *, from_clinic: UUID | None = None
    ) -> BookedTime:
        now, stands_at = clock.now(), from_clinic or self.clinic_id

        async def work(session: AsyncSession) -> BookedTime:
            old = await self._booked(session, parse_id(booking_id), patient, at=stands_at)
            if old.cancelled_at is None:
                bookings.refuse_if_too_late(deadline=_deadline(old), now=now)
            made = await exchange.rebook(
                session,
                from_clinic=stands_at,
                booking_id=parse_id(booking_id),
                clinic_id=self.clinic_id,
                hold_id=parse_id(hold_id, HoldExpired),
                person_id=patient.person_id,
                now=now,
                booked_by=patient.ombud_id,
            )
            row = await self._row(session, made.id, patient)
            if stands_at != self.clinic_id and made.booked_at == now:
                await limits.refuse_if_too_many(session, made, row.time_type, now=now)
            return _booked_time(row)

        return await self._database.transact(work)

    async def cancel_booking(self, patient: Resident, booking_id: str, message: str) -> BookedTime:
        now = clock.now()

        async def work(session: AsyncSession) -> BookedTime:
            booked = await self._booked(session, parse_id(booking_id), patient)
            if booked.cancelled_at is None:
                bookings.refuse_if_too_late(deadline=_deadline(booked), now=now)
            await bookings.cancel_booking(
                session,
                clinic_id=self.clinic_id,
                booking_id=parse_id(booking_id),
                cancelled_by=bookings.RESIDENT,
                message=message,
                now=now,
            )
            return await self._booked(session, parse_id(booking_id), patient)

        return await self._database.transact(work)

    async def _invited(self, patient: Resident) -> dict[UUID, Period]:
        """Return the periods that the patient is invited to come within, by time type."""
        async with self._database.read() as session:
            found = await invitations.open_ones(
                session,
                person_id=patient.person_id,
                today=swedish_time.day_of(clock.now()),
                clinic_id=self.clinic_id,
            )
        return {
            one.time_type_id: period
            for one in reversed(found)  # of several the one that runs out first
            if (period := _period(one.first_day, one.last_day))
        }

    async def _time_types(self) -> Sequence[TimeType]:
        async def read() -> Sequence[TimeType]:
            async with self._database.read() as session:
                found = await session.scalars(
                    select(TimeType)
                    .where(col(TimeType.clinic_id) == self.clinic_id, col(TimeType.active))
                    .order_by(col(TimeType.name_sv))
                )
                return found.all()

        return await snapshots.get(topics.time_types(self.clinic_id), "offered", read)

    async def _time_type(self, slug: str) -> TimeType:
        for kind in await self._time_types():
            if kind.slug == slug:
                return kind
        raise NotFound

    async def _hold(self, session: AsyncSession, held: Booking) -> Hold:
        slot, performer, time_type = (
            await session.execute(
                select(Slot, col(Performer.name), col(TimeType.slug))
                .join(
                    Performer,
                    (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id),
                )
                .join(
                    TimeType,
                    (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id),
                )
                .where(col(Slot.clinic_id) == self.clinic_id, col(Slot.id) == held.slot_id)
            )
        ).one()
        assert held.expires_at is not None
        held_slot = Timeslot(
            slot.id.hex, slot.starts_at, slot.ends_at, VisitForm(slot.visit_form), performer,
            performer_id=slot.performer_id.hex, held_by_patient=True,
        )  # fmt: skip
        return Hold(held.id.hex, held_slot, held.expires_at, time_type)

    async def _booked(
        self, session: AsyncSession, booking_id: UUID, patient: Resident, *, at: UUID | None = None
    ) -> BookedTime:
        return _booked_time(await self._row(session, booking_id, patient, at=at))

    async def _row(
        self, session: AsyncSession, booking_id: UUID, patient: Resident, *, at: UUID | None = None
    ) -> "_BookedRow":
        row = (
            await session.execute(
                _booked_statement(at or self.clinic_id, patient)
                .where(col(Booking.id) == booking_id, col(Booking.status) != BookingStatus.HELD)
                .execution_options(populate_existing=True)
            )
        ).one_or_none()
        if row is None:
            raise NotFound
        return _BookedRow(*row)


class _BookedRow(NamedTuple):
    booking: Booking
    slot: Slot
    time_type: TimeType
    performer: str
    invited_from: date | None
    invited_until: date | None
    replaced_by_clinic: UUID | None
    replaced_by: UUID | None


async def clinics_with_standalone_times(database: Database, patient: Resident) -> set[UUID]:
    """Return the clinics with a standalone timebook where the patient has ever booked."""
    async with database.read() as session:
        found = await session.scalars(
            select(col(Booking.clinic_id))
            .where(col(Booking.person_id) == patient.person_id, col(Booking.status) == BookingStatus.BOOKED)
            .distinct()
        )
        return set(found)


_newer: Any = aliased(Booking)
_BOOKED_TIMES = (
    select(
        Booking, Slot, TimeType, col(Performer.name), col(Invitation.first_day), col(Invitation.last_day),
        _newer.clinic_id, _newer.id,
    )
    .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
    .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
    .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
    .outerjoin(
        Invitation,
        (col(Invitation.clinic_id) == Booking.clinic_id) & (col(Invitation.id) == Booking.invitation_id),
    )
    .outerjoin(_newer, (_newer.replaces_clinic_id == Booking.clinic_id) & (_newer.replaces_id == Booking.id))
)  # fmt: skip
"""Made once: to put it together takes longer than to ask it."""


def _booked_statement(clinic_id: UUID, patient: Resident) -> Any:
    return _BOOKED_TIMES.where(
        col(Booking.clinic_id) == clinic_id, col(Booking.person_id) == patient.person_id
    )


def _booked_time(row: "_BookedRow") -> BookedTime:
    booking, slot, time_type, performer, *_ = row
    within = _period(row.invited_from, row.invited_until)
    cancel_until = slot.starts_at - timedelta(hours=time_type.cancel_hours)
    in_time = booking.status == BookingStatus.BOOKED and clock.now() <= cancel_until
    return BookedTime(
        id=booking.id.hex,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        visit_form=VisitForm(slot.visit_form),
        time_type=Text(time_type.name_sv, time_type.name_en),
        performer=performer,
        prepare=Text(time_type.prepare_sv, time_type.prepare_en),
        cancel_allowed=in_time,
        rebook_allowed=in_time,
        cancel_until=cancel_until,
        cancelled_at=booking.cancelled_at,
        reason=booking.reason,
        answers=unpack_answers(booking.answers),
        interpreter=booking.interpreter,
        access_needs=booking.access_needs,
        phone=booking.phone,
        time_type_id=time_type.slug,
        video_url=time_type.video_url,
        replaces=_ref(booking.replaces_clinic_id, booking.replaces_id),
        replaced_by=_ref(row.replaced_by_clinic, row.replaced_by),
        invited=booking.invitation_id is not None,
        invited_within=within if within and within.has(slot.starts_at) else None,
        calendar_id=(booking.calendar_id or booking.id).hex,
        calendar_sequence=booking.calendar_sequence,
        hold_id=booking.id.hex,
    )


def _deadline(booked: BookedTime) -> datetime:
    assert booked.cancel_until is not None
    return booked.cancel_until


def _period(first: date | None, last: date | None) -> Period | None:
    return Period(first, last) if first and last else None


def _ref(clinic_id: UUID | None, booking_id: UUID | None) -> BookingRef | None:
    return BookingRef(clinic_id, booking_id.hex) if clinic_id and booking_id else None


def _time_type_info(row: TimeType, invitation: Period | None) -> TimeTypeInfo:
    return TimeTypeInfo(
        id=row.slug,
        name=Text(row.name_sv, row.name_en),
        length_minutes=row.length_minutes,
        visit_form=VisitForm(row.visit_form),
        audience=Text(row.audience_sv, row.audience_en),
        not_here=Text(row.not_here_sv, row.not_here_en),
        prepare=Text(row.prepare_sv, row.prepare_en),
        min_age=row.min_age,
        max_age=row.max_age,
        bookable=Bookable(row.bookable),
        invitation=invitation,
        reason=ReasonRule(row.reason),
        questions=unpack_questions(row.questions),
        opening=row.opening,
        cancel_hours=row.cancel_hours,
        notice=Text(*row.notice_on(swedish_time.day_of(clock.now()))),
        stopped=row.stopped_at is not None,
        max_active=row.max_active,
    )


def _free_in(
    week: Sequence[OpenSlot], patient: Resident, *, since: datetime, until: datetime, now: datetime
) -> list[Timeslot]:
    """Return the times that start in [since, until) and have a place left for the patient."""
    between = slice(bisect_left(week, since, key=_start), bisect_left(week, until, key=_start))
    seen = [
        slot.as_seen_by(patient.person_id, now) if isinstance(slot, HeldSlot) else slot
        for slot in week[between]
    ]
    return [slot for slot in seen if slot]


_start = attrgetter("starts_at")
