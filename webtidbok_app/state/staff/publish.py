"""Publishing times: fill in, check, publish. The address says which of the three it is."""

from dataclasses import replace

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, Overlaps, ScheduleChanged
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import publication
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Choices, Pattern, Preview, Published
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import ticked
from webtidbok_app.state.staff.pattern import (
    ONCE,
    WEEKLY,
    date_examples,
    problems_in_words,
    read_form,
    to_pattern,
)
from webtidbok_app.state.staff.preview_view import changed_problem, preview_of, published_words
from webtidbok_app.state.staff.views import PreviewView, PublishedView, PublishForm
from webtidbok_app.state.staff.week_view import with_title
from webtidbok_app.state.views import Choice, FieldProblem, Problem

PAGE = "/personal/publicera"
CHECK = f"{PAGE}/granska"
DONE = f"{PAGE}/klart"


class StaffPublishState(rx.State):
    """What is being published, on its way from the form over the check to the result."""

    loaded: bool = False
    problem: Problem = Problem()
    time_types: list[Choice] = []
    performers: list[Choice] = []
    form: PublishForm = PublishForm()
    filled: int = 0
    date_hint: str = ""
    problems: list[FieldProblem] = []
    attempts: int = 0
    preview: PreviewView = PreviewView()
    published: PublishedView = PublishedView()

    _choices: Choices = Choices([], [], False)
    _pattern: Pattern | None = None
    _previewed: Preview | None = None
    _published: Published | None = None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the form as it was left."""
        choices = await attempt(publication.list_choices(current()), "sv")
        self.loaded, self.problem, self.problems = not isinstance(choices, Problem), Problem(), []
        if isinstance(choices, Problem):
            self.problem = choices
        else:
            self._offer(choices)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_check(self) -> EventType[()] | None:
        """Show the check, or lead to the form when there is nothing to check: it is published, or never was."""
        self.problem, self.loaded = Problem(), self._pattern is not None
        return None if self.loaded else rx.redirect(PAGE, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_done(self) -> EventType[()] | None:
        """Show what was published, or lead to the form when nothing was."""
        self.problem, self.loaded = Problem(), self._published is not None
        if self._published is None:
            return rx.redirect(PAGE, replace=True)
        self.published = published_words(self._published, clock.now())
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_kind(self, kind: str) -> None:
        """Show the fields of one time, or of a weekly pattern."""
        self.form = replace(self.form, kind=ONCE if kind == ONCE else WEEKLY)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_time_type(self, value: str) -> None:
        """Fill in the length and the visit form that the time type has."""
        chosen = next((one for one in self._choices.time_types if str(one.id) == value), None)
        if chosen:
            self.form = replace(
                self.form, minutes=str(chosen.length_minutes), visit_form=chosen.visit_form.value
            )
            self.filled += 1

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what the form would publish, or what has to be mended. Nothing that was typed is lost."""
        today = day_of(clock.now())
        self.form = read_form(form, ticked(form, "weekdays"))
        self.attempts += 1
        self.problem, self.problems = Problem(), []
        pattern, codes = to_pattern(self.form, today=today)
        if pattern is None:
            self.problems = problems_in_words(codes, self.form, today=today)
            return None
        return await self._preview(pattern)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def publish(self) -> EventType[()] | None:
        """Publish what was checked, without the times that clashed then. A second click finds nothing to do.

        When the schedule is another by now, what it would do is shown anew.
        """
        pattern, preview = self._pattern, self._previewed
        if pattern is None or preview is None or not self.preview.confirm:
            return None
        wanted = replace(pattern, leave_out_clashes=bool(preview.clashes))
        try:
            published = await attempt(
                publication.publish(current(), pattern=wanted, seen=preview.seen),
                "sv",
                let_through=(Overlaps, ScheduleChanged),
            )
        except (Overlaps, ScheduleChanged) as conflict:
            self.attempts += 1
            await self._preview(pattern)
            self.problem = changed_problem(conflict, clock.now(), str(self.attempts))
            return None
        if isinstance(published, Problem):
            self.problem = published
            return None
        self._published = published
        self._pattern, self._previewed, self.preview = None, None, PreviewView()
        self.form = replace(
            self.form, day="", start_time="", first_day="", last_day="", from_time="", to_time=""
        )
        return rx.redirect(DONE, replace=True)

    async def _preview(self, pattern: Pattern) -> EventType[()] | None:
        try:
            found = await attempt(
                publication.preview_publication(current(), pattern=pattern), "sv", let_through=(InvalidInput,)
            )
        except InvalidInput as invalid:
            today = day_of(clock.now())
            self.problems = problems_in_words(invalid.problems, self.form, today=today, **invalid.facts)
            return None
        if isinstance(found, Problem):
            self.problem = found
            return None
        self._show(pattern, found)
        return rx.redirect(CHECK)

    def _show(self, pattern: Pattern, preview: Preview) -> None:
        self._pattern, self._previewed = pattern, preview
        names = {one.id: one.name for one in [*self._choices.time_types, *self._choices.performers]}
        self.preview = preview_of(
            pattern,
            preview,
            time_type=names.get(pattern.time_type_id, ""),
            performer=names.get(pattern.performer_id, ""),
        )

    def _offer(self, choices: Choices) -> None:
        self._choices = choices
        self.time_types = [Choice(str(one.id), one.name) for one in choices.time_types]
        self.performers = [Choice(str(one.id), with_title(one)) for one in choices.performers]
        iso, short = date_examples(day_of(clock.now()))
        self.date_hint = t("sv", "staff.publish.date_hint", iso=iso, short=short)
        if len(choices.performers) == 1 and not self.form.performer:
            self.form = replace(self.form, performer=str(choices.performers[0].id))
