"""The day list of bookings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NotAllowed
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_span, format_time, t, tn
from webtidbok_app.services import reception
from webtidbok_app.services.reception import DayList, DayRow
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.staff.views import DayListView, DayRowView, Stepper
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
    bookings: DayListView = DayListView()
    fetched: str = ""
    day_hint: str = ""

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
        self.steps = _steps(day, today)
        self._shown, self.bookings = found, day_view(found)
        self.fetched = _fetched()
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
        except NotAllowed:
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
        self._shown, self.bookings, self.fetched = found, day_view(found, new=self._new), _fetched()
        return rx.set_focus(COUNT)

    def _follow(self, found: DayList) -> None:
        if self._shown is None or self._shown.day != found.day:
            return  # not before ``load``
        self._shown, waiting = take_in(self._shown, found)
        view = day_view(self._shown, waiting=waiting, new=self._new)
        if view != self.bookings:
            self.bookings = view
        self.fetched = _fetched()

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


def _asked_for(state: rx.State) -> date:
    """Return the day in the address, today without one."""
    today = day_of(clock.now())
    return parse_day(query(state, "dag"), today=today) or today


def day_href(day: date) -> str:
    """Return the address of the day's list."""
    return f"{PAGE}?dag={day.isoformat()}"


def _steps(day: date, today: date) -> Stepper:
    one = timedelta(days=1)
    return Stepper(day_href(day - one), day_href(day + one), PAGE, day == today)


def _examples(today: date) -> dict[str, str]:
    iso, short = date_examples(today)
    return {"iso": iso, "short": short}


def take_in(shown: DayList, found: DayList) -> tuple[DayList, int]:
    """Return what is shown with each row as it is now, and how many more bookings there are by now."""
    now = {row.booking_id: row for row in found.rows}
    rows = [now.pop(row.booking_id, row) for row in shown.rows]
    return replace(shown, rows=rows), len(now)


def day_view(shown: DayList, *, waiting: int = 0, new: Sequence[str] = ()) -> DayListView:
    """Return the list in words. ``waiting`` bookings are not shown yet; those in ``new`` are marked."""
    day = format_day("sv", shown.day)
    cancelled = sum(row.cancelled for row in shown.rows)
    counts = [tn("sv", "staff.day.count", len(shown.rows) - cancelled)]
    if cancelled:
        counts.append(tn("sv", "staff.day.cancelled", cancelled))
    return DayListView(
        heading=t("sv", "staff.day.heading", day=day),
        caption=t("sv", "staff.day.caption", day=day, clinic=shown.clinic),
        clinic=shown.clinic,
        count_text=", ".join(counts) if shown.rows else t("sv", "staff.day.empty"),
        waiting=tn("sv", "staff.day.show_new", waiting) if waiting else "",
        iso=shown.day.isoformat(),
        rows=[_row(row, row.booking_id in new) for row in shown.rows],
    )


def _fetched() -> str:
    now = clock.now()
    facts = {"day": format_day("sv", now), "time": format_time("sv", now)}
    return t("sv", "staff.day.printed", hsa_id=require_staff().hsa_id, **facts)


def _row(row: DayRow, new: bool) -> DayRowView:
    span = format_span("sv", row.starts_at, row.ends_at)
    return DayRowView(
        href=f"/personal/bokning/{row.booking_id}",
        time=span,
        name=row.masked_name,
        time_type=row.time_type,
        performer=row.performer,
        visit_form=t("sv", f"staff.visit_form.{row.visit_form}"),
        interpreter=t("sv", "staff.day.interpreter", language=row.interpreter) if row.interpreter else "",
        cancelled=row.cancelled,
        cancelled_how=t("sv", f"staff.day.badge_{'rebooked' if row.rebooked_to else 'cancelled'}"),
        new=new,
        open_name=t("sv", "staff.day.open_name", time=span, name=row.masked_name),
    )
