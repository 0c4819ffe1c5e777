"""The quick search that stands on every page for staff, and what it found.

A personal number comes in an event and stays on the server: it never stands in an address or in the browser's storage.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, time

import reflex as rx
from reflex.event import EventSpec, EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.reserve_number import Identity, parse_identity
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.attendance import mark_attendance
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.find_bookings import FoundBookings, find_bookings, find_case
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_day, parse_wall, typed
from webtidbok_app.state.staff.day import day_href
from webtidbok_app.state.staff.day_view import DayRowView, parse_attendance, row_view, said_of, with_mark
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.views import FieldProblem, Problem

PAGE = "/personal/sok"
FIELD = "sok"
_LIKE_A_NUMBER = re.compile(r"(\d{2})?\d{6}[-+]?\d{4}|\d{8}-?[A-Za-z]{2}\d{2}")
_LIKE_A_CASE = re.compile(r"\d{4}-\d{4,9}")
_LIKE_A_TIME = re.compile(r"(?:kl\.?\s*)?\d{1,2}(?:[.:]\d{2}|\d{2})", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What was typed: a person, a case, or a time; for a time its day, and its time of day where that is said."""

    number: Identity | None = None
    case: str = ""
    day: date | None = None
    wall: time | None = None


@dataclass(frozen=True)
class FoundView:
    """What somebody has at the clinic. An empty ``heading`` is nothing searched for yet."""

    heading: str = ""
    count: str = ""
    protected: bool = False
    coming: list[DayRowView] = field(default_factory=list)
    past: list[DayRowView] = field(default_factory=list)
    key: str = ""


class StaffSearchState(Personal, rx.State):
    """What is searched for and what was found. Personal: emptied when another page is opened."""

    typed: str = ""
    """What could not be read, to be mended."""
    searches: int = 0
    """After each search the field is a new one."""
    problems: list[FieldProblem] = []
    problem: Problem = Problem()
    found: FoundView = FoundView()
    announcement: str = ""

    _found: FoundBookings | None = None

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Let nobody else in. What was found is shown already."""

    def _shows_somebody(self) -> bool:
        return bool(self._found or self.typed or self.problems or self.problem.title)

    @rx.event
    @requires("staff")
    async def search(self, form: rx.form.FormData) -> EventType[()] | None:
        """Find a person's bookings, a case or a time, and go to where it is shown."""
        text, today = typed(form, FIELD), day_of(clock.now())
        self.searches += 1
        self.problem, self.problems, self.found, self._found, self.typed = (
            Problem(),
            [],
            FoundView(),
            None,
            "",
        )
        try:
            wanted = read_search(text, today=today)
        except InvalidInput as invalid:
            self.typed = text
            self.problems = [
                FieldProblem(FIELD, t("sv", f"staff.search.problem.{code}"))
                for code in invalid.problems.values()
            ]
            return rx.redirect(PAGE)
        if wanted.number:
            await self._find_person(wanted.number)
            return rx.redirect(PAGE)
        if wanted.case:
            return await self._find_case(wanted.case)
        at = f"&kl={wanted.wall:%H.%M}" if wanted.wall else ""
        return rx.redirect(f"{day_href(wanted.day or today)}{at}")

    @rx.event
    @requires(*HANDLES_TIMES)
    async def mark(self, booking: str, wanted: str, seen: str) -> None:
        """Mark who has come or has not, or take the mark away."""
        rows = [*self._found.coming, *self._found.past] if self._found else []
        row = next((row for row in rows if row.booking_id == booking), None)
        if row is None or self._found is None:
            return
        marking = mark_attendance(
            current(),
            booking_id=booking,
            attendance=parse_attendance(wanted),
            seen=parse_attendance(seen),
        )
        marked = await attempt(marking, "sv")
        self.problem = marked if isinstance(marked, Problem) else Problem()
        if not isinstance(marked, Problem):
            coming, past = (
                with_mark(part, booking, marked) for part in (self._found.coming, self._found.past)
            )
            self._show(replace(self._found, coming=coming, past=past), key=self.found.key)
            self.announcement = said_of(row, marked.attendance)

    async def _find_person(self, number: Identity) -> None:
        try:
            found = await attempt(find_bookings(current(), number=number), "sv", let_through=(NotFound,))
        except NotFound:
            self.problem = self._nothing("none", "none_body")
            return
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._show(found, key=str(self.searches))

    async def _find_case(self, number: str) -> EventSpec:
        try:
            case = await attempt(find_case(current(), number=number), "sv", let_through=(NotFound,))
        except NotFound:
            self.problem = self._nothing("no_case", "no_case_body")
            return rx.redirect(PAGE)
        if isinstance(case, Problem):
            self.problem = case
            return rx.redirect(PAGE)
        return rx.redirect(f"/personal/forfragningar/{case.hex}")

    def _nothing(self, title: str, body: str) -> Problem:
        return Problem(
            t("sv", f"staff.search.{title}"), t("sv", f"staff.search.{body}"), key=str(self.searches)
        )

    def _show(self, found: FoundBookings, *, key: str) -> None:
        self._found = found
        self.found = FoundView(
            heading=found.name,
            count=tn("sv", "staff.search.coming_count", sum(not row.cancelled for row in found.coming)),
            protected=found.protected,
            coming=[row_view(row, with_day=True) for row in found.coming],
            past=[row_view(row, with_day=True) for row in found.past],
            key=key,
        )


def read_search(text: str, *, today: date) -> Wanted:
    """Return what the text asks for. Raises InvalidInput when it says nothing that can be looked for.

    A personal or reserve number, a case number such as 2026-0012, a time such as 9.20 (today), a day
    such as 27/11, or both in either order.
    """
    words = text.split()
    joined = "".join(words).replace("\N{EN DASH}", "-").replace("\N{MINUS SIGN}", "-")
    if _LIKE_A_CASE.fullmatch(joined):
        return Wanted(case=joined)
    if _LIKE_A_NUMBER.fullmatch(joined):
        return Wanted(number=parse_identity(joined, today=today))
    found = _read_time(words, today)
    if found is None:
        raise InvalidInput({FIELD: "unknown" if text else "empty"})
    return found


def _read_time(words: list[str], today: date) -> Wanted | None:
    """Return the time and the day that the words say, either first; what is no time of day is a day."""
    for cut in range(len(words) + 1):
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
        for clock_part, day_part in ((last, first), (first, last)):
            wall = parse_wall(clock_part) if _LIKE_A_TIME.fullmatch(clock_part) else None
            day = parse_day(day_part, today=today) if day_part else None
            if (wall or not clock_part) and (day or (wall and not day_part)):
                return Wanted(day=day, wall=wall)
    return None
