"""The publishing form: from what was typed to a pattern, or to what has to be mended. Pure functions."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import t
from webtidbok_app.services.publication import Pattern
from webtidbok_app.services.week_templates import Series
from webtidbok_app.state.input import parse_count, parse_day, parse_id, parse_wall, typed
from webtidbok_app.state.staff.views import PublishForm
from webtidbok_app.state.views import FieldProblem

ONCE = "once"
WEEKLY = "weekly"
_DAY_MINUTES = 24 * 60
_LINES = (
    "time_type", "performer", "visit_form", "minutes", "places", "kind",
    "from_time", "to_time", "first_day", "last_day", "day", "start_time",
)  # fmt: skip
_ORDER = (*_LINES[:6], "weekdays", *_LINES[6:])
"""The fields as they stand on the page."""
_NAMES = {"length": "minutes"}
_NAMES_ONCE = _NAMES | {
    "first_day": "day", "last_day": "day", "weekdays": "day", "from_time": "start_time", "to_time": "start_time",
}  # fmt: skip
"""A pattern's fields as the form names them; one single time has fewer."""


def read_form(form: Any, weekdays: list[str]) -> PublishForm:
    """Return what was typed, as it was typed."""
    return PublishForm(
        **{name: typed(form, name) for name in _LINES},
        weekdays=[number for number in "0123456" if number in weekdays],
        skip_holidays=bool(typed(form, "skip_holidays")),
    )


@dataclass
class _Reading:
    """Reads field by field and gathers what is wrong, so that everything is told at once."""

    form: PublishForm
    today: date
    codes: dict[str, str] = field(default_factory=dict)

    def identity(self, name: str) -> UUID:
        found = parse_id(getattr(self.form, name))
        return found or self._wrong(name, f"{name}_missing", UUID(int=0))

    def visit_form(self) -> VisitForm:
        if self.form.visit_form in list(VisitForm):
            return VisitForm(self.form.visit_form)
        return self._wrong("visit_form", "visit_form_missing", VisitForm.ON_SITE)

    def day(self, name: str) -> date:
        text = getattr(self.form, name)
        code = "day_format" if text else f"{name}_missing"
        return parse_day(text, today=self.today) or self._wrong(name, code, self.today)

    def wall(self, name: str) -> time:
        text = getattr(self.form, name)
        found = parse_wall(text)
        return (
            self._wrong(name, "time_format" if text else f"{name}_missing", time(0))
            if found is None
            else found
        )

    def count(self, name: str) -> int:
        text = getattr(self.form, name)
        found = parse_count(text)
        return self._wrong(name, name if text else f"{name}_missing", 1) if found is None else found

    def weekdays(self) -> frozenset[int]:
        if not self.form.weekdays:
            return self._wrong("weekdays", "weekdays_missing", frozenset({0}))
        return frozenset(map(int, self.form.weekdays))

    def end_of_once(self, start: time, length: int) -> time:
        minutes = start.hour * 60 + start.minute + length
        if "start_time" in self.codes or "minutes" in self.codes:
            return start
        if minutes > _DAY_MINUTES:
            return self._wrong("start_time", "past_midnight", start)
        return time(*divmod(minutes % _DAY_MINUTES, 60))

    def _wrong(self, name: str, code: str, instead: Any) -> Any:
        self.codes[name] = code
        return instead


def to_series(form: PublishForm, *, today: date) -> tuple[Series | None, dict[str, str]]:
    """Return the series that the form means, without days, or None and a code for each field that cannot be read."""
    reading = _Reading(form, today)
    series = Series(
        **_what(reading),
        weekdays=reading.weekdays(),
        from_time=reading.wall("from_time"),
        to_time=reading.wall("to_time"),
    )
    return (None if reading.codes else series), reading.codes


def to_pattern(form: PublishForm, *, today: date) -> tuple[Pattern | None, dict[str, str]]:
    """Return the pattern that the form means, or None and a code for each field that cannot be read."""
    reading = _Reading(form, today)
    once = form.kind == ONCE
    if form.kind not in (ONCE, WEEKLY):
        reading.codes["kind"] = "kind"
    what = _what(reading)
    start = reading.wall("start_time" if once else "from_time")
    first = reading.day("day" if once else "first_day")
    pattern = Pattern(
        **what,
        first_day=first,
        last_day=first if once else reading.day("last_day"),
        weekdays=frozenset({first.weekday()}) if once else reading.weekdays(),
        from_time=start,
        to_time=reading.end_of_once(start, what["length_minutes"]) if once else reading.wall("to_time"),
        skip_holidays=not once and form.skip_holidays,
    )
    return (None if reading.codes else pattern), reading.codes


def _what(reading: _Reading) -> dict[str, Any]:
    return {
        "time_type_id": reading.identity("time_type"),
        "performer_id": reading.identity("performer"),
        "visit_form": reading.visit_form(),
        "length_minutes": reading.count("minutes"),
        "places": reading.count("places"),
    }


def problems_in_words(
    codes: dict[str, str], form: PublishForm, *, today: date, **facts: object
) -> list[FieldProblem]:
    """Return the problems in the order of the page. A code stands under ``staff.publish.problem``."""
    names = _NAMES_ONCE if form.kind == ONCE else _NAMES
    placed: dict[str, str] = {}
    for name, code in codes.items():
        placed.setdefault(names.get(name, name), code)
    iso, short = date_examples(today)
    return [
        FieldProblem(name, t("sv", f"staff.publish.problem.{placed[name]}", iso=iso, short=short, **facts))
        for name in _ORDER
        if name in placed
    ]


def date_examples(today: date) -> tuple[str, str]:
    """Return a day two weeks ahead in the two most usual forms: "2026-12-07" and "7/12 2026"."""
    day = today + timedelta(days=14)
    return day.isoformat(), f"{day.day}/{day.month} {day.year}"
