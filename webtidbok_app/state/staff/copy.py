"""Copying a week: fill in, check, publish. The address says which of the three it is."""

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
from webtidbok_app.services import week_copy
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Preview, Published
from webtidbok_app.services.week_copy import SourceWeek, WeekCopy
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, ticked
from webtidbok_app.state.staff.copy_form import (
    PAGE,
    coming_weeks,
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
from webtidbok_app.state.staff.preview_view import copy_preview_of
from webtidbok_app.state.staff.publishing_flow import PublishingFlow
from webtidbok_app.state.staff.views import CopyForm, CopySourceView, PreviewView
from webtidbok_app.state.staff.week_view import parse_week
from webtidbok_app.state.views import Choice, FieldProblem, Problem


class StaffCopyState(PublishingFlow, rx.State):
    """The week that is being copied."""

    CHECK: ClassVar[str] = f"{PAGE}/granska"
    DONE: ClassVar[str] = f"{PAGE}/klart"
    START: ClassVar[str] = "/personal"

    source: CopySourceView = CopySourceView()
    weeks: list[Choice] = []
    performers: list[Choice] = []
    week_hint: str = ""
    form: CopyForm = CopyForm()

    _source: SourceWeek | None = None

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
            self.form = first_form(found, first=await first_empty(coming_weeks(_today(), after=monday)))
        self._source, self.source = found, source_view(found)
        self.weeks = week_choices(monday, today=_today())
        self.performers = performer_choices(found)
        self.week_hint = t("sv", "staff.copy.other_week_hint", example=week_example(_today()))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what copying would do, or what has to be mended. Nothing that was typed is lost."""
        if self._source is None:
            return None
        self.form = read_form(form, ticked(form, "performers"))
        self._begin_check()
        wish, codes = to_copy(self.form, self._source.monday, today=_today())
        if wish is None:
            self.problems = self._put_problems(codes)
            return None
        return await self._check(wish)

    def _find(self, wish: WeekCopy) -> Awaitable[Preview]:
        return week_copy.preview_copy(current(), copy=wish)

    def _put(self, wish: WeekCopy, found: Preview) -> PreviewView:
        performers = names_of(self._source, wish) if self._source else ()
        return copy_preview_of(wish, found, performers=performers)

    def _carry_out(self, wish: WeekCopy, found: Preview) -> Awaitable[Published]:
        return week_copy.copy_week(current(), copy=wish, seen=found.seen)

    def _put_problems(self, codes: dict[str, str], **facts: object) -> list[FieldProblem]:
        return problems_in_words(codes, self.form, today=_today(), **facts)

    def _forget_form(self) -> None:
        self._source = None


async def first_empty(mondays: list[date]) -> date:
    """Return the first of the weeks without published times, or the first where all have some."""
    found = await attempt(week_copy.find_empty_week(current(), mondays=mondays), "sv")
    return mondays[0] if isinstance(found, Problem) else found


def _today() -> date:
    return day_of(clock.now())
