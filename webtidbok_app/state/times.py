"""Choosing a time: the list of days, the month, wishes, and holding what is chosen. True as long as it is open."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, datetime, timedelta

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, key_of
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import (
    BookingStopped,
    Conflict,
    OutcomeUnknown,
    TermsNotAccepted,
    WebtidbokError,
)
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import Lang, t
from webtidbok_app.journal.port import Hold
from webtidbok_app.services.booking import Progress, hold_time
from webtidbok_app.services.compare import find_elsewhere
from webtidbok_app.services.free_times import (
    FreeTimes,
    LiveTimes,
    Offered,
    find_month,
    find_nearest,
    find_times,
    follow_times,
    look_at_times,
)
from webtidbok_app.state.common import argument, attempt, explain, lang_of, path_of, query
from webtidbok_app.state.flow import note_conflict, note_hold, open_step, take_conflict, way_of
from webtidbok_app.state.present.clinics import no_times_view, unit_views, watch_href
from webtidbok_app.state.present.month import parse_day, parse_month
from webtidbok_app.state.present.sight import Span
from webtidbok_app.state.present.steps import chosen_view, step_view
from webtidbok_app.state.present.times import conflict_problem
from webtidbok_app.state.present.wishes import read_wish
from webtidbok_app.state.resident_views import ChosenView, NoTimesView, TimeTypeView
from webtidbok_app.state.times_shown import TimesShown, last_day, slots_of, today
from webtidbok_app.state.times_wished import TimesWished
from webtidbok_app.state.views import Problem

DAYS = 5
ENOUGH = 60
"""Times in a list, whole days of them, after which the rest waits behind "Visa fler dagar"."""
MOST_DAYS = 60
"""Days that "Visa fler dagar" can come to; longer jumps are made in the month."""


class TimesState(TimesShown, TimesWished, rx.State):
    """The free times as list and month, and the one that is held."""

    stop: Problem = Problem()
    problem: Problem = Problem()
    none: NoTimesView = NoTimesView()
    can_move: bool = False
    """There are other clinics that the booked time can be moved to."""
    units: list[TimeTypeView] = []
    """Those of them that have free times, once they are asked for."""
    units_known: bool = False
    just_chosen: bool = False
    watch_href: str = ""
    """Where one waits for another time to become free, as wished; empty where the timebook cannot hold one."""
    first_new: str = ""
    """The first of the days that were added, which takes focus."""
    view: str = "list"
    announced: str = ""
    """The status in the words to be read aloud: only after what the visitor did."""
    refreshed: int = 0

    _shown_at: str = ""
    """The path that the times are of; empty until there are any."""
    _whose: str = ""
    """Whom they are shown to: the resident or, for a guardian, the child."""
    _details_done: bool = False
    _closed: bool = False
    """Booking was stopped while the page was shown, or before it."""

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the times from today on, and tell why the resident was sent back here, if so.

        Who comes back to the same address, as after a lost connection, finds as many days and the same month.
        """
        again = self._shown_at == path_of(self)
        view, days, month = (self.view, len(self.days), self._month) if again else (self.view, 0, date.min)
        self.reset()
        self.view, self._wish, self._shown_at = view, read_wish(lambda name: query(self, name)), path_of(self)
        self._whose = key_of(current())
        found = await attempt(open_step(self, ""), lang_of(self), clinic=argument(self, "clinic"))
        if isinstance(found, Problem):
            self.stop, self.step = found, way_of(self).stopped()
            return None
        if not isinstance(found, Progress):
            return found
        self._details_done, self.can_move = found.details_done, found.can_move
        await self._note_hold(found.hold)
        await self._show(found, days=max(days, DAYS), month=month)
        await self._tell_why_sent_back()
        return None

    @rx.event(background=True)
    @requires("resident")
    async def watch(self) -> AsyncGenerator[object, None]:
        """Keep the page true until it is left: what is taken turns so in its place, what is new waits."""
        async with self:
            way, here, me = way_of(self), path_of(self), key_of(current())
        spans: list[Span] = []
        try:
            async for times in follow_times(current(), **way.asked):
                await times.look_ahead(spans)
                async with self:
                    if path_of(self) != here or self._whose not in {"", me}:
                        return
                    if self._shown_at != here:  # not before load, which runs at the same time
                        continue
                    opened = self._closed and not times.stopped
                    if times.stopped:
                        self._close(times.stopped, way.lang)
                    elif not opened:
                        await attempt(self._compare(times), way.lang)
                        spans = self._spans()
                if opened:
                    yield TimesState.load
        except WebtidbokError:
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("resident")
    async def pick(self, timeslot_id: str) -> EventSpec | None:
        """Hold a time for the resident alone, in place of the one that was held before."""
        way = way_of(self)
        self.problem, self.nearest, self._near = Problem(), [], ()
        holding = hold_time(current(), **way.asked, timeslot_id=timeslot_id)
        try:
            hold = await attempt(
                holding,
                way.lang,
                let_through=(Conflict, TermsNotAccepted, OutcomeUnknown),
                clinic=way.clinic,
            )
        except TermsNotAccepted:
            return way.to("villkor")
        except OutcomeUnknown as error:
            return way.to_outcome(error)
        except Conflict as error:
            return await self._tell_taken(error, timeslot_id)
        if isinstance(hold, Problem):
            self.problem = replace(hold, key=secrets.token_hex(4))
            return None
        await self._note_hold(hold)
        self.just_chosen = True
        self._mark()
        return None

    @rx.event
    @requires("resident")
    async def pick_next(self, timeslot_id: str) -> EventSpec | None:
        """Hold the next free time or, when the one that was shown is taken, show the next."""
        if timeslot_id:
            return await self.pick(timeslot_id)
        await self._redraw()
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
        self._put_more(slots_of(times))
        self._draw()
        self.announced = self.status
        self.more = times.more and len(self.days) < MOST_DAYS
        self.first_new = self.days[before].key if len(self.days) > before else ""

    @rx.event
    @requires("resident")
    async def show_fresh(self) -> None:
        """Show what has come since the page was drawn."""
        await self._redraw()
        self.refreshed += 1

    @rx.event
    @requires("resident")
    async def show_units(self) -> None:
        """Show where else the booked time can be moved, with how many times there are now."""
        way = way_of(self)
        found = await attempt(find_elsewhere(current(), **way.asked), way.lang)
        if isinstance(found, Problem):
            self.problem = replace(found, key=secrets.token_hex(4))
            found = []
        self.units, self.units_known = unit_views(found, way.lang, rebooks=way.rebooks), True

    @rx.event
    @requires("resident")
    async def show_as(self, view: str) -> EventSpec | None:
        """Show list or month where there is room for one of them. The choice is remembered in the tab."""
        self.view = "month" if view == "month" else "list"
        return self._to(None) if self.narrowed and self.view == "list" else None

    @rx.event
    @requires("resident")
    async def choose_month(self, month: str) -> None:
        """Show another month."""
        chosen = parse_month(month)
        if chosen and today().replace(day=1) <= chosen <= last_day():
            self._month = chosen
            await self._see_month()
            self._draw()

    def _close(self, why: BookingStopped, lang: Lang) -> None:
        """Show that nothing can be booked for now, until it can."""
        if not self._closed:
            self._closed, self.stop = True, explain(why, lang)

    async def _show(self, progress: Progress, *, days: int, month: date) -> None:
        lang = lang_of(self)
        self.step = step_view(progress, lang)
        day = self._day()
        times = await self._find(day, days=1 if day else days, cut=days == DAYS)
        if times is None:
            self.stop, self.problem = self.problem, Problem()
        elif not times.any_at_all:
            self.none = no_times_view(progress, times.other_forms, await self._elsewhere(), lang)
        else:
            await self._show_wish()
            self.watch_href = watch_href(progress, self._wish, lang)
            held = progress.hold.timeslot if progress.hold else times.next_free
            self._month = max(month, today().replace(day=1))
            if month == date.min:
                self._month = (day or (day_of(held.starts_at) if held else today())).replace(day=1)
            await self._show_found(times, day)

    async def _show_found(self, times: FreeTimes, day: date | None) -> None:
        self._put(times, day)
        if day and not self.narrowed:
            self._tell_day_is_gone()
        await self._see_month()
        self._draw()
        self.announced = self.status

    async def _elsewhere(self) -> list[Offered]:
        """Return other clinics with the same; for a booked time, those that it can be moved to."""
        way = way_of(self)
        found = await attempt(find_elsewhere(current(), **way.asked), way.lang)
        return [] if isinstance(found, Problem) else found

    async def _redraw(self) -> None:
        """Draw the same days and month as they are now."""
        if self.none.intro:
            self.none = NoTimesView()
        day = self._day()
        count = max(DAYS, len(self.days))
        times = await self._find(day, days=1 if day else count, cut=count == DAYS)
        if times is not None:
            self._month = max(self._month, today().replace(day=1))
            await self._show_found(times, day)

    async def _find(self, first: date | None, *, days: int = DAYS, cut: bool = True) -> FreeTimes | None:
        """Return free times, or None when it went wrong; then the page says so."""
        way = way_of(self)
        times = await attempt(
            find_times(current(), **way.asked, first=first, days=days, wish=self._wish),
            way.lang,
            clinic=way.clinic,
        )
        if isinstance(times, Problem):
            self.problem = times
            return None
        return _enough(times) if cut else times

    async def _see_month(self) -> None:
        way = way_of(self)
        slots = await attempt(
            find_month(current(), **way.asked, month=self._month, wish=self._wish),
            way.lang,
            clinic=way.clinic,
        )
        if isinstance(slots, Problem):
            self.problem = slots
        else:
            self._put_month(slots)

    async def _compare(self, times: LiveTimes) -> None:
        """Look at what has become of the times that are shown, and draw what is different."""
        if self.none.intro:
            self.fresh = t(lang_of(self), "citizen.time.fresh_any") if await times.first() else ""
            return
        if not self.step.caption or self.stop.title:
            return
        free = {slot.id: slot for span in self._spans() for slot in await times.between(*span, self._wish)}
        sight = self._sight.now(free)
        held = free.get(self.chosen.id)
        hold_lost = bool(self.chosen.id and not self.chosen.lost and not (held and held.held_by_patient))
        if hold_lost:
            self.chosen = replace(self.chosen, lost=t(lang_of(self), "citizen.time.hold_lost"))
        if hold_lost or sight is not self._sight:
            self._sight = sight
            self._mark()

    async def _tell_why_sent_back(self) -> None:
        code, moment = await take_conflict(self)
        if code:
            await self._show_conflict(code, moment)

    async def _tell_taken(self, error: Conflict, timeslot_id: str) -> EventSpec | None:
        """Tell that the time is gone, let it stay in its place, and show what has become of the others."""
        way = way_of(self)
        slot = self._sight.free.get(timeslot_id) or self._sight.lost.get(timeslot_id)
        looking = look_at_times(current(), **way.asked)
        times = await attempt(looking, way.lang)
        if not isinstance(times, Problem):
            if await times.first() is None:
                await note_conflict(self, error, slot.starts_at if slot else None)
                return TimesState.load
            await attempt(self._compare(times), way.lang)
        self._sight = self._sight.without(timeslot_id)
        self._mark()
        await self._show_conflict(error.code, slot.starts_at if slot else None)
        return None

    async def _show_conflict(self, code: str, moment: datetime | None) -> None:
        way = way_of(self)
        self.problem = conflict_problem(code, moment, way.lang, key=secrets.token_hex(4))
        near = moment or clock.now()
        finding = find_nearest(current(), **way.asked, moment=near)
        nearest = await attempt(finding, way.lang)
        if not isinstance(nearest, Problem):
            self._put_nearest(nearest)

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
        self._pin(hold.timeslot if hold else None)
        if hold:
            await note_hold(self, hold)


def _enough(times: FreeTimes) -> FreeTimes:
    count = 0
    for index, (_, slots) in enumerate(times.days, start=1):
        count += len(slots)
        if count >= ENOUGH and index < len(times.days):
            return replace(times, days=times.days[:index], more=True)
    return times
