"""The week of the schedule: what is published, and withdrawing it."""

from datetime import date

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import schedule
from webtidbok_app.services.schedule import ScheduleSlot, Week
from webtidbok_app.state import staff_week_view as words
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_ids
from webtidbok_app.state.staff_views import Chip, Outcome, Stepper, WeekDay
from webtidbok_app.state.views import Problem, WeekView

WITHDRAW_BUTTON = "withdraw"


class StaffWeekState(rx.State):
    """One week, the times ticked in it, and what withdrawing them would do."""

    problem: Problem = Problem()
    heading: str = ""
    span: str = ""
    steps: Stepper = Stepper()
    chips: list[Chip] = []
    week: WeekView = WeekView()
    days: list[WeekDay] = []
    empty: str = ""
    as_list: bool = False
    first_time: bool = False
    lacking: str = ""
    selected: list[str] = []
    selected_text: str = ""
    impact: Outcome = Outcome()
    done: Outcome = Outcome()

    _monday: date = date.min
    _performer: str = ""
    _free: list[str] = []
    _attempts: int = 0

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the week in the address, this week without one."""
        self._monday = words.parse_week(query(self, "vecka")) or monday_of(day_of(clock.now()))
        self.done = Outcome()
        await self._show()

    @rx.event
    @requires("staff")
    async def welcome(self) -> None:
        """Find out whether the clinic has ever published, and otherwise show how."""
        if self.problem.title:
            return  # the week has told of it
        choices = await attempt(schedule.list_choices(current()), "sv")
        if isinstance(choices, Problem):
            self.problem = choices
            return
        self.first_time = not choices.has_any_slot
        lacks = (
            "no_time_types" if not choices.time_types else "no_performers" if not choices.performers else ""
        )
        self.lacking = t("sv", f"staff.first.{lacks}") if lacks else ""

    @rx.event
    @requires("staff")
    async def show_performer(self, performer: str) -> None:
        """Show one performer's times, or everybody's."""
        self._performer = str(performer)
        await self._show()

    @rx.event
    @requires("staff")
    async def switch_view(self) -> None:
        """Change between a table and a list; remembered until logout."""
        self.as_list = not self.as_list

    @rx.event
    @requires("staff")
    async def toggle(self, slot_id: str) -> None:
        """Tick a free time, or take the tick away."""
        if slot_id in self.selected:
            self._select([one for one in self.selected if one != slot_id])
        else:
            self._select([*self.selected, slot_id])

    @rx.event
    @requires("staff")
    async def select_day(self, iso: str) -> None:
        """Tick every free time of a day that is shown."""
        cells = [cell.id for day in self.days if day.iso == iso for cell in day.cells if cell.selectable]
        self._select([*self.selected, *cells])

    @rx.event
    @requires("staff")
    async def toggle_all(self) -> None:
        """Take every tick away, or with none tick every free time that is shown."""
        self._select([] if self.selected else self._free)

    @rx.event
    @requires("staff")
    async def ask_withdraw(self) -> None:
        """Tell what withdrawing would do, by the schedule as it is now."""
        self.done = Outcome()
        self._attempts += 1
        if not self.selected:
            self.problem = Problem(
                t("sv", "staff.withdraw.nothing"),
                t("sv", "staff.withdraw.nothing_body"),
                key=str(self._attempts),
            )
            return
        week = await attempt(schedule.get_week(current(), monday=self._monday), "sv")
        if isinstance(week, Problem):
            self.problem = week
            return
        chosen = [slot for slot in week.slots if str(slot.id) in self.selected]
        self.problem = Problem()
        self.impact = words.impact_of(chosen, clock.now(), str(self._attempts))

    @rx.event
    @requires("staff")
    async def keep(self) -> EventType[()]:
        """Withdraw nothing after all; the ticks stand."""
        self.impact = Outcome()
        return rx.set_focus(WITHDRAW_BUTTON)

    @rx.event
    @requires("staff")
    async def withdraw(self) -> EventType[()] | None:
        """Withdraw the ticked times; those that somebody has are kept and named."""
        if not self.impact.confirm:
            return None
        result = await attempt(schedule.withdraw(current(), slot_ids=parse_ids(self.selected)), "sv")
        self.impact = Outcome()
        if isinstance(result, Problem):
            self.problem = result
            return None
        self.done = words.withdrawn_words(result.withdrawn, result.kept, str(self._attempts))
        return StaffWeekState.refresh

    @rx.event
    @requires("staff")
    async def refresh(self) -> None:
        """Show the same week as it is now."""
        await self._show()

    async def _show(self) -> None:
        found = await attempt(schedule.get_week(current(), monday=self._monday), "sv")
        self.impact = Outcome()
        self._select([])
        if isinstance(found, Problem):
            self.problem = found
            self.week, self.days, self.chips, self.empty = WeekView(), [], [], ""
            return
        self.problem = Problem()
        self._put(found, [slot for slot in found.slots if self._performer in ("", str(slot.performer_id))])

    def _put(self, week: Week, slots: list[ScheduleSlot]) -> None:
        now = clock.now()
        self.heading = t("sv", "staff.week.heading", week=week.monday.isocalendar().week)
        self.span = words.span_of(week.monday)
        self.steps = words.stepper(week.monday, day_of(now))
        self.chips = words.chips(week.performers, self._performer)
        one = bool(self._performer) or len(week.performers) == 1
        self.week = words.table_of(week, slots, now, one=one)
        self.days = words.list_of(week, slots, now, one=one)
        self._free = [str(slot.id) for slot in slots if words.is_free(slot, now)]
        chosen = next((one.name for one in week.performers if str(one.id) == self._performer), "")
        empty = t("sv", "staff.week.empty_filtered", name=chosen) if chosen else t("sv", "staff.week.empty")
        self.empty = "" if slots else empty

    def _select(self, ids: list[str]) -> None:
        ticked = set(ids)
        self.selected = [one for one in self._free if one in ticked]
        count = len(self.selected)
        none = t("sv", "staff.week.selected_none")
        self.selected_text = tn("sv", "staff.week.selected", count) if count else none
        self.impact = Outcome()
