"""The clinic's kept answers."""

from collections.abc import Awaitable

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.request import MESSAGE_MAX
from webtidbok_app.i18n import t
from webtidbok_app.services.answer_templates import (
    Templates,
    add_template,
    list_templates,
    remove_template,
)
from webtidbok_app.services.authorise import HANDLES_CASES
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_id, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.views import Outcome, TemplateView
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["MESSAGE_MAX", "StaffTemplatesState"]


class StaffTemplatesState(rx.State):
    """The templates, and a new one that is being written."""

    clinic: str = ""
    templates: list[TemplateView] = []
    done: Outcome = Outcome()
    boxes: int = 0
    """How many have been added: after each the boxes are new ones."""
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()

    @rx.event
    @requires(*HANDLES_CASES)
    async def load(self) -> None:
        """Show the templates."""
        self.reset()
        found = await attempt(list_templates(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._show(found)

    @rx.event
    @requires(*HANDLES_CASES)
    async def add(self, form: rx.form.FormData) -> None:
        """Keep a new template."""
        adding = add_template(current(), title=typed(form, "title"), text=typed(form, "text"))
        if await self._change(adding, "added"):
            self.boxes += 1

    @rx.event
    @requires(*HANDLES_CASES)
    async def remove(self, template: str) -> None:
        """Remove a template."""
        identity = parse_id(template)
        if identity is not None:
            await self._change(remove_template(current(), template_id=identity), "removed")

    async def _change(self, use_case: Awaitable[Templates], done: str) -> bool:
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        self.attempts += 1
        try:
            changed = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=("title", "text"))
            return False
        if isinstance(changed, Problem):
            self.problem = changed
            return False
        self._show(changed)
        self.done = Outcome(t("sv", f"staff.templates.{done}"), key=str(self.attempts))
        return True

    def _show(self, found: Templates) -> None:
        self.clinic = found.clinic
        self.templates = [
            TemplateView(one.id, one.title, one.text, t("sv", "staff.templates.remove_name", title=one.title))
            for one in found.templates
        ]
