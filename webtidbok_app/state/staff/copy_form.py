"""The copying form: from what was typed to a wish, or to what has to be mended. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from webtidbok_app.domain.swedish_time import monday_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.week_copy import MAX_WEEKS, SourceWeek, WeekCopy
from webtidbok_app.state.input import in_reach, parse_count, parse_ids, typed
from webtidbok_app.state.staff.preview_view import week_words
from webtidbok_app.state.staff.views import CopyForm, CopySourceView
from webtidbok_app.state.staff.week_template_words import save_href
from webtidbok_app.state.staff.week_view import parse_week, week_href, with_title, written_week
from webtidbok_app.state.views import Choice, FieldProblem, SummaryRow

PAGE = "/personal/kopiera"
OFFERED_WEEKS = 12
WEEK = timedelta(days=7)
_ORDER = ("first_week", "other_week", "weeks", "every", "performers")
"""The fields as they stand on the page."""
_TYPED = re.compile(r"(?:vecka|v\.?)?\s*(?P<week>[0-9]{1,2})(?:[ ,/]+(?P<year>[0-9]{4}))?")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[ -]*(?:vecka|v\.?|w)\s*(?P<week>[0-9]{1,2})")


def copy_href(monday: date) -> str:
    """Return the address where the week is copied."""
    return f"{PAGE}?vecka={written_week(monday)}"


def parse_typed_week(text: str, *, today: date) -> date | None:
    """Return the Monday of the week that is written, or None when it is none.

    Takes 2026-W49, 2026 v49, vecka 49 2026, v. 49 and 49. Without a year it is the next such week, that of
    ``today`` included.
    """
    plain = " ".join(text.lower().split())
    match = _YEAR_FIRST.fullmatch(plain) or _TYPED.fullmatch(plain)
    if match is None:
        return None
    week = int(match["week"])
    if match["year"]:
        return _monday(int(match["year"]), week)
    this_week = monday_of(today)
    coming = (_monday(year, week) for year in range(today.year, today.year + 9))  # week 53: 7 years at most
    return next((one for one in coming if one and one >= this_week), None)


def _monday(year: int, week: int) -> date | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return monday if in_reach(monday) else None


def source_view(source: SourceWeek) -> CopySourceView:
    """Return the week that is to be copied, in words."""
    rows = {
        "from_week": week_words(source.monday),
        "count": tn("sv", "staff.preview.count_value", source.count),
    }
    return CopySourceView(
        heading=week_words(source.monday),
        rows=[SummaryRow(t("sv", f"staff.preview.{name}"), value) for name, value in rows.items()],
        here_href=copy_href(source.monday),
        week_href=week_href(source.monday),
        save_href=save_href(source.monday),
        empty=not source.count,
    )


def week_choices(source: date | None, *, today: date) -> list[Choice]:
    """Return the weeks to choose among: the next ones, but for the one that is copied, if any."""
    return [
        Choice(written_week(monday), week_words(monday, year=False))
        for monday in coming_weeks(today)
        if monday != source
    ]


def coming_weeks(today: date, *, after: date | None = None) -> list[date]:
    """Return the Mondays of the next weeks, from this one on; those ``after`` a week alone, where there are any."""
    coming = [monday_of(today) + WEEK * number for number in range(OFFERED_WEEKS + 1)]
    return [monday for monday in coming if after is None or monday > after] or coming


def performer_choices(source: SourceWeek) -> list[Choice]:
    """Return those whose times there are to copy, each with how many."""
    return [
        Choice(str(one.id), tn("sv", "staff.copy.performer", times, name=with_title(one)))
        for one, times in source.performers
    ]


def first_form(source: SourceWeek, *, first: date) -> CopyForm:
    """Return the form before anything is filled in: everybody's times, to the week of ``first``."""
    return CopyForm(
        first_week=written_week(first),
        performers=[str(one.id) for one, _ in source.performers],
    )


def read_form(form: Mapping[str, Any], performers: list[str]) -> CopyForm:
    """Return what was filled in, as it was."""
    return CopyForm(
        **{name: typed(form, name) for name in ("first_week", "other_week", "weeks", "every")},
        performers=performers,
        skip_holidays=bool(typed(form, "skip_holidays")),
    )


def to_filling(form: CopyForm, *, today: date) -> tuple[Filling | None, dict[str, str]]:
    """Return the wish that the form means, or None and a code for each field that cannot be read."""
    codes: dict[str, str] = {}
    if form.other_week:
        first, code = parse_typed_week(form.other_week, today=today), "week_format"
    else:
        first, code = parse_week(form.first_week), "first_week_missing"
    if first is None:
        codes["first_week"] = code
    weeks = parse_count(form.weeks)
    if weeks is None:
        codes["weeks"] = "weeks"
    if first is None or weeks is None:
        return None, codes
    performers = frozenset(parse_ids(form.performers))
    every = 1 if not form.every else parse_count(form.every) or 0
    return Filling(first, weeks, performers, form.skip_holidays, every), codes


def to_copy(form: CopyForm, monday: date, *, today: date) -> tuple[WeekCopy | None, dict[str, str]]:
    """Return the wish to copy the week of ``monday``, or None and a code for each field that cannot be read."""
    filling, codes = to_filling(form, today=today)
    return (WeekCopy(**vars(filling), monday=monday) if filling else None), codes


def problems_in_words(
    codes: Mapping[str, str], form: CopyForm, *, today: date, **facts: object
) -> list[FieldProblem]:
    """Return the problems in the order of the page. A code stands under ``staff.copy.problem``."""
    first_field = "other_week" if form.other_week else "first_week"
    placed = {first_field if name == "first_week" else name: code for name, code in codes.items()}
    facts = {"example": week_example(today), "most": MAX_WEEKS} | facts
    return [
        FieldProblem(name, t("sv", f"staff.copy.problem.{placed[name]}", **facts))
        for name in _ORDER
        if name in placed
    ]


def week_example(today: date) -> str:
    """Return a week a month ahead as one may write it: "2026-W53"."""
    return written_week(today + 4 * WEEK)


def names_of(source: SourceWeek, copy: WeekCopy) -> Sequence[str]:
    """Return the names of those whose times are copied."""
    return [one.name for one, _ in source.performers if one.id in copy.performer_ids]
