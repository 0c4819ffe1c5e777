"""Following up the access log: by patient, by colleague, and an extract for a patient."""

from collections.abc import Awaitable
from datetime import timedelta

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff
from webtidbok_app.domain import clock
from webtidbok_app.domain.access import ActKind
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import log_follow_up
from webtidbok_app.services.log_follow_up import REASON_MAX, Found, Search
from webtidbok_app.services.log_lines import LogLines, Place
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.log_view import (
    ExtractView,
    LogRowView,
    extract_file,
    extract_view,
    row_of,
    span_words,
)
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["KINDS", "REASON_MAX", "RESULT", "StaffLogState"]

KINDS = [Choice(kind, t("sv", f"staff.log.kind_{kind}")) for kind in (ActKind.READ, ActKind.CHANGED)]
RESULT = "log-result"
"""The id of the line that says how much was found."""
_DAYS = timedelta(days=30)
_FIELDS = ("person", "colleague", "reason", "first_day", "last_day")


class StaffLogState(Personal, rx.State):
    """What is looked for in the log and what was found, names of residents masked."""

    ready: bool = False
    colleagues: list[Choice] = []
    first_day: str = ""
    last_day: str = ""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    heading: str = ""
    """Empty until something has been looked for."""
    count_text: str = ""
    rows: list[LogRowView] = []
    more: bool = False
    extract: ExtractView = ExtractView()

    _search: Search | None = None
    _next: Place | None = None

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the empty form: the last thirty days, and whom one can choose."""
        self.reset()
        found = await attempt(log_follow_up.list_colleagues(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        today = day_of(clock.now())
        self.first_day, self.last_day, self.ready = (today - _DAYS).isoformat(), today.isoformat(), True
        self.colleagues = [
            Choice(one.hsa_id, t("sv", "staff.log.colleague_choice", name=one.name, hsa_id=one.hsa_id))
            for one in found
        ]

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def search_patient(self, form: rx.form.FormData) -> EventSpec | None:
        """Find what has been done with one person's data."""
        found = log_follow_up.search_by_patient(current(), number=typed(form, "person"), **_asked(form))
        return await self._show(found, "found_patient")

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def search_colleague(self, form: rx.form.FormData) -> EventSpec | None:
        """Find what a colleague has done."""
        found = log_follow_up.search_by_colleague(current(), hsa_id=typed(form, "colleague"), **_asked(form))
        return await self._show(found, "found_colleague")

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def show_older(self) -> None:
        """Add the next older lines below those that are shown."""
        if self._search is None or self._next is None:
            return
        found = await attempt(
            log_follow_up.find_older(current(), search=self._search, after=self._next), "sv"
        )
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._add(found)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def load_extract(self) -> None:
        """Make the extract of the last search, which is logged."""
        self.extract, self.problem, self.ready = ExtractView(), Problem(), True
        if self._search is None or self._search.person_id is None:
            return
        made = await attempt(log_follow_up.make_extract(current(), search=self._search), "sv")
        if isinstance(made, Problem):
            self.problem = made
        else:
            self.extract = extract_view(made, require_staff().hsa_id)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def download(self) -> EventSpec | None:
        """Hand over the extract that is shown as a file."""
        if not self.extract.caption:
            return None
        return rx.download(
            data=extract_file(self.extract), filename=f"{t('sv', 'staff.log_extract.file')}.csv"
        )

    def _shows_somebody(self) -> bool:
        return self._search is not None

    async def _show(self, searching: Awaitable[Found], key: str) -> EventSpec | None:
        self.attempts += 1
        self.problem, self.problems, self.heading, self.rows, self.more = Problem(), [], "", [], False
        self._search, self._next = None, None
        try:
            found = await attempt(searching, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return None
        if isinstance(found, Problem):
            self.problem = found
            return None
        self._search = found.search
        span = span_words(found.search.span)
        self.heading = (
            t("sv", f"staff.log.{key}", about=found.about, span=span)
            if found.found.lines
            else t("sv", "staff.log.none")
        )
        self._add(found.found)
        return rx.set_focus(RESULT)

    def _add(self, found: LogLines) -> None:
        before = len(self.rows)
        self.rows = [*self.rows, *(row_of(line, before + n) for n, line in enumerate(found.lines, start=1))]
        self._next, self.more = found.next, found.next is not None
        key = "staff.log.count_more" if self.more else "staff.log.count"
        self.count_text = tn("sv", key, len(self.rows))


def _asked(form: rx.form.FormData) -> dict[str, object]:
    """Return what both searches ask for, as the use cases take it."""
    today, kind = day_of(clock.now()), typed(form, "kind")
    return {
        "reason": typed(form, "reason"),
        "first": parse_day(typed(form, "first_day"), today=today),
        "last": parse_day(typed(form, "last_day"), today=today),
        "kind": ActKind(kind) if kind in set(ActKind) else ActKind.ALL,
    }
