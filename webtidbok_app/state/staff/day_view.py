"""The day's bookings in words. Pure functions of the list and the moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import NoSuchWallTime, day_of, to_utc
from webtidbok_app.domain.visit import Attendance
from webtidbok_app.i18n import format_clock, format_day, format_span, format_time, t, tn
from webtidbok_app.services.attendance import Mark, can_be_marked
from webtidbok_app.services.reception import DayList, DayRow
from webtidbok_app.state.views import Choice


@dataclass(frozen=True)
class Narrowing:
    """Which of the day's bookings are shown: with one performer, and around one time of day; empty is all."""

    performer: str = ""
    wall: time | None = None


@dataclass(frozen=True)
class DayRowView:
    """One booking in a list. ``name`` is masked; ``attendance`` is ``arrived``, ``no_show`` or empty."""

    booking: str = ""
    id: str = ""
    """Of its row on the page."""
    href: str = ""
    time: str = ""
    name: str = ""
    time_type: str = ""
    performer: str = ""
    visit_form: str = ""
    interpreter: str = ""
    cancelled: bool = False
    cancelled_how: str = ""
    new: bool = False
    next: bool = False
    open_name: str = ""
    attendance: str = ""
    attendance_text: str = ""
    can_arrive: bool = False
    can_miss: bool = False
    arrive_name: str = ""
    miss_name: str = ""


@dataclass(frozen=True)
class DayListView:
    """The day's bookings as they are shown. ``waiting`` says how many more there are, that came meanwhile."""

    heading: str = ""
    caption: str = ""
    clinic: str = ""
    count_text: str = ""
    only_text: str = ""
    """The time of day that the list is narrowed to; empty when it is not."""
    next_text: str = ""
    next_href: str = ""
    waiting: str = ""
    iso: str = ""
    performers: list[Choice] = field(default_factory=list)
    rows: list[DayRowView] = field(default_factory=list)


def take_in(shown: DayList, found: DayList) -> tuple[DayList, int]:
    """Return what is shown with each row as it is now, and how many more bookings there are by now."""
    now = {row.booking_id: row for row in found.rows}
    rows = [now.pop(row.booking_id, row) for row in shown.rows]
    return replace(shown, rows=rows), len(now)


def with_mark(rows: Sequence[DayRow], booking_id: str, mark: Mark) -> list[DayRow]:
    """Return the rows, one of them marked."""
    return [
        replace(row, attendance=mark.attendance, attendance_at=mark.at)
        if row.booking_id == booking_id
        else row
        for row in rows
    ]


def day_view(
    shown: DayList, *, waiting: int = 0, new: Sequence[str] = (), narrowing: Narrowing | None = None
) -> DayListView:
    """Return the list in words. ``waiting`` bookings are not shown yet; those in ``new`` are marked."""
    narrowing = narrowing or Narrowing()
    day = format_day("sv", shown.day)
    chosen = [row for row in shown.rows if narrowing.performer in ("", str(row.performer_id))]
    rows = [row for row in chosen if _around(row, shown, narrowing.wall)]
    coming = _next_of(chosen)
    return DayListView(
        heading=t("sv", "staff.day.heading", day=day),
        caption=t("sv", "staff.day.caption", day=day, clinic=shown.clinic),
        clinic=shown.clinic,
        count_text=_counts(chosen),
        only_text=_only(narrowing.wall, len(rows)) if narrowing.wall else "",
        next_text=_next_text(coming) if coming and coming in rows else "",
        next_href=f"#{row_id(coming)}" if coming else "",
        waiting=tn("sv", "staff.day.show_new", waiting) if waiting else "",
        iso=shown.day.isoformat(),
        performers=_performers(shown),
        rows=[replace(row_view(row), new=row.booking_id in new, next=row is coming) for row in rows],
    )


def row_view(row: DayRow, *, with_day: bool = False) -> DayRowView:
    """Return a booking in words, with its day where the list is not of one."""
    span = format_span("sv", row.starts_at, row.ends_at)
    when = f"{format_day('sv', row.starts_at)}, {span}" if with_day else span
    named = {"time": when, "name": row.masked_name}
    marked = row.attendance or ""
    return DayRowView(
        booking=row.booking_id,
        id=row_id(row),
        href=f"/personal/bokning/{row.booking_id}",
        time=when,
        name=row.masked_name,
        time_type=row.time_type,
        performer=row.performer,
        visit_form=t("sv", f"staff.visit_form.{row.visit_form}"),
        interpreter=t("sv", "staff.day.interpreter", language=row.interpreter) if row.interpreter else "",
        cancelled=row.cancelled,
        cancelled_how=t("sv", f"staff.day.badge_{'rebooked' if row.rebooked_to else 'cancelled'}"),
        open_name=t("sv", "staff.day.open_name", **named),
        attendance=marked,
        attendance_text=mark_text(row.attendance, row.attendance_at),
        can_arrive=not row.cancelled
        and (
            marked == Attendance.ARRIVED or (not marked and can_be_marked(Attendance.ARRIVED, row.starts_at))
        ),
        can_miss=not row.cancelled
        and (
            marked == Attendance.NO_SHOW or (not marked and can_be_marked(Attendance.NO_SHOW, row.starts_at))
        ),
        arrive_name=t("sv", f"staff.day.{'undo' if marked else 'arrived'}_name", **named),
        miss_name=t("sv", f"staff.day.{'undo' if marked else 'no_show'}_name", **named),
    )


def row_id(row: DayRow) -> str:
    """Return the id of the booking's row on the page."""
    return f"bokning-{row.booking_id}"


def mark_text(attendance: Attendance | None, at: datetime | None) -> str:
    """Return "Har kommit 9.12" or "Uteblev"; nothing for what is not marked."""
    if attendance is None or at is None:
        return ""
    return t("sv", f"staff.day.badge_{attendance}", time=format_clock(at))


def _counts(rows: Sequence[DayRow]) -> str:
    if not rows:
        return t("sv", "staff.day.empty")
    cancelled = sum(row.cancelled for row in rows)
    parts = [tn("sv", "staff.day.count", len(rows) - cancelled)]
    marked = Counter(row.attendance for row in rows if row.attendance and not row.cancelled)
    parts += [tn("sv", f"staff.day.count_{name}", marked[name]) for name in Attendance if marked[name]]
    if cancelled:
        parts.append(tn("sv", "staff.day.cancelled", cancelled))
    return ", ".join(parts)


def _only(wall: time, count: int) -> str:
    return (
        tn("sv", "staff.day.only", count, time=f"{wall.hour}.{wall.minute:02}")
        if count
        else t("sv", "staff.day.only_none", time=f"{wall.hour}.{wall.minute:02}")
    )


def _next_of(rows: Sequence[DayRow]) -> DayRow | None:
    """Return the first of today's bookings that is not over, and whose resident has not come yet."""
    now = clock.now()
    left = (row for row in rows if not row.cancelled and row.attendance is None and row.ends_at > now)
    first = next(left, None)
    return first if first and day_of(first.starts_at) == day_of(now) else None


def _next_text(row: DayRow) -> str:
    facts = {"name": row.masked_name, "time_type": row.time_type, "performer": row.performer}
    return t("sv", "staff.day.next_up", time=format_time("sv", row.starts_at), **facts)


def _around(row: DayRow, shown: DayList, wall: time | None) -> bool:
    if wall is None:
        return True
    try:
        moment = to_utc(shown.day, wall)
    except NoSuchWallTime:
        return False
    return row.starts_at <= moment < row.ends_at


def _performers(shown: DayList) -> list[Choice]:
    named = {row.performer_id: row.performer for row in shown.rows}
    return [Choice(str(key), name) for key, name in sorted(named.items(), key=lambda one: one[1])]


def parse_attendance(text: str) -> Attendance | None:
    """Return the mark that the client names, None for none. It may name anything."""
    return Attendance(text) if text in set(Attendance) else None


def said_of(row: DayRow, attendance: Attendance | None) -> str:
    """Return what is read aloud when a booking is marked."""
    said = f"said_{attendance}" if attendance else "said_unmarked"
    return t("sv", f"staff.day.{said}", time=format_time("sv", row.starts_at), name=row.masked_name)
