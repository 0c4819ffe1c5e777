"""What publishing would do, and did, in words. Pure functions."""

from collections import Counter
from collections.abc import Sequence
from datetime import time

from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import format_day, format_day_span, format_span, format_time, t, tn
from webtidbok_app.services.schedule import Pattern, Preview, Published
from webtidbok_app.state.staff_views import Outcome, PreviewView, PublishedView
from webtidbok_app.state.staff_week_view import span_of, week_href
from webtidbok_app.state.views import SummaryRow

SHOWN = 20
"""How many lines a list has before it only counts the rest."""


def preview_of(pattern: Pattern, preview: Preview, *, time_type: str, performer: str) -> PreviewView:
    """Return the preview; ``time_type`` and ``performer`` are their names."""
    count = len(preview.publishable)
    clashing = len(preview.slots) - count
    return PreviewView(
        rows=_rows(pattern, count, time_type, performer),
        weeks=_weeks(preview),
        clashes=_outcome(
            "clashes",
            clashing,
            [
                t("sv", "staff.preview.clash", day=format_day("sv", one.starts_at),
                  span=format_span("sv", one.starts_at, one.ends_at), time_type=one.time_type)
                for one in preview.clashes
            ],
            t("sv", "staff.preview.clashes_body", performer=performer),
        ),
        holidays=_outcome(
            "holidays",
            len(preview.holidays),
            [t("sv", "staff.preview.holiday", day=format_day("sv", day), name=name) for day, name in preview.holidays],
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
        confirm=tn("sv", "staff.preview.publish", count) if count else "",
    )  # fmt: skip


def published_words(published: Published) -> PublishedView:
    """Return what was published, and the way to the week of the first time."""
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
    return PublishedView(title, body, week_href(day_of(published.first)))


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


def _weeks(preview: Preview) -> list[SummaryRow]:
    weeks = Counter(monday_of(day_of(slot.starts_at)) for slot in preview.publishable)
    return [
        SummaryRow(
            f"{t('sv', 'staff.preview.week', week=monday.isocalendar().week)}, {span_of(monday)}",
            tn("sv", "staff.preview.week_value", weeks[monday]),
        )
        for monday in sorted(weeks)
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
