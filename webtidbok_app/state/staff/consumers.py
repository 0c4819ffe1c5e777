"""Which systems may ask a clinic over the national service contracts, and letting them in and out."""

from collections.abc import Awaitable

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t
from webtidbok_app.services.riv_consumers import LetIn, let_in, list_consumers, shut_out
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.words import field_problems, moment_text
from webtidbok_app.state.staff.region import clinic_page
from webtidbok_app.state.staff.views import ConsumerRow, Outcome
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["StaffConsumersState"]

_FIELDS = ("hsa_id", "name")


class StaffConsumersState(rx.State):
    """The systems that are let in, one of them that is to be shut out, and what that would do."""

    place: str = ""
    back: str = ""
    consumers: list[ConsumerRow] = []
    impact: Outcome = Outcome()
    done: Outcome = Outcome()
    boxes: int = 0
    """How many have been let in: after each the boxes are new ones."""
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()

    _chosen: str = ""
    """The HSA-id of the one that is to be shut out."""

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def load(self) -> None:
        """Show who is let in."""
        self.reset()
        self.back = clinic_page(argument(self, "clinic"))
        await self._show()

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def let_in(self, form: rx.form.FormData) -> None:
        """Let a system in."""
        hsa_id, name = typed(form, "hsa_id"), typed(form, "name")
        if await self._change(let_in(current(), clinic=argument(self, "clinic"), hsa_id=hsa_id, name=name)):
            self.boxes += 1
            self._tell("let_in", " ".join(name.split()))

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def ask(self, hsa_id: str) -> None:
        """Tell what shutting a system out would do."""
        self._begin()
        self._chosen = hsa_id
        if name := self._name():
            self.impact = Outcome(
                t("sv", "staff.consumers.impact.title", name=name),
                t("sv", "staff.consumers.impact.body", clinic=self.place),
                confirm=t("sv", "staff.consumers.impact.yes"),
                keep=t("sv", "staff.consumers.impact.keep"),
                key=str(self.attempts),
            )

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def leave(self) -> None:
        """Change nothing after all."""
        self._begin()

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def confirm(self) -> None:
        """Shut out what was asked about."""
        name, chosen = self._name(), self._chosen
        if name and await self._change(shut_out(current(), clinic=argument(self, "clinic"), hsa_id=chosen)):
            self._tell("shut_out", name)

    def _name(self) -> str:
        return next((one.name for one in self.consumers if one.hsa_id == self._chosen), "")

    def _begin(self) -> None:
        self.problem, self.problems, self.done, self.impact = Problem(), [], Outcome(), Outcome()
        self._chosen = ""
        self.attempts += 1

    def _tell(self, done: str, name: str) -> None:
        self.done = Outcome(
            t("sv", f"staff.consumers.done.{done}", name=name),
            t("sv", f"staff.consumers.done.{done}_body"),
            key=str(self.attempts),
        )

    async def _change(self, use_case: Awaitable[None]) -> bool:
        self._begin()
        try:
            changed = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return False
        if isinstance(changed, Problem):
            self.problem = changed
            return False
        await self._show()
        return True

    async def _show(self) -> None:
        found = await attempt(list_consumers(current(), clinic=argument(self, "clinic")), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.place, self.consumers = found.clinic, [_row(one) for one in found.rows]


def _row(one: LetIn) -> ConsumerRow:
    return ConsumerRow(
        one.hsa_id,
        one.name,
        t("sv", "staff.consumers.since", when=moment_text(one.since, "sv"), who=one.by),
        t("sv", "staff.consumers.shut_out_name", name=one.name),
    )
