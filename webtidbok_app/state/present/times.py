"""Free times: by day, nearest, next, in the month."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import groupby

from webtidbok_app.domain import swedish_time
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
from webtidbok_app.state.views import DayView, NextFreeView, Problem, TimeView

GROUPED_FROM = 13
"""A day with more than twelve times is split at noon (ux.md 3.1)."""


def next_free_view(slot: Timeslot | None, lang: Lang) -> NextFreeView:
    """Return the first free time."""
    if slot is None:
        return NextFreeView()
    day, time = format_day(lang, slot.starts_at, year=False), format_time(lang, slot.starts_at)
    return NextFreeView(id=slot.id, text=t(lang, "citizen.time.in_day", day=day, time=time))


def day_views(
    slots: Iterable[Timeslot], lang: Lang, *, clinic: str, chosen: str = "", taken: Collection[str] = ()
) -> list[DayView]:
    """Return the times by day in Sweden, in order. Who one meets is written out where two start alike."""
    ordered = sorted(slots, key=lambda slot: (slot.starts_at, slot.performer))
    alike = Counter(slot.starts_at for slot in ordered)
    days = []
    for day, in_day in groupby(ordered, key=lambda slot: swedish_time.day_of(slot.starts_at)):
        shown = [
            (
                slot,
                _time_view(
                    slot, lang, clinic=clinic, chosen=chosen, taken=taken, alone=alike[slot.starts_at] == 1
                ),
            )
            for slot in in_day
        ]
        days.append(_day_view(day, shown, lang))
    return days


def nearest_views(
    slots: Iterable[Timeslot], lang: Lang, *, clinic: str, taken: Collection[str] = ()
) -> list[TimeView]:
    """Return the nearest times after a conflict, each with its day."""
    return [
        TimeView(
            id=slot.id,
            label=format_clock(slot.starts_at, lang),
            name=_time_name(slot, lang, clinic),
            sub=format_short_day(lang, slot.starts_at),
            state="taken" if slot.id in taken else "free",
        )
        for slot in slots
    ]


def _day_view(day: date, shown: list[tuple[Timeslot, TimeView]], lang: Lang) -> DayView:
    grouped = len(shown) >= GROUPED_FROM
    before_noon = [
        view for slot, view in shown if not grouped or swedish_time.local(slot.starts_at).hour < 12
    ]
    free = sum(view.state != "taken" for _, view in shown)
    return DayView(
        key=day.isoformat(),
        heading=format_day(lang, day, year=False),
        count_text=tn(lang, "citizen.time.free", free),
        morning=before_noon,
        afternoon=[view for _, view in shown if view not in before_noon],
        grouped=grouped,
    )


def _time_view(
    slot: Timeslot, lang: Lang, *, clinic: str, chosen: str, taken: Collection[str], alone: bool
) -> TimeView:
    state = "taken" if slot.id in taken else "chosen" if slot.id == chosen else "free"
    return TimeView(
        id=slot.id,
        label=format_clock(slot.starts_at, lang),
        name=_time_name(slot, lang, clinic),
        state=state,
        sub="" if alone else slot.performer,
    )


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
