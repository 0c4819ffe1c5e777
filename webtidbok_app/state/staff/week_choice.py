"""What is seen of the schedule, and what is chosen in it: cell by cell, by the day or between clock times."""

from collections.abc import Collection
from datetime import date, datetime

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import require_staff
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.schedule import ScheduleSlot, Week
from webtidbok_app.state.input import parse_wall, typed
from webtidbok_app.state.staff import week_view as words
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.staff.week_where import WEEK, Where
from webtidbok_app.state.staff.withdraw_view import lost_words
from webtidbok_app.state.views import Choice, FieldProblem

SPAN_DAY, SPAN_FROM, SPAN_TO = "span_day", "span_from", "span_to"
STAMP_AT_MOST = 40


class WeekChoice(rx.State, mixin=True):
    """The times that are seen, and those of them that are chosen to be taken away."""

    problems: list[FieldProblem] = []
    attempts: int = 0
    view: str = WEEK
    """The last view that was chosen; it is remembered until logout."""
    span_days: list[Choice] = []
    selected: list[str] = []
    selected_text: str = ""
    heard: str = ""
    """The stamp of the last choice that came from the grid, so that the grid knows which choice it reads here."""
    note: str = ""
    impact: Outcome = Outcome()

    _day: date = date.min
    _performer: str = ""
    _shown: tuple[Week, ...] = ()
    """The week as it is shown, if any. In a tuple, which is handed out as it is: a wrapped week would be slow."""
    _free: list[str] = []
    _open: list[str] = []
    """The free ones, and the booked ones that can be taken away too."""
    _boxed: list[str] = []
    _lost: list[str] = []
    """Chosen times that somebody else got meanwhile: withdrawing tells of them too."""

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

    def _where(self) -> Where:
        return Where(self.view, self._day, self._performer)

    def _slots(self) -> list[ScheduleSlot]:
        """Return the times that are seen."""
        where = self._where()
        return [slot for week in self._shown for slot in week.slots if where.shows(slot)]

    def _boxes(self, slots: list[ScheduleSlot], now: datetime) -> frozenset[str] | None:
        """Return the times with a box to choose by: those that can be taken away, or could since they were drawn."""
        may_choose = require_staff().role in HANDLES_TIMES
        self._free = [str(slot.id) for slot in slots if may_choose and slot.is_free(now)]
        self._open = [str(slot.id) for slot in slots if may_choose and slot.can_be_removed(now)]
        self._boxed = sorted({*self._boxed, *self._open})
        return frozenset(self._boxed) if may_choose else None

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
