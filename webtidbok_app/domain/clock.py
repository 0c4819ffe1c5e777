"""The one source of the present moment. Everything else asks ``now()``.

Tests and demo mode put another clock in place; nothing but this module reads the machine's clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock, moved by ``offset`` (zero but in demo mode, where QA may move it)."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class FixedClock:
    """A clock that stands still until it is moved."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, step: timedelta) -> None:
        """Move forward (or back) by ``step``."""
        self.moment += step


_clock: Clock = SystemClock()


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _clock.now()


def set_clock(clock: Clock) -> None:
    """Put ``clock`` in place for the whole process."""
    global _clock
    _clock = clock


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Put ``clock`` in place for the length of a ``with`` block."""
    before = _clock
    set_clock(clock)
    try:
        yield clock
    finally:
        set_clock(before)
