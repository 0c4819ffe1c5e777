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
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests import timebook_model as model
from tests.conftest import TODAY
from tests.timebook_clinics import CANCEL_HOURS, CLERKS, HOLD_MINUTES, LETS_GO, RESIDENTS, Clinics
from tests.timebook_model import (
    DONE,
    Act,
    Ask,
    Book,
    BookFor,
    Cancel,
    CancelForResident,
    Close,
    Decline,
    DeclineTimes,
    Extend,
    GiveBack,
    Hold,
    Keep,
    LetGo,
    Move,
    Offer,
    OnCase,
    Outcome,
    Overbook,
    Publish,
    Rebook,
    RebookFor,
    Remove,
    Retract,
    StopWatch,
    Take,
    TakeBack,
    TakeWatched,
    Ticket,
    Time,
    Timebooks,
    Watch,
    Withdraw,
)
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.timebook import bookings

T = TypeVar("T")
HOLDS_AN_HOUR = 4
"""Fewer than in the program, so that the limit is met."""
WALLS = (time(9, 0), time(9, 10), time(9, 20))
AHEAD = (2, 16)
"""Days ahead that times are published: soon, and behind a week without any."""
HAPPENS = {(Withdraw, frozenset()), (Hold, "slot_taken"), (Book, "hold_expired"), (Move, "cannot_be_moved"),
    (BookFor, "slot_taken"), (Overbook, "no_more_extras"), (Remove, "nothing"),
} | {
    (kind, DONE)
    for kind in (
        Publish, Hold, Extend, LetGo, Book, Rebook, Move, Cancel, Ask, Offer, Take, Retract, DeclineTimes, TakeBack,
        Close, Watch, StopWatch, TakeWatched, Decline, Keep, BookFor, Overbook, RebookFor,
        Remove, GiveBack,
    )
}  # fmt: skip
"""Acts and answers that a run must have met: otherwise it proves less than it says."""


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
    Publish, Withdraw, Hold, Extend, Extend, LetGo, Book, Book, Rebook, Cancel, CancelForResident, Ask, Offer, Take,
    Retract, BookFor, Overbook, RebookFor,
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

    @initialize(places=st.lists(st.integers(1, 3), min_size=6, max_size=6))
    def open_the_clinics(self, places: list[int]) -> None:
        for number, many in enumerate(places):
            self._do(self._act(Wish(Publish, number, number // len(CLERKS), places=many, when=number)))

    @rule(wish=wishes(Publish))
    def publish(self, wish: Wish) -> None:
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

    @rule(
        several=st.lists(wishes(Overbook, Overbook, BookFor, RebookFor), min_size=1, max_size=4),
        second=wishes(Hold, Book, Overbook, CancelForResident, Withdraw),
    )
    def at_the_desk(self, several: list[Wish], second: Wish) -> None:
        """Staff book for residents, perhaps as somebody else takes or leaves a place of the same times."""
        for wish in several:
            self._do(self._act(wish), self._act(replace(second, what=wish.what)) if wish.own else None)

    @rule(
        wish=wishes(Withdraw, Remove, Remove),
        meanwhile=st.lists(wishes(Hold, Book, Cancel, Watch, BookFor, Publish), max_size=2),
        minutes=st.sampled_from([0, 0, 1, 11]),
        second=wishes(Cancel, CancelForResident, Hold, Book, RebookFor),
    )
    def take_a_time_away(self, wish: Wish, meanwhile: list[Wish], minutes: int, second: Wish) -> None:
        """Perhaps with what is booked on it; and take it back, after others have done something, or as they do it."""
        self._do(self._act(wish) if wish.kind is Withdraw else self._remove(wish))
        if wish.kind is Withdraw or wish.places == 3 or not self.model.removals:
            return
        self.clock.advance(timedelta(minutes=minutes))
        for one in meanwhile:
            self._do(self._act(one))
        newest = list(self.model.removals)[-1]
        clinic = self.model.times[self.model.removals[newest].time].clinic
        clerk = next(who for who, where in CLERKS.items() if where == clinic)
        give_back = GiveBack(clerk, clinic, newest)
        self._do(give_back, self._act(second) if second.fitting else None)
        if second.own:
            self._do(give_back)

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
            moves = held.when == 2 or (held.when == 1 and LETS_GO[old.clinic])
            there = self._free_for(old.owner, old.clinic, elsewhere=moves)
            self._do(self._hold(old.owner, _pick(there, held.what)) if there else None)
            if change.fitting:
                act = self._exchange(old.owner, chosen, self._hold_to_change_to(old.owner, change))
        self._do(act, self._act(second))
        if second.own:
            self._do(act)

    @rule(
        asked=wishes(Ask),
        offered=wishes(Offer),
        second=wishes(Take, Withdraw, Hold, TakeBack, DeclineTimes, Close, Offer),
        then=st.lists(
            wishes(Take, Take, Offer, Retract, DeclineTimes, TakeBack, Close), min_size=1, max_size=3
        ),
    )
    def ask_and_answer(self, asked: Wish, offered: Wish, second: Wish, then: list[Wish]) -> None:
        """Somebody asks, is offered times and takes one or none, perhaps as something else is done with them."""
        self._do(self._act(asked))
        self._do(self._act(replace(offered, what=0, own=True, fitting=True)))
        for wish in then:
            self._do(self._act(wish), self._act(second) if second.places == 1 else None)

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
        answers=st.lists(
            wishes(TakeWatched, TakeWatched, Decline, Decline, Book, Keep), min_size=2, max_size=4
        ),
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
        self.clock.advance(model.ANSWER_STANDS)
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
        assert await self.clinics.cases() == {
            key: (one.owner, one.status, one.version, one.assigned, one.stands)
            for key, one in self.model.cases.items()
        }
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
        if issubclass(wish.kind, Ask | OnCase):
            return self._ask(wish, clerk)
        if issubclass(wish.kind, Hold | Withdraw):
            times = [time for time in self.model.times if self.model.bookable(time, now) or not wish.fitting]
            chosen = [times[(wish.what + n) % len(times)] for n in range(wish.places) if times]
            if wish.kind is Withdraw:
                return Withdraw(clerk, CLERKS[clerk], tuple(sorted(set(chosen))))
            return self._hold(_pick(RESIDENTS, wish.who), chosen[0]) if chosen else None
        return self._use(wish, clerk)

    def _remove(self, wish: Wish) -> Act:
        """Return the act that takes a time away, mostly one that is booked."""
        clerk = _pick(list(CLERKS), wish.who)
        booked = {one.time for one in self.model.tickets.values() if one.status == "booked"}
        here = [
            time
            for time, about in self.model.times.items()
            if about.clinic == CLERKS[clerk] and (time in booked or not wish.own)
        ]
        time = _pick(here or list(self.model.times), wish.what)
        there = [one for one in self._free_for("", CLERKS[clerk], elsewhere=False) if one != time]
        return Remove(clerk, CLERKS[clerk], time, _pick(there, wish.when) if there and wish.fitting else None)

    def _ask(self, wish: Wish, clerk: str) -> Act | None:
        """Return a request, or what is done with one: mostly one that is going, by who may, but not always."""
        if wish.kind is Ask:
            who, clinic = _pick(RESIDENTS, wish.who), wish.what % len(HOLD_MINUTES)
            return Ask(who, clinic, self._booked_by(who, clinic, wish.when))
        cases = [key for key, one in self.model.cases.items() if not (wish.fitting and one.ended)]
        if not cases:
            return None
        key = cases[-1 - wish.what % len(cases)]
        case = self.model.cases[key]
        if wish.kind in {DeclineTimes, TakeBack}:
            return wish.kind(case.owner if wish.own else _pick(RESIDENTS, wish.who), case.clinic, key)
        if wish.own:
            here = [name for name, clinic in CLERKS.items() if clinic == case.clinic]
            clerk = case.assigned or _pick(here, wish.who)
        if wish.kind is Retract:
            return Retract(clerk, CLERKS[clerk], key)
        seen = case.version if wish.fitting else case.version - 1
        if wish.kind is Close:
            return Close(clerk, CLERKS[clerk], key, seen)
        free = self._free_for("", case.clinic, elsewhere=False)
        times = tuple(dict.fromkeys(_pick(free, wish.when + n) for n in range(wish.places) if free))
        return Offer(clerk, CLERKS[clerk], key, seen, times) if times else None

    def _for_resident(self, wish: Wish, clerk: str) -> Act | None:
        """Return what staff book or exchange for a resident, mostly at their own clinic."""
        now = self.clock.now()
        times = [
            time
            for time, about in self.model.times.items()
            if not wish.fitting or (about.clinic == CLERKS[clerk] and not about.withdrawn)
        ]
        full = [time for time in times if self.model.left(time, "", now) < 1]
        if not (times := full if wish.kind is Overbook else times):
            return None
        time = _pick(times, wish.what)
        if wish.kind is not RebookFor:
            extra = wish.kind is Overbook or wish.places > 2
            return wish.kind(clerk, CLERKS[clerk], _pick(RESIDENTS, wish.who + wish.when), time, extra)
        booked = [
            hold for hold, one in self.model.tickets.items() if one.status == "booked" or not wish.fitting
        ]
        if not booked:
            return None
        return RebookFor(clerk, CLERKS[clerk], _pick(booked, wish.when), time, wish.places > 1)

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
        if issubclass(wish.kind, BookFor | RebookFor):
            return self._for_resident(wish, clerk)
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
        who = ticket.owner if wish.own else _pick(RESIDENTS, wish.who)
        if wish.kind is Rebook:
            return self._exchange(who, hold, self._hold_to_change_to(who, wish))
        if wish.kind is Take:
            return Take(who, ticket.clinic, hold, ticket.case)
        return wish.kind(who, ticket.clinic, hold)

    @staticmethod
    def _is_kind(ticket: Ticket, kind: type[Act]) -> bool:
        """Whether one can come to want this of the ticket: offers of staff and of the line are answered elsewhere."""
        if issubclass(kind, TakeWatched | Decline):
            return bool(ticket.watch)
        return bool(ticket.case) or not issubclass(kind, Take)

    def _fits(self, ticket: Ticket, kind: type[Act]) -> bool:
        """Whether this can be done with the ticket as it is now."""
        if issubclass(kind, TakeWatched | Decline):
            return ticket.until is not None
        if issubclass(kind, Cancel | CancelForResident | Rebook):
            return ticket.status == "booked"
        return ticket.runs(self.clock.now()) and bool(ticket.offer) == issubclass(kind, Take)

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
