"""What timebooks are to do, in plain Python: the rules as one would tell them, with neither places, locks nor SQL.

Times are known by the ids of their slots, holds and what became of them by the hold's id, people by a number.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.watch import GRACE, told_at

NOTICE = timedelta(hours=1)
LENGTH = timedelta(minutes=20)
HOLD_AT_MOST = timedelta(minutes=30)
HOUR = timedelta(hours=1)
OFFER_STANDS = timedelta(minutes=30)
ANSWER_STANDS = timedelta(hours=4)
REQUESTS_AT_A_TIME = 5
WATCH_NOTICE = timedelta(hours=2)
OFFERS_A_DAY = 3
TAKE_BACK_FOR = timedelta(minutes=10)
EXTRAS = 2
"""How many more than its places staff can book at a time."""
DONE = "done"


@dataclass(frozen=True)
class Act:
    """Something that somebody wants: a resident, or a clerk at clinic number ``clinic``."""

    who: str
    clinic: int


@dataclass(frozen=True)
class Publish(Act):
    start: datetime
    places: int


@dataclass(frozen=True)
class Withdraw(Act):
    times: tuple[UUID, ...]


@dataclass(frozen=True)
class Hold(Act):
    time: UUID


@dataclass(frozen=True)
class OnHold(Act):
    """With a hold, or the booking that it became."""

    hold: str


class Extend(OnHold): ...


class LetGo(OnHold): ...


class Book(OnHold): ...


@dataclass(frozen=True)
class Ask(Act):
    """Send a request, perhaps to change the booking ``old``."""

    old: str = ""


@dataclass(frozen=True)
class OnCase(Act):
    """With the case that a request has become."""

    case: str


@dataclass(frozen=True)
class Offer(OnCase):
    """Answer with times that are held for the resident; ``who`` is a clerk who has seen that version of the case."""

    version: int
    times: tuple[UUID, ...]


@dataclass(frozen=True)
class Take(OnHold):
    """Book one of the times that are offered in the case, in exchange for the booking that it is about, if any."""

    case: str


class Retract(OnCase):
    """Take back what is offered; ``who`` is a clerk."""


class DeclineTimes(OnCase):
    """Say that none of the offered times will do."""


class TakeBack(OnCase):
    """Take the request back."""


@dataclass(frozen=True)
class Close(OnCase):
    """Close the case; ``who`` is a clerk who has seen that version of it."""

    version: int


class Watch(Act):
    """Wait for any time at the clinic."""


@dataclass(frozen=True)
class StopWatch(Act):
    """Wait no more."""

    watch: str


class TakeWatched(OnHold):
    """Choose the time that is offered to who waits: it is a hold like any other then."""


class Decline(OnHold):
    """Let the time go to the next in line."""


class Keep(Act):
    """Let the line move: what has run out goes to the next, and what is free to who waits for it."""


class Cancel(OnHold): ...


class CancelForResident(OnHold): ...


@dataclass(frozen=True)
class BookFor(Act):
    """Book a time for a resident, without holding it first; ``extra``: even if it is full."""

    whom: str
    time: UUID
    extra: bool


class Overbook(BookFor):
    """The same for a time that was seen to be full."""


@dataclass(frozen=True)
class RebookFor(OnHold):
    """Exchange a resident's booking for another time."""

    time: UUID
    extra: bool


@dataclass(frozen=True)
class Remove(Act):
    """Take a time away with what is booked on it: the first booking is moved, if told where, the others cancelled."""

    time: UUID
    to: UUID | None


@dataclass(frozen=True)
class GiveBack(Act):
    """Take a removal back whole."""

    removal: str


@dataclass(frozen=True)
class Rebook(OnHold):
    """Exchange the booking for another hold, at clinic number ``at``."""

    to: str
    at: int


class Move(Rebook):
    """The same, at another clinic than the booking's."""


@dataclass(frozen=True)
class Outcome:
    """``answer``: "done", the code of a refusal, or which times were not withdrawn. ``made``: the id of a new thing."""

    answer: Hashable
    made: str = ""


@dataclass
class Time:
    clinic: int
    start: datetime
    places: int
    withdrawn: bool = False


@dataclass
class Ticket:
    """A hold, and what became of it."""

    owner: str
    clinic: int
    time: UUID
    held_at: datetime
    expires_at: datetime
    status: str = "held"
    cancelled_by: str | None = None
    replaces: str = ""
    case: str = ""
    """The case that it is offered in."""
    offer: str = ""
    watch: str = ""
    """Whose place in the line it came of."""
    taken: bool = False
    until: datetime | None = None
    """When the offer to who waits runs out; None once it is answered."""
    booked_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        return self.status == "held" and self.expires_at > now


@dataclass
class Case:
    """What has become of a request."""

    owner: str
    clinic: int
    old: str
    status: str = "sent"
    version: int = 1
    assigned: str = ""
    offer: str = ""
    stands: datetime | None = None
    """Until when the newest offer stands; None once it is answered or let go."""
    taken: str = ""
    """The hold that was booked."""

    @property
    def ended(self) -> bool:
        return self.status in {"closed", "withdrawn"}


@dataclass
class Waiting:
    """Somebody's place in the line."""

    owner: str
    clinic: int
    since: datetime
    waits: bool = True
    booked_at: datetime | None = None
    """When a booking ended it."""


@dataclass
class Removed:
    """What became of the bookings of a time that was taken away: each with the one that it was moved to, if any."""

    time: UUID
    done_at: datetime
    became: dict[str, str]
    taken_back: bool = False


@dataclass
class Timebooks:
    """Several clinics' timebooks. ``hold_length``, ``cancel_before`` and ``lets_go`` are by the clinic's number.

    A clinic that ``lets_go`` has bookings that can be exchanged for times at the others.
    """

    hold_length: Sequence[timedelta]
    cancel_before: Sequence[timedelta]
    holds_an_hour: int
    lets_go: Sequence[bool]
    times: dict[UUID, Time] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    hours: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    watches: dict[str, Waiting] = field(default_factory=dict)
    removals: dict[str, Removed] = field(default_factory=dict)
    told: list[tuple[str, UUID, date]] = field(default_factory=list)
    """Who was offered which time, and the day when they were told."""

    def after(self, acts: Sequence[Act], outcomes: Sequence[Outcome], now: datetime) -> "Timebooks | None":
        """Return the timebooks after the acts, done in some order that gives these outcomes; None if none does."""
        for order in permutations(zip(acts, outcomes, strict=True)):
            then = deepcopy(self)
            if all(then.answer(act, outcome.made, now) == outcome.answer for act, outcome in order):
                return then
        return None

    def answer(self, act: Act, made: str, now: datetime) -> Hashable:
        """Do what is wanted, and return the answer. ``made`` is the id of what it makes, if it is done."""
        makes: dict[type[Act], Callable[[Any, str, datetime], Hashable]] = {
            Publish: self._publish,
            Hold: self._hold,
            Offer: self._offer,
            Ask: self._ask,
            Watch: self._watch,
            BookFor: self._book_for,
            Overbook: self._book_for,
            RebookFor: self._rebook_for,
            Remove: self._remove,
        }
        if type(act) in makes:
            return makes[type(act)](act, made, now)
        return self._change(act, now)

    def _change(self, act: Act, now: datetime) -> Hashable:
        """Do what makes nothing new."""
        rules: dict[type[Act], Callable[[Any, datetime], Hashable]] = {
            Withdraw: self._withdraw,
            Cancel: self._cancel,
            CancelForResident: self._cancel,
            Rebook: self._rebook,
            Move: self._rebook,
            Take: self._take,
            Retract: self._retract,
            DeclineTimes: self._decline_times,
            TakeBack: self._take_back,
            Close: self._close,
            StopWatch: self._stop,
            TakeWatched: self._take_watched,
            Decline: self._decline,
            Keep: self._keep,
            GiveBack: self._give_back,
        }
        return rules.get(type(act), self._use)(act, now)

    def left(self, time: UUID, who: str, now: datetime) -> int:
        """Return how many places the resident can have: all bookings, offers and others' running holds take theirs."""
        here = [ticket for ticket in self.tickets.values() if ticket.time == time]
        taken = [
            one
            for one in here
            if one.status == "booked" or (one.runs(now) and (one.offer or one.owner != who))
        ]
        return self.times[time].places - len(taken)

    def bookable(self, time: UUID, now: datetime) -> bool:
        """Whether the time is to be had at all."""
        return not self.times[time].withdrawn and self.times[time].start >= now + NOTICE

    def _publish(self, act: Publish, made: str, _now: datetime) -> Hashable:
        for time in self.times.values():
            if time.clinic == act.clinic and not time.withdrawn and abs(time.start - act.start) < LENGTH:
                return "overlaps"
        if made:
            self.times[UUID(made)] = Time(act.clinic, act.start, act.places)
        return DONE

    def _withdraw(self, act: Withdraw, now: datetime) -> Hashable:
        here = [
            one for one in act.times if self.times[one].clinic == act.clinic and not self.times[one].withdrawn
        ]
        in_use = {
            one.time
            for one in self.tickets.values()
            if one.status == "booked" or (one.runs(now) and one.until is None)
        }
        for one in here:
            self.times[one].withdrawn = one not in in_use
        for ticket in self.tickets.values():
            if ticket.until is not None and ticket.time in set(here) - in_use:
                ticket.until, ticket.status = None, "gone"
        return frozenset(here) & in_use

    def _hold(self, act: Hold, made: str, now: datetime) -> Hashable:
        if not self.bookable(act.time, now):
            return "slot_withdrawn"
        mine = [
            one
            for one in self.tickets.values()
            if one.owner == act.who and one.status == "held" and not one.offer
        ]
        clinic = self.times[act.time].clinic
        until = now + self.hold_length[clinic]
        for one in mine:
            if one.time == act.time and one.runs(now):
                one.expires_at = max(one.expires_at, min(until, one.held_at + HOLD_AT_MOST))
                return DONE
        since, count = self.hours.get(act.who, (now, 0))
        since, count = (now, 0) if since <= now - HOUR else (since, count)
        if count == self.holds_an_hour:
            return "limit_reached"
        if self.left(act.time, act.who, now) < 1:
            return "slot_taken"
        self.hours[act.who] = (since, count + 1)
        for one in mine:
            one.status = "gone"
        self.tickets[made] = Ticket(act.who, clinic, act.time, now, until)
        return DONE

    def _use(self, act: OnHold, now: datetime) -> Hashable:
        """Extend, let go or book a hold: its owner may, while it runs. Nobody is told more than that it is no use."""
        ticket = self.tickets[act.hold]
        mine = ticket.owner == act.who
        if isinstance(act, LetGo):
            own = mine and ticket.status == "held" and not ticket.offer
            ticket.status = "gone" if own else ticket.status
            return DONE
        if isinstance(act, Book) and mine and ticket.status == "booked":
            return DONE
        if not (mine and ticket.runs(now)) or ticket.offer:
            return "hold_expired"
        if isinstance(act, Book):
            ticket.status = "booked"
            self._settle(ticket, now)
        else:
            longer = min(now + self.hold_length[ticket.clinic], ticket.held_at + HOLD_AT_MOST)
            ticket.expires_at = max(ticket.expires_at, longer)
        return DONE

    def _rebook(self, act: Rebook, now: datetime) -> Hashable:
        """Both or neither: the booking goes as the hold becomes one, or everything stays as it was."""
        old, new = self.tickets[act.hold], self.tickets[act.to]
        if old.owner != act.who or old.status in {"held", "gone"}:
            return "not_found"
        if old.status == "cancelled":
            return DONE if new.replaces == act.hold else "already_cancelled"
        if now > self.times[old.time].start - self.cancel_before[old.clinic]:
            return "too_late_to_change"
        if new.owner != act.who or not new.runs(now) or new.offer:
            return "hold_expired"
        if new.clinic != old.clinic and not self.lets_go[old.clinic]:
            return "cannot_be_moved"
        new.status, new.replaces = "booked", act.hold
        old.status, old.cancelled_by = "cancelled", "resident"
        self._pass_on(old.time, now)
        self._settle(new, now)
        return DONE

    def _book_for(self, act: BookFor, made: str, now: datetime) -> Hashable:
        """Staff are bound by no notice; a full time takes a few more if they want."""
        if self.times[act.time].clinic != act.clinic:
            return "not_found"
        if refusal := self._take_for(act.whom, act.time, act.extra, now):
            return refusal
        self.tickets[made] = Ticket(act.whom, act.clinic, act.time, now, now, "booked")
        self._settle(self.tickets[made], now)
        return DONE

    def _rebook_for(self, act: RebookFor, made: str, now: datetime) -> Hashable:
        """Both or neither."""
        old = self.tickets[act.hold]
        if old.clinic != act.clinic or old.status in {"held", "gone"}:
            return "not_found"
        if old.status == "cancelled":
            return "already_cancelled"
        if old.time == act.time:
            return "slot_taken"
        if self.times[act.time].clinic != act.clinic:
            return "not_found"
        if refusal := self._take_for(old.owner, act.time, act.extra, now):
            return refusal
        self.tickets[made] = Ticket(old.owner, act.clinic, act.time, now, now, "booked", replaces=act.hold)
        old.status, old.cancelled_by = "cancelled", act.who
        self._pass_on(old.time, now)
        self._settle(self.tickets[made], now)
        return DONE

    def _remove(self, act: Remove, made: str, now: datetime) -> Hashable:
        """All of it or nothing. Who is choosing the time, or has it held as an answer, keeps it."""
        time = self.times[act.time]
        here = {key: one for key, one in self.tickets.items() if one.time == act.time}
        kept = any(one.runs(now) and one.until is None for one in here.values())
        if time.clinic != act.clinic or time.withdrawn or time.start <= now or kept:
            return "nothing"
        booked = sorted(key for key, one in here.items() if one.status == "booked")
        moved = booked[0] if booked and act.to else ""
        if moved and act.to and (refusal := self._cannot_move(moved, act.to, now)):
            return refusal
        identity, new = made.split(",")
        time.withdrawn = True
        for one in here.values():
            if one.until is not None:
                one.until, one.status = None, "gone"
        for key in booked:
            here[key].status, here[key].cancelled_by = "cancelled", act.who
        if moved and act.to:
            owner = here[moved].owner
            self.tickets[new] = Ticket(owner, act.clinic, act.to, now, now, "booked", replaces=moved)
            self._settle(self.tickets[new], now)
        self.removals[identity] = Removed(act.time, now, {key: new if key == moved else "" for key in booked})
        return DONE

    def _cannot_move(self, hold: str, to: UUID, now: datetime) -> str:
        """Return why the booking cannot be moved there: its resident is elsewhere then, or there is no place."""
        old = self.tickets[hold]
        start = self.times[to].start
        if self.times[to].clinic != old.clinic:
            return "not_found"
        elsewhere = any(
            abs(self.times[one.time].start - start) < LENGTH
            for key, one in self.tickets.items()
            if (one.owner, one.clinic, one.status) == (old.owner, old.clinic, "booked") and key != hold
        )
        return "slot_taken" if elsewhere else self._take_for(old.owner, to, False, now)

    def _give_back(self, act: GiveBack, now: datetime) -> Hashable:
        """What residents have done of their own stays; all else is as it was, if nothing else is published there."""
        done = self.removals[act.removal]
        time = self.times[done.time]
        if time.clinic != act.clinic:
            return "not_found"
        if done.taken_back:
            return DONE
        if now >= done.done_at + TAKE_BACK_FOR:
            return "too_late_to_change"
        acted = {key for key, new in done.became.items() if self._has_acted(done, key, new)}
        others = [one for one in self.times.values() if one.clinic == time.clinic and not one.withdrawn]
        if any(abs(one.start - time.start) < LENGTH for one in others):
            return "overlaps"
        done.taken_back, time.withdrawn = True, False
        for key, new in done.became.items():
            if key in acted:
                continue
            old = self.tickets[key]
            if new:
                self.tickets[new].status, self.tickets[new].cancelled_by = "cancelled", act.who
                self.tickets[new].replaces = ""
                self._pass_on(self.tickets[new].time, now)
                self._wait_again(old, done.done_at)
            old.status, old.cancelled_by = "booked", None
        return DONE

    def _has_acted(self, done: Removed, key: str, new: str) -> bool:
        """Whether the resident has changed the new booking, or booked another after the old one was cancelled."""
        if new:
            return self.tickets[new].status != "booked"
        old = self.tickets[key]
        return any(
            (one.owner, one.clinic, one.status) == (old.owner, old.clinic, "booked")
            and one.booked_at is not None
            and one.booked_at >= done.done_at
            for other, one in self.tickets.items()
            if other not in {*done.became, *done.became.values()}
        )

    def _wait_again(self, old: Ticket, ended_at: datetime) -> None:
        mine = [one for one in self.watches.values() if (one.owner, one.clinic) == (old.owner, old.clinic)]
        ended = sorted((one for one in mine if one.booked_at == ended_at), key=lambda one: one.since)
        if ended and not any(one.waits for one in mine):
            ended[0].waits, ended[0].booked_at = True, None

    def _take_for(self, whom: str, time: UUID, extra: bool, now: datetime) -> str:
        """Return why there is no place of the time for the resident, who gives up their own hold of it for one."""
        if self.times[time].withdrawn or self.times[time].start + LENGTH <= now:
            return "slot_withdrawn"
        left = self.left(time, whom, now)
        if left < 1 and not extra:
            return "slot_taken"
        if left + EXTRAS < 1:
            return "no_more_extras"
        self._let_go_of(whom, time)
        return ""

    def _ask(self, act: Ask, made: str, now: datetime) -> Hashable:
        if act.old:
            old = self.tickets[act.old]
            if (old.owner, old.clinic) != (act.who, act.clinic) or old.status in {"held", "gone"}:
                return "not_found"
            if old.status == "cancelled" or self.times[old.time].start <= now:
                return "invalid_input"
        going = [
            one
            for one in self.cases.values()
            if (one.owner, one.clinic) == (act.who, act.clinic) and not one.ended
        ]
        if len(going) >= REQUESTS_AT_A_TIME:
            return "too_many_requests"
        self.cases[made] = Case(act.who, act.clinic, act.old)
        return DONE

    def _offer(self, act: Offer, made: str, now: datetime) -> Hashable:
        """All the times or none; what the resident has chosen stays, and takes its place. One offer at a time."""
        case = self.cases[act.case]
        if refusal := self._refused(case, act):
            return refusal
        for time in sorted(act.times):
            before = [one for one in self._held_for(case) if one.time == time and one.runs(now)]
            if not self.bookable(time, now):
                return "slot_withdrawn"
            if self.left(time, "", now) + len(before) < 1:
                return "slot_taken"
        self._let_go_of_offer(case, now)
        case.offer, *holds = made.split(",")
        in_order = sorted(act.times, key=lambda time: self.times[time].start)
        case.stands = min(now + ANSWER_STANDS, self.times[in_order[0]].start - NOTICE)
        for hold, time in zip(holds, in_order, strict=True):
            self.tickets[hold] = Ticket(
                case.owner, case.clinic, time, now, case.stands, case=act.case, offer=case.offer
            )
        self._note(case, "answered")
        case.assigned = act.who
        return DONE

    def _take(self, act: Take, now: datetime) -> Hashable:
        """One is booked and the others go; an exchange is both or neither."""
        case, ticket = self.cases[act.case], self.tickets[act.hold]
        if case.owner != act.who:
            return "not_found"
        if case.taken == act.hold:
            return DONE
        if case.stands is None or ticket.offer != case.offer or not ticket.runs(now):
            return "hold_expired"
        ticket.status, case.taken = "booked", act.hold
        exchanged = self._newest_of(case.old, case.clinic)
        old = self.tickets.get(exchanged)
        if old and old.status == "booked" and self.times[old.time].start > now:
            old.status, old.cancelled_by, ticket.replaces = "cancelled", "resident", exchanged
            self._pass_on(old.time, now)
        self._settle(ticket, now)
        self._let_go_of_offer(case, now)
        self._note(case, "closed")
        return DONE

    def _newest_of(self, hold: str, clinic: int) -> str:
        """Return what the booking has been rebooked to at the clinic, however many times."""
        while newer := [
            key for key, one in self.tickets.items() if one.clinic == clinic and hold and one.replaces == hold
        ]:
            [hold] = newer
        return hold

    def _retract(self, act: Retract, now: datetime) -> Hashable:
        case = self.cases[act.case]
        if case.clinic != act.clinic:
            return "not_found"
        if self._let_go_of_offer(case, now):
            self._note(case)
        return DONE

    def _decline_times(self, act: DeclineTimes, now: datetime) -> Hashable:
        case = self.cases[act.case]
        if case.owner != act.who:
            return "not_found"
        if self._let_go_of_offer(case, now):
            self._note(case, "sent")
        return DONE

    def _take_back(self, act: TakeBack, now: datetime) -> Hashable:
        case = self.cases[act.case]
        if case.owner != act.who:
            return "not_found"
        if case.status == "closed":
            return "case_ended"
        if case.status != "withdrawn":
            self._let_go_of_offer(case, now)
            self._note(case, "withdrawn")
        return DONE

    def _close(self, act: Close, now: datetime) -> Hashable:
        case = self.cases[act.case]
        if case.clinic == act.clinic and case.status == "closed":
            return DONE
        if refusal := self._refused(case, act):
            return refusal
        self._let_go_of_offer(case, now)
        self._note(case, "closed")
        return DONE

    def _refused(self, case: Case, act: Offer | Close) -> str:
        """Return why the clerk may not go on with the case, or nothing: one has it, and has seen what it is now."""
        if case.clinic != act.clinic:
            return "not_found"
        if case.ended:
            return "case_ended"
        if case.assigned not in {"", act.who}:
            return "case_taken"
        return "" if act.version == case.version else "stale_version"

    def _held_for(self, case: Case) -> list[Ticket]:
        return [
            one
            for one in self.tickets.values()
            if case.offer and one.offer == case.offer and one.status == "held"
        ]

    def _let_go_of_offer(self, case: Case, now: datetime) -> bool:
        """Let the times go that are offered. Whether the offer stood still."""
        stood = case.stands is not None and case.stands > now
        for ticket in self._held_for(case):
            ticket.status = "gone"
        case.stands = None
        return stood

    def _note(self, case: Case, status: str = "") -> None:
        case.version += 1
        case.status = status or case.status

    def _cancel(self, act: OnHold, now: datetime) -> Hashable:
        ticket = self.tickets[act.hold]
        by_clerk = isinstance(act, CancelForResident)
        may = ticket.clinic == act.clinic if by_clerk else ticket.owner == act.who
        if not may or ticket.status in {"held", "gone"}:
            return "not_found"
        if ticket.status == "cancelled":
            return "already_cancelled"
        if not by_clerk and now > self.times[ticket.time].start - self.cancel_before[ticket.clinic]:
            return "too_late_to_change"
        ticket.status, ticket.cancelled_by = "cancelled", act.who if by_clerk else "resident"
        self._pass_on(ticket.time, now)
        return DONE

    def _watch(self, act: Watch, made: str, now: datetime) -> Hashable:
        """Who waits already keeps their place."""
        running = next((key for key, one in self._line(act.clinic) if one.owner == act.who), made)
        if running != made:
            return "another place"
        self.watches.setdefault(made, Waiting(act.who, act.clinic, now))
        return DONE

    def _stop(self, act: StopWatch, now: datetime) -> Hashable:
        watch = self.watches[act.watch]
        if watch.owner != act.who:
            return "not_found"
        watch.waits = False
        self._answer_offer(act.watch, now)
        return DONE

    def _take_watched(self, act: TakeWatched, now: datetime) -> Hashable:
        """The time takes the place of whatever the resident has chosen, anywhere; it is held at least as promised."""
        ticket = self.tickets[act.hold]
        if ticket.owner != act.who:
            return "not_found"
        if ticket.until is None:
            chosen = [one for one in self._chosen(act.who, now) if one.time == ticket.time]
            return DONE if chosen else "hold_expired"
        if not ticket.runs(now):
            return "hold_expired"
        for one in self.tickets.values():
            if (one.owner, one.status, one.offer) == (act.who, "held", ""):
                one.status = "gone"
        promised, ticket.until, ticket.offer, ticket.held_at = ticket.until, None, "", now
        ticket.taken = True
        ticket.expires_at = max(promised, now + self.hold_length[ticket.clinic])
        return DONE

    def _decline(self, act: Decline, now: datetime) -> Hashable:
        ticket = self.tickets[act.hold]
        if ticket.owner != act.who:
            return "not_found"
        chosen = [one for one in self._chosen(act.who, now) if one.time == ticket.time]
        if ticket.until is not None:
            self._let_go_of(act.who, ticket.time)
            self._answer_offer(ticket.watch, now)
        elif ticket.taken and chosen:
            self._let_go_of(act.who, ticket.time)
            ticket.taken = False
            self._pass_on(ticket.time, now)
        return DONE

    def _let_go_of(self, who: str, time: UUID) -> None:
        for one in self.tickets.values():
            if (one.owner, one.time, one.status, one.offer) == (who, time, "held", ""):
                one.status = "gone"

    def _keep(self, act: Keep, now: datetime) -> Hashable:
        over = [one for one in self.tickets.values() if one.until is not None and one.until <= now]
        for ticket in sorted(over, key=lambda one: (one.until, self.times[one.time].start)):
            self._answer_offer(ticket.watch, now)
        while matches := self._matches(now):
            for time in matches:
                self._pass_on(time, now)
        return DONE

    def _matches(self, now: datetime) -> list[UUID]:
        """Return for each who can be offered a time, in order, the first that is left."""
        left = {time: self.left(time, "", now) for time in self.times if self._in_time(time, now)}
        found = []
        for clinic in range(len(self.hold_length)):
            for key, _ in self._line(clinic):
                here = [
                    time
                    for time in left
                    if self.times[time].clinic == clinic and left[time] > 0 and self._can_have(key, time, now)
                ]
                if here:
                    found.append(min(here, key=lambda time: self.times[time].start))
                    left[found[-1]] -= 1
        return found

    def _pass_on(self, time: UUID, now: datetime) -> None:
        """The first in line gets it, and nobody else is told; nobody: it is free for all."""
        if not self._in_time(time, now) or self.left(time, "", now) < 1:
            return
        for key, watch in self._line(self.times[time].clinic):
            if self._can_have(key, time, now):
                until = told_at(now) + OFFER_STANDS
                self.told.append((watch.owner, time, day_of(told_at(now))))
                self.tickets[f"{key}/{time.hex}"] = Ticket(
                    watch.owner, watch.clinic, time, now, until + GRACE, offer=key, watch=key, until=until
                )
                return

    def _in_time(self, time: UUID, now: datetime) -> bool:
        return self.bookable(time, now) and self.times[time].start >= told_at(now) + WATCH_NOTICE

    def _can_have(self, key: str, time: UUID, now: datetime) -> bool:
        """Not with an offer or a choice unanswered, nor too many a day, nor what one has had before."""
        watch = self.watches[key]
        offered = any(one.watch == key and one.until is not None for one in self.tickets.values())
        choosing = any(one.clinic == watch.clinic for one in self._chosen(watch.owner, now))
        mine = [(had, day) for who, had, day in self.told if who == watch.owner]
        today = [had for had, day in mine if self._is_at(had, watch.clinic) and day == day_of(told_at(now))]
        had_before = any(had == time for had, _ in mine) or any(
            (one.owner, one.time) == (watch.owner, time) and one.status in {"booked", "cancelled"}
            for one in self.tickets.values()
        )
        return not offered and not choosing and len(today) < OFFERS_A_DAY and not had_before

    def _is_at(self, time: UUID, clinic: int) -> bool:
        return self.times[time].clinic == clinic

    def _chosen(self, who: str, now: datetime) -> list[Ticket]:
        return [one for one in self.tickets.values() if one.owner == who and one.runs(now) and not one.offer]

    def _line(self, clinic: int) -> list[tuple[str, Waiting]]:
        here = [(key, one) for key, one in self.watches.items() if one.waits and one.clinic == clinic]
        return sorted(here, key=lambda one: (one[1].since, one[0]))

    def _settle(self, booked: Ticket, now: datetime) -> None:
        """Who has booked waits no more."""
        booked.booked_at = now
        for key, watch in self._line(booked.clinic):
            if watch.owner == booked.owner:
                watch.waits, watch.booked_at = False, now
                self._answer_offer(key, now)

    def _answer_offer(self, key: str, now: datetime) -> None:
        """End what is offered for a place in the line; the time goes to the next."""
        for ticket in list(self.tickets.values()):
            if ticket.watch == key and ticket.until is not None:
                ticket.until = None
                ticket.status = "gone" if ticket.status == "held" else ticket.status
                self._pass_on(ticket.time, now)
