"""The week of the schedule: what is published, kept true as long as it is open, and withdrawing it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

import reflex as rx
from reflex.event import EventSpec, EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NotAllowed, ScheduleChanged
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, t, tn
from webtidbok_app.services import schedule
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.getting_started import get_start
from webtidbok_app.services.schedule import ScheduleSlot, Week
from webtidbok_app.services.waiting import count_waiting
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_ids, parse_wall, typed
from webtidbok_app.state.staff import overview as overviews
from webtidbok_app.state.staff import week_view as words
from webtidbok_app.state.staff import week_where as ways
from webtidbok_app.state.staff.deviation_words import closed_note, day_note
from webtidbok_app.state.staff.removal_view import EVERYBODY
from webtidbok_app.state.staff.removal_view import PAGE as REMOVAL
from webtidbok_app.state.staff.start_view import StartView, start_view
from webtidbok_app.state.staff.views import Outcome, Stepper, Way, WeekDay
from webtidbok_app.state.staff.week_where import DAY, MONTH, WEEK, Where
from webtidbok_app.state.staff.withdraw_view import changed_words, impact_of, lost_words, withdrawn_words
from webtidbok_app.state.views import Choice, FieldProblem, Problem, TallyTable, WeekCell, WeekView

SCHEDULE, WITHDRAW_BUTTON = "schedule", "withdraw"
SPAN_DAY, SPAN_FROM, SPAN_TO = "span_day", "span_from", "span_to"
STAMP_AT_MOST = 40


class StaffWeekState(rx.State):
    """One week or day, the times chosen in it, and what withdrawing them would do."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    heading: str = ""
    span: str = ""
    here: str = ""
    """The address of what is shown."""
    view: str = WEEK
    """The last view that was chosen; it is remembered until logout."""
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
    span_days: list[Choice] = []
    empty: str = ""
    start: StartView = StartView()
    """What is left before residents can book; no steps when they can."""
    selected: list[str] = []
    selected_text: str = ""
    heard: str = ""
    """The stamp of the last choice that came from the grid, so that the grid knows which choice it reads here."""
    note: str = ""
    fresh: str = ""
    """"Visa 12 nya tider": what has been published since the page was drawn, and waits to be asked for."""
    last_change: str = ""
    away_href: str = ""
    """The page that asks who is away, beginning with whose times are shown."""
    waiting: str = ""
    """How many residents wait for a time to become free; empty where nobody does."""
    impact: Outcome = Outcome()
    done: Outcome = Outcome()

    _day: date = date.min
    _performer: str = ""
    _shown: tuple[Week, ...] = ()
    """The week as it is shown, if any. In a tuple, which is handed out as it is: a wrapped week would be slow."""
    _drawn: tuple[tuple[Week, datetime], ...] = ()
    """The week as it was drawn, and when."""
    _free: list[str] = []
    _open: list[str] = []
    """The free ones, and the booked ones that can be taken away too."""
    _boxed: list[str] = []
    _lost: list[str] = []
    """Chosen times that somebody else got meanwhile: withdrawing tells of them too."""
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
        except NotAllowed:
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("staff")
    async def show_fresh(self) -> EventType[()] | None:
        """Show what has been published since the page was drawn; what was withdrawn goes."""
        await self._reload()
        return rx.set_focus(SCHEDULE)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose(self, choice: str) -> None:
        """Take over the choice made in the grid: a stamp of its own, then the ids of all that is chosen."""
        stamp, _, ids = str(choice).partition(" ")
        self.heard = stamp[:STAMP_AT_MOST]
        self._select(ids.split())

    @rx.event
    @requires(*HANDLES_TIMES)
    async def toggle(self, slot_id: str) -> None:
        """Tick a time, or take the tick away."""
        if slot_id in self.selected:
            self._select([one for one in self.selected if one != slot_id])
        else:
            self._select([*self.selected, slot_id])

    @rx.event
    @requires(*HANDLES_TIMES)
    async def select_day(self, iso: str) -> None:
        """Tick every free time of a day that is shown."""
        theirs = {str(slot.id) for slot in self._slots() if day_of(slot.starts_at).isoformat() == iso}
        self._select([*self.selected, *(theirs & set(self._free))])

    @rx.event
    @requires(*HANDLES_TIMES)
    async def toggle_all(self) -> None:
        """Take every tick away, or with none tick every free time that is shown."""
        self._select([] if self.selected else self._free)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def select_span(self, form: rx.form.FormData) -> None:
        """Tick the free times between two clock times, of one day or all that are shown."""
        self.attempts += 1
        walls = {name: parse_wall(typed(form, name)) for name in (SPAN_FROM, SPAN_TO)}
        self.problems = [
            FieldProblem(name, t("sv", "staff.week.span_format"))
            for name, wall in walls.items()
            if wall is None and typed(form, name)
        ]
        if self.problems:
            return
        iso = typed(form, SPAN_DAY)
        day = date.fromisoformat(iso) if iso in [choice.value for choice in self.span_days] else None
        found = words.within(self._slots(), day=day, since=walls[SPAN_FROM], until=walls[SPAN_TO])
        before, free = len(self.selected), set(self._free)
        self._select([*self.selected, *({str(slot.id) for slot in found} & free)])
        self.note = t("sv", "staff.week.span_none") if len(self.selected) == before else ""

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

    def _where(self) -> Where:
        return Where(self.view, self._day, self._performer)

    def _slots(self) -> list[ScheduleSlot]:
        """Return the times that are seen."""
        where = self._where()
        return [slot for week in self._shown for slot in week.slots if where.shows(slot)]

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
            self.week = words.week_table(week, slots, now, boxed=boxed, one=one)
        note = "" if where.view == DAY else closed_note(week)
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
            told = [str(where.day.year), day_note(week, where.day, everybody=True)]
            self._change(span=" · ".join(filter(None, told)))
        heads = [] if self.overview.rows else words.days_of(week, slots, set(self._free), days=days)
        self._change(days=heads, last_change=words.last_change_of(week, now))

    def _boxes(self, slots: list[ScheduleSlot], now: datetime) -> frozenset[str] | None:
        """Return the times with a box to choose by: those that can be taken away, or could since they were drawn."""
        may_choose = require_staff().role in HANDLES_TIMES
        self._free = [str(slot.id) for slot in slots if may_choose and slot.is_free(now)]
        self._open = [str(slot.id) for slot in slots if may_choose and slot.can_be_removed(now)]
        self._boxed = sorted({*self._boxed, *self._open})
        return frozenset(self._boxed) if may_choose else None

    def _one(self) -> bool:
        """Whether all times that are shown are the same performer's."""
        [week] = self._shown
        return bool(self._performer) or len(week.performers) == 1

    def _change(self, **values: object) -> None:
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _untick(self, was_free: Collection[str]) -> None:
        """Take the tick away from what can no longer be taken away, or was free and is not any more, and say so."""
        still = set(self._open) - (set(was_free) - set(self._free))
        gone = [one for one in self.selected if one not in still]
        if not gone:
            return
        lost = [slot for slot in self._slots() if str(slot.id) in gone]
        self.note = lost_words(lost, clock.now())
        self._lost = [*self._lost, *gone]
        self._count([one for one in self.selected if one not in gone])

    def _select(self, ids: Collection[str]) -> None:
        """Tick those of the times that can be taken away, and forget what was asked and said about others."""
        ticked = set(ids)
        self._count([one for one in self._open if one in ticked])
        self.impact, self.note = Outcome(), ""
        if not self.selected:
            self._lost = []

    def _count(self, ids: list[str]) -> None:
        self.selected = ids
        self.selected_text = (
            tn("sv", "staff.week.selected", len(ids)) if ids else t("sv", "staff.week.selected_none")
        )


def _choices(days: list[WeekDay]) -> list[Choice]:
    """Return the days to choose from where there are several."""
    return [Choice(day.iso, day.heading) for day in days] if len(days) > 1 else []
