"""The reference journal system as tests use it: a process of its own, told over HTTP what it has and how it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from scripts import dev

PROVIDER = "SE2321000016-DEMO"
UNIT, OTHER_UNIT, SMALL_UNIT = "SE2321000016-R901", "SE2321000016-R902", "SE2321000016-R903"
NURSE, DOCTOR = "SE2321000016-R911", "SE2321000016-R912"
NURSE_VISIT, DOCTOR_VISIT, SAMPLING, BY_INVITATION = "ssk", "lakare", "prov", "kallad"


class ReferenceJournal:
    """The control of a reference journal system at ``address``."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx2.Client(base_url=address, trust_env=False, timeout=10)

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def faults(self, **by_contract: Any) -> None:
        """Let these faults be on, by contract, and no others; ``every=`` is for all contracts."""
        if "every" in by_contract:
            by_contract["*"] = by_contract.pop("every")
        self._ask("PUT", "faults", by_contract)

    def no_faults(self) -> None:
        """Let nothing go wrong."""
        self._ask("DELETE", "faults")

    def reset(self, now: datetime | None = None) -> None:
        """Forget everything; let the clock stand at an aware moment."""
        self._ask("POST", "reset")
        if now is not None:
            self.set_clock(now)

    def set_clock(self, now: datetime | None) -> None:
        """Let the clock stand at an aware moment; None goes on with the machine's."""
        self._ask("PUT", "clock", {"now": now.isoformat() if now else None})

    def unit(self, **facts: Any) -> None:
        """Add a unit, or change it and add to its times."""
        self._ask("POST", "units", facts)

    def free(self, unit: str) -> int:
        """Return how many coming free times a unit has."""
        return next(int(one["free"]) for one in self._ask("GET", "units") if one["hsa_id"] == unit)

    def book(self, **facts: Any) -> str:
        """Book or invite as the journal system's own staff, and return the booking's id."""
        return str(self._ask("POST", "bookings", facts)["booking_id"])

    def cancel(self, booking_id: str) -> None:
        """Cancel as the journal system's own staff."""
        self._ask("DELETE", f"bookings/{booking_id}")

    def bookings(self, unit: str = "") -> list[dict[str, Any]]:
        """Return the bookings of a unit, or of all, cancelled ones too."""
        found: list[dict[str, Any]] = self._ask("GET", f"bookings?unit={unit}")
        return found

    def live(self, unit: str = "") -> list[dict[str, Any]]:
        """Return the bookings with a time that are not cancelled."""
        return [one for one in self.bookings(unit) if one["slot"] and not one["cancelled_at"]]

    def calls(self, contract: str = "") -> list[dict[str, Any]]:
        """Return the last calls, the oldest first."""
        found: list[dict[str, Any]] = self._ask("GET", "calls")
        return [one for one in found if contract in {"", one["contract"]}]

    def forget_calls(self) -> None:
        """Start noting calls anew."""
        self._ask("DELETE", "calls")

    def post(self, path: str, body: bytes, **headers: str) -> httpx2.Response:
        """Send a request as a consumer."""
        return self._http.post(path, content=body, headers=headers)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def running(folder: Path) -> Iterator[ReferenceJournal]:
    """Run one with its data in a folder."""
    with dev.reference_journal(folder / "journal.db") as address:
        journal = ReferenceJournal(address)
        yield journal
        journal.close()


def add_units(journal: ReferenceJournal) -> None:
    """Add two units of one care provider with times in the coming weeks, and a small one of another provider.

    The small one has no contracts for performers, units or care types, and nobody can rebook or send a message there.
    """
    types = [
        {"id": NURSE_VISIT, "name": "Sjuksköterskebesök", "care_type": "pv", "care_type_name": "Primärvård"},
        {
            "id": DOCTOR_VISIT,
            "name": "Läkarbesök",
            "minutes": 30,
            "care_type": "pv",
            "care_type_name": "Primärvård",
        },
        {"id": SAMPLING, "name": "Provtagning", "minutes": 10, "info": "Kom fastande."},
        {"id": BY_INVITATION, "name": "Läkarbesök via kallelse", "minutes": 30, "bookable": False},
    ]
    people = [
        {"hsa_id": NURSE, "first_name": "Siv", "last_name": "Ekdahl", "title": "Sjuksköterska"},
        {"hsa_id": DOCTOR, "first_name": "Lars", "last_name": "Nyman", "title": "Läkare"},
    ]
    for unit, name in ((UNIT, "Forsens vårdcentral"), (OTHER_UNIT, "Hedens vårdcentral")):
        shifts = [
            _shift(NURSE_VISIT, NURSE, "08:00", "12:00"),
            _shift(DOCTOR_VISIT, DOCTOR, "09:00", "11:00"),
            _shift(BY_INVITATION, DOCTOR, "13:00", "15:00"),
            {**_shift(SAMPLING, "", "07:30", "08:30"), "resource_id": "lab-1", "resource_name": "Provrum 1"},
        ]
        journal.unit(
            hsa_id=unit,
            name=name,
            care_provider=PROVIDER,
            time_types=types,
            performers=people,
            shifts=shifts,
            weeks=4,
        )
    journal.unit(
        hsa_id=SMALL_UNIT,
        name="Udden",
        care_provider="SE2321000016-DEM9",
        rebook=False,
        message=False,
        time_types=[types[0]],
        shifts=[_shift(NURSE_VISIT, "", "10:00", "12:00")],
        weeks=4,
        without=["GetAllPerformers", "GetAllHealthcareFacilities", "GetAllCareTypes"],
    )


def _shift(time_type: str, performer: str, start: str, close: str) -> dict[str, Any]:
    return {
        "time_type": time_type,
        "performer": performer,
        "days": [0, 1, 2, 3, 4],
        "from": start,
        "to": close,
    }
