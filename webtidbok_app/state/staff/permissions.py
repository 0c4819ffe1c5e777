"""Who has which role, at a clinic or in the region, and changing it."""

from collections.abc import Awaitable

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t
from webtidbok_app.services import permissions
from webtidbok_app.services.authorise import APPOINTS
from webtidbok_app.services.permissions import CLINIC_ROLES, Permissions, PersonRole, RoleChanged
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import parse_id, typed
from webtidbok_app.state.present.words import field_problems, moment_text
from webtidbok_app.state.staff.region import clinic_page
from webtidbok_app.state.staff.views import Outcome, PermissionRow
from webtidbok_app.state.views import Choice, FieldProblem, Problem

__all__ = ["ROLE_CHOICES", "StaffPermissionsState"]

ROLE_CHOICES = [
    Choice(role, t("sv", f"permissions.role.{role}"), t("sv", f"permissions.may.{role}"))
    for role in CLINIC_ROLES
]
"""The roles of a clinic, with what each may do."""
_FIELDS = ("hsa_id", "name", "role")
_REMOVE = ""


class StaffPermissionsState(rx.State):
    """The people, one of them whose role is being changed, and what that would do."""

    place: str = ""
    consumers: str = ""
    """Where it is said which systems may ask the clinic; for the superadmin."""
    people: list[PermissionRow] = []
    changes: list[str] = []
    chosen: PermissionRow = PermissionRow()
    impact: Outcome = Outcome()
    done: Outcome = Outcome()
    boxes: int = 0
    """How many have been given a role: after each the boxes are new ones."""
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()

    _asked: str = _REMOVE
    """The role that the chosen one would get, or none."""

    @rx.event
    @requires(*APPOINTS)
    async def load(self) -> None:
        """Show who has which role."""
        self.reset()
        found = await attempt(permissions.list_permissions(current(), clinic=argument(self, "clinic")), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._show(found)
            self.consumers = f"{clinic_page(argument(self, 'clinic'))}/e-tjanster"

    @rx.event
    @requires(*APPOINTS)
    async def give(self, form: rx.form.FormData) -> None:
        """Give somebody a role."""
        giving = permissions.give_role(
            current(),
            clinic=argument(self, "clinic"),
            hsa_id=typed(form, "hsa_id"),
            name=typed(form, "name"),
            role=_role(typed(form, "role")),
        )
        if await self._change(giving):
            self.boxes += 1
            self._tell("given", typed(form, "name"))

    @rx.event
    @requires(*APPOINTS)
    async def choose(self, person: str) -> None:
        """Begin to change somebody's role."""
        self._begin()
        self.chosen = next((one for one in self.people if one.id == person), PermissionRow())

    @rx.event
    @requires(*APPOINTS)
    async def leave(self) -> None:
        """Change nothing after all."""
        self._begin()
        self.chosen = PermissionRow()

    @rx.event
    @requires(*APPOINTS)
    async def ask(self, form: rx.form.FormData) -> EventSpec | None:
        """Change the role; losing one's own is asked about first."""
        self._begin()
        self._asked = typed(form, "role")
        if self._asked == self.chosen.role:
            self.chosen = PermissionRow()
            return None
        if self.chosen.me:
            self._weigh("demote_me")
            return None
        return await self._carry_out()

    @rx.event
    @requires(*APPOINTS)
    async def ask_remove(self) -> None:
        """Tell what taking the role away would do."""
        self._begin()
        self._asked = _REMOVE
        self._weigh("remove_me" if self.chosen.me else "remove")

    @rx.event
    @requires(*APPOINTS)
    async def confirm(self) -> EventSpec | None:
        """Do what was asked about."""
        return await self._carry_out() if self.impact.confirm else None

    async def _carry_out(self) -> EventSpec | None:
        person, clinic = parse_id(self.chosen.id), argument(self, "clinic")
        if person is None:
            return None
        changing = (
            permissions.change_role(current(), clinic=clinic, person_id=person, role=_role(self._asked))
            if self._asked
            else permissions.remove_role(current(), clinic=clinic, person_id=person)
        )
        was = self.chosen
        if not await self._change(changing):
            return None
        self.chosen = PermissionRow()
        if was.me:
            return rx.redirect("/personal")  # where the login is asked about anew
        self._tell("changed" if self._asked else "removed", was.name)
        return None

    def _begin(self) -> None:
        self.problem, self.problems, self.done, self.impact = Problem(), [], Outcome(), Outcome()
        self.attempts += 1

    def _weigh(self, what: str) -> None:
        if not self.chosen.id:
            return
        facts = {"name": self.chosen.name, "place": self.place}
        if role := _role(self._asked):
            facts["role"] = t("sv", f"permissions.role.{role}").lower()
        self.impact = Outcome(
            t("sv", f"permissions.{what}.title", **facts),
            t("sv", f"permissions.{what}.body", **facts),
            confirm=t("sv", f"permissions.{what}.yes"),
            keep=t("sv", "permissions.keep"),
            key=str(self.attempts),
        )

    def _tell(self, done: str, name: str) -> None:
        self.done = Outcome(
            t("sv", f"permissions.done.{done}", name=name),
            t("sv", f"permissions.done.{done}_body"),
            key=str(self.attempts),
        )

    async def _change(self, use_case: Awaitable[Permissions]) -> bool:
        self._begin()
        try:
            changed = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return False
        if isinstance(changed, Problem):
            self.problem = changed
            return False
        self._show(changed)
        return True

    def _show(self, found: Permissions) -> None:
        self.place = found.place
        self.people = [_row(one) for one in found.people]
        self.changes = [_change_words(one) for one in found.changes]


def _role(text: str) -> Role | None:
    return Role(text) if text in set(Role) else None


def _row(person: PersonRole) -> PermissionRow:
    changed = (
        t("sv", "permissions.changed", who=person.changed_by, when=moment_text(person.changed_at, "sv"))
        if person.changed_at
        else ""
    )
    return PermissionRow(
        id=str(person.id),
        name=person.name,
        hsa_id=person.hsa_id,
        role=person.role,
        role_name=t("sv", f"permissions.role.{person.role}"),
        changed=changed,
        change_name=t("sv", "permissions.change_name", name=person.name),
        me=person.me,
    )


def _change_words(change: RoleChanged) -> str:
    kind = "gave" if change.before is None else "took" if change.after is None else "changed"
    roles = {
        name: t("sv", f"permissions.role.{role}").lower()
        for name, role in (("before", change.before), ("after", change.after))
        if role
    }
    when = moment_text(change.changed_at, "sv")
    return t("sv", f"permissions.history.{kind}", when=when, who=change.changed_by, name=change.name, **roles)
