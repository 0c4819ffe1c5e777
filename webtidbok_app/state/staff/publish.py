"""Publishing times: fill in, check, publish. The address says which of the three it is."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import ClassVar

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import publication
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Pattern, Preview, Published
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
from webtidbok_app.state.staff.preview_view import preview_of
from webtidbok_app.state.staff.publishing_flow import PublishingFlow
from webtidbok_app.state.staff.series_form import SeriesForm
from webtidbok_app.state.staff.views import PreviewView
from webtidbok_app.state.views import FieldProblem, Problem

PAGE = "/personal/publicera"


class StaffPublishState(PublishingFlow, SeriesForm, rx.State):
    """What is being published. The form keeps what was filled in."""

    CHECK: ClassVar[str] = f"{PAGE}/granska"
    DONE: ClassVar[str] = f"{PAGE}/klart"
    START: ClassVar[str] = PAGE

    date_hint: str = ""

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the form as it was left."""
        choices = await attempt(publication.list_choices(current()), "sv")
        self.loaded, self.problem, self.problems = not isinstance(choices, Problem), Problem(), []
        if isinstance(choices, Problem):
            self.problem = choices
            return
        self._offer(choices)
        iso, short = date_examples(day_of(clock.now()))
        self.date_hint = t("sv", "staff.publish.date_hint", iso=iso, short=short)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_kind(self, kind: str) -> None:
        """Show the fields of one time, or of a weekly pattern."""
        self.form = replace(self.form, kind=ONCE if kind == ONCE else WEEKLY)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what the form would publish, or what has to be mended. Nothing that was typed is lost."""
        self.form = read_form(form, ticked(form, "weekdays"))
        self._begin_check()
        pattern, codes = to_pattern(self.form, today=day_of(clock.now()))
        if pattern is None:
            self.problems = self._put_problems(codes)
            return None
        return await self._check(pattern)

    def _find(self, wish: Pattern) -> Awaitable[Preview]:
        return publication.preview_publication(current(), pattern=wish)

    def _put(self, wish: Pattern, found: Preview) -> PreviewView:
        names = {one.id: one.name for one in [*self._choices.time_types, *self._choices.performers]}
        return preview_of(
            wish,
            found,
            time_type=names.get(wish.time_type_id, ""),
            performer=names.get(wish.performer_id, ""),
        )

    def _carry_out(self, wish: Pattern, found: Preview) -> Awaitable[Published]:
        wanted = replace(wish, leave_out_clashes=bool(found.clashes))
        return publication.publish(current(), pattern=wanted, seen=found.seen)

    def _put_problems(self, codes: dict[str, str], **facts: object) -> list[FieldProblem]:
        return problems_in_words(codes, self.form, today=day_of(clock.now()), **facts)

    def _forget_form(self) -> None:
        self.form = replace(
            self.form, day="", start_time="", first_day="", last_day="", from_time="", to_time=""
        )
