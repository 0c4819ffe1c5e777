"""The clinic's week templates: the list, an empty new one, and the week that is looked at saved as one."""

from collections.abc import Awaitable
from datetime import date
from uuid import UUID

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.week_copy import get_source_week
from webtidbok_app.services.week_templates import add_week_template, list_week_templates
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, parse_ids, ticked, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.copy_form import performer_choices
from webtidbok_app.state.staff.preview_view import week_words
from webtidbok_app.state.staff.week_template_words import PAGE, card_of, save_href, template_href
from webtidbok_app.state.staff.week_view import parse_week, week_href
from webtidbok_app.state.staff.weeks_views import TemplateCard
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["PAGE", "StaffWeekTemplatesState"]


class StaffWeekTemplatesState(rx.State):
    """The templates, and a new one that is being named."""

    clinic: str = ""
    templates: list[TemplateCard] = []
    week: str = ""
    """The week that can be saved: "Vecka 49, 30 november–6 december 2026"."""
    save_href: str = ""
    week_href: str = ""
    performers: list[Choice] = []
    name: str = ""
    chosen: list[str] = []
    loaded: bool = False
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    _monday: date = date.min

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the templates, and the way to save the week in the address as one."""
        self.reset()
        self._look_at_week()
        found = await attempt(list_week_templates(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.clinic, self.templates = found.clinic, [card_of(one) for one in found.templates]

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_week(self) -> None:
        """Show whose times there are in the week of the address, to be saved as a template."""
        self.reset()
        self._look_at_week()
        found = await attempt(get_source_week(current(), monday=self._monday), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.loaded = True
        self.performers = performer_choices(found)
        self.chosen = [choice.value for choice in self.performers]

    @rx.event
    @requires(*HANDLES_TIMES)
    async def add(self, form: rx.form.FormData) -> EventType[()] | None:
        """Make an empty template and open it."""
        self.name = typed(form, "name")
        return await self._make(add_week_template(current(), name=self.name))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def save_week(self, form: rx.form.FormData) -> EventType[()] | None:
        """Make a template of the week and open it."""
        self.name, self.chosen = typed(form, "name"), ticked(form, "performers")
        performers = frozenset(parse_ids(self.chosen))
        return await self._make(
            add_week_template(current(), name=self.name, monday=self._monday, performer_ids=performers)
        )

    async def _make(self, making: Awaitable[UUID]) -> EventType[()] | None:
        self.attempts += 1
        self.problem, self.problems = Problem(), []
        try:
            made = await attempt(making, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=("name", "performers"))
            return None
        if isinstance(made, Problem):
            self.problem = made
            return None
        return rx.redirect(template_href(made), replace=True)

    def _look_at_week(self) -> None:
        today = day_of(clock.now())
        day = parse_day(query(self, "dag"), today=today) or today
        self._monday = parse_week(query(self, "vecka")) or monday_of(day)
        self.week = week_words(self._monday)
        self.save_href, self.week_href = save_href(self._monday), week_href(self._monday)
