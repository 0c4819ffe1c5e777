"""What timebooks are to do, in plain Python: the rules as one would tell them, with neither places, locks nor SQL.

Times are known by the ids of their slots, holds and what became of them by the hold's id, people by a number.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

NOTICE = timedelta(hours=1)
LENGTH = timedelta(minutes=20)
HOLD_AT_MOST = timedelta(minutes=30)
HOUR = timedelta(hours=1)
OFFER_STANDS = timedelta(minutes=30)
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
class Offer(Act):
    """Hold times for a resident to choose among; ``who`` is the clerk."""

    to: str
    times: tuple[UUID, ...]


@dataclass(frozen=True)
class Take(OnHold):
    """Book one of the times that are offered, perhaps in exchange for the booking ``old``."""

    old: str = ""


class Retract(OnHold):
    """Let the offer go that the hold is of."""


class Cancel(OnHold): ...


class CancelForResident(OnHold): ...


@dataclass(frozen=True)
class Rebook(OnHold):
    """Exchange the booking for another hold."""

    to: str


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
    offer: str = ""

    def runs(self, now: datetime) -> bool:
        return self.status == "held" and self.expires_at > now


@dataclass
class Timebooks:
    """Several clinics' timebooks. ``hold_length`` and ``cancel_before`` are by the clinic's number."""

    hold_length: Sequence[timedelta]
    cancel_before: Sequence[timedelta]
    holds_an_hour: int
    times: dict[UUID, Time] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    hours: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def after(self, acts: Sequence[Act], outcomes: Sequence[Outcome], now: datetime) -> "Timebooks | None":
        """Return the timebooks after the acts, done in some order that gives these outcomes; None if none does."""
        for order in permutations(zip(acts, outcomes, strict=True)):
            then = deepcopy(self)
            if all(then.answer(act, outcome.made, now) == outcome.answer for act, outcome in order):
                return then
        return None

    def answer(self, act: Act, made: str, now: datetime) -> Hashable:
        """Do what is wanted, and return the answer. ``made`` is the id of what it makes, if it is done."""
        match act:
            case Publish():
                return self._publish(act, made)
            case Hold():
                return self._hold(act, made, now)
            case Offer():
                return self._offer(act, made, now)
            case Retract():
                return self._retract(self.tickets[act.hold].offer)
            case _:
                return self._change(act, now)

    def _change(self, act: Act, now: datetime) -> Hashable:
        """Do what makes nothing new."""
        rules: dict[type[Act], Callable[[Any, datetime], Hashable]] = {
            Withdraw: self._withdraw,
            Cancel: self._cancel,
            CancelForResident: self._cancel,
            Rebook: self._rebook,
            Take: self._take,
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

    def _publish(self, act: Publish, made: str) -> Hashable:
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
        in_use = {one.time for one in self.tickets.values() if one.status == "booked" or one.runs(now)}
        for one in here:
            self.times[one].withdrawn = one not in in_use
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
                one.expires_at = min(until, one.held_at + HOLD_AT_MOST)
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
        else:
            until = now + self.hold_length[ticket.clinic]
            ticket.expires_at = min(until, ticket.held_at + HOLD_AT_MOST)
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
        if new.owner != act.who or new.clinic != old.clinic or not new.runs(now) or new.offer:
            return "hold_expired"
        new.status, new.replaces = "booked", act.hold
        old.status, old.cancelled_by = "cancelled", "resident"
        return DONE

    def _offer(self, act: Offer, made: str, now: datetime) -> Hashable:
        """All the times or none; what the resident has chosen stays, and takes its place."""
        for time in sorted(act.times):
            if self.times[time].clinic != act.clinic:
                return "not_found"
            if not self.bookable(time, now):
                return "slot_withdrawn"
            if self.left(time, "", now) < 1:
                return "slot_taken"
        offer, *holds = made.split(",")
        for hold, time in zip(holds, act.times, strict=True):
            self.tickets[hold] = Ticket(act.to, act.clinic, time, now, now + OFFER_STANDS, offer=offer)
        return DONE

    def _take(self, act: Take, now: datetime) -> Hashable:
        """One is booked and the others go; an exchange is both or neither."""
        ticket = self.tickets[act.hold]
        if ticket.owner != act.who or not ticket.runs(now) or not ticket.offer:
            return "hold_expired"
        ticket.status = "booked"
        self._retract(ticket.offer)
        old = self.tickets.get(act.old)
        theirs = old is not None and (old.owner, old.clinic) == (act.who, ticket.clinic)
        if old and theirs and old.status == "booked" and self.times[old.time].start > now:
            old.status, old.cancelled_by, ticket.replaces = "cancelled", "resident", act.old
        return DONE

    def _retract(self, offer: str) -> Hashable:
        for ticket in self.tickets.values():
            if offer and ticket.offer == offer and ticket.status == "held":
                ticket.status = "gone"
        return DONE

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
        return DONE
