"""The day list of bookings: who comes, who has come, and printing it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, timedelta

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NotAllowed, TimesElsewhere
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_time, t
from webtidbok_app.services import reception
from webtidbok_app.services.attendance import Mark, mark_attendance
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.downtime import get_downtime_status
from webtidbok_app.services.reception import DayList
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, parse_wall, typed
from webtidbok_app.state.staff.day_view import (
    DayListView,
    Narrowing,
    day_view,
    parse_attendance,
    said_of,
    take_in,
    with_mark,
)
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.staff.views import Outcome, Stepper
from webtidbok_app.state.views import FieldProblem, Problem

PAGE = "/personal/bokningar"
COUNT = "day-count"
"""The id of the line that says how many bookings there are."""


class StaffDayState(rx.State):
    """One day's bookings, names masked. A row that is shown stays where it is; new ones wait to be asked for."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    steps: Stepper = Stepper()
    here_href: str = ""
    bookings: DayListView = DayListView()
    performer: str = ""
    announcement: str = ""
    fetched: str = ""
    printed: str = ""
    prints: int = 0
    """How many times the list has been let through to the printer."""
    day_hint: str = ""
    downtime: Outcome = Outcome()
    """How it went to write the list for when nothing else works; a title is a warning."""

    _shown: DayList | None = None
    _new: list[str] = []

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the day in the address, today without one."""
        today, day = day_of(clock.now()), _asked_for(self)
        self.problem, self.problems, self.bookings = Problem(), [], DayListView()
        self._shown, self._new = None, []
        found = await attempt(reception.get_day_list(current(), day=day), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.steps, self.here_href = _steps(day, today), day_href(day)
        self._shown = found
        self._show()
        self.announcement = self.bookings.heading
        self.downtime = await _downtime()
        self.day_hint = t("sv", "staff.publish.date_hint", **_examples(today))

    @rx.event(background=True)
    @requires("staff")
    async def watch(self) -> None:
        """Keep the list true for as long as the page is open: what is shown changes in its place."""
        async with self:
            day = _asked_for(self)  # by the address: this may begin before ``load`` has ended
        try:
            async for found in reception.follow_day_list(current(), day=day):
                if not await still_logged_in():
                    return
                async with self:
                    self._follow(found)
        except (NotAllowed, TimesElsewhere):
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("staff")
    async def show_new(self) -> EventType[()] | None:
        """Show the bookings that wait, marked as new, in their places among the others."""
        if self._shown is None:
            return None
        found = await attempt(reception.get_day_list(current(), day=self._shown.day), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return None
        known = {row.booking_id for row in self._shown.rows}
        self._new = [row.booking_id for row in found.rows if row.booking_id not in known]
        self._shown = found
        self._show(0)
        return rx.set_focus(COUNT)

    @rx.event
    @requires("staff")
    async def choose_performer(self, performer: str) -> None:
        """Show the bookings with one performer, or with all."""
        self.performer = str(performer)
        self._show()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def mark(self, booking: str, wanted: str, seen: str) -> AsyncGenerator[None, None]:
        """Mark who has come or has not, or take the mark away: shown at once, and then as it is in truth."""
        row = next((row for row in self._rows() if row.booking_id == booking), None)
        if row is None:
            return
        attendance = parse_attendance(wanted)
        self.problem = Problem()
        self._put(booking, Mark(attendance, clock.now() if attendance else None))
        yield
        marking = mark_attendance(
            current(), booking_id=booking, attendance=attendance, seen=parse_attendance(seen)
        )
        marked = await attempt(marking, "sv")
        if isinstance(marked, Problem):
            self.problem = marked
            self._put(booking, Mark(row.attendance, row.attendance_at))
            await self._reread()
        else:
            self._put(booking, marked)
            self.announcement = said_of(row, marked.attendance)

    @rx.event
    @requires("staff")
    async def print_list(self) -> None:
        """Log that the list is printed; the browser prints it when it hears of that."""
        staff = await attempt(reception.note_printing(current()), "sv")
        if isinstance(staff, Problem):
            self.problem = staff
            return
        now = clock.now()
        facts = {"day": format_day("sv", now), "time": format_time("sv", now)}
        self.printed = t("sv", "staff.day.printed", name=staff.name, hsa_id=staff.hsa_id, **facts)
        self.prints += 1

    @rx.event
    @requires("staff")
    async def go(self, form: rx.form.FormData) -> EventType[()] | None:
        """Go to the day that was typed."""
        today = day_of(clock.now())
        day = parse_day(typed(form, "dag"), today=today)
        self.attempts += 1
        if day is None:
            words = t("sv", "staff.day.day_format", **_examples(today))
            self.problems = [FieldProblem("dag", words)]
            return None
        self.problems = []
        return rx.redirect(day_href(day))

    async def _reread(self) -> None:
        """Show each row as it is in truth, as far as the database answers."""
        if self._shown is None:
            return
        found = await attempt(reception.get_day_list(current(), day=self._shown.day), "sv")
        if not isinstance(found, Problem):
            self._follow(found)

    def _follow(self, found: DayList) -> None:
        if self._shown is None or self._shown.day != found.day:
            return  # not before ``load``
        self._shown, waiting = take_in(self._shown, found)
        self._show(waiting)

    def _rows(self) -> list[reception.DayRow]:
        return self._shown.rows if self._shown else []

    def _put(self, booking: str, mark: Mark) -> None:
        if self._shown:
            self._shown = replace(self._shown, rows=with_mark(self._shown.rows, booking, mark))
            self._show()

    def _show(self, waiting: int | None = None) -> None:
        if self._shown is None:
            return
        narrowing = Narrowing(self.performer, parse_wall(query(self, "kl")))
        view = day_view(self._shown, waiting=waiting or 0, new=self._new, narrowing=narrowing)
        if waiting is None:
            view = replace(view, waiting=self.bookings.waiting)
        if view != self.bookings:
            self.bookings = view
        now = clock.now()
        self.fetched = t("sv", "staff.day.fetched", day=format_day("sv", now), time=format_time("sv", now))


def _asked_for(state: rx.State) -> date:
    """Return the day in the address, today without one."""
    today = day_of(clock.now())
    return parse_day(query(state, "dag"), today=today) or today


async def _downtime() -> Outcome:
    found = await attempt(get_downtime_status(current()), "sv")
    if found is None or isinstance(found, Problem):
        return Outcome()
    if found.problem or found.written_at is None:
        problem = found.problem or "not_written"
        evening = format_day("sv", found.evening)
        return Outcome(
            t("sv", f"staff.downtime.{problem}_title"),
            t("sv", f"staff.downtime.{problem}_body", evening=evening),
        )
    facts = {"day": format_day("sv", found.written_at), "time": format_time("sv", found.written_at)}
    last_day = format_day("sv", found.last_day) if found.last_day else ""
    return Outcome(body=t("sv", "staff.downtime.ok", last_day=last_day, **facts))


def day_href(day: date) -> str:
    """Return the address of the day's list."""
    return f"{PAGE}?dag={day.isoformat()}"


def _steps(day: date, today: date) -> Stepper:
    one = timedelta(days=1)
    return Stepper(day_href(day - one), day_href(day + one), PAGE, day == today)


def _examples(today: date) -> dict[str, str]:
    iso, short = date_examples(today)
    return {"iso": iso, "short": short}
