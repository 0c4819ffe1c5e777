"""The month with how many free times each day has."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from webtidbok_app.i18n import Lang, format_day, format_month, t, tn
from webtidbok_app.state.views import MonthDayView, MonthView


def month_view(
    month: date,
    counts: Mapping[date, int],
    lang: Lang,
    *,
    today: date,
    last: date,
    chosen: date | None = None,
) -> MonthView:
    """Return a month with how many free times each day has; weeks that have passed are left out.

    One can step from ``today``'s month to ``last``'s.
    """
    first = month.replace(day=1)
    before, after = _add_months(first, -1), _add_months(first, 1)
    previous = f"{before:%Y-%m}" if first > today else ""
    following = f"{after:%Y-%m}" if after <= last else ""
    dates = [first + timedelta(days=i) for i in range((after - first).days)]
    days = [_month_day(day, counts.get(day, 0), lang, day < today, day == chosen) for day in dates]
    cells = [MonthDayView()] * first.weekday() + days
    cells += [MonthDayView()] * (-len(cells) % 7)
    weeks = [cells[i : i + 7] for i in range(0, len(cells), 7)]
    return MonthView(
        title=format_month(lang, first),
        prev_label=format_month(lang, before),
        next_label=format_month(lang, after),
        weeks=[week for week in weeks if week[-1].iso == "" or week[-1].iso >= today.isoformat()],
        prev=previous,
        next=following,
    )


def lost_in_day(day: date, count: int, lang: Lang, *, chosen: bool) -> MonthDayView:
    """Return a day that has lost times since the month was drawn: without any, it stays where it is."""
    cell = _month_day(day, count, lang, past=False, chosen=chosen)
    return cell if count else replace(cell, state="gone")


@lru_cache(maxsize=4096)
def _month_day(day: date, count: int, lang: Lang, past: bool, chosen: bool) -> MonthDayView:
    name = format_day(lang, day, year=False)
    if count:
        text = tn(lang, "citizen.time.count", count)
        name = t(lang, "citizen.time.month_day", day=name, count=text)
        state = "chosen" if chosen else "free"
        return MonthDayView(day.isoformat(), str(day.day), count, text, name, state)
    name = t(lang, "citizen.time.month_past" if past else "citizen.time.month_day_none", day=name)
    text = "" if past else t(lang, "citizen.time.month_none")
    return MonthDayView(day.isoformat(), str(day.day), 0, text, name)


def _add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def parse_month(text: str) -> date | None:
    """Return the first day of "2026-12", or None for what is no month."""
    return parse_day(f"{text}-01")


def parse_day(text: str) -> date | None:
    """Return the day "2026-12-03", or None for what is no day."""
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):  # from a client it may be anything
        return None
