"""Importing times from a file: choose, check, publish. The address says which of the three it is."""

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, ScheduleChanged
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import import_times
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.import_times import ImportPreview
from webtidbok_app.services.publication import Published
from webtidbok_app.state.common import attempt
from webtidbok_app.state.staff.import_file import FIELD, MAX_CHARS, MAX_ROWS, ReadFile, read_file
from webtidbok_app.state.staff.preview_view import changed_problem, import_preview_of, published_words
from webtidbok_app.state.staff.views import PreviewView, PublishedView
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["FIELD", "MAX_CHARS", "MAX_ROWS", "PAGE", "StaffImportState"]

PAGE = "/personal/importera"
CHECK = f"{PAGE}/granska"
DONE = f"{PAGE}/klart"


class StaffImportState(rx.State):
    """What is being imported. The rows stay here until they are published."""

    loaded: bool = False
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    text: str = ""
    preview: PreviewView = PreviewView()
    published: PublishedView = PublishedView()

    _read: ReadFile | None = None
    _previewed: ImportPreview | None = None
    _published: Published | None = None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the box with the rows as they were left."""
        self.loaded, self.problem, self.problems = True, Problem(), []

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_check(self) -> EventType[()] | None:
        """Show the check, or lead to the first page when there is nothing to check."""
        self.problem, self.loaded = Problem(), self._read is not None
        return None if self.loaded else rx.redirect(PAGE, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_done(self) -> EventType[()] | None:
        """Show what was published, or lead to the first page when nothing was."""
        self.problem, self.loaded = Problem(), self._published is not None
        if self._published is None:
            return rx.redirect(PAGE, replace=True)
        self.published = published_words(self._published, clock.now())
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what the rows would publish, or why they are no file of times."""
        value = form.get(FIELD, "")
        text = value[:MAX_CHARS] if isinstance(value, str) else ""
        self.attempts += 1
        self.problem, self.problems = Problem(), []
        try:
            read = read_file(text, today=day_of(clock.now()))
        except InvalidInput as invalid:
            [code] = invalid.problems.values()
            self.problems = [FieldProblem(FIELD, t("sv", f"staff.import.whole.{code}", **invalid.facts))]
            return None
        self.text = text
        return await self._preview(read)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def publish(self) -> EventType[()] | None:
        """Publish the good rows. A second click finds nothing to do.

        When the schedule is another by now, what it would do is shown anew.
        """
        read, previewed = self._read, self._previewed
        if read is None or previewed is None or not self.preview.confirm:
            return None
        importing = import_times.import_times(current(), rows=read.rows, seen=previewed.seen)
        try:
            published = await attempt(importing, "sv", let_through=(ScheduleChanged,))
        except ScheduleChanged as conflict:
            self.attempts += 1
            await self._preview(read)
            self.problem = changed_problem(conflict, clock.now(), str(self.attempts))
            return None
        if isinstance(published, Problem):
            self.problem = published
            return None
        self._published = published
        self._read, self._previewed, self.preview, self.text = None, None, PreviewView(), ""
        return rx.redirect(DONE, replace=True)

    async def _preview(self, read: ReadFile) -> EventType[()] | None:
        found = await attempt(import_times.preview_import(current(), rows=read.rows), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return None
        self._read, self._previewed = read, found
        self.preview = import_preview_of(read.problems, found)
        return rx.redirect(CHECK)
