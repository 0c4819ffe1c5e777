"""Faults on demand: what is to go wrong, with which contract, at which unit, and how many times."""

from dataclasses import asdict, dataclass
from typing import Any

KINDS = frozenset(
    {"slow", "500", "vp", "lost_before", "lost_after", "stale", "error", "info", "cut", "garbage"}
)
EVERY = "*"


@dataclass
class Fault:
    """One thing that goes wrong. ``times`` None is until it is taken away; ``unit`` empty is at every unit.

    slow waits and answers; 500, vp and lost_before happen before anything is done, error instead of it; stale lets
    somebody else take the time first, and shows taken times as free; info, lost_after, cut and garbage come when it
    is done. ``seconds`` is waited with any of them.
    """

    kind: str
    contract: str = EVERY
    unit: str = ""
    seconds: float = 0
    code: str = "VP009"
    text: str = ""
    times: int | None = None

    def concerns(self, contract: str, unit: str) -> bool:
        """Whether a call meets with it."""
        return self.contract in {EVERY, contract} and self.unit.upper() in {"", unit.upper()}


class Faults:
    """The faults that are on."""

    def __init__(self) -> None:
        self.on: list[Fault] = []

    def set(self, wanted: dict[str, Any]) -> None:
        """Let these be on, and no others: by contract (``*`` for every one) a fault, or a list of them."""
        given = [
            Fault(contract=contract, **facts)
            for contract, one in wanted.items()
            for facts in (one if isinstance(one, list) else [one])
        ]
        if unknown := {fault.kind for fault in given} - KINDS:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        self.on = given

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """Return the faults that are on, in the form that ``set`` takes."""
        by_contract: dict[str, list[dict[str, Any]]] = {}
        for fault in self.on:
            facts = asdict(fault)
            by_contract.setdefault(facts.pop("contract"), []).append(facts)
        return by_contract

    def meet(self, contract: str, unit: str) -> Fault | None:
        """Return what goes wrong with a call, and count it: one of its own contract goes before one of all."""
        met = [fault for fault in self.on if fault.concerns(contract, unit)]
        if not met:
            return None
        fault = min(met, key=lambda one: (one.contract == EVERY, not one.unit))
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.on.remove(fault)
        return fault
