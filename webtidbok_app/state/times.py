"""Choosing a time: the list of days, the month, and holding what is chosen."""

import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import Conflict, TermsNotAccepted
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.journal.port import Hold, Timeslot
from webtidbok_app.services.booking import (
    HORIZON_DAYS,
    FreeTimes,
    Progress,
    count_month,
    find_nearest,
    find_times,
    hold_time,
)
from webtidbok_app.state.common import attempt, lang_of
from webtidbok_app.state.flow import note_conflict, note_hold, open_step, take_conflict, way_of
from webtidbok_app.state.present.clinics import no_times_view
from webtidbok_app.state.present.month import month_view, parse_day, parse_month
from webtidbok_app.state.present.steps import chosen_view, step_view
from webtidbok_app.state.present.times import (
    conflict_problem,
    day_views,
    nearest_views,
    next_free_view,
    status_text,
)
from webtidbok_app.state.resident_views import ChosenView, NoTimesView, StepView
from webtidbok_app.state.views import DayView, MonthView, NextFreeView, Problem, TimeView

DAYS = 5
ENOUGH = 60
"""Times in a list, whole days of them, after which the rest waits behind "Visa fler dagar"."""
MOST_DAYS = 60
"""Days that "Visa fler dagar" can come to; longer jumps are made in the month."""


class TimesState(rx.State):
    """The free times as list and month, and the one that is held."""

    step: StepView = StepView()
    stop: Problem = Problem()
    problem: Problem = Problem()
    nearest: list[TimeView] = []
    none: NoTimesView = NoTimesView()
    chosen: ChosenView = ChosenView()
    just_chosen: bool = False
    next_free: NextFreeView = NextFreeView()
    days: list[DayView] = []
    more: bool = False
    first_new: str = ""
    """The first of the days that were added, which takes focus."""
    narrowed: bool = False
    """Only the day that was chosen in the month is shown."""
    month: MonthView = MonthView()
    view: str = "list"
    status: str = ""

    _slots: list[Timeslot] = []
    _known: dict[str, Timeslot] = {}
    _taken: list[str] = []
    _month: date = date.min
    _details_done: bool = False

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the times from today on, and tell why the resident was sent back here, if so."""
        view = self.view
        self.reset()
        self.view = view
        found = await attempt(open_step(self, ""), lang_of(self))
        if isinstance(found, Problem):
            self.stop = found
            return None
        if not isinstance(found, Progress):
            return found
        self._details_done = found.details_done
        await self._note_hold(found.hold)
        await self._show_from_start(found)
        await self._tell_why_sent_back()
        return None

    @rx.event
    @requires("resident")
    async def pick(self, timeslot_id: str) -> EventSpec | None:
        """Hold a time for the resident alone, in place of the one that was held before."""
        way = way_of(self)
        self.problem, self.nearest = Problem(), []
        holding = hold_time(current(), clinic=way.clinic, time_type=way.time_type, timeslot_id=timeslot_id)
        try:
            hold = await attempt(holding, way.lang, let_through=(Conflict, TermsNotAccepted))
        except TermsNotAccepted:
            return way.to("villkor")
        except Conflict as error:
            return await self._tell_taken(error, timeslot_id)
        if isinstance(hold, Problem):
            self.problem = hold
            return None
        await self._note_hold(hold)
        self.just_chosen = True
        self._draw()
        return None

    @rx.event
    @requires("resident")
    async def show_more(self) -> None:
        """Show the next days that have times, below the others."""
        first = parse_day(self.days[-1].key) if self.days else None
        times = await self._find(first + timedelta(days=1) if first else None)
        if times is None:
            return
        before = len(self.days)
        self._slots = [*self._slots, *_slots_of(times)]
        self._draw()
        self.more = times.more and len(self.days) < MOST_DAYS
        self.first_new = self.days[before].key if len(self.days) > before else ""

    @rx.event
    @requires("resident")
    async def show_as(self, view: str) -> None:
        """Show list or month where there is room for one of them. The choice is remembered in the tab."""
        self.view = "month" if view == "month" else "list"
        if self.narrowed and self.view == "list":
            await self._show_all()

    @rx.event
    @requires("resident")
    async def show_all(self) -> None:
        """Show the days from today on again, after one day was chosen."""
        await self._show_all()

    @rx.event
    @requires("resident")
    async def choose_day(self, iso: str) -> None:
        """Show the times of one day only."""
        day = parse_day(iso)
        times = await self._find(day, days=1) if day else None
        if day is None or times is None:
            return
        slots = [slot for slot in _slots_of(times) if day_of(slot.starts_at) == day]
        if slots:
            self._slots, self.narrowed, self.more, self._taken = slots, True, False, []
        else:
            self._tell_day_is_gone()
        self._draw()
        await self._show_month(self._month)

    @rx.event
    @requires("resident")
    async def choose_month(self, month: str) -> None:
        """Show another month."""
        chosen = parse_month(month)
        if chosen and _today().replace(day=1) <= chosen <= _last_day():
            await self._show_month(chosen)

    async def _show_from_start(self, progress: Progress) -> None:
        lang = lang_of(self)
        times = await self._find(None)
        if times is None:
            self.stop, self.problem = self.problem, Problem()
            return
        self.step = step_view(progress, lang)
        if times.next_free is None:
            self.none = no_times_view(progress, times.other_forms, lang)
            return
        self._slots, self.more = _slots_of(times), times.more
        self.next_free = next_free_view(times.next_free, lang)
        self._draw()
        held = progress.hold.timeslot if progress.hold else times.next_free
        await self._show_month(day_of(held.starts_at))

    async def _show_all(self) -> None:
        times = await self._find(None)
        if times is not None:
            self._slots, self.more, self.narrowed, self._taken = _slots_of(times), times.more, False, []
            self._draw()
            await self._show_month(self._month)

    async def _find(self, first: date | None, *, days: int = DAYS, cut: bool = True) -> FreeTimes | None:
        """Return free times, or None when it went wrong; then the page says so."""
        way = way_of(self)
        finding = find_times(current(), clinic=way.clinic, time_type=way.time_type, first=first, days=days)
        times = await attempt(finding, way.lang)
        if isinstance(times, Problem):
            self.problem = times
            return None
        self._know(_slots_of(times))
        self._know([times.next_free] if times.next_free else [])
        return _enough(times) if cut else times

    async def _show_month(self, day: date) -> None:
        way, self._month = way_of(self), day.replace(day=1)
        counting = count_month(current(), clinic=way.clinic, time_type=way.time_type, month=self._month)
        counts = await attempt(counting, way.lang)
        if isinstance(counts, Problem):
            self.problem = counts
            return
        chosen = parse_day(self.days[0].key) if self.narrowed and self.days else None
        self.month = month_view(
            self._month, counts, way.lang, today=_today(), last=_last_day(), chosen=chosen
        )

    async def _tell_why_sent_back(self) -> None:
        code, moment = await take_conflict(self)
        if code:
            await self._show_conflict(code, moment)

    async def _tell_taken(self, error: Conflict, timeslot_id: str) -> EventSpec | None:
        """Tell that the time is gone, let it stay in its place, and show the others as they are now."""
        slot = self._known.get(timeslot_id)
        moment = slot.starts_at if slot else None
        shown = {one.id for one in self._slots}
        first, count = (parse_day(self.days[0].key), len(self.days)) if self.days else (None, DAYS)
        times = await self._find(first, days=count, cut=False)
        if times is not None and times.next_free is None:
            await note_conflict(self, error, moment)
            return TimesState.load
        if times is not None:
            self._taken = [*self._taken, timeslot_id]
            stay = [self._known[one] for one in self._taken if one in shown]
            self._slots = [
                slot for slot in _slots_of(times) if not self.narrowed or day_of(slot.starts_at) == first
            ]
            self._slots += [one for one in stay if one not in self._slots]
            self.next_free = next_free_view(times.next_free, lang_of(self))
        self._draw()
        await self._show_month(self._month)
        await self._show_conflict(error.code, moment)
        return None

    async def _show_conflict(self, code: str, moment: datetime | None) -> None:
        way = way_of(self)
        self.problem = conflict_problem(code, moment, way.lang, key=secrets.token_hex(4))
        near = moment or clock.now()
        finding = find_nearest(current(), clinic=way.clinic, time_type=way.time_type, moment=near)
        nearest = await attempt(finding, way.lang)
        if not isinstance(nearest, Problem):
            self._know(nearest)
            self.nearest = nearest_views(nearest, way.lang, clinic=self.step.clinic)

    def _tell_day_is_gone(self) -> None:
        lang = lang_of(self)
        self.problem = Problem(
            title=t(lang, "citizen.time.gone.title"),
            body=t(lang, "citizen.time.gone.body"),
            key=secrets.token_hex(4),
        )

    async def _note_hold(self, hold: Hold | None) -> None:
        way = way_of(self)
        onward = way.address("kontrollera" if self._details_done else "uppgifter")
        self.chosen = chosen_view(hold, way.lang, href=onward) if hold else ChosenView()
        self.just_chosen = False
        if hold:
            await note_hold(self, hold)

    def _know(self, slots: list[Timeslot]) -> None:
        self._known = {**self._known, **{slot.id: slot for slot in slots}}

    def _draw(self) -> None:
        lang = lang_of(self)
        self.days = day_views(
            self._slots, lang, clinic=self.step.clinic, chosen=self.chosen.id, taken=self._taken
        )
        self.status = status_text([slot for slot in self._slots if slot.id not in self._taken], lang)


def _enough(times: FreeTimes) -> FreeTimes:
    count = 0
    for index, (_, slots) in enumerate(times.days, start=1):
        count += len(slots)
        if count >= ENOUGH and index < len(times.days):
            return replace(times, days=times.days[:index], more=True)
    return times


def _slots_of(times: FreeTimes) -> list[Timeslot]:
    return [slot for _, slots in times.days for slot in slots]


def _today() -> date:
    return day_of(clock.now())


def _last_day() -> date:
    return _today() + timedelta(days=HORIZON_DAYS)
