"""What publishing would do, and did, in words. Pure functions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from webtidbok_app.domain.errors import Conflict, ScheduleChanged
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import format_day, format_day_span, format_span, format_time, t, tn
from webtidbok_app.services.import_times import ImportPreview, RowProblem
from webtidbok_app.services.publication import NewSlot, Pattern, Preview, Published
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.week_copy import WeekCopy
from webtidbok_app.state.staff.deviation_words import deviation_words
from webtidbok_app.state.staff.views import Outcome, PreviewView, PublishedView
from webtidbok_app.state.staff.week_view import week_href
from webtidbok_app.state.views import Problem, SummaryRow

SHOWN = 20
"""How many lines a list has before it only counts the rest."""
SHOWN_ROWS = 500
"""How many rows of a file are named, each to be mended."""


def preview_of(pattern: Pattern, preview: Preview, *, time_type: str, performer: str) -> PreviewView:
    """Return what publishing would do; ``time_type`` and ``performer`` are their names."""
    rows = _rows(pattern, len(preview.publishable), time_type, performer)
    return _preview(preview, rows, t("sv", "staff.preview.clashes_body", performer=performer), "clash")


def copy_preview_of(copy: WeekCopy, preview: Preview, *, performers: Sequence[str]) -> PreviewView:
    """Return what copying would do; ``performers`` are the names of those whose times are copied."""
    values = {
        "from_week": week_words(copy.monday),
        "to_weeks": _weeks_words(copy.first_week, copy.mondays[-1]),
        "performer": ", ".join(performers),
        "count": tn("sv", "staff.preview.count_value", len(preview.publishable)),
    }
    rows = [SummaryRow(t("sv", f"staff.preview.{name}"), value) for name, value in values.items()]
    return _preview(preview, rows, t("sv", "staff.preview.clashes_copy"), "clash_with", copy.mondays)


def template_preview_of(
    name: str, filling: Filling, preview: Preview, *, performers: Sequence[str]
) -> PreviewView:
    """Return what using the template ``name`` would do; ``performers`` are the names of those whose times are used."""
    values = {
        "template": name,
        "to_weeks": _weeks_words(filling.first_week, filling.mondays[-1]),
        "how_often": t("sv", f"staff.template_use.every_{filling.every}"),
        "performer": ", ".join(performers),
        "count": tn("sv", "staff.preview.count_value", len(preview.publishable)),
    }
    rows = [SummaryRow(t("sv", f"staff.preview.{key}"), value) for key, value in values.items()]
    return _preview(preview, rows, t("sv", "staff.preview.clashes_copy"), "clash_with", filling.mondays)


def import_preview_of(unread: Sequence[RowProblem], found: ImportPreview) -> PreviewView:
    """Return what importing would do, and each row that it leaves out with its number and why."""
    bad = sorted([*unread, *found.problems], key=lambda one: one.line)
    count = len(found.slots)
    lines = [
        t(
            "sv",
            "staff.import.row",
            line=one.line,
            why=t("sv", f"staff.import.problem.{one.code}", **one.facts),
        )
        for one in bad[:SHOWN_ROWS]
    ]
    more = tn("sv", "staff.preview.more", len(bad) - SHOWN_ROWS) if len(bad) > SHOWN_ROWS else ""
    title = tn("sv", "staff.import.bad", len(bad))
    confirm = "staff.import.publish_rest" if bad else "staff.preview.publish"
    return PreviewView(
        rows=[SummaryRow(t("sv", "staff.preview.count"), tn("sv", "staff.preview.count_value", count))],
        weeks=_weeks(found.slots, ()),
        clashes=Outcome(title, t("sv", "staff.import.bad_body"), lines, more) if bad else Outcome(),
        confirm=tn("sv", confirm, count) if count else "",
    )


def _preview(
    preview: Preview, rows: list[SummaryRow], clashes: str, clash: str, mondays: Sequence[date] = ()
) -> PreviewView:
    count = len(preview.publishable)
    return PreviewView(
        rows=rows,
        weeks=_weeks(preview.publishable, mondays),
        clashes=_outcome(
            "clashes",
            len(preview.slots) - count,
            [
                t("sv", f"staff.preview.{clash}", day=format_day("sv", one.starts_at), performer=one.performer,
                  span=format_span("sv", one.starts_at, one.ends_at), time_type=one.time_type)
                for one in preview.clashes
            ],
            clashes,
        ),
        holidays=_outcome(
            "holidays",
            len(preview.holidays),
            [t("sv", "staff.preview.holiday", day=format_day("sv", day), name=name) for day, name in preview.holidays],
        ),
        deviating=_outcome(
            "deviating",
            sum(one.times for one in preview.deviating),
            [
                tn("sv", "staff.preview.deviating_row", one.times, day=format_day("sv", one.day),
                   what=deviation_words(one.deviation))
                for one in preview.deviating
            ],
        ),
        not_on_clock=_outcome(
            "not_on_clock",
            len(preview.not_on_clock),
            [
                t("sv", "staff.preview.not_on_clock_row", day=format_day("sv", day), time=_clock(wall))
                for day, wall in preview.not_on_clock
            ],
            t("sv", "staff.preview.not_on_clock_body"),
        ),
        passed=_outcome("passed", preview.passed, []),
        confirm=tn("sv", "staff.preview.publish", count) if count else "",
    )  # fmt: skip


def changed_problem(conflict: Conflict, now: datetime, key: str) -> Problem:
    """Return that the schedule is another than the one that was checked, and who has changed it."""
    body = t("sv", "staff.preview.changed_body")
    if isinstance(conflict, ScheduleChanged):
        when = moment_words(conflict.facts["changed_at"], now)
        body = t("sv", "staff.preview.changed_by", name=conflict.facts["changed_by"], when=when)
    return Problem(t("sv", "staff.preview.changed_title"), body, key=key)


def moment_words(moment: datetime, now: datetime) -> str:
    """Return "kl. 14.02" for a moment of today, otherwise "tisdag 1 december 2026 kl. 14.02"."""
    time_of_day = format_time("sv", moment)
    return time_of_day if day_of(moment) == day_of(now) else f"{format_day('sv', moment)} {time_of_day}"


def week_words(monday: date, *, year: bool = True) -> str:
    """Return "Vecka 49, 30 november–6 december 2026", or without the year."""
    span = format_day_span("sv", monday, monday + timedelta(days=6), year=year)
    return f"{t('sv', 'staff.preview.week', week=monday.isocalendar().week)}, {span}"


def _weeks_words(first: date, last: date) -> str:
    """Return "Vecka 49–51, 30 november–20 december 2026" for the weeks that begin on ``first`` to ``last``."""
    if first == last:
        return week_words(first)
    span = format_day_span("sv", first, last + timedelta(days=6))
    weeks = f"{first.isocalendar().week}–{last.isocalendar().week}"
    return f"{t('sv', 'staff.preview.week', week=weeks)}, {span}"


def published_words(published: Published, now: datetime) -> PublishedView:
    """Return what was published, the way to the week of the first time, and how long it can be undone."""
    if published.first is None or published.last is None:
        return PublishedView(
            title=t("sv", "staff.published.title_none"), body=t("sv", "staff.preview.nothing_body")
        )
    if published.count == 1:
        first = published.first
        body = t("sv", "staff.published.once", day=format_day("sv", first), time=format_time("sv", first))
    else:
        body = t("sv", "staff.published.span", span=format_day_span("sv", published.first, published.last))
    title = tn("sv", "staff.published.title", published.count)
    seen = PublishedView(title, body, week_href(day_of(published.first)))
    if published.change_id is None or now > published.undo_until:
        return seen
    until = t("sv", "staff.undo.until", time=format_time("sv", published.undo_until))
    return replace(seen, undo_href=undo_href(published.change_id), undo_text=until)


def undo_href(change_id: UUID) -> str:
    """Return the address where a change is undone."""
    return f"/personal/andringar/{change_id}"


def _rows(pattern: Pattern, count: int, time_type: str, performer: str) -> list[SummaryRow]:
    once = pattern.first_day == pattern.last_day
    days = (
        format_day("sv", pattern.first_day)
        if once
        else format_day_span("sv", pattern.first_day, pattern.last_day)
    )
    weekdays = [t("sv", f"staff.publish.weekday_{number}").lower() for number in sorted(pattern.weekdays)]
    end = "24.00" if pattern.to_time == time(0) else _clock(pattern.to_time)
    facts = {"from_time": _clock(pattern.from_time), "to_time": end, "length": pattern.length_minutes}
    values = {
        "time_type": time_type,
        "performer": performer,
        "visit_form": t("sv", f"staff.visit_form.{pattern.visit_form}"),
        "days": days if once else f"{_join(weekdays)}, {days}",
        "times": t("sv", "staff.preview.times_value", **facts),
        "places": str(pattern.places),
        "count": tn("sv", "staff.preview.count_value", count),
    }
    return [SummaryRow(t("sv", f"staff.preview.{name}"), value) for name, value in values.items()]


def _weeks(slots: Sequence[NewSlot], mondays: Sequence[date]) -> list[SummaryRow]:
    """Return how many times each week gets: ``mondays`` and all other weeks that get any."""
    weeks = Counter(monday_of(day_of(slot.starts_at)) for slot in slots)
    return [
        SummaryRow(week_words(monday), tn("sv", "staff.preview.week_value", weeks[monday]))
        for monday in sorted({*weeks, *mondays})
    ]


def _clock(wall: time) -> str:
    return f"{wall.hour}.{wall.minute:02}"


def _join(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} {t('sv', 'staff.preview.and')} {last}" if first else last


def _outcome(name: str, count: int, lines: Sequence[str], body: str = "") -> Outcome:
    if not count:
        return Outcome()
    more = tn("sv", "staff.preview.more", len(lines) - SHOWN) if len(lines) > SHOWN else ""
    return Outcome(tn("sv", f"staff.preview.{name}", count), body, list(lines[:SHOWN]), more)
