"""Booking for a resident: finding whom it is for, or registering somebody who is not known yet."""

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, t
from webtidbok_app.services import desk_people
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.desk_people import DeskPerson, SearchPurpose
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.desk import TIMES, StaffDeskState
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["PURPOSES", "WALK_IN", "StaffDeskWhoState"]

WALK_IN = "/personal/boka?nu=ja"
PURPOSES = [Choice(purpose, t("sv", f"staff.desk.purposes.{purpose}")) for purpose in SearchPurpose]
_FIELDS = ("number", "born", "given_name", "family_name")


class StaffDeskWhoState(Personal, rx.State):
    """What was searched for, and what was found."""

    number: str = ""
    purpose: str = str(SearchPurpose.BOOK)
    unknown: bool = False
    """Nobody has the number: they can be registered."""
    born: str = ""
    given_name: str = ""
    family_name: str = ""
    same: list[Choice] = []
    """Who without a number may be the one: a place in the list, and the name."""
    may_register: str = ""
    """Who can be registered without a number, in words; empty before it was searched for."""
    walk_in: bool = False
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    _same: tuple[DeskPerson, ...] = ()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Begin with an empty search. Somebody may be standing here now."""
        self.reset()
        self.walk_in = query(self, "nu") == "ja"

    @rx.event
    @requires(*HANDLES_TIMES)
    async def find(self, form: rx.form.FormData) -> EventType[()] | None:
        """Search by number."""
        self.number, self.purpose = typed(form, "number"), typed(form, "purpose")
        self._begin_attempt()
        finding = desk_people.find_person(current(), number=self.number, purpose=self._why())
        try:
            found = await attempt(finding, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self._tell(error)
            return None
        if isinstance(found, DeskPerson):
            return await self._go_on(found)
        self.problem, self.unknown = found or Problem(), found is None
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def register(self, form: rx.form.FormData) -> EventType[()] | None:
        """Register who has the number that was searched for."""
        self.given_name, self.family_name = typed(form, "given_name"), typed(form, "family_name")
        self._begin_attempt(unknown=True)
        registering = desk_people.register_person(
            current(), number=self.number, given_name=self.given_name, family_name=self.family_name
        )
        try:
            found = await attempt(registering, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self._tell(error)
            return None
        return await self._go_on_with(found)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def find_without(self, form: rx.form.FormData) -> None:
        """Search among those who have no number, by day of birth and name."""
        self.born, self.given_name, self.family_name = (
            typed(form, name) for name in ("born", "given_name", "family_name")
        )
        self._begin_attempt()
        day = parse_day(self.born, today=day_of(clock.now()))
        missing = {
            "born": "" if day and day <= day_of(clock.now()) else "born",
            "given_name": "" if self.given_name else "given_name_missing",
            "family_name": "" if self.family_name else "family_name_missing",
        }
        if day is None or any(missing.values()):
            wrong = {name: code for name, code in missing.items() if code}
            self.problems = field_problems(wrong, "sv", order=_FIELDS)
            return
        finding = desk_people.find_without_number(
            current(), born=day, name=f"{self.given_name[:1]} {self.family_name[:1]}", purpose=self._why()
        )
        found = await attempt(finding, "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._same = tuple(found)
        self.same = [
            Choice(str(index), f"{person.name}, {person.number}") for index, person in enumerate(found)
        ]
        name = f"{self.given_name} {self.family_name}"
        self.may_register = t("sv", "staff.without.register_about", name=name, day=format_day("sv", day))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose(self, place: str) -> EventType[()] | None:
        """Go on with one of those who were found."""
        if place.isdigit() and int(place) < len(self._same):
            return await self._go_on(self._same[int(place)])
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def register_without(self) -> EventType[()] | None:
        """Register who was searched for, and is none of those who were found."""
        day = parse_day(self.born, today=day_of(clock.now()))
        if day is None or not self.may_register:
            return None
        registering = desk_people.register_without_number(
            current(),
            born=day,
            given_name=self.given_name,
            family_name=self.family_name,
            another=bool(self._same),
        )
        try:
            found = await attempt(registering, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self._tell(error)
            return None
        self.may_register = ""  # pressed twice, one is registered
        return await self._go_on_with(found)

    def _shows_somebody(self) -> bool:
        return self.attempts > 0

    def _why(self) -> SearchPurpose:
        return SearchPurpose(self.purpose) if self.purpose in list(SearchPurpose) else SearchPurpose.BOOK

    def _begin_attempt(self, *, unknown: bool = False) -> None:
        self.problem, self.problems, self.unknown = Problem(), [], unknown
        self.same, self._same, self.may_register = [], (), ""
        self.attempts += 1

    def _tell(self, error: InvalidInput) -> None:
        self.problems = field_problems(error.problems, "sv", order=_FIELDS)

    async def _go_on_with(self, found: DeskPerson | Problem) -> EventType[()] | None:
        if isinstance(found, Problem):
            self.problem = found
            return None
        return await self._go_on(found)

    async def _go_on(self, person: DeskPerson) -> EventType[()] | None:
        desk = await self.get_state(StaffDeskState)
        desk._begin(person, walk_in=self.walk_in)  # noqa: SLF001  one flow in two states
        return rx.redirect(TIMES)
