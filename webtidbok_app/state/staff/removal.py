"""Taking times away: which, what it would do, a choice for each booked one, and doing it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import Conflict, InvalidInput, ScheduleChanged, TooManyToRemove
from webtidbok_app.domain.removal import Choice as Fate
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import removal, removal_impact
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.removal_impact import Away, RemovalImpact
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import in_reach, parse_day, parse_id, parse_ids, parse_wall, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff import removal_view as words
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.preview_view import moment_words
from webtidbok_app.state.staff.removal_view import EVERYBODY, FATES, PAGE, ImpactView, VisitView
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.staff.week import StaffWeekState
from webtidbok_app.state.views import Choice, FieldProblem, Problem

FIRST, LAST, WHOM, CLOCK = "fran", "till", "vardgivare", "kl"
"""What the address may say: days in Sweden (inclusive), a performer's id, and "0800-1200" on the clock."""
SINCE, UNTIL = "since", "until"
MESSAGE, EARLIEST, LATEST, ALL = "message", "first_day", "last_day", "all"
PERIOD = timedelta(days=60)
"""How long, from today, those who are invited can choose among days, unless something else is written."""
MESSAGE_MAX = removal.MESSAGE_MAX
CHOICES = [Choice(fate.value, t("sv", f"staff.removal.{fate}")) for fate in FATES]

__all__ = [
    "ALL",
    "CHOICES",
    "EARLIEST",
    "FIRST",
    "LAST",
    "LATEST",
    "MESSAGE",
    "MESSAGE_MAX",
    "PAGE",
    "SINCE",
    "UNTIL",
    "WHOM",
    "StaffRemovalState",
]


class StaffRemovalState(Personal, rx.State):
    """The times that are to go, and what is chosen for those who have booked. Personal: emptied when it is left."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    asking: bool = False
    performers: list[Choice] = []
    whom: str = ""
    day_hint: str = ""
    away_first: str = ""
    away_last: str = ""
    away_since: str = ""
    away_until: str = ""
    impact: ImpactView = ImpactView()
    visits: list[VisitView] = []
    all_choice: str = ""
    tally: str = ""
    confirm: str = ""
    message: str = ""
    first_day: str = ""
    last_day: str = ""
    tells: bool = False
    """Whether anybody is cancelled, and so is written to."""
    invites: bool = False
    changed: Outcome = Outcome()

    _removal: str = ""
    _shown: tuple[RemovalImpact, ...] = ()
    _chosen: dict[str, str] = {}
    _to: dict[str, str] = {}

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show what taking away the times in the address, or those ticked in the schedule, would do; or ask which."""
        self.reset()
        today = day_of(clock.now())
        self.day_hint = t("sv", "staff.removal.day_format", day=today.isoformat())
        self.away_first, self.away_last = query(self, FIRST) or today.isoformat(), query(self, LAST)
        self.away_last = self.away_last or self.away_first
        self.whom = query(self, WHOM)
        self.away_since, _, self.away_until = query(self, CLOCK).partition("-")
        self.first_day, self.last_day = today.isoformat(), (today + PERIOD).isoformat()
        self._removal = uuid4().hex
        if query(self, FIRST) or (not self.whom and await self._ticked()):
            await self._weigh()
        else:
            await self._ask()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def look(self, form: rx.form.FormData) -> EventType[()] | None:
        """Put what was filled in in the address, which shows it."""
        self.attempts += 1
        self.whom, self.away_first, self.away_last, self.away_since, self.away_until = (
            typed(form, name) for name in (WHOM, FIRST, LAST, SINCE, UNTIL)
        )
        today = day_of(clock.now())
        days = {name: parse_day(typed(form, name), today=today) for name in (FIRST, LAST)}
        walls = {name: parse_wall(typed(form, name)) for name in (SINCE, UNTIL)}
        bad_walls = [name for name, wall in walls.items() if wall is None and typed(form, name)]
        self.problems = [
            *(FieldProblem(name, self.day_hint) for name, day in days.items() if day is None),
            *_unreadable(bad_walls),
        ]
        if self.problems:
            return None
        asked = {name: day.isoformat() for name, day in days.items() if day}
        asked[WHOM] = self.whom or EVERYBODY
        if any(walls.values()):
            asked[CLOCK] = "-".join(f"{wall:%H%M}" if wall else "" for wall in walls.values())
        return rx.redirect(f"{PAGE}?{urlencode(asked)}")

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_all(self, choice: str) -> None:
        """Let the same become of all, where it can; those for whom it cannot are left to choose."""
        if choice not in FATES:
            return
        self.all_choice, self.problems = choice, []
        for impact in self._shown:
            for visit in impact.booked:
                key = visit.booking_id.hex
                self._chosen.pop(key, None)
                if words.may_be(visit, Fate(choice)):
                    self._chosen[key], self._to[key] = choice, str(visit.suggested or "")
        self._draw()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose(self, booking: str, choice: str) -> None:
        """Choose what is to become of one visit."""
        for visit in self._visits(booking):
            if choice in FATES:
                best = visit.suggested or next((one.slot_id for one in visit.options), "")
                self._chosen[booking], self._to[booking] = choice, str(best)
            else:
                self._chosen.pop(booking, None)
            self.all_choice, self.problems = "", []
        self._draw()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_time(self, booking: str, slot: str) -> None:
        """Choose another time to move a visit to."""
        for visit in self._visits(booking):
            if slot in {str(one.slot_id) for one in visit.options}:
                self._to[booking], self.problems = slot, []
        self._draw()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def carry_out(self, form: rx.form.FormData) -> EventType[()] | None:
        """Do all that is chosen, or nothing: then the page shows what has changed, and keeps what was chosen."""
        self.attempts += 1
        self.problem, self.changed = Problem(), Outcome()
        self.message, self.first_day, self.last_day = (
            typed(form, name) for name in (MESSAGE, EARLIEST, LATEST)
        )
        identity = parse_id(self._removal)
        if not self._shown or identity is None:
            return None
        [impact] = self._shown
        self.problems = words.problems_of(impact, self._fates(), self._targets())
        self._draw()
        if self.problems:
            return None
        try:
            done = await attempt(self._remove(impact, identity), "sv", let_through=(Conflict, InvalidInput))
        except InvalidInput as error:
            choices = ALL if len(self.visits) > 1 else f"choice-{self.visits[0].id}" if self.visits else ALL
            told = {choices if name == "choices" else name: code for name, code in error.problems.items()}
            self.problems = field_problems(told, "sv", order=(choices, MESSAGE, EARLIEST, LATEST))
            return None
        except Conflict as conflict:
            await self._show_changed(impact, conflict)
            return None
        if isinstance(done, Problem):
            self.problem = done
            return None
        return rx.redirect(f"{PAGE}/{identity.hex}", replace=True)

    def _shows_somebody(self) -> bool:
        return bool(self._shown)

    async def _ticked(self) -> list[str]:
        return (await self.get_state(StaffWeekState)).selected

    async def _ask(self) -> None:
        found = await attempt(removal_impact.list_absent_choices(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.performers = [Choice(str(one.performer.id), words.performer_words(one)) for one in found]
        self.asking = True

    async def _weigh(self) -> None:
        found = await self._impact()
        if isinstance(found, RemovalImpact):
            self._shown = (found,)
            self._draw()
        if not self.impact.some:
            await self._ask()

    async def _impact(self) -> RemovalImpact | None:
        """Return how it is now, or None when the page tells why it cannot be told."""
        away = self._away()
        if query(self, FIRST) and away is None:
            self.problems = [FieldProblem(FIRST, self.day_hint)]
            return None
        self.problems = _unreadable(
            name for name, wall in self._walls().items() if wall and parse_wall(wall) is None
        )
        if self.problems:
            return None
        ids = [] if away else parse_ids(await self._ticked())
        weighing = removal_impact.weigh_removal(current(), slot_ids=ids, away=away)
        try:
            found = await attempt(weighing, "sv", let_through=(InvalidInput, TooManyToRemove))
        except InvalidInput as error:
            wrong = {"last_day": LAST}
            named = {wrong.get(name, name): code for name, code in error.problems.items()}
            self.problems = field_problems(named, "sv", order=(LAST, UNTIL))
            return None
        except TooManyToRemove as error:
            self.problem = words.too_many(error, str(self.attempts))
            return None
        if isinstance(found, Problem):
            self.problem = found
            return None
        return found

    def _away(self) -> Away | None:
        """Return what the address asks for, None when it asks for no days or nobody that there can be."""
        first, last = _iso(query(self, FIRST)), _iso(self.away_last)
        whom = parse_id(self.whom)
        if first is None or last is None or (whom is None and self.whom not in {"", EVERYBODY}):
            return None
        since, until = map(parse_wall, self._walls().values())
        return Away(first, last, whom, since, until)

    def _walls(self) -> dict[str, str]:
        return {SINCE: self.away_since, UNTIL: self.away_until}

    def _remove(self, impact: RemovalImpact, identity: UUID) -> Any:
        today, invites = day_of(clock.now()), self.invites
        return removal.remove_times(
            current(),
            removal_id=identity,
            free=[slot.id for slot in impact.free],
            decisions=words.decisions_of(impact, self._fates(), self._targets()),
            seen=impact.seen,
            message=self.message if self.tells else "",
            first_day=parse_day(self.first_day, today=today) if invites else None,
            last_day=parse_day(self.last_day, today=today) if invites else None,
        )

    async def _show_changed(self, before: RemovalImpact, conflict: Conflict) -> None:
        after = await self._impact()
        if after is None:
            return
        self._shown = (after,)
        lost = []
        for visit in after.booked:
            key = visit.booking_id.hex
            moving = self._chosen.get(key) == Fate.MOVE
            if moving and self._to.get(key) not in {str(one.slot_id) for one in visit.options}:
                lost.append(visit)
                self._to[key] = str(visit.suggested or "")
                if visit.suggested is None:
                    del self._chosen[key]
        body = t("sv", "staff.removal.changed_body")
        if isinstance(conflict, ScheduleChanged):
            name, at = conflict.facts["changed_by"], conflict.facts["changed_at"]
            assert isinstance(at, datetime)
            by = t("sv", "staff.removal.changed_by", name=name, when=moment_words(at, clock.now()))
            body = f"{by} {body}"
        lines = words.differences(before, after, lost)
        self.changed = Outcome(t("sv", "staff.removal.changed"), body, lines, key=str(self.attempts))
        self._draw()

    def _visits(self, booking: str) -> list[removal_impact.BookedVisit]:
        return [one for impact in self._shown for one in impact.booked if one.booking_id.hex == booking]

    def _fates(self) -> dict[UUID, Fate]:
        return {UUID(key): Fate(choice) for key, choice in self._chosen.items()}

    def _targets(self) -> dict[UUID, UUID]:
        return {UUID(key): UUID(slot) for key, slot in self._to.items() if slot}

    def _draw(self) -> None:
        """Put what is chosen in words."""
        for impact in self._shown:
            fates = self._fates()
            self.impact = words.impact_view(impact)
            self.visits = words.visit_views(impact, fates, self._targets(), self.problems)
            self.tally = words.tally(impact, fates)
            count = words.going(impact, fates)
            self.confirm = (
                tn("sv", "staff.removal.yes", count) if count else t("sv", "staff.removal.yes_none")
            )
            here = {fates.get(visit.booking_id) for visit in impact.booked}
            self.invites = Fate.INVITE in here
            self.tells = self.invites or Fate.CANCEL in here


def _unreadable(walls: Iterable[str]) -> list[FieldProblem]:
    """Return that the fields hold no clock times."""
    return [FieldProblem(name, t("sv", "staff.week.span_format")) for name in walls]


def _iso(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if in_reach(day) else None
