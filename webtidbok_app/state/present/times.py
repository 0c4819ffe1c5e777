"""Free times: by day, nearest, next, in the month."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import lru_cache

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.i18n import (
    Lang,
    format_clock,
    format_day,
    format_day_span,
    format_short_day,
    format_time,
    t,
    tn,
)
from webtidbok_app.state.present.month import lost_in_day
from webtidbok_app.state.present.sight import Sight
from webtidbok_app.state.views import DayView, NextFreeView, Problem, SinceView, TimeView

NOON = 12
GROUPED_FROM = 13
"""A day with more than twelve times is split at noon (ux.md 3.1)."""


def next_free_view(slot: Timeslot | None, lang: Lang) -> NextFreeView:
    """Return the first free time."""
    if slot is None:
        return NextFreeView()
    day, time = format_day(lang, slot.starts_at, year=False), format_time(lang, slot.starts_at)
    return NextFreeView(id=slot.id, text=t(lang, "citizen.time.in_day", day=day, time=time))


def day_views(slots: Iterable[Timeslot], lang: Lang, *, clinic: str) -> list[DayView]:
    """Return the times by day in Sweden, in order. Who one meets is written out where two start alike."""
    ordered = sorted(slots, key=lambda slot: (slot.starts_at, slot.performer))
    alike = Counter(slot.starts_at for slot in ordered)
    views: dict[date, tuple[list[TimeView], list[TimeView]]] = {}
    for slot in ordered:
        day, is_morning, view = _in_words(slot, lang, clinic, alike[slot.starts_at] == 1)
        views.setdefault(day, ([], []))[0 if is_morning else 1].append(view)
    return [_day_view(day, morning, afternoon, lang) for day, (morning, afternoon) in views.items()]


def nearest_views(slots: Iterable[Timeslot], lang: Lang, *, clinic: str) -> list[TimeView]:
    """Return the nearest times after a conflict, each with its day."""
    return [
        TimeView(
            id=slot.id,
            label=format_clock(slot.starts_at, lang),
            name=_time_name(slot, lang, clinic),
            sub=format_short_day(lang, slot.starts_at),
        )
        for slot in slots
    ]


def since_view(
    listed: Iterable[Timeslot], sight: Sight, lang: Lang, *, chosen: str = "", chosen_day: date | None = None
) -> SinceView:
    """Return what has become of the times since they were drawn as free: taken, or ``chosen`` by this resident."""
    states = dict.fromkeys(sight.lost, "taken")
    if chosen:
        states.setdefault(chosen, "chosen")
    lost_days = {day_of(slot.starts_at) for slot in sight.lost.values()}
    if not lost_days:
        return SinceView(states)
    left = Counter(day_of(slot.starts_at) for slot in listed if slot.id not in sight.lost)
    counts = sight.counts()
    return SinceView(
        states,
        {day.isoformat(): tn(lang, "citizen.time.free", left[day]) for day in lost_days},
        {day.isoformat(): lost_in_day(day, counts[day], lang, chosen=day == chosen_day) for day in lost_days},
    )


def _day_view(day: date, morning: list[TimeView], afternoon: list[TimeView], lang: Lang) -> DayView:
    together = [*morning, *afternoon]
    grouped = len(together) >= GROUPED_FROM
    return DayView(
        key=day.isoformat(),
        heading=format_day(lang, day, year=False),
        count_text=tn(lang, "citizen.time.free", len(together)),
        morning=morning if grouped else together,
        afternoon=afternoon if grouped else [],
        grouped=grouped,
    )


@lru_cache(maxsize=8192)
def _in_words(slot: Timeslot, lang: Lang, clinic: str, alone: bool) -> tuple[date, bool, TimeView]:
    """Return its day in Sweden, whether it is before noon, and the time as all who look at it have it."""
    start = swedish_time.local(slot.starts_at)
    view = TimeView(
        id=slot.id,
        label=format_clock(slot.starts_at, lang),
        name=_time_name(slot, lang, clinic),
        sub="" if alone else slot.performer,
    )
    return start.date(), start.hour < NOON, view


def _time_name(slot: Timeslot, lang: Lang, clinic: str) -> str:
    minutes = int((slot.ends_at - slot.starts_at).total_seconds() // 60)
    return t(
        lang,
        "citizen.time.name_with" if slot.performer else "citizen.time.name",
        clock=format_clock(slot.starts_at, lang),
        day=format_day(lang, slot.starts_at, year=False),
        clinic=clinic,
        performer=slot.performer,
        length=tn(lang, "citizen.length", minutes),
    )


def status_text(slots: Collection[Timeslot], lang: Lang) -> str:
    """Return "14 lediga tider, 3–10 december"."""
    if not slots:
        return ""
    starts = [slot.starts_at for slot in slots]
    days = format_day_span(lang, min(starts), max(starts), year=False)
    return tn(lang, "citizen.time.status", len(slots), days=days)


def conflict_problem(code: str, moment: datetime | None, lang: Lang, *, key: str) -> Problem:
    """Return what happened to the time that was chosen. Without ``moment`` no time was."""
    key_of_text = f"citizen.conflict.{code if moment else 'no_hold'}"
    facts = (
        {}
        if moment is None
        else {"time": format_time(lang, moment), "day": format_day(lang, moment, year=False)}
    )
    return Problem(
        title=t(lang, f"{key_of_text}.title"), body=t(lang, f"{key_of_text}.body", **facts), key=key
    )
