"""Fill in, check, publish, done: what publishing, copying, importing and using a template have in common."""

from collections.abc import Awaitable
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, Overlaps, ScheduleChanged
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Published
from webtidbok_app.state.common import attempt
from webtidbok_app.state.staff.preview_view import changed_problem, published_words
from webtidbok_app.state.staff.views import PreviewView, PublishedView
from webtidbok_app.state.views import FieldProblem, Problem


class PublishingFlow(rx.State, mixin=True):
    """What is wished, on its way from the form over the check to the result.

    A state of its own says how: ``_find`` what the wish would do, ``_put`` that in words, and ``_carry_out`` it.
    """

    CHECK: ClassVar[str] = ""
    """The address of the check."""
    DONE: ClassVar[str] = ""
    """The address of what was published."""
    START: ClassVar[str] = ""
    """Where one is led who has nothing to check, or to be told of."""

    loaded: bool = False
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    preview: PreviewView = PreviewView()
    published: PublishedView = PublishedView()

    _wish: Any = None
    _found: Any = None
    """What the wish would do, as it was shown."""
    _published: Published | None = None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_check(self) -> EventType[()] | None:
        """Show the check, or lead away when there is nothing to check: it is published, or never was."""
        self.problem, self.loaded = Problem(), self._wish is not None
        return None if self.loaded else rx.redirect(self.START, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_done(self) -> EventType[()] | None:
        """Show what was published, or lead away when nothing was."""
        self.problem, self.loaded = Problem(), self._published is not None
        if self._published is None:
            return rx.redirect(self.START, replace=True)
        self.published = published_words(self._published, clock.now())
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def publish(self) -> EventType[()] | None:
        """Publish what was checked, without the times that clashed then. A second click finds nothing to do.

        When the schedule is another by now, what it would do is shown anew.
        """
        wish, found = self._wish, self._found
        if wish is None or found is None or not self.preview.confirm:
            return None
        try:
            published = await attempt(
                self._carry_out(wish, found), "sv", let_through=(Overlaps, ScheduleChanged)
            )
        except (Overlaps, ScheduleChanged) as conflict:
            self.attempts += 1
            await self._check(wish)
            self.problem = changed_problem(conflict, clock.now(), str(self.attempts))
            return None
        if isinstance(published, Problem):
            self.problem = published
            return None
        self._published = published
        self._wish, self._found, self.preview = None, None, PreviewView()
        self._forget_form()
        return rx.redirect(self.DONE, replace=True)

    async def _check(self, wish: Any) -> EventType[()] | None:
        """Show what the wish would do, or what has to be mended in the form."""
        try:
            found = await attempt(self._find(wish), "sv", let_through=(InvalidInput,))
        except InvalidInput as invalid:
            self.problems = self._put_problems(invalid.problems, **invalid.facts)
            return None
        if isinstance(found, Problem):
            self.problem = found
            return None
        self._wish, self._found = wish, found
        self.preview = self._put(wish, found)
        return rx.redirect(self.CHECK)

    def _begin_check(self) -> None:
        self.attempts += 1
        self.problem, self.problems = Problem(), []

    def _find(self, wish: Any) -> Awaitable[Any]:
        raise NotImplementedError

    def _put(self, wish: Any, found: Any) -> PreviewView:
        raise NotImplementedError

    def _carry_out(self, wish: Any, found: Any) -> Awaitable[Published]:
        raise NotImplementedError

    def _put_problems(self, codes: dict[str, str], **facts: object) -> list[FieldProblem]:
        raise NotImplementedError

    def _forget_form(self) -> None:
        """Forget what should not be published once more."""
