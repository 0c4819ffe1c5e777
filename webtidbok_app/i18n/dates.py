"""Dates and times as people read them, on the clocks of Sweden.

Swedish follows webbriktlinje 66 and common usage in care: "torsdag 3 december 2026", "kl. 9.20",
"kl. 9.00–9.20". English keeps the 24-hour clock, as the times on the clinic's wall do.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from babel.dates import format_date

from webtidbok_app.domain import swedish_time

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}
_EN_DASH = "\N{EN DASH}"


def format_day(lang: str, day: date | datetime, year: bool = True) -> str:
    """Return "torsdag 3 december 2026", or without the year where the view's own heading carries it."""
    return _format(lang, day, "EEEE d MMMM y" if year else "EEEE d MMMM")


def format_short_day(lang: str, day: date | datetime) -> str:
    """Return "fre 4 dec", for a place too narrow for the whole day."""
    return _format(lang, day, "EEE d MMM").replace(".", "")


def format_weekday(lang: str, day: date | datetime, width: Literal["short", "long"] = "long") -> str:
    """Return "torsdag", or "tors" when ``width`` is short."""
    return _format(lang, day, "EEEE" if width == "long" else "EEE").replace(".", "")


def format_month(lang: str, day: date | datetime) -> str:
    """Return "december 2026"."""
    return _format(lang, day, "MMMM y")


def format_day_span(lang: str, first: date | datetime, last: date | datetime, year: bool = True) -> str:
    """Return "3–10 december 2026", "30 november–6 december 2026" or "28 december 2026–3 januari 2027"."""
    first, last = _date_of(first), _date_of(last)
    end = _format(lang, last, "d MMMM y" if year else "d MMMM")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{_EN_DASH}{end}"
    pattern = "d MMMM" if first.year == last.year else "d MMMM y"
    return f"{_format(lang, first, pattern)}{_EN_DASH}{end}"


def format_clock(moment: datetime, lang: str = "sv") -> str:
    """Return "9.20" ("09:20" in English) for an aware moment."""
    shown = swedish_time.local(moment)
    return f"{shown.hour}.{shown:%M}" if lang == "sv" else f"{shown:%H:%M}"


def format_time(lang: str, moment: datetime) -> str:
    """Return "kl. 9.20" ("09:20" in English) for an aware moment."""
    return f"{_before(lang)}{format_clock(moment, lang)}"


def format_span(lang: str, start: datetime, end: datetime) -> str:
    """Return "kl. 9.20–9.40" for two aware moments of one day."""
    return f"{_before(lang)}{format_clock(start, lang)}{_EN_DASH}{format_clock(end, lang)}"


def _before(lang: str) -> str:
    """The no-break space keeps "kl." on the same line as the time."""
    return "kl.\N{NO-BREAK SPACE}" if lang == "sv" else ""


def _date_of(day: date | datetime) -> date:
    return swedish_time.day_of(day) if isinstance(day, datetime) else day


def _format(lang: str, day: date | datetime, pattern: str) -> str:
    return _written(lang, _date_of(day), pattern)


@lru_cache(maxsize=4096)
def _written(lang: str, day: date, pattern: str) -> str:
    """Write a day once: a page of times says the same few days in every one of them."""
    return str(format_date(day, pattern, locale=_LOCALES[lang]))
