"""One week template: its times weekday by weekday, adding and taking away, renaming, copying and removing it."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, StaleVersion
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import week_templates as templates
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import list_choices
from webtidbok_app.services.week_templates import TemplateFacts
from webtidbok_app.state.common import attempt, uuid_argument
from webtidbok_app.state.input import ticked, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.pattern import problems_in_words, read_form, to_series
from webtidbok_app.state.staff.series_form import SeriesForm
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.staff.week_template_words import PAGE, series_key, template_href, template_view
from webtidbok_app.state.staff.weeks_views import WeekTemplateView
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["PAGE", "StaffWeekTemplateState"]

TWIN = "twin"
"""The field with the name of a copy."""


class StaffWeekTemplateState(SeriesForm, rx.State):
    """The template that is open, and times that are being added to it."""

    template: WeekTemplateView = WeekTemplateView()
    twin: str = ""
    boxes: int = 0
    """How many times it has been changed: after each the boxes are new ones."""
    done: Outcome = Outcome()
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    _template: tuple[TemplateFacts, ...] = ()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the template in the address."""
        self.reset()
        found = await attempt(_get(self), "sv")
        choices = await attempt(list_choices(current()), "sv")
        if isinstance(found, Problem) or isinstance(choices, Problem):
            self.problem = found if isinstance(found, Problem) else choices  # type: ignore[assignment]
            return
        self._show(found)
        self._offer(choices)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def add(self, form: rx.form.FormData) -> None:
        """Add the times that the form means, or tell what has to be mended. Nothing that was typed is lost."""
        self.form = read_form(form, ticked(form, "weekdays"))
        series, codes = to_series(self.form, today=day_of(clock.now()))
        if series is None:
            self._begin()
            self._tell(codes)
            return
        for template in self._template:
            if await self._change(templates.add_series(current(), **_of(template), series=series)):
                self._say(tn("sv", "staff.week_template.added", len(series.starts) * len(series.weekdays)))
                self.form = replace(self.form, from_time="", to_time="")
                self.boxes += 1

    @rx.event
    @requires(*HANDLES_TIMES)
    async def remove(self, key: str) -> None:
        """Take a series away."""
        for template in self._template:
            for series in template.series:
                if series_key(series) == key:
                    removing = templates.remove_series(current(), **_of(template), first=series.times[0])
                    if await self._change(removing):
                        self._say(t("sv", "staff.week_template.removed"))
                    return

    @rx.event
    @requires(*HANDLES_TIMES)
    async def rename(self, form: rx.form.FormData) -> None:
        """Give the template another name."""
        for template in self._template:
            renaming = templates.rename_week_template(current(), **_of(template), name=typed(form, "name"))
            if await self._change(renaming):
                self._say(t("sv", "staff.week_template.renamed"))
                self.boxes += 1

    @rx.event
    @requires(*HANDLES_TIMES)
    async def duplicate(self, form: rx.form.FormData) -> EventType[()] | None:
        """Make a copy under another name, and open it."""
        self._begin()
        name = typed(form, TWIN)
        for template in self._template:
            try:
                made = await attempt(
                    templates.duplicate_week_template(current(), template_id=template.id, name=name),
                    "sv",
                    let_through=(InvalidInput,),
                )
            except InvalidInput as error:
                [problem] = field_problems(error.problems, "sv", order=("name",))
                self.problems = [replace(problem, field=TWIN)]
                return None
            if not isinstance(made, Problem):
                return rx.redirect(template_href(made))
            self.problem = made
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def remove_all(self) -> EventType[()] | None:
        """Remove the template. What it has published stays."""
        self._begin()
        for template in self._template:
            removed = await attempt(templates.remove_week_template(current(), **_of(template)), "sv")
            if removed is None:
                return rx.redirect(PAGE, replace=True)
            self.problem = removed
        return None

    async def _change(self, changing: Awaitable[TemplateFacts]) -> bool:
        self._begin()
        try:
            changed = await attempt(changing, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self._tell(error.problems, **error.facts)
            return False
        except StaleVersion:
            await self._show_anew()
            return False
        if isinstance(changed, Problem):
            self.problem = changed
            return False
        self._show(changed)
        return True

    async def _show_anew(self) -> None:
        """Show the template as a colleague has made it, and say so."""
        found = await attempt(_get(self), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show(found)
        title, body = t("sv", "staff.week_template.stale"), t("sv", "staff.week_template.stale_body")
        self.problem = Problem(title, body, key=str(self.attempts))

    def _say(self, title: str) -> None:
        self.done = Outcome(title, key=str(self.attempts))

    def _begin(self) -> None:
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()

    def _tell(self, codes: dict[str, str], **facts: object) -> None:
        if "name" in codes:
            self.problems = field_problems(codes, "sv", order=("name",))
        else:
            self.problems = problems_in_words(codes, self.form, today=day_of(clock.now()), **facts)

    def _show(self, template: TemplateFacts) -> None:
        self._template, self.template = (template,), template_view(template)
        self.twin = t("sv", "staff.week_template.twin_name", name=template.name)[: templates.NAME_MAX]


async def _get(state: rx.State) -> TemplateFacts:
    return await templates.get_week_template(current(), template_id=uuid_argument(state, "week_template"))


def _of(template: TemplateFacts) -> dict[str, Any]:
    return {"template_id": template.id, "version": template.version}
