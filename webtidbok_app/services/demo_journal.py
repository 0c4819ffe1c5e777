"""The demo's journal system, made to fail on demand by whoever tries the demo. Elsewhere it is not found."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput, JournalUnavailable, NotFound
from webtidbok_app.services.authorise import as_staff
from webtidbok_app.settings import get_settings

EVERY = "*"
KINDS = (
    "slow", "500", "vp", "lost_before", "lost_after", "stale", "error", "info", "cut", "garbage",
)  # fmt: skip
CONTRACTS = (
    "MakeBooking", "UpdateBooking", "CancelBooking", "GetAllTimeTypes", "GetAvailableDates", "GetAvailableTimeslots",
    "GetSubjectOfCareSchedule", "GetBookingDetails", "GetAllPerformers", "GetAllHealthcareFacilities", "FindContent",
    "PingForConfiguration",
)  # fmt: skip
CODES = tuple(f"VP{number:03}" for number in range(1, 16))
SECONDS = range(61)
TIMES = range(1, 101)
_CALLS_SHOWN = 20
_SECONDS_TO_WAIT = 5.0


@dataclass(frozen=True)
class JournalFault:
    """What goes wrong: which kind, at which contract (``*`` for all) and unit (empty for all), and how many times.

    ``times`` None is until it is taken away.
    """

    kind: str
    contract: str = EVERY
    unit: str = ""
    seconds: int = 0
    code: str = "VP009"
    text: str = ""
    times: int | None = None


@dataclass(frozen=True)
class JournalCall:
    """One call that came: when (Swedish local time), and what it met with. Nothing of whom it was about."""

    at: str
    contract: str
    unit: str
    fault: str
    status: int


@dataclass(frozen=True)
class DemoJournal:
    """The faults that are on, the units that there are by HSA-id, and the newest calls first."""

    faults: tuple[JournalFault, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    calls: tuple[JournalCall, ...] = ()


async def get_demo_journal(actor: Actor | None) -> DemoJournal:
    """Return how it is. Raises NotAllowed, NotFound outside the demo, and JournalUnavailable."""
    as_staff(actor)
    return await _read()


async def add_fault(actor: Actor | None, *, fault: JournalFault) -> DemoJournal:
    """Let one more thing go wrong. Raises as ``get_demo_journal``, and InvalidInput (by the fault's fields)."""
    as_staff(actor)
    found = await _read()
    allowed = {
        "kind": fault.kind in KINDS,
        "contract": fault.contract in {EVERY, *CONTRACTS},
        "unit": fault.unit in {"", *found.units},
        "seconds": fault.seconds in SECONDS,
        "code": fault.code in CODES,
        "times": fault.times is None or fault.times in TIMES,
    }
    if wrong := {name: f"fault_{name}" for name, right in allowed.items() if not right}:
        raise InvalidInput(wrong)
    await _put((*found.faults, fault))
    return await _read()


async def remove_fault(actor: Actor | None, *, fault: JournalFault) -> DemoJournal:
    """Let it go wrong no more. What is not on is no error. Raises as ``get_demo_journal``."""
    as_staff(actor)
    found = await _read()
    await _put(tuple(one for one in found.faults if one != fault))
    return await _read()


async def remove_all_faults(actor: Actor | None) -> DemoJournal:
    """Let nothing go wrong. Raises as ``get_demo_journal``."""
    as_staff(actor)
    await _put(())
    return await _read()


async def _read() -> DemoJournal:
    faults, units, calls = [await _ask("GET", path) for path in ("faults", "units", "calls")]
    return DemoJournal(
        faults=tuple(
            JournalFault(contract=contract, **one) for contract, all_ in faults.items() for one in all_
        ),
        units={one["hsa_id"]: one["name"] for one in units},
        calls=tuple(
            JournalCall(one["at"], one["contract"], one["unit"], one["fault"], one["status"])
            for one in reversed(calls[-_CALLS_SHOWN:])
        ),
    )


async def _put(faults: tuple[JournalFault, ...]) -> None:
    by_contract: dict[str, list[dict[str, Any]]] = {}
    for fault in faults:
        facts = dict(vars(fault))
        by_contract.setdefault(facts.pop("contract"), []).append(facts)
    await _ask("PUT", "faults", by_contract)


async def _ask(method: str, path: str, body: object = None) -> Any:
    settings = get_settings()
    if not settings.demo or not settings.demo_journal:
        raise NotFound
    try:
        async with httpx2.AsyncClient(
            base_url=settings.demo_journal, timeout=_SECONDS_TO_WAIT, trust_env=False
        ) as http:
            answer = await http.request(method, f"/{path}", json=body)
            answer.raise_for_status()
            return answer.json()
    except httpx2.HTTPError as error:
        raise JournalUnavailable from error
