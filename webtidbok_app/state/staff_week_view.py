"""The week in words: from the schedule's times to what the table and the list show. Pure functions."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from webtidbok_app.domain.swedish_time import day_of, local, monday_of
from webtidbok_app.i18n import (
    format_clock,
    format_day,
    format_day_span,
    format_span,
    format_time,
    format_weekday,
    t,
    tn,
)
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot, Week
from webtidbok_app.state.input import in_reach
from webtidbok_app.state.staff_views import Chip, Outcome, Stepper, WeekDay
from webtidbok_app.state.views import WeekCell, WeekColumn, WeekRow, WeekSquare, WeekView

FRIDAY = 4
SHOWN = 20
"""How many times a message names before it only counts the rest."""


def parse_week(text: str) -> date | None:
    """Return the Monday of a week written as ``2026-W49``, or None."""
    match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None
    return monday if monday and in_reach(monday) else None


def week_href(day: date) -> str:
    """Return the address of the schedule for the week that ``day`` is in."""
    year, week, _ = day.isocalendar()
    return f"/personal?vecka={year}-W{week:02}"


def stepper(monday: date, today: date) -> Stepper:
    """Return the way to the weeks around ``monday``."""
    week = timedelta(days=7)
    here = monday == monday_of(today)
    return Stepper(week_href(monday - week), week_href(monday + week), "/personal", here)


def chips(performers: Sequence[PerformerChoice], chosen: str) -> list[Chip]:
    """Return the filter by performer; none where there is one performer at most."""
    if len(performers) < 2:
        return []
    everybody = Chip("", t("sv", "staff.week.everybody"), not chosen)
    return [everybody, *(Chip(str(one.id), with_title(one), chosen == str(one.id)) for one in performers)]


def with_title(performer: PerformerChoice) -> str:
    """Return "Anna Berg, sjuksköterska", or the name alone for a room."""
    if not performer.title:
        return performer.name
    return t("sv", "staff.week.with_title", name=performer.name, title=performer.title)


def table_of(week: Week, slots: Sequence[ScheduleSlot], now: datetime, *, one: bool = False) -> WeekView:
    """Return the week as a table: a row for each clock time at which anything begins.

    ``one`` says that all times are the same performer's, whose name then is left out.
    """
    days = shown_days(week, slots)
    squares: dict[tuple[time, date], list[WeekCell]] = {}
    for slot in slots:
        start = local(slot.starts_at)
        squares.setdefault((start.time(), start.date()), []).append(cell_of(slot, now, one=one))
    rows = [
        WeekRow(
            f"{wall.hour}.{wall.minute:02}",
            [WeekSquare(day.isoformat(), squares.get((wall, day), [])) for day in days],
        )
        for wall in sorted({wall for wall, _ in squares})
    ]
    return WeekView(caption_of(week), [_column(day, week) for day in days], rows)


def list_of(week: Week, slots: Sequence[ScheduleSlot], now: datetime, *, one: bool = False) -> list[WeekDay]:
    """Return the week day by day."""
    found = []
    for day in shown_days(week, slots):
        of_day = [slot for slot in slots if day_of(slot.starts_at) == day]
        cells = [cell_of(slot, now, one=one, with_time=True) for slot in of_day]
        name = format_day("sv", day, year=False)
        found.append(
            WeekDay(
                iso=day.isoformat(),
                heading=name,
                note=week.holidays.get(day, ""),
                cells=cells,
                select_name=t("sv", "staff.week.select_day_name", day=name),
                selectable=any(cell.selectable for cell in cells),
            )
        )
    return found


def caption_of(week: Week) -> str:
    """Return "Vecka 49, 30 november–6 december 2026, Björkens vårdcentral"."""
    return t(
        "sv",
        "staff.week.caption",
        week=week.monday.isocalendar().week,
        span=span_of(week.monday),
        clinic=week.clinic,
    )


def span_of(monday: date) -> str:
    """Return "30 november–6 december 2026"."""
    return format_day_span("sv", monday, monday + timedelta(days=6))


def shown_days(week: Week, slots: Iterable[ScheduleSlot]) -> list[date]:
    """Return Monday to Friday, and the weekend where it has times."""
    last = max((day_of(slot.starts_at).weekday() for slot in slots), default=FRIDAY)
    return [week.monday + timedelta(days=number) for number in range(max(last, FRIDAY) + 1)]


def is_free(slot: ScheduleSlot, now: datetime) -> bool:
    """Whether the time can be withdrawn: nobody has it, and it has not begun."""
    return not slot.booked and not slot.held and slot.starts_at > now


def cell_of(slot: ScheduleSlot, now: datetime, *, one: bool = False, with_time: bool = False) -> WeekCell:
    """Return one published time: its state in words, and what it is."""
    state, text = _state_of(slot, now)
    what = slot.time_type if one else f"{slot.time_type}, {slot.performer}"
    name = t(
        "sv", "staff.cell.name", day=format_day("sv", slot.starts_at, year=False),
        time=format_time("sv", slot.starts_at), state=text, what=slot.time_type, who=slot.performer,
    )  # fmt: skip
    clock = f"{format_clock(slot.starts_at)} " if with_time else ""
    return WeekCell(str(slot.id), state, f"{clock}{text}", what, name, is_free(slot, now))


def _state_of(slot: ScheduleSlot, now: datetime) -> tuple[str, str]:
    taken = _taken_of(slot)
    if slot.starts_at <= now:
        return "past", t("sv", "staff.cell.passed_booked", what=taken) if taken else t(
            "sv", "staff.cell.passed"
        )
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


def impact_of(chosen: Sequence[ScheduleSlot], now: datetime, key: str) -> Outcome:
    """Return what withdrawing the chosen times would do, before it is done."""
    free = [slot for slot in chosen if is_free(slot, now)]
    taken = len(chosen) - len(free)
    if not free:
        body = tn("sv", "staff.withdraw.kept", taken) if taken else t("sv", "staff.withdraw.gone")
        keep = t("sv", "staff.withdraw.no_free_back")
        return Outcome(t("sv", "staff.withdraw.no_free"), body, keep=keep, key=key)
    rest = (
        tn("sv", "staff.withdraw.kept", taken) if taken else tn("sv", "staff.withdraw.none_taken", len(free))
    )
    return Outcome(
        title=tn("sv", "staff.withdraw.title", len(free)),
        body=rest,
        rows=_lines(free),
        more=_more(len(free)),
        confirm=tn("sv", "staff.withdraw.yes", len(free)),
        keep=tn("sv", "staff.withdraw.no", len(free)),
        key=key,
    )


def withdrawn_words(count: int, kept: Sequence[ScheduleSlot], key: str) -> Outcome:
    """Return what withdrawing did."""
    return Outcome(
        title=tn("sv", "staff.withdraw.done", count) if count else t("sv", "staff.withdraw.done_none"),
        body=tn("sv", "staff.withdraw.kept", len(kept)) if kept else "",
        rows=_lines(kept),
        more=_more(len(kept)),
        key=key,
    )


def _lines(slots: Sequence[ScheduleSlot]) -> list[str]:
    return [
        f"{format_day('sv', slot.starts_at, year=False)} {format_span('sv', slot.starts_at, slot.ends_at)},"
        f" {slot.time_type}, {slot.performer}"
        for slot in slots[:SHOWN]
    ]


def _more(count: int) -> str:
    return tn("sv", "staff.withdraw.more", count - SHOWN) if count > SHOWN else ""


def _column(day: date, week: Week) -> WeekColumn:
    label = f"{format_weekday('sv', day, 'short')} {day.day}"
    return WeekColumn(day.isoformat(), label, format_day("sv", day, year=False), week.holidays.get(day, ""))
