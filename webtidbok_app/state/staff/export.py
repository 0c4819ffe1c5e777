"""Files of the schedule: for which days, and the links that fetch them."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day_span, t
from webtidbok_app.services import publication
from webtidbok_app.services.export import EXPORT_PAGE, MAX_DAYS
from webtidbok_app.services.schedule import PerformerChoice
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.views import FieldProblem, Problem


@dataclass(frozen=True)
class FileLink:
    """A file that can be fetched."""

    label: str = ""
    href: str = ""


class StaffExportState(rx.State):
    """The period that was chosen, and its files."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    first: str = ""
    last: str = ""
    date_hint: str = ""
    heading: str = ""
    links: list[FileLink] = []

    _performers: tuple[PerformerChoice, ...] = ()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the files of four weeks from today."""
        self.reset()
        choices = await attempt(publication.list_choices(current()), "sv")
        if isinstance(choices, Problem):
            self.problem = choices
            return
        today = day_of(clock.now())
        self._performers = tuple(choices.performers)
        iso, short = date_examples(today)
        self.date_hint = t("sv", "staff.publish.date_hint", iso=iso, short=short)
        self._show(today, today + timedelta(days=27))

    @rx.event
    @requires("staff")
    async def choose(self, form: rx.form.FormData) -> None:
        """Show the files of the period that was typed."""
        today = day_of(clock.now())
        self.attempts += 1
        self.first, self.last = typed(form, "fran"), typed(form, "till")
        first, last = parse_day(self.first, today=today), parse_day(self.last, today=today)
        if first is None or last is None or not 1 <= (last - first).days + 1 <= MAX_DAYS:
            words = t("sv", "staff.export.period", most=MAX_DAYS)
            self.problems, self.links, self.heading = [FieldProblem("fran", words)], [], ""
            return
        self.problems = []
        self._show(first, last)

    def _show(self, first: date, last: date) -> None:
        self.first, self.last = first.isoformat(), last.isoformat()
        self.heading = t("sv", "staff.export.files", span=format_day_span("sv", first, last))
        self.links = [
            FileLink(t("sv", "staff.export.csv"), self._href("csv")),
            *(
                FileLink(t("sv", "staff.export.ics", name=one.name), self._href("ics", hos=str(one.id)))
                for one in self._performers
            ),
        ]

    def _href(self, kind: str, **more: str) -> str:
        return f"{EXPORT_PAGE}/schema.{kind}?{urlencode({'fran': self.first, 'till': self.last} | more)}"
