"""Copying a week: fill in, check, publish. The address says which of the three it is."""

from datetime import date

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, ScheduleChanged
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import t
from webtidbok_app.services import week_copy
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Preview, Published
from webtidbok_app.services.week_copy import SourceWeek, WeekCopy
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, ticked
from webtidbok_app.state.staff.copy_form import (
    PAGE,
    first_form,
    names_of,
    performer_choices,
    problems_in_words,
    read_form,
    source_view,
    to_copy,
    week_choices,
    week_example,
)
from webtidbok_app.state.staff.preview_view import changed_problem, copy_preview_of, published_words
from webtidbok_app.state.staff.views import CopyForm, CopySourceView, PreviewView, PublishedView
from webtidbok_app.state.staff.week_view import parse_week
from webtidbok_app.state.views import Choice, FieldProblem, Problem

CHECK = f"{PAGE}/granska"
DONE = f"{PAGE}/klart"
SCHEDULE = "/personal"


class StaffCopyState(rx.State):
    """The week that is being copied, on its way from the form over the check to the result."""

    loaded: bool = False
    problem: Problem = Problem()
    source: CopySourceView = CopySourceView()
    weeks: list[Choice] = []
    performers: list[Choice] = []
    week_hint: str = ""
    form: CopyForm = CopyForm()
    problems: list[FieldProblem] = []
    attempts: int = 0
    preview: PreviewView = PreviewView()
    published: PublishedView = PublishedView()

    _source: SourceWeek | None = None
    _copy: WeekCopy | None = None
    _previewed: Preview | None = None
    _published: Published | None = None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the form for the week in the address, or of the day in it, as it was left if it is the same week."""
        day = parse_day(query(self, "dag"), today=_today()) or _today()
        monday = parse_week(query(self, "vecka")) or monday_of(day)
        found = await attempt(week_copy.get_source_week(current(), monday=monday), "sv")
        self.loaded, self.problem, self.problems = not isinstance(found, Problem), Problem(), []
        if isinstance(found, Problem):
            self.problem = found
            return
        if self._source is None or self._source.monday != monday:
            self.form = first_form(found, today=_today())
        self._source, self.source = found, source_view(found)
        self.weeks = week_choices(monday, today=_today())
        self.performers = performer_choices(found)
        self.week_hint = t("sv", "staff.copy.other_week_hint", example=week_example(_today()))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_check(self) -> EventType[()] | None:
        """Show the check, or lead to the schedule when there is nothing to check: it is done, or never was."""
        self.problem, self.loaded = Problem(), self._copy is not None
        return None if self.loaded else rx.redirect(SCHEDULE, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_done(self) -> EventType[()] | None:
        """Show what was published, or lead to the schedule when nothing was."""
        self.problem, self.loaded = Problem(), self._published is not None
        if self._published is None:
            return rx.redirect(SCHEDULE, replace=True)
        self.published = published_words(self._published, clock.now())
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what copying would do, or what has to be mended. Nothing that was typed is lost."""
        if self._source is None:
            return None
        self.form = read_form(form, ticked(form, "performers"))
        self.attempts += 1
        self.problem, self.problems = Problem(), []
        wish, codes = to_copy(self.form, self._source.monday, today=_today())
        if wish is None:
            self.problems = problems_in_words(codes, self.form, today=_today())
            return None
        return await self._preview(wish)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def publish(self) -> EventType[()] | None:
        """Publish what was checked. A second click finds nothing to do.

        When the schedule is another by now, what it would do is shown anew.
        """
        wish, preview = self._copy, self._previewed
        if wish is None or preview is None or not self.preview.confirm:
            return None
        try:
            published = await attempt(
                week_copy.copy_week(current(), copy=wish, seen=preview.seen),
                "sv",
                let_through=(ScheduleChanged,),
            )
        except ScheduleChanged as conflict:
            self.attempts += 1
            await self._preview(wish)
            self.problem = changed_problem(conflict, clock.now(), str(self.attempts))
            return None
        if isinstance(published, Problem):
            self.problem = published
            return None
        self._published = published
        self._source, self._copy, self._previewed, self.preview = None, None, None, PreviewView()
        return rx.redirect(DONE, replace=True)

    async def _preview(self, wish: WeekCopy) -> EventType[()] | None:
        try:
            found = await attempt(
                week_copy.preview_copy(current(), copy=wish), "sv", let_through=(InvalidInput,)
            )
        except InvalidInput as invalid:
            self.problems = problems_in_words(invalid.problems, self.form, today=_today(), **invalid.facts)
            return None
        if isinstance(found, Problem) or self._source is None:
            self.problem = found if isinstance(found, Problem) else Problem()
            return None
        self._copy, self._previewed = wish, found
        self.preview = copy_preview_of(wish, found, performers=names_of(self._source, wish))
        return rx.redirect(CHECK)


def _today() -> date:
    return day_of(clock.now())
