"""Times counted by day, in words: a week in which many have times, and a month. Pure functions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_month, format_weekday, t, tn
from webtidbok_app.services.schedule import ScheduleSlot, Week
from webtidbok_app.services.schedule_month import Month, Tally
from webtidbok_app.state.staff.deviation_words import away_note, day_note
from webtidbok_app.state.staff.week_view import caption_of, day_column, shown_days, with_title
from webtidbok_app.state.staff.week_where import DAY, WEEK, Where
from webtidbok_app.state.views import TallyRow, TallyTable, TallyView, WeekColumn

CROWD = 6
"""From so many with times in the same week on, the week is counted: side by side they cannot be read."""


def is_crowd(slots: Iterable[ScheduleSlot]) -> bool:
    """Return whether so many have times that they are counted instead of shown."""
    return len({slot.performer_id for slot in slots}) >= CROWD


def week_overview(week: Week, slots: Sequence[ScheduleSlot], now: datetime) -> TallyTable:
    """Return the week as a table: days across, a row for each performer who has times, and one for all of them."""
    counted: dict[tuple[UUID, date], Tally] = {}
    for slot in slots:
        key = slot.performer_id, day_of(slot.starts_at)
        counted[key] = counted.get(key, Tally()) + Tally.of(slot, now)
    days = shown_days(week, slots)
    names = {slot.performer_id: slot.performer for slot in slots}
    names |= {one.id: with_title(one) for one in week.performers if one.id in names}
    rows = []
    for performer_id, name in sorted(names.items(), key=lambda item: (item[1], item[0])):
        whose = str(performer_id)
        tallies = [
            _tally(
                day,
                counted.get((performer_id, day), Tally()),
                now,
                performer=whose,
                who=name,
                note=away_note(week, day, performer_id),
            )
            for day in days
        ]
        rows.append(TallyRow(whose, name, Where(WEEK, week.monday, whose).href, tallies))
    everybody = t("sv", "staff.week.everybody")
    sums = [sum((tally for (_, of), tally in counted.items() if of == day), Tally()) for day in days]
    total = [_tally(day, one, now, who=everybody) for day, one in zip(days, sums, strict=True)]
    return TallyTable(
        caption_of(week),
        [day_column(day, day_note(week, day)) for day in days],
        [TallyRow("all", everybody, "", total), *rows],
    )


def month_table(month: Month, performer: str, now: datetime) -> TallyTable:
    """Return the month as a table: a row for each week from Monday, with its number; one performer's times or all."""
    whose = UUID(performer) if performer else None
    counted: dict[date, Tally] = {}
    for (day, performer_id), tally in month.tallies.items():
        if performer in ("", str(performer_id)):
            counted[day] = counted.get(day, Tally()) + tally
    following = (month.first + timedelta(days=31)).replace(day=1)
    monday = month.first - timedelta(days=month.first.weekday())
    rows = []
    while monday < following:
        days = [monday + timedelta(days=number) for number in range(7)]
        tallies = [
            _tally(
                day,
                counted.get(day, Tally()),
                now,
                performer=performer,
                note=day_note(month, day, performer_id=whose),
            )
            if day.month == month.first.month
            else TallyView()
            for day in days
        ]
        first = max(monday, month.first)
        label = t("sv", "staff.week.heading", week=monday.isocalendar().week)
        rows.append(TallyRow(monday.isoformat(), label, Where(WEEK, first, performer).href, tallies))
        monday += timedelta(days=7)
    caption = t(
        "sv", "staff.month.caption", month=format_month("sv", month.first).capitalize(), clinic=month.clinic
    )
    return TallyTable(caption, _weekdays(month.first), rows)


def _weekdays(first: date) -> list[WeekColumn]:
    monday = first - timedelta(days=first.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    return [
        WeekColumn(
            str(number),
            format_weekday("sv", day, "short").capitalize(),
            format_weekday("sv", day).capitalize(),
        )
        for number, day in enumerate(days)
    ]


def _tally(
    day: date, tally: Tally, now: datetime, *, performer: str = "", who: str = "", note: str = ""
) -> TallyView:
    lines, today = tally_lines(tally), day_of(now)
    name = format_day("sv", day, year=False)
    return TallyView(
        key=day.isoformat(),
        number=str(day.day),
        day=name,
        href=Where(DAY, day, performer).href if tally.times else "",
        state="none" if not tally.times else "past" if day < today else "full" if is_full(tally) else "free",
        lines=lines,
        note=note,
        name=": ".join(filter(None, (", ".join(filter(None, (who, name, note))), ", ".join(lines)))),
        today=day == today,
    )


def tally_lines(tally: Tally) -> list[str]:
    """Return "12 lediga", "3 bokade", "1 reserverad" and "av 16 tider", as far as there are any."""
    if not tally.times:
        return [t("sv", "staff.tally.none")]
    counts = {name: getattr(tally, name) for name in ("free", "booked", "held")}
    return [
        *([t("sv", "staff.tally.full")] if is_full(tally) else []),
        *(tn("sv", f"staff.tally.{name}", count) for name, count in counts.items() if count),
        tn("sv", "staff.tally.times", tally.times),
    ]


def is_full(tally: Tally) -> bool:
    """Return whether somebody has each time; those that passed unbooked make a day neither full nor free."""
    return not tally.free and tally.booked + tally.held >= tally.times > 0
