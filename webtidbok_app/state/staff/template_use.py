"""Using a week template: fill in, check, publish. The address says which of the three it is."""

from collections.abc import Awaitable
from datetime import date
from typing import ClassVar

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import t
from webtidbok_app.services import template_publication as publication
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Preview, Published
from webtidbok_app.services.template_publication import MAX_EVERY, MAX_WEEKS, Filling
from webtidbok_app.services.week_templates import TemplateFacts, get_week_template
from webtidbok_app.state.common import attempt, uuid_argument
from webtidbok_app.state.input import ticked
from webtidbok_app.state.staff.copy import first_empty
from webtidbok_app.state.staff.copy_form import (
    coming_weeks,
    problems_in_words,
    read_form,
    to_filling,
    week_choices,
    week_example,
)
from webtidbok_app.state.staff.preview_view import template_preview_of
from webtidbok_app.state.staff.publishing_flow import PublishingFlow
from webtidbok_app.state.staff.views import CopyForm, PreviewView
from webtidbok_app.state.staff.week_template_words import PAGE, every_choices, performers_of, template_view
from webtidbok_app.state.staff.week_view import written_week
from webtidbok_app.state.staff.weeks_views import WeekTemplateView
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["EVERY", "StaffTemplateUseState"]

EVERY = every_choices(range(1, MAX_EVERY + 1))


class StaffTemplateUseState(PublishingFlow, rx.State):
    """The template that is used, and the weeks that it is to fill."""

    CHECK: ClassVar[str] = f"{PAGE}/granska"
    DONE: ClassVar[str] = f"{PAGE}/klart"
    START: ClassVar[str] = PAGE

    template: WeekTemplateView = WeekTemplateView()
    weeks: list[Choice] = []
    performers: list[Choice] = []
    week_hint: str = ""
    form: CopyForm = CopyForm()

    _template: tuple[TemplateFacts, ...] = ()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the form for the template in the address, as it was left if it is the same template."""
        found = await attempt(_get(self), "sv")
        self.loaded, self.problem, self.problems = not isinstance(found, Problem), Problem(), []
        if isinstance(found, Problem):
            self.problem = found
            return
        today = _today()
        self.weeks, self.performers = week_choices(None, today=today), performers_of(found)
        if [one.id for one in self._template] != [found.id]:
            everybody = [choice.value for choice in self.performers]
            first = await first_empty(coming_weeks(today, after=monday_of(today)))
            self.form = CopyForm(first_week=written_week(first), weeks="4", every="1", performers=everybody)
        self._template, self.template = (found,), template_view(found)
        self.week_hint = t("sv", "staff.copy.other_week_hint", example=week_example(today))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what using the template would do, or what has to be mended. Nothing that was typed is lost."""
        self.form = read_form(form, ticked(form, "performers"))
        self._begin_check()
        filling, codes = to_filling(self.form, today=_today())
        if filling is None:
            self.problems = self._put_problems(codes)
            return None
        for template in self._template:
            return await self._check((template, filling))
        return None

    def _find(self, wish: tuple[TemplateFacts, Filling]) -> Awaitable[Preview]:
        template, filling = wish
        return publication.preview_template(
            current(), template_id=template.id, version=template.version, filling=filling
        )

    def _put(self, wish: tuple[TemplateFacts, Filling], found: Preview) -> PreviewView:
        template, filling = wish
        names = [name for key, name, _ in template.performers if key in filling.performer_ids]
        return template_preview_of(template.name, filling, found, performers=names)

    def _carry_out(self, wish: tuple[TemplateFacts, Filling], found: Preview) -> Awaitable[Published]:
        template, filling = wish
        return publication.apply_week_template(
            current(), template_id=template.id, version=template.version, filling=filling, seen=found.seen
        )

    def _put_problems(self, codes: dict[str, str], **facts: object) -> list[FieldProblem]:
        return problems_in_words(codes, self.form, today=_today(), **({"most": MAX_WEEKS} | facts))

    def _forget_form(self) -> None:
        self._template = ()


async def _get(state: rx.State) -> TemplateFacts:
    return await get_week_template(current(), template_id=uuid_argument(state, "week_template"))


def _today() -> date:
    return day_of(clock.now())
