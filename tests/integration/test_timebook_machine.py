"""Two clinics' timebooks, used by residents and staff in every order that can be thought of, and at the same moment.

A model in plain Python (tests/timebook_model.py) says what each act comes to. What happens at the same moment must
come out as if it had been done one act after the other, in some order. After every step the database is asked
whether it keeps its promises, and whether the calendar that residents see says what the database says.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import Select, and_, func, or_, select, text, true, update
from sqlmodel import col

from tests import timebook_model as model
from tests.conftest import TODAY
from tests.timebook_model import (
    DONE,
    Act,
    Book,
    Cancel,
    CancelForResident,
    Extend,
    Hold,
    LetGo,
    Outcome,
    Publish,
    Timebooks,
    Withdraw,
)
from tests.world import World, build_world
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import LIVE, Booking, Clinic, Person, Slot, metadata
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import WebtidbokError
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import publication, reception, schedule
from webtidbok_app.timebook import bookings
from webtidbok_app.timebook.pattern import Pattern

RESIDENTS = ("Alva", "Bo", "Cecilia", "Dag", "Ebba")
CLERKS = {"Rita": 0, "Rolf": 0, "Ylva": 1}
"""Who works at which of the two clinics."""
HOLD_MINUTES = (10, 5)
CANCEL_HOURS = (24, 72)
"""The times that are published for the day after tomorrow are too near to be cancelled at the second clinic."""
HOLDS_AN_HOUR = 3
"""Fewer than in the program, so that the limit is met."""
AHEAD = (2, 16)
"""Days ahead that times are published: soon, and behind a week without any."""
HORIZON = timedelta(days=16)
SAID = BookingDetails(phone="0701740605")
EVERYTHING = 1_000_000
"""More changes of the schedule than there are: who has seen them all."""

HAPPENS = {
    (Publish, DONE), (Publish, "overlaps"), (Withdraw, frozenset()),
    (Hold, DONE), (Hold, "slot_taken"), (Hold, "slot_withdrawn"), (Hold, "limit_reached"),
    (Extend, DONE), (Extend, "hold_expired"), (LetGo, DONE), (Book, DONE), (Book, "hold_expired"),
    (Cancel, DONE), (Cancel, "not_found"), (CancelForResident, DONE), (CancelForResident, "not_found"),
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
        self.staff = {name: replace(worlds[clinic].staff, hsa_id=name) for name, clinic in CLERKS.items()}

    @classmethod
    async def open(cls, database: Database, clock: FixedClock) -> "Clinics":
        """Empty the database, and make two new clinics with people to go there."""
        async with database.write() as session:
            for table in reversed(metadata.sorted_tables):
                await session.execute(table.delete())
        worlds = [
            await build_world(database, residents=people, slug=slug, cancel_hours=hours)
            for slug, people, hours in zip(
                ("torget", "hamnen"), (len(RESIDENTS), 0), CANCEL_HOURS, strict=True
            )
        ]
        async with database.write() as session:
            for world, minutes in zip(worlds, HOLD_MINUTES, strict=True):
                await session.execute(
                    update(Clinic).where(col(Clinic.id) == world.clinic_id).values(hold_minutes=minutes)
                )
        return cls(database, worlds, clock)

    async def attempt(self, act: Act) -> Outcome:
        """Do what is wanted, and return what came of it."""
        try:
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
            case Cancel():
                await journal.cancel_booking(resident, act.hold, "")
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
            case CancelForResident():
                await reception.cancel_for_resident(staff, booking_id=act.hold, message="")
        return Outcome(DONE)

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
            "two holds for one resident": select(col(Booking.person_id), func.count())
            .where(text("booking.status = 'held'"))
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
                col(Booking.person_id) != Person.id,
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
        )
        self.step = 0

    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        self._do(data.draw(self._publications()))

    @precondition(lambda self: self.model.times)
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        self._do(data.draw(self._holds()))

    @precondition(lambda self: self.model.times)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self._do(data.draw(self._withdrawals()))

    @precondition(lambda self: self.model.tickets)
    @rule(data=st.data(), kind=st.sampled_from([Book, Book, Book, Extend, Extend, LetGo]))
    def use_hold(self, data: st.DataObject, kind: type[model.OnHold]) -> None:
        self._do(data.draw(self._uses(kind)))

    @precondition(lambda self: self.model.tickets)
    @rule(data=st.data(), kind=st.sampled_from([Cancel, Cancel, CancelForResident]))
    def cancel(self, data: st.DataObject, kind: type[model.OnHold]) -> None:
        self._do(data.draw(self._uses(kind)))

    @precondition(lambda self: self.model.times)
    @rule(data=st.data())
    def several_at_once(self, data: st.DataObject) -> None:
        acts = st.one_of(
            self._publications(),
            self._withdrawals(),
            self._holds(),
            *(
                map(self._uses, (Extend, LetGo, Book, Cancel, CancelForResident))
                if self.model.tickets
                else ()
            ),
        )
        self._do(*data.draw(st.lists(acts, min_size=2, max_size=4, unique_by=lambda act: act.who)))

    @precondition(lambda self: self.model.times)
    @rule(
        data=st.data(),
        people=st.lists(st.sampled_from(RESIDENTS), min_size=2, max_size=4, unique=True),
        withdrawn=st.booleans(),
    )
    def many_want_the_same_time(self, data: st.DataObject, people: list[str], withdrawn: bool) -> None:
        """Perhaps the clinic takes it away in the same moment."""
        time = data.draw(self._times())
        acts: list[Act] = [self._hold(who, time) for who in people]
        if withdrawn:
            clerk = next(who for who, clinic in CLERKS.items() if clinic == acts[0].clinic)
            acts[-1] = Withdraw(clerk, acts[0].clinic, (time,))
        self._do(*acts)

    @rule(minutes=st.sampled_from([1, 4, 5, 9, 10, 31, 61, 26 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self._check()

    def teardown(self) -> None:
        """When every hold has run out, each place that is not booked is free, and can be had."""
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

    def _do(self, *acts: Act, must: Hashable = None) -> None:
        outcomes = self._run(self._attempt(acts))
        self.seen.update((type(act), outcome.answer) for act, outcome in zip(acts, outcomes, strict=True))
        then = self.model.after(acts, outcomes, self.clock.now())
        assert then is not None, f"no order of {acts} gives {outcomes}"
        assert must in (None, *(outcome.answer for outcome in outcomes))
        self.model = then
        self._check()

    async def _attempt(self, acts: tuple[Act, ...]) -> list[Outcome]:
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

    def _times(self) -> st.SearchStrategy[UUID]:
        return st.sampled_from(list(self.model.times))

    def _publications(self) -> st.SearchStrategy[Publish]:
        today = swedish_time.day_of(self.clock.now())
        starts = st.builds(
            lambda days, minutes: _wall(today + timedelta(days=days), minutes),
            st.sampled_from(AHEAD),
            st.sampled_from([0, 10, 20]),
        )
        return st.builds(
            lambda who, start, places: Publish(who, CLERKS[who], start, places),
            st.sampled_from(list(CLERKS)),
            starts,
            st.integers(1, 3),
        )

    def _withdrawals(self) -> st.SearchStrategy[Withdraw]:
        times = st.lists(self._times(), min_size=1, max_size=3, unique=True)
        return st.builds(
            lambda who, chosen: Withdraw(who, CLERKS[who], tuple(chosen)),
            st.sampled_from(list(CLERKS)),
            times,
        )

    def _holds(self) -> st.SearchStrategy[Hold]:
        return st.builds(self._hold, st.sampled_from(RESIDENTS), self._times())

    def _hold(self, who: str, time: UUID) -> Hold:
        return Hold(who, self.model.times[time].clinic, time)

    def _uses(self, kind: type[model.OnHold]) -> st.SearchStrategy[model.OnHold]:
        """Draw what is done with a hold: most often one that it can be done with, and by its owner, but not always."""
        fit = {"booked", "cancelled"} if issubclass(kind, Cancel | CancelForResident) else {"held"}
        fitting = [hold for hold, one in self.model.tickets.items() if one.status in fit]
        holds = st.sampled_from(list(self.model.tickets))
        chosen = st.one_of(st.sampled_from(fitting), st.sampled_from(fitting), holds) if fitting else holds
        return chosen.flatmap(lambda hold: self._uses_of(kind, hold))

    def _uses_of(self, kind: type[model.OnHold], hold: str) -> st.SearchStrategy[model.OnHold]:
        ticket = self.model.tickets[hold]
        if kind is CancelForResident:
            return st.sampled_from(list(CLERKS)).map(lambda who: kind(who, CLERKS[who], hold))
        who = st.one_of(st.just(ticket.owner), st.sampled_from(RESIDENTS))
        return who.map(lambda who: kind(who, ticket.clinic, hold))


def _wall(day: date, minutes: int) -> datetime:
    return swedish_time.to_utc(day, time(9, minutes))


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
                    max_examples=20,
                    stateful_step_count=40,
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
