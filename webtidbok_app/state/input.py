"""Reading what people type: texts, dates, times of day and numbers as people write them. Pure functions."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

import reflex as rx

from webtidbok_app.domain.rich_text import RAW_MAX
from webtidbok_app.journal.port import Text

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_YEARS = range(1900, 2200)
_LONGEST = 5000

_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})([-/. ]?)(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})")
_DAY_FIRST = re.compile(r"(?P<d>[0-9]{1,2})[-/. ]+(?P<m>[0-9]{1,2})(?:[-/. ]+(?P<y>[0-9]{4}|[0-9]{2}))?")
_NAMED = re.compile(r"(?P<d>[0-9]{1,2})[.:e]*\s*(?P<m>[a-z]{3,9})\.?(?:\s+(?P<y>[0-9]{4}|[0-9]{2}))?")
_WALL = re.compile(r"(?:kl\.?\s*)?([0-9]{1,2})(?:[.:,]?([0-9]{2}))?")


def typed(form: Any, name: str) -> str:
    """Return what was typed in the field ``name``. The form comes from the client and may hold anything."""
    value = form.get(name, "") if isinstance(form, Mapping) else ""
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def typed_rich(form: Any, name: str) -> Text:
    """Return the markup that was written in ``<name>_sv`` and ``<name>_en``, to be tidied by the use case."""
    values = (form.get(f"{name}_{lang}") if isinstance(form, Mapping) else "" for lang in ("sv", "en"))
    return Text(*(value[:RAW_MAX] if isinstance(value, str) else "" for value in values))


def ticked(form: Any, name: str) -> list[str]:
    """Return the values of the boxes ``name`` that are ticked."""
    values = form.getlist(name) if isinstance(form, rx.form.FormData) else []
    return [value for value in values if isinstance(value, str)]


def parse_day(text: str, *, today: date) -> date | None:
    """Return the day that is written, or None when it is none.

    Takes 2026-12-03, 20261203, 3/12 2026, 3.12.26 and 3 december 2026. Without a year it is the next such
    day, ``today`` included.
    """
    plain = " ".join(text.lower().split())
    match = _YEAR_FIRST.fullmatch(plain) or _DAY_FIRST.fullmatch(plain) or _NAMED.fullmatch(plain)
    if match is None:
        return None
    month = _month(match["m"])
    day = int(match["d"])
    if match["y"]:
        century = "" if len(match["y"]) > 2 else str(today.year)[:2]
        return _day(int(century + match["y"]), month, day)
    coming = (
        _day(year, month, day) for year in range(today.year, today.year + 9)
    )  # 29 February: 8 years at most
    return next((one for one in coming if one and one >= today), None)


def parse_wall(text: str) -> time | None:
    """Return the time of day that is written, or None: 8, 8.00, 08:00, 0800, kl. 8.00. 24.00 is midnight."""
    match = _WALL.fullmatch(text.strip().lower())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_count(text: str) -> int | None:
    """Return the whole number that is written, or None."""
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text.strip()) else None


def parse_id(text: str) -> UUID | None:
    """Return the identity that is written, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def parse_ids(texts: Iterable[str]) -> list[UUID]:
    """Return those of the texts that are identities. Whose they are is for the use case to say."""
    return [one for one in map(parse_id, texts) if one is not None]


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else 0


def in_reach(day: date) -> bool:
    """Whether the day is one that a schedule can show; the days around it can be counted with then."""
    return day.year in _YEARS


def _day(year: int, month: int, day: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
