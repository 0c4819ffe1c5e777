"""Importing times from a file: choose, check, publish. The address says which of the three it is."""

from collections.abc import Awaitable
from typing import ClassVar

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import import_times
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.import_times import ImportPreview
from webtidbok_app.services.publication import Published
from webtidbok_app.state.staff.import_file import FIELD, MAX_CHARS, MAX_ROWS, ReadFile, read_file
from webtidbok_app.state.staff.preview_view import import_preview_of
from webtidbok_app.state.staff.publishing_flow import PublishingFlow
from webtidbok_app.state.staff.views import PreviewView
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["FIELD", "MAX_CHARS", "MAX_ROWS", "PAGE", "StaffImportState"]

PAGE = "/personal/importera"


class StaffImportState(PublishingFlow, rx.State):
    """What is being imported. The rows stay here until they are published."""

    CHECK: ClassVar[str] = f"{PAGE}/granska"
    DONE: ClassVar[str] = f"{PAGE}/klart"
    START: ClassVar[str] = PAGE

    text: str = ""

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the box with the rows as they were left."""
        self.loaded, self.problem, self.problems = True, Problem(), []

    @rx.event
    @requires(*HANDLES_TIMES)
    async def check(self, form: rx.form.FormData) -> EventType[()] | None:
        """Show what the rows would publish, or why they are no file of times."""
        value = form.get(FIELD, "")
        text = value[:MAX_CHARS] if isinstance(value, str) else ""
        self._begin_check()
        try:
            read = read_file(text, today=day_of(clock.now()))
        except InvalidInput as invalid:
            self.problems = self._put_problems(invalid.problems, **invalid.facts)
            return None
        self.text = text
        return await self._check(read)

    def _find(self, wish: ReadFile) -> Awaitable[ImportPreview]:
        return import_times.preview_import(current(), rows=wish.rows)

    def _put(self, wish: ReadFile, found: ImportPreview) -> PreviewView:
        return import_preview_of(wish.problems, found)

    def _carry_out(self, wish: ReadFile, found: ImportPreview) -> Awaitable[Published]:
        return import_times.import_times(current(), rows=wish.rows, seen=found.seen)

    def _put_problems(self, codes: dict[str, str], **facts: object) -> list[FieldProblem]:
        [code] = codes.values()
        return [FieldProblem(FIELD, t("sv", f"staff.import.whole.{code}", **facts))]

    def _forget_form(self) -> None:
        self.text = ""
