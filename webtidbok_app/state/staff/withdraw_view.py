"""Withdrawing in words: what it would do, what it did, and why it was not done. Pure functions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from webtidbok_app.domain.errors import ScheduleChanged
from webtidbok_app.i18n import format_clock, format_day, format_span, t, tn
from webtidbok_app.services.schedule import ScheduleSlot
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.staff.week_view import state_of
from webtidbok_app.state.views import Problem

REASONS = ("booked", "held", "passed", "withdrawn")
"""Why a time cannot be withdrawn."""
SHOWN = 20
"""How many times a message names before it only counts the rest."""


def impact_of(chosen: Sequence[ScheduleSlot], now: datetime, key: str) -> Outcome:
    """Return what withdrawing the chosen times would do, before it is done. Without ``confirm`` it does nothing."""
    free = [slot for slot in chosen if slot.is_free(now)]
    kept = [slot for slot in chosen if not (slot.is_free(now) or slot.withdrawn)]
    gone = sum(slot.withdrawn for slot in chosen)
    body = [tn("sv", "staff.withdraw.gone", gone)] if gone else []
    if free and not kept:
        body.append(tn("sv", "staff.withdraw.none_taken", len(free)))
    count = len(free)
    return Outcome(
        title=tn("sv", "staff.withdraw.title", count) if free else t("sv", "staff.withdraw.no_free"),
        body=" ".join(body),
        rows=lines_of(free),
        more=more_of(count),
        confirm=tn("sv", "staff.withdraw.yes", count) if free else "",
        keep=tn("sv", "staff.withdraw.no", count) if free else t("sv", "staff.withdraw.no_free_back"),
        key=key,
        kept_title=t("sv", "staff.withdraw.kept_title", what=_counts(kept, now)) if kept else "",
        kept=[f"{_line(slot)}, {state_of(slot, now)[1]}" for slot in kept],
    )


def withdrawn_words(count: int, kept: Sequence[ScheduleSlot], key: str) -> Outcome:
    """Return what withdrawing did."""
    return Outcome(
        title=tn("sv", "staff.withdraw.done", count) if count else t("sv", "staff.withdraw.done_none"),
        body=tn("sv", "staff.withdraw.kept", len(kept)) if kept else "",
        rows=lines_of(kept),
        more=more_of(len(kept)),
        key=key,
    )


def changed_words(error: ScheduleChanged, key: str) -> Problem:
    """Return who changed the schedule and when, after which nothing was withdrawn."""
    name, at = error.facts["changed_by"], error.facts["changed_at"]
    assert isinstance(at, datetime)
    title = t("sv", "staff.withdraw.changed_title", name=name, time=format_clock(at))
    return Problem(title, t("sv", "staff.withdraw.changed_body"), key=key)


def lost_words(lost: Iterable[ScheduleSlot], now: datetime) -> str:
    """Return why chosen times are no longer so: "1 vald tid har bokats."."""
    counts = Counter(_why_not(slot, now) for slot in lost)
    return " ".join(tn("sv", f"staff.live.lost_{why}", counts[why]) for why in REASONS if counts[why])


def _why_not(slot: ScheduleSlot, now: datetime) -> str:
    if slot.withdrawn or slot.starts_at <= now:
        return "withdrawn" if slot.withdrawn else "passed"
    return "booked" if slot.booked else "held"


def _counts(slots: Iterable[ScheduleSlot], now: datetime) -> str:
    counts = Counter(_why_not(slot, now) for slot in slots)
    return ", ".join(tn("sv", f"staff.withdraw.kept_{why}", counts[why]) for why in REASONS if counts[why])


def lines_of(slots: Sequence[ScheduleSlot]) -> list[str]:
    """Return the first of the times, a line each."""
    return [f"{_line(slot)}, {slot.time_type}, {slot.performer}" for slot in slots[:SHOWN]]


def _line(slot: ScheduleSlot) -> str:
    day = format_day("sv", slot.starts_at, year=False)
    return f"{day} {format_span('sv', slot.starts_at, slot.ends_at)}"


def more_of(count: int) -> str:
    """Return how many there are beyond those lines."""
    return tn("sv", "staff.withdraw.more", count - SHOWN) if count > SHOWN else ""
