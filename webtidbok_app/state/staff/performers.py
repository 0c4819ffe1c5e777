"""Who or what the clinic's times are with: the list, and one of them to write."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.performers import (
    PerformerFacts,
    PerformerRow,
    Performers,
    list_performers,
    save_performer,
)
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_id, ticked, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.setup_views import PerformerForm, SetupRow
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["PAGE", "StaffPerformersState"]

PAGE = "/personal/vardgivare"
_FIELDS = ("name", "title_sv", "title_en", "hsa_id")


class StaffPerformersState(rx.State):
    """The performers, and the one that is open."""

    clinic: str = ""
    rows: list[SetupRow] = []
    may_change: bool = False
    form: PerformerForm = PerformerForm()
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    done: Outcome = Outcome()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the list."""
        self.reset()
        found = await attempt(list_performers(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show(found)
        if self.may_change and not found.performers:
            self._open(None)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def open_form(self, performer: str) -> None:
        """Open the form for one of them, or for a new one."""
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        found = await attempt(list_performers(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show(found)
        self._open(next((one for one in found.performers if one.id == parse_id(performer)), None))

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def close_form(self) -> None:
        """Close the form; nothing is saved."""
        self.form, self.problem, self.problems = PerformerForm(), Problem(), []

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save(self, form: rx.form.FormData) -> None:
        """Save the performer, or tell what has to be mended."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        facts = PerformerFacts(
            **{name: typed(form, name) for name in _FIELDS}, active="on" in ticked(form, "active")
        )
        saving = save_performer(current(), performer_id=parse_id(typed(form, "performer")), facts=facts)
        try:
            saved = await attempt(saving, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return
        if isinstance(saved, Problem):
            self.problem = saved
            return
        self._show(saved)
        self.form = PerformerForm()
        self.done = Outcome(t("sv", "setup.performers.saved", name=facts.name), key=str(self.attempts))

    def _show(self, found: Performers) -> None:
        self.clinic, self.may_change = found.clinic, found.may_change
        self.rows = [_row(one) for one in found.performers]

    def _open(self, one: PerformerRow | None) -> None:
        self.attempts += 1
        facts = one.facts if one else PerformerFacts()
        coming = tn("sv", "setup.performers.keeps", one.coming) if one and one.coming else ""
        self.form = PerformerForm(
            heading=facts.name or t("sv", "setup.performers.new"),
            key=str(self.attempts),
            id=one.id.hex if one else "",
            coming=coming,
            **vars(facts),
        )


def _row(one: PerformerRow) -> SetupRow:
    said = (one.facts.title_sv, one.facts.hsa_id)
    return SetupRow(
        id=one.id.hex,
        name=one.facts.name,
        facts=", ".join(part for part in said if part),
        coming=tn("sv", "setup.coming", one.coming),
        off="" if one.facts.active else t("sv", "setup.off"),
    )
