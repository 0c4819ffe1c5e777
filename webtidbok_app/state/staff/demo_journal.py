"""The demo's journal system: what goes wrong in it, and what has been asked of it."""

from collections.abc import Awaitable
from datetime import datetime

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import demo_journal
from webtidbok_app.services.demo_journal import (
    CODES,
    CONTRACTS,
    EVERY,
    KINDS,
    DemoJournal,
    JournalCall,
    JournalFault,
)
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_count, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.connection_views import CallRow, FaultRow
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import Choice, FieldProblem, Problem

KIND_CHOICES = [
    Choice(kind, t("sv", f"staff.qa.kind.{kind}"), t("sv", f"staff.qa.kind_hint.{kind}")) for kind in KINDS
]
CONTRACT_CHOICES = [Choice(one, one) for one in CONTRACTS]
CODE_CHOICES = [Choice(code, code) for code in CODES if code != JournalFault.code]
"""Those that are not the usual one."""
_FIELDS = ("kind", "contract", "unit", "times", "seconds", "code", "text")
_NO_NUMBER = -1

__all__ = ["CODE_CHOICES", "CONTRACT_CHOICES", "KIND_CHOICES", "StaffDemoJournalState"]


class StaffDemoJournalState(rx.State):
    """The faults that are on, the units they can be at, and the last calls."""

    ready: bool = False
    units: list[Choice] = []
    faults: list[FaultRow] = []
    calls: list[CallRow] = []
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    boxes: int = 0
    done: Outcome = Outcome()

    _on: tuple[JournalFault, ...] = ()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show how it is."""
        self.reset()
        await self._change(demo_journal.get_demo_journal(current()))

    @rx.event
    @requires("staff")
    async def look_again(self) -> None:
        """Show the calls that have come since."""
        if await self._change(demo_journal.get_demo_journal(current())):
            self._tell("looked")

    @rx.event
    @requires("staff")
    async def add(self, form: rx.form.FormData) -> None:
        """Let one more thing go wrong."""
        times = typed(form, "times")
        fault = JournalFault(
            kind=typed(form, "kind"),
            contract=typed(form, "contract") or EVERY,
            unit=typed(form, "unit"),
            seconds=_count(typed(form, "seconds") or "0"),
            code=typed(form, "code") or JournalFault.code,
            text=typed(form, "text")[:200],
            times=_count(times) if times else None,
        )
        if await self._change(demo_journal.add_fault(current(), fault=fault)):
            self.boxes += 1
            self._tell("added")

    @rx.event
    @requires("staff")
    async def remove(self, row: str) -> None:
        """Let something go right again."""
        number = parse_count(row)
        if number is None or number >= len(self._on):
            return
        if await self._change(demo_journal.remove_fault(current(), fault=self._on[number])):
            self._tell("removed")

    @rx.event
    @requires("staff")
    async def remove_all(self) -> None:
        """Let everything go right again."""
        if await self._change(demo_journal.remove_all_faults(current())):
            self._tell("removed_all")

    async def _change(self, use_case: Awaitable[DemoJournal]) -> bool:
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        try:
            found = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return False
        if isinstance(found, Problem):
            self.problem = found
            return False
        self.ready, self._on = True, found.faults
        self.units = [Choice(unit, name) for unit, name in found.units.items()]
        self.faults = [_fault_row(number, one, found.units) for number, one in enumerate(found.faults)]
        self.calls = [_call_row(number, one, found.units) for number, one in enumerate(found.calls)]
        return True

    def _tell(self, did: str) -> None:
        self.done = Outcome(t("sv", f"staff.qa.done.{did}"), key=str(self.attempts))


def _count(text: str) -> int:
    count = parse_count(text)
    return _NO_NUMBER if count is None else count


def _fault_row(number: int, fault: JournalFault, units: dict[str, str]) -> FaultRow:
    what = t("sv", f"staff.qa.kind.{fault.kind}")
    more = [
        *([fault.code] if fault.kind == "vp" else []),
        *([tn("sv", "staff.qa.seconds_long", fault.seconds)] if fault.seconds else []),
        *([f"”{fault.text}”"] if fault.text else []),
    ]
    contract = t("sv", "staff.qa.every") if fault.contract == EVERY else fault.contract
    unit = units.get(fault.unit, fault.unit) or t("sv", "staff.qa.everywhere")
    return FaultRow(
        id=str(number),
        what=", ".join([what, *more]),
        where=t("sv", "staff.qa.where", contract=contract, unit=unit),
        how_long=t("sv", "staff.qa.always")
        if fault.times is None
        else tn("sv", "staff.qa.left", fault.times),
        off_name=t("sv", "staff.qa.off_name", what=what, contract=contract),
    )


def _call_row(number: int, call: JournalCall, units: dict[str, str]) -> CallRow:
    answered = "lost" if call.status == 0 else "answered"
    what = t("sv", f"staff.qa.{answered}", status=call.status)
    if call.fault:
        what = t("sv", "staff.qa.with_fault", what=what, fault=t("sv", f"staff.qa.kind.{call.fault}"))
    return CallRow(
        id=str(number),
        when=f"{datetime.fromisoformat(call.at):%H.%M.%S}",
        contract=call.contract,
        unit=units.get(call.unit.upper(), call.unit),
        what=what,
    )
