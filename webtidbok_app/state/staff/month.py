"""The month of the schedule: how many times each day has, kept true as long as it is open."""

from datetime import date

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NotAllowed, TimesElsewhere
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_month
from webtidbok_app.services import schedule_month
from webtidbok_app.services.schedule_month import Month
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.staff import week_where as ways
from webtidbok_app.state.staff.overview import month_table
from webtidbok_app.state.staff.views import Stepper, Way
from webtidbok_app.state.staff.week import StaffWeekState
from webtidbok_app.state.staff.week_where import MONTH, Where
from webtidbok_app.state.views import Problem, TallyTable


class StaffMonthState(rx.State):
    """One month, of one performer or all."""

    problem: Problem = Problem()
    heading: str = ""
    steps: Stepper = Stepper()
    views: list[Way] = []
    narrow_views: list[Way] = []
    performers: list[Way] = []
    month: TallyTable = TallyTable()
    empty: str = ""

    _first: date = date.min
    _performer: str = ""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the month that the address asks for, the present one without any. The view is remembered."""
        where = self._asked_for()
        self._first, self._performer, self.problem = where.day.replace(day=1), where.performer, Problem()
        (await self.get_state(StaffWeekState)).view = MONTH
        found = await attempt(schedule_month.get_month(current(), first=self._first), "sv")
        if isinstance(found, Problem):
            self.problem, self.heading = found, ""
            return
        self.heading = format_month("sv", self._first).capitalize()
        self.steps = ways.steps_of(where, day_of(clock.now()))
        self.views, self.narrow_views = ways.ways_of(where), ways.ways_of(where, narrow=True)
        self.performers = ways.performers_of(found.performers, where)
        self._draw(found)

    @rx.event(background=True)
    @requires("staff")
    async def watch(self) -> None:
        """Keep the counts true until the page is left. They change in their places, and nothing moves."""
        async with self:
            first = self._asked_for().day.replace(
                day=1
            )  # by the address: this may begin before ``load`` has ended
        try:
            async for month in schedule_month.follow_month(current(), first=first):
                if not await still_logged_in():
                    return
                async with self:
                    if self.heading and month.first == self._first:
                        self._draw(month)
        except (NotAllowed, TimesElsewhere):
            return  # the page itself tells why there is nothing to follow

    def _asked_for(self) -> Where:
        return ways.read_month(lambda name: query(self, name), today=day_of(clock.now()))

    def _draw(self, month: Month) -> None:
        where, table = (
            Where(MONTH, self._first, self._performer),
            month_table(month, self._performer, clock.now()),
        )
        if table != self.month:
            self.month = table
        has_times = any(tally.href for row in table.rows for tally in row.tallies)
        self.empty = "" if has_times else ways.empty_words(where, month.performers)
