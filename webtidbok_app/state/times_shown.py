"""The free times that a page shows, in words: the list, the month, those beside them, and what has become of each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import reflex as rx

from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.i18n import tn
from webtidbok_app.services.free_times import HORIZON_DAYS, FreeTimes
from webtidbok_app.state.common import lang_of
from webtidbok_app.state.present.month import month_view
from webtidbok_app.state.present.sight import Sight, Span, joined
from webtidbok_app.state.present.times import (
    day_views,
    nearest_views,
    next_free_view,
    since_view,
    status_text,
)
from webtidbok_app.state.resident_views import ChosenView, StepView
from webtidbok_app.state.views import DayView, MonthView, NextFreeView, SinceView, TimeView


class TimesShown(rx.State, mixin=True):
    """What stands on the page of the times of a step. Drawn once; what becomes of them is marked in its place."""

    step: StepView = StepView()
    nearest: list[TimeView] = []
    none_as_wished: bool = False
    chosen: ChosenView = ChosenView()
    next_free: NextFreeView = NextFreeView()
    days: list[DayView] = []
    more: bool = False
    narrowed: bool = False
    """Only the day that was chosen in the month is shown."""
    month: MonthView = MonthView()
    since: SinceView = SinceView()
    """What has become of days, month and nearest times since they were drawn, so that little is sent anew."""
    status: str = ""
    fresh: str = ""
    """"Visa 3 nya tider": what has come since the page was drawn, and waits to be asked for."""

    _listed: tuple[Timeslot, ...] = ()
    _sight: Sight = Sight()
    _near: tuple[Timeslot, ...] = ()
    _pinned: tuple[Timeslot, ...] = ()
    """The next free time and the held one, which are shown beside the list."""
    _month: date = date.min

    def _put(self, times: FreeTimes, day: date | None) -> None:
        """List these times, or those of one day if it has any."""
        slots = [slot for slot in slots_of(times) if day is None or day_of(slot.starts_at) == day]
        self.narrowed = bool(day and slots)
        self.more = times.more and day is None
        self.none_as_wished = times.next_free is None
        self.next_free = next_free_view(times.next_free, lang_of(self))
        held = [slot for slot in self._pinned if slot.held_by_patient]
        self._pinned = (*held, *([times.next_free] if times.next_free else []))
        self._listed, self._sight = tuple(slots), Sight.of([*slots, *self._pinned])

    def _put_more(self, slots: list[Timeslot]) -> None:
        """List these times below the others."""
        self._listed, self._sight = (*self._listed, *slots), self._sight.with_more(slots)

    def _put_month(self, slots: Iterable[Timeslot]) -> None:
        """Let the month have these times."""
        self._sight = self._sight.only([*self._listed, *self._near, *self._pinned]).with_more(slots)

    def _put_nearest(self, slots: list[Timeslot]) -> None:
        """Show these times as the nearest to one that is gone."""
        self._near, self._sight = tuple(slots), self._sight.with_more(slots)
        self.nearest = nearest_views(slots, lang_of(self), clinic=self.step.clinic)

    def _pin(self, held: Timeslot | None) -> None:
        """Show the time that is held now beside the list, in place of another."""
        self._pinned = tuple(slot for slot in self._pinned if not slot.held_by_patient)
        if held:
            self._pinned, self._sight = (held, *self._pinned), self._sight.with_more([held])

    def _spans(self) -> list[Span]:
        """Return the days that the page shows anything of."""
        first = today()
        last = day_of(self._listed[-1].starts_at) if self._listed else first
        month_end = (self._month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        days = [day_of(slot.starts_at) for slot in (*self._near, *self._pinned)]
        listed = (last if self.narrowed else first, last)
        return joined([listed, (max(self._month, first), month_end), *zip(days, days, strict=True)])

    def _draw(self) -> None:
        """Put the times in words, all as if they were free, and then what has become of them."""
        lang = lang_of(self)
        self.days = day_views(self._listed, lang, clinic=self.step.clinic)
        self.month = month_view(
            self._month,
            self._sight.drawn(),
            lang,
            today=today(),
            last=last_day(),
            chosen=self._only_day(),
        )
        self._mark()

    def _mark(self) -> None:
        """Put in words what has become of the times since they were drawn."""
        lang, sight = lang_of(self), self._sight
        chosen = "" if self.chosen.lost else self.chosen.id
        self.since = since_view(self._listed, sight, lang, chosen=chosen, chosen_day=self._only_day())
        self.status = status_text([slot for slot in self._listed if slot.id not in sight.lost], lang)
        self.fresh = tn(lang, "citizen.time.fresh", sight.fresh) if sight.fresh else ""
        taken = self.next_free.id in sight.lost
        if taken != self.next_free.taken:
            self.next_free = replace(self.next_free, taken=taken)

    def _only_day(self) -> date | None:
        return day_of(self._listed[0].starts_at) if self.narrowed and self._listed else None


def slots_of(times: FreeTimes) -> list[Timeslot]:
    """Return the times of all the days."""
    return [slot for _, slots in times.days for slot in slots]


def today() -> date:
    """Return which day it is in Sweden."""
    return day_of(clock.now())


def last_day() -> date:
    """Return the last day that can be shown."""
    return today() + timedelta(days=HORIZON_DAYS)
