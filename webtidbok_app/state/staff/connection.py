"""One clinic's connection to its journal system, as the superadmin sets it up, tests it and turns it on."""

from collections.abc import AsyncGenerator, Awaitable
from dataclasses import replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import connection_switch, connections
from webtidbok_app.services.connection_switch import SwitchImpact
from webtidbok_app.services.connections import ABILITIES, CONTRACTS_ASKED, ConnectionInfo, Reach
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import ticked, typed
from webtidbok_app.state.present.words import field_problems, moment_text
from webtidbok_app.state.staff.connection_views import ConnectionView, SwitchView
from webtidbok_app.state.staff.present_report import report_rows
from webtidbok_app.state.staff.timebooks import PAGE, page_of
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import Choice, FieldProblem, Problem

ABILITY_CHOICES = [
    Choice(one, t("sv", f"staff.connection.ability.{one}"), t("sv", f"staff.connection.ability_hint.{one}"))
    for one in ABILITIES
]
_FIELDS = (
    "logical_address",
    "address",
    *(f"address_{one}" for one in CONTRACTS_ASKED),
    "certificate",
    "abilities",
)

__all__ = ["ABILITY_CHOICES", "CONTRACTS_ASKED", "PAGE", "StaffConnectionState"]


class StaffConnectionState(rx.State):
    """The connection, the report of its last test call, and what it would mean to turn it on or off."""

    view: ConnectionView = ConnectionView()
    switch: SwitchView = SwitchView()
    testing: bool = False
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    boxes: int = 0
    """How many times it has been saved: after each the boxes are new ones."""
    done: Outcome = Outcome()

    _version: int = 0
    """The version that is shown."""
    _did: str = ""
    """What was done on the page before, to be told once."""

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def load(self) -> None:
        """Show the connection, and what was just done."""
        did = self._did
        self.reset()
        found = await attempt(connections.get_connection(current(), clinic=self._where()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show(found)
        if did:
            self._tell(did)

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def load_switch(self) -> None:
        """Show what it would mean to turn the connection on, or off."""
        self.reset()
        found = await attempt(connection_switch.weigh_switch(current(), clinic=self._where()), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.switch = _switch_view(*found, back=page_of(self._where()))

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def save(self, form: rx.form.FormData) -> AsyncGenerator[None, None]:
        """Keep what is written; for a connection in use only when the journal system answers by it."""
        self._begin()
        self.testing = self.view.connected
        yield
        saving = connections.save_connection(
            current(), clinic=self._where(), reach=_reach(form), seen=self._version
        )
        saved = await self._tried(saving)
        self.testing = False
        if saved is None:
            return
        if not saved.saved:
            self.view = replace(self.view, report=report_rows(saved.report), passed=False)
            self.problem = Problem(
                t("sv", "staff.connection.not_saved"),
                t("sv", "staff.connection.not_saved_body"),
                key=str(self.attempts),
            )
            return
        self._show(saved)
        self.boxes += 1
        self._tell("saved_in_use" if saved.connected else "saved")

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def test(self) -> AsyncGenerator[None, None]:
        """Call the journal system, and show what it answers."""
        self._begin()
        self.testing = True
        yield
        tested = await self._tried(connections.test_connection(current(), clinic=self._where()))
        self.testing = False
        if tested is not None:
            self._show(tested)
            self._tell("test_passed" if tested.passed else "test_failed")

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def confirm_switch(self) -> EventSpec | None:
        """Turn the connection on or off, as the step says, and go back to it."""
        self._begin()
        where = self._where()
        turns_on = self.switch.confirm == t("sv", "staff.switch.on_confirm")
        act = connection_switch.connect_clinic if turns_on else connection_switch.disconnect_clinic
        switched = await attempt(act(current(), clinic=where), "sv")
        if isinstance(switched, Problem):
            self.problem = switched
            return None
        self._did = "on" if switched.connected else "off"
        return rx.redirect(page_of(where))

    async def _tried(self, use_case: Awaitable[ConnectionInfo]) -> ConnectionInfo | None:
        """Return what the use case gives, or tell what has to be mended."""
        try:
            found = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return None
        if isinstance(found, Problem):
            self.problem = found
            return None
        return found

    def _begin(self) -> None:
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()

    def _where(self) -> str:
        return argument(self, "clinic")

    def _show(self, info: ConnectionInfo) -> None:
        self._version = info.version
        self.view = _view(info, switch_href=page_of(self._where(), switch=True))

    def _tell(self, did: str) -> None:
        name = self.view.name
        self.done = Outcome(
            t("sv", f"staff.connection.done.{did}", name=name),
            t("sv", f"staff.connection.done.{did}_body", name=name),
            key=f"{did}{self.attempts}",
        )


def _reach(form: Any) -> Reach:
    return Reach(
        logical_address=typed(form, "logical_address"),
        address=typed(form, "address"),
        addresses=tuple((one, typed(form, f"address_{one}")) for one in CONTRACTS_ASKED),
        certificate=typed(form, "certificate"),
        abilities=frozenset(ticked(form, "abilities")),
    )


def _view(info: ConnectionInfo, *, switch_href: str) -> ConnectionView:
    reach, own = info.reach, dict(info.reach.addresses)
    tested = moment_text(info.tested_at, "sv") if info.tested_at else ""
    return ConnectionView(
        name=info.clinic,
        now=t("sv", f"staff.connection.{'now_on' if info.connected else 'now_off'}"),
        connected=info.connected,
        logical_address=reach.logical_address,
        address=reach.address,
        own_addresses={one: own.get(one, "") for one in CONTRACTS_ASKED},
        has_own_addresses=bool(own),
        certificate=reach.certificate,
        certificates=[Choice(one, one) for one in info.certificates],
        abilities=sorted(reach.abilities),
        saved=info.version > 0,
        tested=t("sv", f"staff.connection.{'passed_at' if info.passed else 'failed_at'}", when=tested)
        if tested
        else t("sv", "staff.connection.never_tested"),
        passed=info.passed,
        report=report_rows(info.report),
        switch_href=switch_href,
    )


def _switch_view(info: ConnectionInfo, impact: SwitchImpact, *, back: str) -> SwitchView:
    if info.connected:
        rows = ["off_booked", "off_ours", "off_staff"]
        words = [t("sv", f"staff.switch.{one}") for one in rows]
        if impact.unsettled:
            words.append(tn("sv", "staff.switch.unsettled", impact.unsettled))
        return SwitchView(
            title=t("sv", "staff.switch.off"),
            name=info.clinic,
            rows=words,
            confirm=t("sv", "staff.switch.off_confirm"),
            back=back,
        )
    rows = [t("sv", "staff.switch.on_times"), t("sv", "staff.switch.on_staff")]
    for ending in ("free", "offered", "choosing", "waiting", "invited"):
        if count := getattr(impact, ending):
            rows.append(tn("sv", f"staff.switch.{ending}", count))
    why_not = _why_not(info, impact)
    return SwitchView(
        title=t("sv", "staff.switch.on"),
        name=info.clinic,
        why_not=why_not,
        rows=rows,
        confirm="" if why_not else t("sv", "staff.switch.on_confirm"),
        back=back,
    )


def _why_not(info: ConnectionInfo, impact: SwitchImpact) -> str:
    if not info.passed:
        return t("sv", "staff.switch.not_tested")
    return tn("sv", "staff.switch.booked", impact.booked) if impact.booked else ""
