"""What a page has shown as free, and what has become of it since.

What is lost is told at once and in its place; what is gained waits until the visitor asks for it, so that
nothing moves by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.timeslot import Timeslot

Span = tuple[date, date]
"""Two days in Sweden, both included."""


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same days in as few spans as there can be, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + timedelta(days=1):
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


class Sight(NamedTuple):
    """The times that a page shows: ``free`` ones, those ``lost`` since, and how many ``fresh`` ones wait."""

    free: Mapping[str, Timeslot] = {}
    lost: Mapping[str, Timeslot] = {}
    fresh: int = 0

    @staticmethod
    def of(slots: Iterable[Timeslot]) -> "Sight":
        """Return the sight of a page that has just been drawn."""
        return Sight({slot.id: slot for slot in slots})

    def with_more(self, slots: Iterable[Timeslot]) -> "Sight":
        """Return the sight with more times shown, all of them free now."""
        more = {slot.id: slot for slot in slots}
        return self._replace(
            free={**self.free, **more},
            lost={one: slot for one, slot in self.lost.items() if one not in more},
        )

    def only(self, slots: Iterable[Timeslot]) -> "Sight":
        """Return the sight of a page that shows no other times than these any more."""
        ids = {slot.id for slot in slots}
        return Sight(
            {one: slot for one, slot in self.free.items() if one in ids},
            {one: slot for one, slot in self.lost.items() if one in ids},
        )

    def without(self, slot_id: str) -> "Sight":
        """Return the sight with one time lost."""
        return self.now({one: slot for one, slot in self.free.items() if one != slot_id})

    def now(self, free: Mapping[str, Timeslot]) -> "Sight":
        """Return what has become of it, when these are all that is free. The same object when nothing has."""
        gone = {one: slot for one, slot in self.free.items() if one not in free}
        kept = {one: slot for one, slot in self.free.items() if one in free} if gone else self.free
        fresh = len(free.keys() - kept.keys())
        if not gone and fresh == self.fresh:
            return self
        return Sight(kept, {**self.lost, **gone}, fresh)

    def counts(self) -> Counter[date]:
        """Return how many free times each day in Sweden has."""
        return Counter(day_of(slot.starts_at) for slot in self.free.values())

    def drawn(self) -> Counter[date]:
        """Return how many times each day in Sweden is drawn with: what is lost stays where it is."""
        return Counter(day_of(slot.starts_at) for slot in (*self.free.values(), *self.lost.values()))
