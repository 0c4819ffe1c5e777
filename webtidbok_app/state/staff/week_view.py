"""The week in words: from the schedule's times to what the table and the list show. Pure functions."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from webtidbok_app.domain.swedish_time import day_of, local
from webtidbok_app.i18n import (
    format_clock,
    format_day,
    format_day_span,
    format_short_day,
    format_time,
    format_weekday,
    t,
    tn,
)
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot, Week
from webtidbok_app.services.waiting import Waiting
from webtidbok_app.state.input import in_reach
from webtidbok_app.state.staff.deviation_words import day_note, note_beside
from webtidbok_app.state.staff.views import WeekDay
from webtidbok_app.state.views import WeekCell, WeekColumn, WeekRow, WeekView

FRIDAY = 4


def parse_week(text: str) -> date | None:
    """Return the Monday of a week written as ``2026-W49``, or None."""
    match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None
    return monday if monday and in_reach(monday) else None


def written_week(day: date) -> str:
    """Return the week that ``day`` is in as ``2026-W49``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_href(day: date) -> str:
    """Return the address of the schedule for the week that ``day`` is in."""
    return f"/personal?vecka={written_week(day)}"


def with_title(performer: PerformerChoice) -> str:
    """Return "Anna Berg, sjuksköterska", or the name alone for a room."""
    if not performer.title:
        return performer.name
    return t("sv", "staff.week.with_title", name=performer.name, title=performer.title)


def followed(shown: Week, latest: Week) -> Week:
    """Return the shown times as they are now, each in its place: those no longer there are withdrawn.

    What has been published since is left out; ``added`` tells it.
    """
    now = {slot.id: slot for slot in latest.slots}
    slots = [now.get(slot.id) or replace(slot, withdrawn=True) for slot in shown.slots]
    return replace(
        shown, slots=slots, seen=latest.seen, last_change=latest.last_change, deviations=latest.deviations
    )


def added(shown: Week, latest: Week) -> list[ScheduleSlot]:
    """Return the times that have been published since the week was shown."""
    known = {slot.id for slot in shown.slots}
    return [slot for slot in latest.slots if slot.id not in known]


def within(
    slots: Iterable[ScheduleSlot], *, day: date | None, since: time | None, until: time | None
) -> list[ScheduleSlot]:
    """Return the times that begin at ``since`` or later and end at ``until`` or earlier, on all days or one.

    Clock times in Sweden; midnight as ``until`` is the end of the day.
    """
    return [
        slot
        for slot in slots
        if day in (None, day_of(slot.starts_at))
        and (since is None or local(slot.starts_at).time() >= since)
        and (not until or until == time(0) or _is_over_by(slot, until))
    ]


def _is_over_by(slot: ScheduleSlot, wall: time) -> bool:
    start, end = local(slot.starts_at), local(slot.ends_at)
    return end.date() == start.date() and end.time() <= wall


def week_table(
    week: Week,
    slots: Sequence[ScheduleSlot],
    now: datetime,
    *,
    performer: str = "",
    boxed: Collection[str] | None = (),
    one: bool = False,
) -> WeekView:
    """Return the week as a table: days across, and a row for each clock time at which anything begins.

    ``performer`` is the id of whose times alone are shown. ``boxed`` are the ids that have a box to choose by, None
    where nothing can be chosen; ``one`` says that all times are the same performer's, whose name then is left out.
    """
    cells: dict[tuple[time, str], list[WeekCell]] = {}
    for slot in slots:
        start = local(slot.starts_at)
        cell = cell_of(slot, now, boxed=boxed, one=one)
        cells.setdefault((start.time(), start.date().isoformat()), []).append(cell)
    columns = [day_column(day, note_beside(week, day, performer)) for day in shown_days(week, slots)]
    return _table(caption_of(week), columns, cells)


def day_table(
    week: Week,
    day: date,
    slots: Sequence[ScheduleSlot],
    now: datetime,
    *,
    boxed: Collection[str] | None = (),
    one: bool = False,
) -> WeekView:
    """Return one day as a table: performers across, and a row for each clock time at which anything begins."""
    cells: dict[tuple[time, str], list[WeekCell]] = {}
    for slot in slots:
        cell = cell_of(slot, now, boxed=boxed, one=one)
        cells.setdefault((local(slot.starts_at).time(), str(slot.performer_id)), []).append(cell)
    names = {str(one.id): with_title(one) for one in week.performers}
    busy = {str(slot.performer_id): slot.performer for slot in slots}
    columns = [
        WeekColumn(key, name, names.get(key, name), day_note(week, day, performer_id=UUID(key)))
        for key, name in sorted(busy.items(), key=_by_name)
    ]
    caption = t("sv", "staff.week.day_caption", day=format_day("sv", day), clinic=week.clinic)
    return replace(_table(caption, columns, cells), by_performer=True)


def days_of(
    week: Week,
    slots: Sequence[ScheduleSlot],
    free: Collection[str],
    *,
    performer: str = "",
    days: Sequence[date] | None = None,
) -> list[WeekDay]:
    """Return the head of each day that is shown, or of ``days``.

    ``free`` are the ids that can be chosen, ``performer`` the id of whose times alone are shown.
    """
    busy = {day_of(slot.starts_at) for slot in slots}
    choosable = {day_of(slot.starts_at) for slot in slots if str(slot.id) in free}
    found = []
    for day in shown_days(week, slots) if days is None else days:
        name = format_day("sv", day, year=False)
        found.append(
            WeekDay(
                iso=day.isoformat(),
                heading=name,
                note=note_beside(week, day, performer),
                has_times=day in busy,
                select_name=t("sv", "staff.week.select_day_name", day=name),
                selectable=day in choosable,
            )
        )
    return found


def since_drawn(
    drawn: Week, drawn_at: datetime, week: Week, now: datetime, *, boxed: Collection[str] | None, one: bool
) -> dict[str, WeekCell]:
    """Return the times of ``week``, which is ``drawn`` followed, that look different from when they were drawn."""
    return {
        str(slot.id): cell_of(slot, now, boxed=boxed, one=one)
        for was, slot in zip(drawn.slots, week.slots, strict=True)
        if slot != was
        or drawn_at < slot.starts_at <= now
        or (boxed is not None and (str(slot.id) in boxed) != was.can_be_removed(drawn_at))
    }


def caption_of(week: Week) -> str:
    """Return "Vecka 49, 30 november–6 december 2026, Björkens vårdcentral"."""
    return t(
        "sv",
        "staff.week.caption",
        week=week.monday.isocalendar().week,
        span=span_of(week.monday),
        clinic=week.clinic,
    )


def waiting_text(waiting: Sequence[Waiting]) -> str:
    """Return how many wait for a free time and for which, or nothing when nobody does."""
    types = ", ".join(t("sv", "staff.waiting.types", type=one.time_type, count=one.count) for one in waiting)
    return tn("sv", "staff.waiting.total", sum(one.count for one in waiting), types=types) if waiting else ""


def span_of(monday: date) -> str:
    """Return "30 november–6 december 2026"."""
    return format_day_span("sv", monday, monday + timedelta(days=6))


def last_change_of(week: Week, now: datetime) -> str:
    """Return who changed the schedule last and when, or nothing before the first change."""
    if week.last_change is None:
        return ""
    at = week.last_change.changed_at
    clock = format_time("sv", at)
    when = clock if day_of(at) == day_of(now) else f"{format_short_day('sv', at)} {clock}"
    return t("sv", "staff.live.last_change", name=week.last_change.changed_by, when=when)


def shown_days(week: Week, slots: Iterable[ScheduleSlot]) -> list[date]:
    """Return Monday to Friday, and the weekend where it has times."""
    last = max((day_of(slot.starts_at).weekday() for slot in slots), default=FRIDAY)
    return [week.monday + timedelta(days=number) for number in range(max(last, FRIDAY) + 1)]


def cell_of(
    slot: ScheduleSlot,
    now: datetime,
    *,
    boxed: Collection[str] | None = (),
    one: bool = False,
) -> WeekCell:
    """Return one published time: its state in words, and what it is."""
    state, text = state_of(slot, now)
    clock = format_clock(slot.starts_at)
    name = t(
        "sv", "staff.cell.name", day=format_short_day("sv", slot.starts_at), time=clock, state=text,
        what=slot.time_type, who=slot.performer,
    )  # fmt: skip
    return WeekCell(
        id=str(slot.id),
        state=state,
        time=clock,
        text=text,
        sub=slot.time_type,
        who="" if one else slot.performer,
        name=name,
        free=boxed is not None and slot.is_free(now),
        selectable=boxed is not None and slot.can_be_removed(now),
        boxed=boxed is not None and (slot.can_be_removed(now) or str(slot.id) in boxed),
    )


def state_of(slot: ScheduleSlot, now: datetime) -> tuple[str, str]:
    """Return the state of a time, as its cell is drawn, and in words."""
    taken = _taken_of(slot)
    if slot.withdrawn:
        return "withdrawn", t("sv", "staff.cell.withdrawn")
    if slot.starts_at <= now:
        passed = t("sv", "staff.cell.passed_booked", what=taken) if taken else t("sv", "staff.cell.passed")
        return "past", passed
    if slot.booked >= slot.places:
        return "booked", taken
    if slot.places == 1 and slot.held:
        return "held", t("sv", "staff.cell.held")
    return "free", taken or t("sv", "staff.cell.free")


def _taken_of(slot: ScheduleSlot) -> str:
    if slot.places == 1:
        return t("sv", "staff.cell.booked", who=", ".join(slot.initials)) if slot.booked else ""
    facts = {"taken": slot.booked, "places": slot.places, "held": slot.held}
    if slot.booked >= slot.places:
        return t("sv", "staff.cell.full", **facts)
    if slot.held:
        return t("sv", "staff.cell.part_held", **facts)
    return t("sv", "staff.cell.part", **facts) if slot.booked else ""


def _table(
    caption: str, columns: list[WeekColumn], cells: Mapping[tuple[time, str], list[WeekCell]]
) -> WeekView:
    rows = []
    for wall in sorted({wall for wall, _ in cells}):
        squares = [cells.get((wall, column.key), []) for column in columns]
        clock, lines = f"{wall.hour}.{wall.minute:02}", max(map(len, squares))
        rows += [
            WeekRow(
                key=f"{clock}-{line}",
                label="" if line else clock,
                time=clock,
                lines=lines,
                cells=[square[line] if line < len(square) else WeekCell() for square in squares],
            )
            for line in range(lines)
        ]
    return WeekView(caption, columns, rows)


def day_column(day: date, note: str) -> WeekColumn:
    """Return the head of a day's column, with what is to be known of the day."""
    label = f"{format_weekday('sv', day, 'short')} {day.day}"
    return WeekColumn(day.isoformat(), label, format_day("sv", day, year=False), note)


def _by_name(column: tuple[str, str]) -> tuple[str, str]:
    return column[1], column[0]
