"""The week of the schedule: what is published, kept true as long as it is open, and withdrawing it."""

from dataclasses import replace
from datetime import datetime

import reflex as rx
from reflex.event import EventSpec, EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NotAllowed, ScheduleChanged, TimesElsewhere
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, t, tn
from webtidbok_app.services import schedule
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.getting_started import get_start
from webtidbok_app.services.schedule import ScheduleSlot, Week
from webtidbok_app.services.waiting import count_waiting
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_ids
from webtidbok_app.state.staff import overview as overviews
from webtidbok_app.state.staff import week_view as words
from webtidbok_app.state.staff import week_where as ways
from webtidbok_app.state.staff.deviation_words import closed_note, note_beside
from webtidbok_app.state.staff.removal_view import EVERYBODY
from webtidbok_app.state.staff.removal_view import PAGE as REMOVAL
from webtidbok_app.state.staff.start_view import StartView, start_view
from webtidbok_app.state.staff.views import Outcome, Stepper, Way, WeekDay
from webtidbok_app.state.staff.week_choice import WeekChoice
from webtidbok_app.state.staff.week_where import DAY, MONTH, Where
from webtidbok_app.state.staff.withdraw_view import changed_words, impact_of, withdrawn_words
from webtidbok_app.state.views import Choice, Problem, TallyTable, WeekCell, WeekView

SCHEDULE, WITHDRAW_BUTTON = "schedule", "withdraw"


class StaffWeekState(WeekChoice, rx.State):
    """One week or day, the times chosen in it, and what withdrawing them would do."""

    problem: Problem = Problem()
    heading: str = ""
    span: str = ""
    here: str = ""
    """The address of what is shown."""
    steps: Stepper = Stepper()
    views: list[Way] = []
    narrow_views: list[Way] = []
    performers: list[Way] = []
    week: WeekView = WeekView()
    days: list[WeekDay] = []
    since: dict[str, WeekCell] = {}
    """What has become of the times since they were drawn, by id, so that little is sent anew."""
    overview: TallyTable = TallyTable()
    """The week counted, where so many have times that nobody can read them side by side."""
    empty: str = ""
    start: StartView = StartView()
    """What is left before residents can book; no steps when they can."""
    fresh: str = ""
    """"Visa 12 nya tider": what has been published since the page was drawn, and waits to be asked for."""
    last_change: str = ""
    away_href: str = ""
    """The page that asks who is away, beginning with whose times are shown."""
    waiting: str = ""
    """How many residents wait for a time to become free; empty where nobody does."""
    done: Outcome = Outcome()

    _drawn: tuple[tuple[Week, datetime], ...] = ()
    """The week as it was drawn, and when."""
    _weighed: list[str] = []
    _seen: int = 0

    @rx.event
    @requires("staff")
    async def load(self) -> EventSpec | None:
        """Show what the address asks for, this week without anything. What is chosen and still there stays so."""
        where = self._asked_for()
        if where.view == MONTH:
            return rx.redirect(where.href, replace=True)
        self.view, self._day, self._performer = where.view, where.day, where.performer
        self.problem, self.problems, self.done, self.impact, self.note = (
            Problem(),
            [],
            Outcome(),
            Outcome(),
            "",
        )
        found = await attempt(schedule.get_week(current(), monday=where.monday), "sv")
        if isinstance(found, Problem):
            self.problem, self._shown, self.week, self.days = found, (), WeekView(), []
            return None
        self._show(found)
        return None

    @rx.event
    @requires("staff")
    async def welcome(self) -> None:
        """Find out what is left before residents can book, and show how it is done."""
        if self.problem.title:
            return  # the week has told of it
        start = await attempt(get_start(current()), "sv")
        if isinstance(start, Problem):
            self.problem = start
            return
        self.start = start_view(start)
        waiting = await attempt(count_waiting(current()), "sv")
        self.waiting = "" if isinstance(waiting, Problem) else words.waiting_text(waiting)

    @rx.event(background=True)
    @requires("staff")
    async def watch(self) -> None:
        """Keep the page true until it is left: what changes does so in its place, what is new waits."""
        async with self:
            monday = self._asked_for().monday  # by the address: this may begin before ``load`` has ended
        try:
            async for week in schedule.follow_week(current(), monday=monday):
                if not await still_logged_in():
                    return
                async with self:
                    self._follow(week)
        except (NotAllowed, TimesElsewhere):
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("staff")
    async def show_fresh(self) -> EventType[()] | None:
        """Show what has been published since the page was drawn; what was withdrawn goes."""
        await self._reload()
        return rx.set_focus(SCHEDULE)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def ask_withdraw(self) -> EventType[()] | None:
        """Tell what withdrawing would do, by the schedule as it is now; of booked ones a page of its own tells."""
        self.done, self.problems = Outcome(), []
        self.attempts += 1
        asked = [*self.selected, *self._lost]
        if not asked:
            title, body = t("sv", "staff.withdraw.nothing"), t("sv", "staff.withdraw.nothing_body")
            self.problem = Problem(title, body, key=str(self.attempts))
            return None
        if not set(self.selected) <= set(self._free):
            return rx.redirect(REMOVAL)
        impact = await attempt(schedule.weigh_withdrawal(current(), slot_ids=parse_ids(asked)), "sv")
        if isinstance(impact, Problem):
            self.problem = impact
            return None
        self.problem, self._weighed, self._seen = Problem(), asked, impact.seen
        self.impact = impact_of(impact.slots, clock.now(), str(self.attempts))
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def keep(self) -> EventType[()]:
        """Withdraw nothing after all; the ticks stand."""
        self.impact = Outcome()
        return rx.set_focus(WITHDRAW_BUTTON)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def withdraw(self) -> EventType[()] | None:
        """Withdraw what was asked about; those that somebody has are kept and named.

        When a colleague has changed the schedule since, nothing is withdrawn: the page tells who, shows the week as
        it is, and keeps what is chosen.
        """
        if not self.impact.confirm:
            return None
        withdrawing = schedule.withdraw(current(), slot_ids=parse_ids(self._weighed), seen=self._seen)
        self.impact = Outcome()
        try:
            result = await attempt(withdrawing, "sv", let_through=(ScheduleChanged,))
        except ScheduleChanged as error:
            self.problem = changed_words(error, str(self.attempts))
            return StaffWeekState.refresh
        if isinstance(result, Problem):
            self.problem = result
            return None
        self._lost = []
        self.done = withdrawn_words(result.withdrawn, result.kept, str(self.attempts))
        return StaffWeekState.refresh

    @rx.event
    @requires("staff")
    async def refresh(self) -> None:
        """Show the same week as it is now."""
        await self._reload()

    def _asked_for(self) -> Where:
        today = day_of(clock.now())
        return ways.read_where(lambda name: query(self, name), remembered=self.view, today=today)

    async def _reload(self) -> None:
        found = await attempt(schedule.get_week(current(), monday=self._where().monday), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._show(found)

    def _show(self, week: Week) -> None:
        """Draw the page anew."""
        where, today = self._where(), day_of(clock.now())
        self._shown, self._boxed, self.fresh, self.here = (week,), [], "", where.href
        self.heading = t("sv", "staff.week.heading", week=week.monday.isocalendar().week)
        self.span = words.span_of(week.monday)
        if where.view == DAY:
            self.heading = format_day("sv", where.day, year=False).capitalize()
        self.steps = ways.steps_of(where, today)
        self.away_href = f"{REMOVAL}?vardgivare={where.performer or EVERYBODY}"
        self.views, self.narrow_views = ways.ways_of(where), ways.ways_of(where, narrow=True)
        self.performers = ways.performers_of(week.performers, where)
        self._draw()
        self._select(self.selected)

    def _follow(self, week: Week) -> None:
        """Change what is shown in its place, and let what is new wait."""
        shown = next(iter(self._shown), None)
        if shown is None or shown.monday != week.monday or week.seen < shown.seen:
            return  # the page shows another week, or has read a newer one itself
        where = self._where()
        new = sum(where.shows(slot) for slot in words.added(shown, week))
        if new or self.fresh:
            self.fresh = tn("sv", "staff.live.fresh", new) if new else ""
            self.start = replace(self.start, begins=False)
        self._shown = (words.followed(shown, week),)
        was_free = set(self._free)
        self._redraw()
        self._untick(was_free)

    def _draw(self) -> None:
        """Put the times in words."""
        [week], slots, where, now = self._shown, self._slots(), self._where(), clock.now()
        self._drawn, self.since = ((week, now),), {}
        boxed, one = self._boxes(slots, now), self._one()
        crowd = where.view != DAY and not where.performer and overviews.is_crowd(slots)
        self.overview = overviews.week_overview(week, slots, now) if crowd else TallyTable()
        if crowd:
            self._free, self._open = [], []
            self.week = WeekView(caption=words.caption_of(week))
        elif where.view == DAY:
            self.week = words.day_table(week, where.day, slots, now, boxed=boxed, one=one)
        else:
            self.week = words.week_table(week, slots, now, performer=where.performer, boxed=boxed, one=one)
        note = "" if where.view == DAY else closed_note(week, where.performer)
        self.empty = "" if slots else ways.empty_words(where, week.performers, note)
        self._draw_heads(week, slots, now)
        self.span_days = _choices(self.days)

    def _redraw(self) -> None:
        """Tell what has become of the times, each in its place; a var that turns out the same is not sent again."""
        [week], slots, now = self._shown, self._slots(), clock.now()
        [(drawn, drawn_at)] = self._drawn
        if week.deviations != drawn.deviations:
            self._draw()  # the heads of the table tell them
            return
        if self.overview.rows:
            self._change(overview=overviews.week_overview(week, slots, now))
        else:
            boxed = self._boxes(slots, now)
            since = words.since_drawn(drawn, drawn_at, week, now, boxed=boxed, one=self._one())
            self._change(since={one: cell for slot in slots if (cell := since.get(one := str(slot.id)))})
        self._draw_heads(week, slots, now)

    def _draw_heads(self, week: Week, slots: list[ScheduleSlot], now: datetime) -> None:
        where = self._where()
        days = None
        if where.view == DAY:
            days = [where.day]
            told = [str(where.day.year), note_beside(week, where.day, where.performer)]
            self._change(span=" · ".join(filter(None, told)))
        heads = (
            []
            if self.overview.rows
            else words.days_of(week, slots, set(self._free), performer=where.performer, days=days)
        )
        self._change(days=heads, last_change=words.last_change_of(week, now))

    def _one(self) -> bool:
        """Whether all times that are shown are the same performer's."""
        [week] = self._shown
        return bool(self._performer) or len(week.performers) == 1

    def _change(self, **values: object) -> None:
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _choices(days: list[WeekDay]) -> list[Choice]:
    """Return the days to choose from where there are several."""
    return [Choice(day.iso, day.heading) for day in days] if len(days) > 1 else []
