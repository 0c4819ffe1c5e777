"""Closed days and deviating times: the list, a new one, and taking one away."""

from datetime import date, time, timedelta

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_day_span, t, tn
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.deviations import (
    Deviation,
    KeptDeviation,
    add_deviation,
    list_deviations,
    remove_deviation,
)
from webtidbok_app.services.removal_impact import DAYS_AT_MOST
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_day, parse_id, parse_wall, typed
from webtidbok_app.state.staff.deviation_words import clock_words
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.staff.removal_view import PAGE as TAKE_AWAY
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.staff.week_view import with_title
from webtidbok_app.state.staff.weeks_views import DeviationForm, DeviationRow
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["PAGE", "StaffDeviationsState"]

PAGE = "/personal/avvikande-tider"
_FIELDS = ("first_day", "last_day", "from_time", "to_time", "performer", "reason")


class StaffDeviationsState(rx.State):
    """The deviations, and one that is being added."""

    clinic: str = ""
    coming: list[DeviationRow] = []
    passed: list[DeviationRow] = []
    performers: list[Choice] = []
    date_hint: str = ""
    form: DeviationForm = DeviationForm()
    boxes: int = 0
    """How many have been added: after each the boxes are new ones."""
    done: Outcome = Outcome()
    impact_href: str = ""
    """Where the times are taken away that lie in what was added; empty where there are none."""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the deviations."""
        self.reset()
        iso, short = date_examples(day_of(clock.now()))
        self.date_hint = t("sv", "staff.publish.date_hint", iso=iso, short=short)
        await self._show()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def add(self, form: rx.form.FormData) -> None:
        """Add a deviation, and tell what is published there already."""
        self._begin()
        today = day_of(clock.now())
        self.form = DeviationForm(**{name: typed(form, name) for name in _FIELDS})
        deviation, codes = to_deviation(self.form, today=today)
        if deviation is None:
            self.problems = problems_in_words(codes, today=today)
            return
        try:
            added = await attempt(
                add_deviation(current(), deviation=deviation), "sv", let_through=(InvalidInput,)
            )
        except InvalidInput as invalid:
            self.problems = problems_in_words(invalid.problems, today=today)
            return
        if isinstance(added, Problem):
            self.problem = added
            return
        await self._show()
        self.form, self.boxes = DeviationForm(), self.boxes + 1
        self.impact_href = impact_href(added, today=today) if added.times else ""
        body = there_words(added, today=today)
        self.done = Outcome(t("sv", "staff.deviations.added"), body, key=str(self.attempts))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def remove(self, deviation: str) -> None:
        """Take a deviation away."""
        self._begin()
        identity = parse_id(deviation)
        if identity is None:
            return
        removed = await attempt(remove_deviation(current(), deviation_id=identity), "sv")
        await self._show()
        if isinstance(removed, Problem):
            self.problem = removed
            return
        title, body = t("sv", "staff.deviations.removed"), t("sv", "staff.deviations.removed_body")
        self.done = Outcome(title, body, key=str(self.attempts))

    def _begin(self) -> None:
        self.attempts += 1
        self.problem, self.problems, self.done, self.impact_href = Problem(), [], Outcome(), ""

    async def _show(self) -> None:
        found = await attempt(list_deviations(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.clinic = found.clinic
        self.performers = [Choice(str(one.id), with_title(one)) for one in found.performers]
        today = day_of(clock.now())
        self.coming, self.passed = (
            [row_of(one, today=today) for one in found.coming],
            [row_of(one, today=today) for one in found.passed],
        )


def to_deviation(form: DeviationForm, *, today: date) -> tuple[Deviation | None, dict[str, str]]:
    """Return the deviation that the form means, or None and a code for each field that cannot be read.

    Without a last day it is one day; without clock times all day; without a performer the whole clinic.
    """
    codes: dict[str, str] = {}
    first = parse_day(form.first_day, today=today)
    if first is None:
        codes["first_day"] = "day_format" if form.first_day else "first_day_missing"
    last = parse_day(form.last_day, today=first or today) if form.last_day else first
    if last is None and form.last_day:
        codes["last_day"] = "day_format"
    walls = {name: parse_wall(getattr(form, name)) for name in ("from_time", "to_time")}
    codes |= {name: "time_format" for name, wall in walls.items() if wall is None and getattr(form, name)}
    performer = parse_id(form.performer)
    if performer is None and form.performer:
        codes["performer"] = "performer_missing"
    if not form.reason:
        codes["reason"] = "reason_missing"
    if codes or first is None or last is None:
        return None, codes
    since, until = _minute(walls["from_time"], 0), _minute(walls["to_time"], 24 * 60)
    return Deviation(first, last, form.reason, since, until, performer), codes


def problems_in_words(codes: dict[str, str], *, today: date) -> list[FieldProblem]:
    """Return the problems in the order of the page."""
    iso, short = date_examples(today)
    return [
        FieldProblem(name, t("sv", f"staff.deviations.problem.{codes[name]}", iso=iso, short=short))
        for name in _FIELDS
        if name in codes
    ]


def row_of(kept: KeptDeviation, *, today: date) -> DeviationRow:
    """Return a deviation as the list shows it."""
    one = kept.deviation
    days = (
        format_day("sv", one.first_day)
        if one.first_day == one.last_day
        else format_day_span("sv", one.first_day, one.last_day)
    )
    when = ", ".join(filter(None, [days, clock_words(one)]))
    return DeviationRow(
        id=kept.id.hex,
        when=when,
        what=one.reason,
        who=one.performer or t("sv", "staff.deviations.whole_clinic"),
        there=there_words(kept, today=today) if kept.times else "",
        impact_href=impact_href(kept, today=today) if kept.times else "",
        impact_name=t("sv", "staff.deviations.impact_name", when=when),
        remove_name=t("sv", "staff.deviations.remove_name", what=one.reason, when=when),
    )


def there_words(kept: KeptDeviation, *, today: date) -> str:
    """Return how many times are published in it still, how many of those are booked, and if the link leads to fewer."""
    if not kept.times:
        return t("sv", "staff.deviations.there_none")
    booked = tn("sv", "staff.deviations.booked", kept.booked) if kept.booked else ""
    _, last = _days_led_to(kept, today)
    cut = (
        t("sv", "staff.deviations.cut", day=format_day("sv", last)) if last < kept.deviation.last_day else ""
    )
    return " ".join(filter(None, [tn("sv", "staff.deviations.there", kept.times), booked, cut]))


def impact_href(kept: KeptDeviation, *, today: date) -> str:
    """Return the address where the times that lie in it are taken away, as many days as are taken at once."""
    one = kept.deviation
    first, last = _days_led_to(kept, today)
    span = ""
    if one.from_minute is not None and one.to_minute is not None:
        span = "-".join(
            "{:02}{:02}".format(*divmod(minute, 60)) for minute in (one.from_minute, one.to_minute)
        )
    return with_query(
        TAKE_AWAY,
        fran=first.isoformat(),
        till=last.isoformat(),
        vardgivare=str(one.performer_id or ""),
        kl=span,
    )


def _days_led_to(kept: KeptDeviation, today: date) -> tuple[date, date]:
    """Return the first and the last of its days to come that can be taken away at once."""
    first = max(kept.deviation.first_day, today)
    return first, min(kept.deviation.last_day, first + timedelta(days=DAYS_AT_MOST))


def _minute(wall: time | None, midnight: int) -> int | None:
    """Return the minute of the day; 00:00 is ``midnight``, at which a day begins or ends."""
    return None if wall is None else wall.hour * 60 + wall.minute or midnight
