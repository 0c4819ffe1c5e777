"""Random samples of the access log: drawing one, judging its lines, signing it."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import log_checks
from webtidbok_app.services.log_checks import NOTE_MAX, Check
from webtidbok_app.state.common import attempt, uuid_argument
from webtidbok_app.state.input import parse_count, parse_day, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.log_view import CHECKS, CheckRowView, CheckView, check_row, check_view
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["CHECKS", "NOTE_MAX", "StaffLogCheckState", "StaffLogChecksState"]

_DAYS = timedelta(days=30)


class StaffLogChecksState(rx.State):
    """The clinic's samples, and a new one."""

    ready: bool = False
    rows: list[CheckRowView] = []
    first_day: str = ""
    last_day: str = ""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the samples."""
        self.reset()
        found = await attempt(log_checks.list_checks(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        today = day_of(clock.now())
        self.first_day, self.last_day, self.ready = (today - _DAYS).isoformat(), today.isoformat(), True
        self.rows = [check_row(row) for row in found]

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def draw(self, form: rx.form.FormData) -> EventSpec | None:
        """Draw a sample and open it."""
        self.attempts += 1
        self.problem, self.problems = Problem(), []
        today = day_of(clock.now())
        drawing = log_checks.draw_check(
            current(),
            first=parse_day(typed(form, "first_day"), today=today),
            last=parse_day(typed(form, "last_day"), today=today),
            lines=parse_count(typed(form, "lines")) or 0,
        )
        try:
            drawn = await attempt(drawing, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=("first_day", "last_day", "lines"))
            return None
        if isinstance(drawn, Problem):
            self.problem = drawn
            return None
        return rx.redirect(f"{CHECKS}/{drawn}")


class StaffLogCheckState(Personal, rx.State):
    """One sample that is open."""

    check: CheckView = CheckView()
    conclusion: str = ""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    done: Outcome = Outcome()
    attempts: int = 0

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Open the sample in the address, which is logged."""
        self.reset()
        await self._change(self._open())

    def _shows_somebody(self) -> bool:
        return bool(self.check.lines)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save(self, form: rx.form.FormData) -> None:
        """Keep what is thought of the lines."""
        written = {
            position: (typed(form, line.judgement_name), typed(form, line.note_name))
            for position, line in enumerate(self.check.lines, start=1)
        }
        lines = [
            replace(line, judgement=judgement, note=note)
            for line, (judgement, note) in zip(self.check.lines, written.values(), strict=True)
        ]
        judging = log_checks.judge_lines(
            current(), check_id=uuid_argument(self, "sample"), judgements=written
        )
        if await self._change(judging):
            self.done = Outcome(t("sv", "staff.log_check.saved"), self.check.left, key=str(self.attempts))
        else:
            text_of = {problem.field: problem.text for problem in self.problems}
            self.check = replace(
                self.check, lines=[replace(one, problem=text_of.get(one.note_name, "")) for one in lines]
            )

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def sign(self, form: rx.form.FormData) -> None:
        """Finish the sample."""
        self.conclusion = typed(form, "conclusion")
        signing = log_checks.sign_check(
            current(), check_id=uuid_argument(self, "sample"), conclusion=self.conclusion
        )
        if await self._change(signing):
            self.done = Outcome(t("sv", "staff.log_check.was_signed"), key=str(self.attempts))

    async def _open(self) -> Check:
        return await log_checks.open_check(current(), check_id=uuid_argument(self, "sample"))

    async def _change(self, use_case: Awaitable[Check]) -> bool:
        """Show the sample as it is then, or what has to be mended. Whether it went well."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        try:
            found = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=error.problems)
            return False
        if isinstance(found, Problem):
            self.problem = found
            return False
        self.check = check_view(found)
        return True
