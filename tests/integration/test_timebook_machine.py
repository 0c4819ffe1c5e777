"""Two clinics' timebooks, used by residents and staff in every order that can be thought of, and at the same moment.

A model in plain Python (tests/timebook_model.py) says what each act comes to. What happens at the same moment must
come out as if it had been done one act after the other, in some order. After every step the database is asked
whether it keeps its promises, and whether the calendar that residents see says what the database says.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from itertools import product
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Select, and_, func, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from tests import timebook_model as model
from tests.conftest import TODAY
from tests.timebook_model import (
    DONE,
    Act,
    Book,
    Cancel,
    CancelForResident,
    Decline,
    Extend,
    Hold,
    Keep,
    LetGo,
    Move,
    Offer,
    Outcome,
    Publish,
    Rebook,
    Retract,
    StopWatch,
    Take,
    TakeWatched,
    Ticket,
    Time,
    Timebooks,
    Watch,
    Withdraw,
)
from tests.world import World, build_world, provider_of
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import (
    CHOSEN,
    LIVE,
    Booking,
    Clinic,
    MessageChoice,
    OutboxMessage,
    Person,
    Slot,
    WatchOffer,
    metadata,
)
from webtidbok_app.db.tables import Watch as WatchRow
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import WebtidbokError
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.visit import CaseTypeKind, VisitForm
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import publication, reception, schedule, watches
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.timebook import bookings, offers, places
from webtidbok_app.timebook.keeper import keep_line
from webtidbok_app.timebook.pattern import Pattern

T = TypeVar("T")
RESIDENTS = ("Alva", "Bo", "Cecilia", "Dag", "Ebba")
CLERKS = {"Rita": 0, "Rolf": 0, "Ylva": 1}
"""Who works at which of the two clinics."""
HOLD_MINUTES = (10, 5)
CANCEL_HOURS = (24, 72)
"""The times that are published for the day after tomorrow are too near to be cancelled at the second clinic."""
LETS_GO = (True, False)
"""From the first clinic one can rebook to the second, but not back."""
HOLDS_AN_HOUR = 4
"""Fewer than in the program, so that the limit is met."""
WALLS = (time(9, 0), time(9, 10), time(9, 20))
AHEAD = (2, 16)
"""Days ahead that times are published: soon, and behind a week without any."""
HORIZON = timedelta(days=16)
SAID = BookingDetails(phone="0701740605")
EVERYTHING = 1_000_000
"""More changes of the schedule than there are: who has seen them all."""

HAPPENS = {(Withdraw, frozenset()), (Hold, "slot_taken"), (Book, "hold_expired"), (Move, "cannot_be_moved")} | {
    (kind, DONE)
    for kind in (
        Publish, Hold, Extend, LetGo, Book, Rebook, Move, Cancel, Offer, Take, Retract, Watch, StopWatch, TakeWatched,
        Decline, Keep,
    )
}  # fmt: skip
"""Acts and answers that a run must have met: otherwise it proves less than it says."""


class Clinics:
    """The two clinics in the database: does what somebody wants, and tells what stands there afterwards."""

    def __init__(self, database: Database, worlds: list[World], clock: FixedClock) -> None:
        self.database = database
        self.worlds = worlds
        self.clock = clock
        self.residents = dict(zip(RESIDENTS, worlds[0].residents, strict=True))
        self.names = {one.person_id: name for name, one in self.residents.items()}
        self.journals = [StandaloneJournal(world.clinic_id, database) for world in worlds]
        self.offered: dict[str, tuple[str, str]] = {}
        """By the id of its hold: the watch that a time was offered to, and the offer."""
        self.staff = {name: replace(worlds[clinic].staff, hsa_id=name) for name, clinic in CLERKS.items()}

    @classmethod
    async def open(cls, database: Database, clock: FixedClock) -> "Clinics":
        """Empty the database, and make two new clinics with people to go there."""
        async with database.write() as session:
            for table in reversed(metadata.sorted_tables):
                await session.execute(table.delete())
        first, second = CANCEL_HOURS
        torget = await build_world(database, residents=len(RESIDENTS), slug="torget", cancel_hours=first)
        provider = await provider_of(torget)
        hamnen = await build_world(
            database, residents=0, slug="hamnen", provider=provider, cancel_hours=second
        )
        worlds = [torget, hamnen]
        async with database.write() as session:
            for world, minutes, lets_go in zip(worlds, HOLD_MINUTES, LETS_GO, strict=True):
                await session.execute(
                    update(Clinic)
                    .where(col(Clinic.id) == world.clinic_id)
                    .values(hold_minutes=minutes, rebook_elsewhere=lets_go)
                )
            session.add_all(
                MessageChoice(person_id=one.person_id, channel=Channel.EMAIL, address="prov@example.se")
                for one in worlds[0].residents
            )
        for world, resident in product(worlds, worlds[0].residents):
            await accept_terms(resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
        return cls(database, worlds, clock)

    async def attempt(self, act: Act) -> Outcome:
        """Do what is wanted, and return what came of it."""
        try:
            if isinstance(act, Keep):
                return await self._keep()
            if act.who in self.staff:
                return await self._for_staff(act, self.staff[act.who])
            return await self._for_resident(act, self.residents[act.who], self.journals[act.clinic])
        except WebtidbokError as refusal:
            return Outcome(refusal.code)

    async def _for_resident(self, act: Act, resident: Resident, journal: StandaloneJournal) -> Outcome:
        match act:
            case Hold():
                return Outcome(DONE, (await journal.hold(resident, act.time.hex)).id)
            case Extend():
                await journal.extend_hold(resident, act.hold)
            case LetGo():
                await journal.release_hold(resident, act.hold)
            case Book():
                await journal.make_booking(resident, act.hold, SAID)
            case Rebook():
                left, journal = journal.clinic_id, self.journals[act.at]
                await journal.rebook_booking(resident, act.hold, act.to, from_clinic=left)
            case Take():
                await self._take(act, resident)
            case Cancel():
                await journal.cancel_booking(resident, act.hold, "")
            case _:
                return await self._in_line(act, resident)
        return Outcome(DONE)

    async def _in_line(self, act: Act, resident: Resident) -> Outcome:
        world = self.worlds[act.clinic]
        match act:
            case Watch():
                today = swedish_time.day_of(self.clock.now())
                watching = watches.start_watch(
                    resident, clinic=world.clinic, time_type=world.time_type, performer="", part="",
                    first_day=today, last_day=today + timedelta(days=300),
                )  # fmt: skip
                return Outcome(DONE, await watching)
            case StopWatch():
                await watches.stop_watch(resident, clinic=world.clinic, watch=act.watch)
            case TakeWatched():
                watch, offer = self.offered[act.hold]
                await watches.take_watched_time(resident, clinic=world.clinic, watch=watch, offer=offer)
            case Decline():
                watch, offer = self.offered[act.hold]
                await watches.decline_watched_time(resident, clinic=world.clinic, watch=watch, offer=offer)
        return Outcome(DONE)

    async def holds_of_offers(self) -> dict[str, str]:
        """Return the holds of what is offered in the line, by what the model calls them."""
        on_offer = (col(Booking.clinic_id) == WatchOffer.clinic_id) & (col(Booking.offer_id) == WatchOffer.id)
        async with self.database.read() as session:
            rows = await session.execute(select(WatchOffer, col(Booking.id)).join(Booking, on_offer))
            found = {hold.hex: offer for offer, hold in rows}
        self.offered |= {hold: (offer.watch_id.hex, offer.id.hex) for hold, offer in found.items()}
        return {f"{offer.watch_id.hex}/{offer.slot_id.hex}": hold for hold, offer in found.items()}

    async def _keep(self) -> Outcome:
        while await keep_line(self.database):
            pass
        return Outcome(DONE)

    async def _for_staff(self, act: Act, staff: Staff) -> Outcome:
        match act:
            case Publish():
                published = await publication.publish(staff, pattern=self._single_time(act))
                made = select(col(Slot.id)).where(col(Slot.change_id) == published.change_id)
                async with self.database.read() as session:
                    return Outcome(DONE, (await session.scalars(made)).one().hex)
            case Withdraw():
                result = await schedule.withdraw(staff, slot_ids=act.times, seen=EVERYTHING)
                return Outcome(frozenset(slot.id for slot in result.kept))
            case Offer():
                return await self._offer(act)
            case Retract():
                async with self.database.write() as session:
                    booking = await self._booking(session, act)
                    if booking and booking.offer_id:
                        await places.let_go(session, clinic_id=booking.clinic_id, offer_id=booking.offer_id)
            case CancelForResident():
                await reception.cancel_for_resident(staff, booking_id=act.hold, message="")
        return Outcome(DONE)

    async def _offer(self, act: Offer) -> Outcome:
        offer, now = new_id(), self.clock.now()
        async with self.database.write() as session:
            held = await offers.offer_places(
                session,
                clinic_id=self.worlds[act.clinic].clinic_id,
                slot_ids=act.times,
                person_id=self.residents[act.to].person_id,
                offer_id=offer,
                until=now + model.OFFER_STANDS,
                now=now,
            )
            return Outcome(DONE, ",".join([offer.hex, *(booking.id.hex for booking in held)]))

    async def _take(self, act: Take, resident: Resident) -> None:
        async with self.database.write() as session:
            booking = await self._booking(session, act)
            await offers.take_offered(
                session,
                clinic_id=self.worlds[act.clinic].clinic_id,
                offer_id=(booking and booking.offer_id) or UUID(act.hold),
                booking_id=UUID(act.hold),
                person_id=resident.person_id,
                now=self.clock.now(),
                said={"phone": SAID.phone},
                replaces=UUID(act.old) if act.old else None,
            )

    async def _booking(self, session: AsyncSession, act: Take | Retract) -> Booking | None:
        return await session.get(Booking, (self.worlds[act.clinic].clinic_id, UUID(act.hold)))

    def _single_time(self, act: Publish) -> Pattern:
        world, begin = self.worlds[act.clinic], swedish_time.local(act.start)
        return Pattern(
            time_type_id=world.time_type_id,
            performer_id=world.performer_id,
            visit_form=VisitForm.ON_SITE,
            first_day=begin.date(),
            last_day=begin.date(),
            weekdays=frozenset(range(7)),
            from_time=begin.time(),
            to_time=(begin + model.LENGTH).time(),
            length_minutes=20,
            places=act.places,
            skip_holidays=False,
        )

    async def broken_promises(self) -> dict[str, list[Any]]:
        """Return what in the database must never be."""
        live = text(f"booking.{LIVE}")
        runs = or_(text("booking.status = 'booked'"), col(Booking.expires_at) > self.clock.now())
        on_slot = and_(col(Slot.clinic_id) == Booking.clinic_id, col(Slot.id) == Booking.slot_id)
        with_slot = select(col(Slot.id), func.count()).join(Booking, on_slot).where(live)
        newer: Any = aliased(Booking)
        never: dict[str, Select[*tuple[Any, ...]]] = {
            "more live bookings and holds than places": with_slot.where(runs)
            .group_by(col(Slot.id), col(Slot.places))
            .having(func.count() > col(Slot.places)),
            "two for one place": with_slot.group_by(col(Slot.id), col(Booking.place)).having(
                func.count() > 1
            ),
            "a place that does not exist": with_slot.where(
                ~col(Booking.place).between(1, col(Slot.places))
            ).group_by(col(Slot.id)),
            "somebody on a withdrawn time": with_slot.where(
                runs, text("slot.withdrawn_at IS NOT NULL")
            ).group_by(col(Slot.id)),
            "a booking that was exchanged and still stands": select(col(Booking.id), col(Booking.replaces_id))
            .join(newer, (newer.replaces_clinic_id == Booking.clinic_id) & (newer.replaces_id == Booking.id))
            .where(live),
            "an offer in the line without a place": select(col(WatchOffer.id))
            .outerjoin(
                Booking,
                (col(Booking.clinic_id) == WatchOffer.clinic_id) & (col(Booking.offer_id) == WatchOffer.id),
            )
            .where(
                text("watch_offer.status = 'open'"),
                col(WatchOffer.stands_until) > self.clock.now(),
                col(Booking.id).is_(None),
            ),
            "an offer to who waits no more": select(col(WatchOffer.id))
            .join(
                WatchRow,
                (col(WatchRow.clinic_id) == WatchOffer.clinic_id) & (col(WatchRow.id) == WatchOffer.watch_id),
            )
            .where(text("watch_offer.status = 'open'"), text("watch.status <> 'waiting'")),
            "an offer that nobody is told of": select(col(WatchOffer.id))
            .outerjoin(OutboxMessage, col(OutboxMessage.offer_id) == WatchOffer.id)
            .where(col(OutboxMessage.id).is_(None)),
            "two holds for one resident": select(col(Booking.person_id), func.count())
            .where(text(CHOSEN))
            .group_by(col(Booking.person_id))
            .having(func.count() > 1),
        }
        async with self.database.read() as session:
            found = {
                promise: (await session.execute(statement)).all() for promise, statement in never.items()
            }
        return {promise: list(rows) for promise, rows in found.items() if rows}

    async def bookings(self) -> dict[str, tuple[Any, ...]]:
        """Return who has what, by id, but for holds that have run out: owner, time, status, and who cancelled."""
        statement = select(Booking).where(
            or_(text("booking.status <> 'held'"), col(Booking.expires_at) > self.clock.now())
        )
        async with self.database.read() as session:
            return {
                one.id.hex: (self.names[one.person_id], one.slot_id, str(one.status), one.expires_at, one.cancelled_by)
                for one in await session.scalars(statement)
            }  # fmt: skip

    async def left_by_sql(self) -> dict[str, dict[UUID, int]]:
        """Return how many places of each bookable time each resident can have, counted by the database."""
        now = self.clock.now()
        takes = or_(
            text("booking.status = 'booked'"),
            and_(
                text("booking.status = 'held'"),
                col(Booking.expires_at) > now,
                or_(col(Booking.person_id) != Person.id, text("booking.offer_id IS NOT NULL")),
            ),
        )
        taken = (
            select(func.count())
            .select_from(Booking)
            .where(col(Booking.slot_id) == Slot.id, takes)
            .correlate(Slot, Person)
            .scalar_subquery()
        )
        statement = (
            select(col(Person.id), col(Slot.id), col(Slot.places) - taken)
            .join(Slot, true())
            .where(text("slot.withdrawn_at IS NULL"), col(Slot.starts_at) >= now + model.NOTICE)
        )
        found: dict[str, dict[UUID, int]] = {name: {} for name in RESIDENTS}
        async with self.database.read() as session:
            for person_id, slot_id, left in await session.execute(statement):
                if left > 0:
                    found[self.names[person_id]][slot_id] = left
        return found

    async def left_by_calendar(self, name: str) -> dict[UUID, int]:
        """Return how many places of each free time the resident is shown; the next free one is the first of them."""
        resident, today = self.residents[name], swedish_time.day_of(self.clock.now())
        found: dict[UUID, int] = {}
        for world, journal in zip(self.worlds, self.journals, strict=True):
            shown = await journal.available_timeslots(resident, world.time_type, today, today + HORIZON)
            [*first] = await journal.available_timeslots(
                resident, world.time_type, today, today + HORIZON, limit=1
            )
            assert first == shown[:1]
            found |= {UUID(slot.id): slot.places_left for slot in shown}
        return found


@dataclass(frozen=True)
class Wish:
    """What somebody wants, in numbers that are made into an act as things stand when it is done.

    Who is first of those who come at the same moment is for the database to say, and differs from run to run; what
    is wanted must not.
    """

    kind: type[Any]
    who: int = 0
    what: int = 0
    when: int = 0
    places: int = 1
    own: bool = True
    fitting: bool = True


EVERY_KIND = (
    Publish, Withdraw, Hold, Extend, Extend, LetGo, Book, Book, Rebook, Cancel, CancelForResident, Offer, Take, Retract,
)  # fmt: skip
NUMBERS = st.integers(0, 59)
MOSTLY = st.sampled_from([True, True, False])


def wishes(*kinds: type[Act]) -> st.SearchStrategy[Wish]:
    """Draw wishes of these kinds."""
    return st.builds(
        Wish, st.sampled_from(kinds), NUMBERS, NUMBERS, st.integers(0, 2), st.integers(1, 3), MOSTLY, MOSTLY
    )


def _pick(things: Sequence[T], number: int) -> T:
    return things[number % len(things)]


class TimebookMachine(RuleBasedStateMachine):
    """The rules: one act, several at once, many who want the same time, and time that passes."""

    def __init__(
        self,
        runner: asyncio.Runner,
        database: Database,
        clock: FixedClock,
        seen: Counter[tuple[type, Hashable]],
    ) -> None:
        super().__init__()
        self.runner, self.clock, self.seen = runner, clock, seen
        clock.moment = TODAY
        self.clinics = runner.run(Clinics.open(database, clock))
        self.model = Timebooks(
            hold_length=[timedelta(minutes=minutes) for minutes in HOLD_MINUTES],
            cancel_before=[timedelta(hours=hours) for hours in CANCEL_HOURS],
            holds_an_hour=HOLDS_AN_HOUR,
            lets_go=LETS_GO,
        )
        self.step = 0

    @initialize(places=st.lists(st.integers(1, 3), min_size=4, max_size=4))
    def open_the_clinics(self, places: list[int]) -> None:
        for number, many in enumerate(places):
            self._do(self._act(Wish(Publish, number, places=many, when=number)))

    @rule(wish=wishes(Publish))
    def publish(self, wish: Wish) -> None:
        self._do(self._act(wish))

    @rule(wish=wishes(Withdraw))
    def withdraw(self, wish: Wish) -> None:
        self._do(self._act(wish))

    @rule(wish=wishes(Hold), then=wishes(Book))
    def hold_and_perhaps_book(self, wish: Wish, then: Wish) -> None:
        self._do(self._act(wish))
        if then.fitting:
            self._do(self._act(then))

    @rule(several=st.lists(wishes(Extend, LetGo, Book), min_size=1, max_size=3))
    def use_holds(self, several: list[Wish]) -> None:
        for wish in several:
            self._do(self._act(wish))

    @rule(wish=wishes(Cancel, CancelForResident), again=st.booleans())
    def cancel(self, wish: Wish, again: bool) -> None:
        act = self._act(wish)
        self._do(act)
        if again:
            self._do(act)

    @rule(held=wishes(Hold), change=wishes(Rebook), second=wishes(Rebook, Cancel, CancelForResident, Book))
    def rebook(self, held: Wish, change: Wish, second: Wish) -> None:
        """Choose another time for a booking, exchange them, and perhaps something else in the same moment."""
        self.clock.advance(model.HOUR)  # so that nobody has chosen too often
        self._book_in_time(_pick(RESIDENTS, change.who), change.what)
        act = self._act(change)
        booked = [hold for hold, one in self.model.tickets.items() if one.status == "booked"]
        if booked:
            in_time = [hold for hold in booked if change.own and self._in_time(self.model.tickets[hold])]
            chosen = _pick(in_time or booked, change.what)
            old = self.model.tickets[chosen]
            moves = held.when > 0 and (LETS_GO[old.clinic] or not held.fitting)
            there = self._free_for(old.owner, old.clinic, elsewhere=moves)
            self._do(self._hold(old.owner, _pick(there, held.what)) if there else None)
            if change.fitting:
                act = self._exchange(old.owner, chosen, self._hold_to_change_to(old.owner, change))
        self._do(act, self._act(second))
        if second.own:
            self._do(act)

    @rule(offered=wishes(Offer), then=wishes(Take, Take, Retract, Hold), second=wishes(Take, Withdraw, Hold))
    def offer_and_take(self, offered: Wish, then: Wish, second: Wish) -> None:
        """Hold times for somebody, who takes one, perhaps as something else is done with them."""
        self._do(self._act(offered))
        self._do(self._act(then), self._act(second) if second.fitting else None)

    @rule(wish=wishes(Watch, Watch, StopWatch, TakeWatched, TakeWatched, Decline), again=st.booleans())
    def wait_in_line(self, wish: Wish, again: bool) -> None:
        act = self._act(wish)
        self._do(act)
        if again:
            self._do(act)

    @rule(
        time=NUMBERS,
        people=st.permutations(RESIDENTS),
        waits=st.integers(1, 3),
        gives=st.sampled_from([Cancel, CancelForResident, Rebook, Rebook, Move, Move]),
        answers=st.lists(wishes(TakeWatched, TakeWatched, Decline, Book, Keep), min_size=1, max_size=3),
        minutes=st.sampled_from([0, 0, 0, 5, 31, 34]),
    )
    def free_a_time_for_the_line(
        self, time: int, people: list[str], waits: int, gives: type[Act], answers: list[Wish], minutes: int
    ) -> None:
        """Somebody books, and cancels or rebooks as others wait; who is offered the time answers, in time or not."""
        chosen = _pick(list(self.model.times), time)
        clinic, giver = self.model.times[chosen].clinic, people[0]
        self._do(self._hold(giver, chosen))
        held = next((hold for hold, one in self._running(giver) if one.time == chosen), "")
        if not held:
            return  # it was refused
        self._do(Book(giver, clinic, held))
        for who in people[1 : waits + 1]:
            self._do(Watch(who, clinic))
            self.clock.advance(timedelta(seconds=1))
        self._do(self._giving(gives, giver, clinic, held))
        self.clock.advance(timedelta(minutes=minutes))
        for answer in answers:
            self._do(self._act(answer))

    def _giving(self, gives: type[Act], giver: str, clinic: int, held: str) -> Act:
        """Return the act that gives a booked time back; for one that is exchanged, another is chosen first."""
        if gives is CancelForResident:
            return CancelForResident(
                next(who for who, where in CLERKS.items() if where == clinic), clinic, held
            )
        if gives is Cancel:
            return Cancel(giver, clinic, held)
        others = self._free_for(giver, clinic, elsewhere=gives is Move)
        self._do(self._hold(giver, others[-1]) if others else None)
        return self._exchange(giver, held, self._hold_to_change_to(giver, Wish(Hold)))

    def _book_in_time(self, who: str, number: int) -> None:
        """Book what can still be exchanged, if there is such a time."""
        free = [time for clinic in (0, 1) for time in self._free_for(who, clinic, elsewhere=False)]
        later = [time for time in free if self._in_time(self.model.times[time])]
        if later:
            self._do(self._hold(who, _pick(later, number)))
            running = self._running(who)
            self._do(*(Book(who, one.clinic, hold) for hold, one in running))

    def _in_time(self, what: Ticket | Time) -> bool:
        """Whether there is time left to exchange the booking, or a booking of the time."""
        start = self.model.times[what.time].start if isinstance(what, Ticket) else what.start
        return self.clock.now() <= start - self.model.cancel_before[what.clinic]

    def _free_for(self, who: str, clinic: int, *, elsewhere: bool) -> list[UUID]:
        """Return the times that the resident can choose, at the clinic or at the other."""
        now = self.clock.now()
        return [
            time
            for time, about in self.model.times.items()
            if (about.clinic != clinic) == elsewhere
            and self.model.bookable(time, now)
            and self.model.left(time, who, now) > 0
        ]

    @rule(several=st.lists(wishes(*EVERY_KIND), min_size=2, max_size=4))
    def several_at_once(self, several: list[Wish]) -> None:
        self._do(*map(self._act, several))

    @rule(
        time=NUMBERS,
        people=st.lists(st.sampled_from(RESIDENTS), min_size=2, max_size=4, unique=True),
        withdrawn=st.booleans(),
    )
    def many_want_the_same_time(self, time: int, people: list[str], withdrawn: bool) -> None:
        """Perhaps the clinic takes it away in the same moment."""
        chosen = _pick(list(self.model.times), time)
        acts: list[Act] = [self._hold(who, chosen) for who in people]
        if withdrawn:
            clerk = next(who for who, clinic in CLERKS.items() if clinic == acts[0].clinic)
            acts[-1] = Withdraw(clerk, acts[0].clinic, (chosen,))
        self._do(*acts)

    @rule(minutes=st.sampled_from([1, 1, 4, 4, 5, 9, 9, 10, 31, 61, 26 * 60]), kept=st.booleans())
    def time_passes(self, minutes: int, kept: bool) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self._check()
        self._do(self._act(Wish(Keep)) if kept else None)

    def teardown(self) -> None:
        """When nobody waits and every hold has run out, each place that is not booked is free, and can be had."""
        for key, watch in list(self.model.watches.items()):
            if watch.waits:
                self._do(StopWatch(watch.owner, watch.clinic, key), must=DONE)
        self.clock.advance(model.HOUR)
        self._check()
        booked = Counter(one.time for one in self.model.tickets.values() if one.status == "booked")
        now = self.clock.now()
        free = [
            time
            for time, about in self.model.times.items()
            if self.model.bookable(time, now) and about.places > booked[time]
        ]
        assert set(self._run(self.clinics.left_by_calendar(RESIDENTS[0]))) == set(free)
        for who, free_time in zip(RESIDENTS * HOLDS_AN_HOUR, free, strict=False):
            self._do(self._hold(who, free_time), must=DONE)

    def _do(self, *wanted: Act | None, must: Hashable = None) -> None:
        """Do what is wanted, all at the same moment; of each actor only one thing."""
        acts = list({act.who: act for act in wanted if act is not None}.values())
        outcomes = self._run(self._attempt(acts))
        self.seen.update((type(act), outcome.answer) for act, outcome in zip(acts, outcomes, strict=True))
        then = self.model.after(acts, outcomes, self.clock.now())
        assert then is not None, f"no order of {acts} gives {outcomes}"
        assert must in (None, *(outcome.answer for outcome in outcomes))
        self.model = then
        self._name_offers()
        self._check()

    def _name_offers(self) -> None:
        """Call what was offered in the line by the ids of the holds."""
        holds, tickets = self._run(self.clinics.holds_of_offers()), self.model.tickets
        self.model.tickets = {holds.get(name, name): ticket for name, ticket in tickets.items()}

    async def _attempt(self, acts: list[Act]) -> list[Outcome]:
        return await asyncio.gather(*map(self.clinics.attempt, acts))

    def _check(self) -> None:
        self.step += 1
        self._run(self._check_all(RESIDENTS[self.step % len(RESIDENTS)]))

    async def _check_all(self, resident: str) -> None:
        now = self.clock.now()
        assert await self.clinics.broken_promises() == {}
        assert await self.clinics.bookings() == {
            hold: (
                one.owner, one.time, one.status, one.expires_at if one.status == "held" else None, one.cancelled_by,
            )
            for hold, one in self.model.tickets.items()
            if one.status in {"booked", "cancelled"} or one.runs(now)
        }  # fmt: skip
        by_sql = await self.clinics.left_by_sql()
        assert by_sql == {
            who: {
                time: self.model.left(time, who, now)
                for time in self.model.times
                if self.model.bookable(time, now) and self.model.left(time, who, now) > 0
            }
            for who in RESIDENTS
        }
        assert await self.clinics.left_by_calendar(resident) == by_sql[resident]

    def _run(self, work: Any) -> Any:
        return self.runner.run(work)

    def _act(self, wish: Wish) -> Act | None:
        """Return what the wish means as things stand now; None if there is nothing to do it with."""
        clerk, now = _pick(list(CLERKS), wish.who), self.clock.now()
        if wish.kind is Publish:
            day = swedish_time.day_of(now) + timedelta(days=_pick(AHEAD, wish.what))
            return Publish(
                clerk, CLERKS[clerk], swedish_time.to_utc(day, _pick(WALLS, wish.when)), wish.places
            )
        if issubclass(wish.kind, Keep | Watch | StopWatch):
            return self._wait(wish, clerk)
        if issubclass(wish.kind, Hold | Withdraw | Offer):
            times = [time for time in self.model.times if self.model.bookable(time, now) or not wish.fitting]
            chosen = [times[(wish.what + n) % len(times)] for n in range(wish.places) if times]
            if wish.kind is Withdraw:
                return Withdraw(clerk, CLERKS[clerk], tuple(sorted(set(chosen))))
            who = _pick(RESIDENTS, wish.who)
            if wish.kind is Offer:
                here = tuple(
                    dict.fromkeys(time for time in chosen if self.model.times[time].clinic == CLERKS[clerk])
                )
                return Offer(clerk, CLERKS[clerk], who, here) if here else None
            return self._hold(who, chosen[0]) if chosen else None
        return self._use(wish, clerk)

    def _wait(self, wish: Wish, clerk: str) -> Act | None:
        if wish.kind is Keep:
            return Keep(clerk, CLERKS[clerk])
        if wish.kind is Watch:
            return Watch(_pick(RESIDENTS, wish.who), wish.what % len(HOLD_MINUTES))
        waiting = [key for key, one in self.model.watches.items() if one.waits or not wish.fitting]
        if not waiting:
            return None
        key = _pick(waiting, wish.what)
        watch = self.model.watches[key]
        return StopWatch(watch.owner if wish.own else _pick(RESIDENTS, wish.who), watch.clinic, key)

    def _use(self, wish: Wish, clerk: str) -> Act | None:
        """Return what is done with a hold: mostly one that it can be done with, and by its owner, but not always."""
        fitting = {hold for hold, one in self.model.tickets.items() if self._fits(one, wish.kind)}
        possible = {hold for hold, one in self.model.tickets.items() if self._is_kind(one, wish.kind)}
        holds = [
            hold for hold in self.model.tickets if hold in possible and (hold in fitting or not wish.fitting)
        ]
        if not holds:
            return None
        hold = _pick(holds, wish.what)
        ticket = self.model.tickets[hold]
        if wish.kind is CancelForResident:
            return CancelForResident(clerk, CLERKS[clerk], hold)
        if wish.kind is Retract:
            return Retract(clerk, ticket.clinic, hold)
        who = ticket.owner if wish.own else _pick(RESIDENTS, wish.who)
        if wish.kind is Rebook:
            return self._exchange(who, hold, self._hold_to_change_to(who, wish))
        if wish.kind is Take:
            return Take(who, ticket.clinic, hold, self._booked_by(who, ticket.clinic, wish.when))
        return wish.kind(who, ticket.clinic, hold)

    @staticmethod
    def _is_kind(ticket: Ticket, kind: type[Act]) -> bool:
        """Whether one can come to want this of the ticket: offers of staff and of the line are answered elsewhere."""
        if issubclass(kind, TakeWatched | Decline):
            return bool(ticket.watch)
        return not (ticket.watch and issubclass(kind, Take | Retract))

    def _fits(self, ticket: Ticket, kind: type[Act]) -> bool:
        """Whether this can be done with the ticket as it is now."""
        if issubclass(kind, TakeWatched | Decline):
            return ticket.until is not None
        if issubclass(kind, Cancel | CancelForResident | Rebook):
            return ticket.status == "booked"
        return ticket.runs(self.clock.now()) and bool(ticket.offer) == issubclass(kind, Take | Retract)

    def _booked_by(self, who: str, clinic: int, number: int) -> str:
        """Return a booking to exchange, or none."""
        booked = [
            hold
            for hold, one in self.model.tickets.items()
            if (one.owner, one.clinic, one.status) == (who, clinic, "booked")
        ]
        return _pick(booked, number) if booked and number else ""

    def _exchange(self, who: str, hold: str, to: str) -> Rebook:
        """Return the act that exchanges the booking for the other hold, wherever that is."""
        left, at = self.model.tickets[hold].clinic, self.model.tickets[to].clinic
        return (Rebook if at == left else Move)(who, left, hold, to, at)

    def _hold_to_change_to(self, who: str, wish: Wish) -> str:
        """Return mostly the hold that the resident has now, otherwise any."""
        running = self._running(who)
        return running[0][0] if running and wish.fitting else _pick(list(self.model.tickets), wish.when)

    def _running(self, who: str) -> list[tuple[str, Ticket]]:
        """Return what the resident has chosen and holds."""
        tickets, now = self.model.tickets, self.clock.now()
        return [
            (hold, one)
            for hold, one in tickets.items()
            if one.owner == who and one.runs(now) and not one.offer
        ]

    def _hold(self, who: str, time: UUID) -> Hold:
        return Hold(who, self.model.times[time].clinic, time)


@pytest.mark.timeout(600)  # a failure is made as small as it can be, which takes its time
def test_timebooks__keep_every_promise(
    database_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "HOLDS_AN_HOUR", HOLDS_AN_HOUR)
    seen: Counter[tuple[type, Hashable]] = Counter()
    with asyncio.Runner() as runner:
        database = Database(database_url)
        set_database(database)
        try:
            run_state_machine_as_test(
                lambda: TimebookMachine(runner, database, clock, seen),
                settings=settings(
                    max_examples=40,
                    stateful_step_count=30,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            set_database(None)
            runner.run(database.dispose())
    assert set(seen) >= HAPPENS
