"""A clinic's journal system as our port has it."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Clinic, JournalConnection, JournalHold, JournalWrite
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CannotBeMoved,
    HoldExpired,
    JournalUnavailable,
    NotFound,
    SlotTaken,
    SlotWithdrawn,
    TooLateToChange,
)
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.journal_write import WriteKind
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.journal.port import (
    BookedTime,
    BookingDetails,
    Capabilities,
    Hold,
    OtherUnit,
    Period,
    TimeTypeInfo,
)
from webtidbok_app.journal.rivta import holds, receipts, translate, writes
from webtidbok_app.journal.rivta.clients import client_of
from webtidbok_app.journal.rivta.reading import Reading
from webtidbok_app.journal.rivta.sending import Sender
from webtidbok_app.journal.rivta.translate import Asked, Token
from webtidbok_app.live.bus import bus
from webtidbok_app.rivta import messages

KIND = "rivta"
"""What clinics with a connected journal system have for a journal."""
SECONDS_APART = 0.05
"""How long after each other those who follow the free times look again, on an average: all at once would be a flood."""
SECONDS_BETWEEN_LOOKS = 30.0
"""How often who follows the free times looks again: the journal system tells nobody of its changes."""
SECONDS_TO_CONFIRM = 3.0
"""How long what was booked is waited for in the journal system's own words; without them it is told in ours."""
_SUNDAY = timedelta(days=6)


class RivtaJournal:
    """One clinic's timebook in a journal system that speaks crm:scheduling 1.1."""

    def __init__(self, connection: JournalConnection, database: Database) -> None:
        self.clinic_id = connection.clinic_id
        self._unit = connection.logical_address
        self._database = database
        self._client = client_of(connection)
        self.capabilities = _capabilities(connection, self._client.lacks)
        self._sender = Sender(self._client, database)

    async def time_types(self, patient: Resident) -> list[TimeTypeInfo]:
        return await self._reading(patient).time_types()

    async def available_dates(
        self, patient: Resident, time_type: str, first: date, last: date
    ) -> dict[date, int]:
        slots = await self.available_timeslots(patient, time_type, first, last)
        return dict(Counter(swedish_time.day_of(slot.starts_at) for slot in slots))

    async def available_timeslots(
        self, patient: Resident, time_type: str, first: date, last: date, *, limit: int | None = None
    ) -> list[Timeslot]:
        asking, asked = self._reading(patient), await self._asked(patient, time_type)
        now = clock.now()
        within = Period(max(first, swedish_time.day_of(now)), last)
        others, own = await self._held(patient)
        found: list[Timeslot] = []
        for begin, end in await _spans(asking, asked, within, by_week=limit is not None):
            told = await asking.timeslots(asked, begin, end)
            free = translate.free_times(told, self._unit, time_type, await asking.names(told))
            left = holds.without(free, others, own)
            found += [slot for slot in left if within.has(slot.starts_at) and slot.starts_at > now]
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    async def changes(self) -> AsyncIterator[object]:
        every = SECONDS_BETWEEN_LOOKS * random.uniform(0.8, 1.2)  # noqa: S311  it spreads calls, and keeps no secret
        with self._client.being_watched() as watchers:
            seconds = 0.0
            async for version in bus.changes(self.clinic_id, at_least_every=every):
                await asyncio.sleep(seconds)
                yield version
                seconds = random.uniform(0, SECONDS_APART * watchers())  # noqa: S311

    async def hold(self, patient: Resident, timeslot_id: str) -> Hold:
        token, asking = Token.read(timeslot_id), self._reading(patient)
        asked = Asked.of(token.time_type)
        if token.starts_at <= clock.now():
            raise SlotWithdrawn
        day = swedish_time.day_of(token.starts_at)
        same = [
            slot
            for slot in await asking.timeslots(asked, day, day, fresh=True)
            if slot.start and slot.end and translate.token_of(slot, token.time_type) == token
        ]
        names = await asking.names(same)
        free = translate.free_times(same, self._unit, token.time_type, names)
        if token not in free:
            raise SlotTaken

        async def work(session: AsyncSession) -> Hold:
            held = await holds.choose(
                session, translate.with_name(same[0], names), token, places=free[token].places_left,
                clinic_id=self.clinic_id, person_id=patient.person_id, now=clock.now(),
            )  # fmt: skip
            return holds.as_told(held, self._unit, names)

        return await self._database.transact(work)

    async def current_hold(self, patient: Resident) -> Hold | None:
        _, own = await self._held(patient)
        return None if own is None else holds.as_told(own, self._unit, {})

    async def extend_hold(self, patient: Resident, hold_id: str) -> Hold:
        async with self._database.write() as session:
            held = await holds.extend(
                session, clinic_id=self.clinic_id, hold_id=parse_id(hold_id, HoldExpired),
                person_id=patient.person_id, now=clock.now(),
            )  # fmt: skip
            return holds.as_told(held, self._unit, {})

    async def release_hold(self, patient: Resident, hold_id: str) -> None:
        async with self._database.write() as session:
            await holds.let_go(
                session, clinic_id=self.clinic_id, hold_id=parse_id(hold_id), person_id=patient.person_id
            )

    async def make_booking(self, patient: Resident, hold_id: str, details: BookingDetails) -> BookedTime:
        begin = partial(
            writes.begin_make, clinic_id=self.clinic_id, person_id=patient.person_id,
            hold_id=parse_id(hold_id, HoldExpired), said=details, now=clock.now(),
        )  # fmt: skip
        return await self._made(patient, await self._sender.carry_out(patient, begin))

    async def schedule(self, patient: Resident, *, in_full: bool = False) -> list[BookedTime]:
        asking = self._reading(patient)
        slots, mine = await asyncio.gather(asking.schedule(fresh=False), self._mine(patient))
        coming = [slot for slot in slots if receipts.ends_at(slot) > clock.now()]
        if in_full:
            coming = await asyncio.gather(*(asking.in_full(slot) for slot in coming))
        names = await asking.names(coming)
        told = [self._booked(slot, mine, names) for slot in coming]
        return sorted(told, key=lambda one: one.starts_at)

    async def booking(self, patient: Resident, booking_id: str) -> BookedTime:
        mine, journals = await self._mine(patient), translate.journals_booking_id(booking_id)
        if gone := writes.just_gone(mine, journals, now=clock.now()):
            return receipts.receipt_of_gone(gone, clinic_id=self.clinic_id, mine=mine)
        asking = self._reading(patient)
        try:
            slot = await asking.details(journals)
        except NotFound:  # it has gone by our doing, or is past and not told of any more
            if gone := writes.gone(mine, journals):
                return receipts.receipt_of_gone(gone, clinic_id=self.clinic_id, mine=mine)
            made = writes.made(mine, journals)
            if made is None or made.starts_at > clock.now():
                raise
            return receipts.receipt_of_made(made, clinic_id=self.clinic_id)
        return self._booked(slot, mine, await asking.names([slot]))

    async def other_units(self, patient: Resident, booking_id: str) -> list[OtherUnit]:
        booked, slot = await self.standing(patient, booking_id)
        ids = await self._reading(patient).units(slot.booking_id or "")
        others = [one for one in await self._neighbours() if one.logical_address.upper() in ids]
        there = [RivtaJournal(connection, self._database) for connection in others]
        offered = await asyncio.gather(*(one.time_types(patient) for one in there))
        return [
            OtherUnit(one.clinic_id, kind.id)
            for one, kinds in zip(there, offered, strict=True)
            for kind in kinds
            if kind.id == booked.time_type_id
        ]

    async def rebook_booking(
        self, patient: Resident, booking_id: str, hold_id: str, *, from_clinic: UUID | None = None
    ) -> BookedTime:
        hold = parse_id(hold_id, HoldExpired)
        if again := writes.asked_with(await self._mine(patient), hold):
            return await self._made(patient, await self._sender.outcome_of(again))
        left = self if from_clinic in {None, self.clinic_id} else await self._neighbour(from_clinic)
        try:
            old, slot = await left.standing(patient, booking_id)
        except AlreadyCancelled:
            if again := writes.asked_with(await self._mine(patient), hold):  # pressed twice
                return await self._made(patient, await self._sender.outcome_of(again))
            raise
        if not old.rebook_allowed:
            raise TooLateToChange(deadline=None)
        if left is not self:
            units = await left.other_units(patient, booking_id)
            if self.clinic_id not in {unit.clinic_id for unit in units}:
                raise CannotBeMoved
        begin = partial(
            writes.begin_update, old=old, old_slot=slot, clinic_id=self.clinic_id, from_clinic=left.clinic_id,
            person_id=patient.person_id, hold_id=hold, now=clock.now(),
        )  # fmt: skip
        return await self._made(patient, await self._sender.carry_out(patient, begin))

    async def cancel_booking(self, patient: Resident, booking_id: str, message: str) -> BookedTime:
        if under_way := await self._under_way(patient, booking_id):
            if under_way.kind != WriteKind.CANCEL:
                raise AlreadyCancelled
            return receipts.receipt_of_gone(
                under_way, clinic_id=self.clinic_id, mine=await self._mine(patient)
            )
        booked, slot = await self.standing(patient, booking_id)
        if not booked.cancel_allowed:
            raise TooLateToChange(deadline=None)
        begin = partial(
            writes.begin_cancel, booked=booked, slot=slot, clinic_id=self.clinic_id,
            person_id=patient.person_id, now=clock.now(),
        )  # fmt: skip
        said = message if booked.message_allowed else ""
        write = await self._sender.carry_out(patient, begin, message=said)
        return receipts.receipt_of_gone(write, clinic_id=self.clinic_id, mine=await self._mine(patient))

    async def booked_slots(self, patient: Resident) -> list[messages.Timeslot]:
        """Return the patient's booked times in the journal system's own words, as they are now."""
        return await self._reading(patient).schedule(fresh=True)

    async def standing(self, patient: Resident, booking_id: str) -> tuple[BookedTime, messages.Timeslot]:
        """Return the patient's booking that stands, in both words. Raises NotFound and AlreadyCancelled.

        Raises OutcomeUnknown while nobody knows whether it does.
        """
        await self._under_way(patient, booking_id)
        mine, journals = await self._mine(patient), translate.journals_booking_id(booking_id)
        if writes.just_gone(mine, journals, now=clock.now()):
            raise AlreadyCancelled
        asking = self._reading(patient)
        try:
            slot = await asking.details(journals)
        except NotFound:  # it may have gone meanwhile, by our doing
            if await self._under_way(patient, booking_id) or writes.gone(await self._mine(patient), journals):
                raise AlreadyCancelled from None
            raise
        return self._booked(slot, mine, await asking.names([slot])), slot

    async def _under_way(self, patient: Resident, booking_id: str) -> JournalWrite | None:
        """Wait for what is being done with the booking, and return it. Raises what it comes to, unless it is done."""
        journals = translate.journals_booking_id(booking_id)
        asked = writes.under_way(await self._mine(patient), journals)
        return await self._sender.outcome_of(asked) if asked else None

    def _reading(self, patient: Resident) -> Reading:
        return Reading(self._client, patient)

    def _booked(
        self, slot: messages.Timeslot, mine: Sequence[JournalWrite], names: Mapping[str, str]
    ) -> BookedTime:
        return receipts.booked_time(slot, self.capabilities, clinic_id=self.clinic_id, names=names, mine=mine)

    async def _made(self, patient: Resident, write: JournalWrite) -> BookedTime:
        """Return the booking that a write made. That it was made stands, whatever can be read of it now."""
        try:
            async with asyncio.timeout(SECONDS_TO_CONFIRM):
                if write.new_booking_id:
                    return await self.booking(patient, translate.booking_id(write.new_booking_id))
        except (JournalUnavailable, NotFound, TimeoutError):
            pass
        return receipts.receipt_of_made(write, clinic_id=self.clinic_id)

    async def _mine(self, patient: Resident) -> list[JournalWrite]:
        async with self._database.read() as session:
            return await writes.of_person(session, clinic_id=self.clinic_id, person_id=patient.person_id)

    async def _asked(self, patient: Resident, time_type: str) -> Asked:
        """Return what the time type stands for. Raises NotFound when the patient is not offered it."""
        if time_type not in {kind.id for kind in await self.time_types(patient)}:
            raise NotFound
        return Asked.of(time_type)

    async def _held(self, patient: Resident) -> tuple[Counter[str], JournalHold | None]:
        who = {"clinic_id": self.clinic_id, "person_id": patient.person_id}
        async with self._database.read() as session:
            others = await holds.of_others(session, **who, now=clock.now())
            return others, await holds.running(session, **who, now=clock.now())

    async def _neighbours(self) -> list[JournalConnection]:
        """Return the connections of the care provider's other clinics that are in use."""
        provider = select(col(Clinic.care_provider_id)).where(col(Clinic.id) == self.clinic_id)
        async with self._database.read() as session:
            found = await session.scalars(
                select(JournalConnection)
                .join(Clinic, col(Clinic.id) == JournalConnection.clinic_id)
                .where(
                    col(Clinic.care_provider_id) == provider.scalar_subquery(),
                    col(Clinic.id) != self.clinic_id,
                    col(Clinic.journal) == KIND,
                )
            )
            return list(found)

    async def _neighbour(self, clinic_id: UUID | None) -> "RivtaJournal":
        for connection in await self._neighbours():
            if connection.clinic_id == clinic_id:
                return RivtaJournal(connection, self._database)
        raise CannotBeMoved


async def _spans(asking: Reading, asked: Asked, within: Period, *, by_week: bool) -> list[tuple[date, date]]:
    """Return the stretches of days to ask for: whole weeks, of a longer time only those that have any times.

    Whole weeks, so that those who look at the same week ask the same question.
    """
    first, last = within
    if first > last:
        return []
    mondays = {swedish_time.monday_of(day) for day in within}
    if len(mondays) > 1:
        days = await asking.days(asked, first, last)
        if days is None:
            return [(first, last)]
        mondays = {swedish_time.monday_of(day) for day in days}
        if mondays and not by_week:
            return [(max(min(mondays), first), max(mondays) + _SUNDAY)]
    today = swedish_time.day_of(clock.now())
    return [(max(monday, today), monday + _SUNDAY) for monday in sorted(mondays)]


def _capabilities(connection: JournalConnection, lacks: Callable[..., bool]) -> Capabilities:
    """Return what can be done: what the connection says, but for contracts that turned out to be missing."""
    times = "GetAvailableTimeslots"
    return Capabilities(
        book=connection.can_book and not lacks("GetAllTimeTypes", times, "MakeBooking"),
        cancel=connection.can_cancel and not lacks("GetBookingDetails", "CancelBooking"),
        rebook=connection.can_rebook and not lacks("GetBookingDetails", times, "UpdateBooking"),
        other_units=connection.can_move and not lacks("GetAllHealthcareFacilities", "UpdateBooking"),
        message=connection.can_message,
        performer=connection.can_choose_performer,
    )
