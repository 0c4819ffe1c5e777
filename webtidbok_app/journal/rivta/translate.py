"""Between the contracts' words and the port's: identities, times of day in Sweden, and what residents have said."""

import base64
import binascii
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from webtidbok_app.domain import swedish_time, timeslot
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.swedish_time import NoSuchWallTime
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.rivta.codec import MOMENT
from webtidbok_app.rivta.messages import Timeslot

INTERPRETER, NEEDS = "Tolk: ", "Särskilda behov: "
"""How lines of a reason begin that say more than the reason. The clinic's staff read them."""
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,60}")
_OF_TYPE, _OF_INVITATION = "_t", "_i"
_TOLD = (
    "performer", "performer_name", "resource_id", "resource_name", "time_type_id", "time_type_name",
    "care_type_id", "care_type_name", "healthcare_facility_name",
)  # fmt: skip
"""What a journal system tells of a time, and is told again when it is booked; ``purpose`` may be about a patient."""


def same_id(one: str, other: str) -> bool:
    """Whether two HSA-ids are the same (TKB 1.1.5, 3.2)."""
    return one.strip().casefold() == other.strip().casefold()


def booking_id(of_journal: str) -> str:
    """Return a booking's id as addresses write it."""
    return base64.urlsafe_b64encode(of_journal.encode()).decode().rstrip("=")


def journals_booking_id(ours: str) -> str:
    """Return the id that the journal system gave. Raises NotFound for what is none."""
    try:
        return base64.urlsafe_b64decode(ours + "=" * (-len(ours) % 4)).decode()
    except (binascii.Error, ValueError):
        raise NotFound from None


def time_type_id(of_journal: str) -> str:
    """Return a time type's id as addresses write it."""
    return of_journal if _PLAIN.fullmatch(of_journal) else _OF_TYPE + booking_id(of_journal)


def invitation_id(of_journal: str) -> str:
    """Return what stands for a time type where it is an open invitation that is answered."""
    return _OF_INVITATION + booking_id(of_journal)


class Asked(NamedTuple):
    """What times are asked for: those of a time type, or those that answer an invitation."""

    time_type: str | None = None
    invitation: str | None = None

    @classmethod
    def of(cls, ours: str) -> Self:
        """Return what our id of a time type stands for. Raises NotFound."""
        if ours.startswith(_OF_INVITATION):
            return cls(invitation=journals_booking_id(ours.removeprefix(_OF_INVITATION)))
        if ours.startswith(_OF_TYPE):
            return cls(time_type=journals_booking_id(ours.removeprefix(_OF_TYPE)))
        return cls(time_type=ours)


class Token(NamedTuple):
    """All that tells a free time from others, as our id of it says it."""

    time_type: str
    start: str
    end: str
    performer: str
    resource: str

    @classmethod
    def read(cls, ours: str) -> Self:
        """Return what the id says. Raises NotFound for what is none."""
        try:
            found = json.loads(journals_booking_id(ours))
        except ValueError:
            raise NotFound from None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found) or len(found) != 5:
            raise NotFound
        return cls(*found)

    def __str__(self) -> str:
        return booking_id(json.dumps(list(self), ensure_ascii=False, separators=(",", ":")))

    @property
    def key(self) -> str:
        """Its digest, which is short and holds nothing."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    @property
    def starts_at(self) -> datetime:
        """When it starts. Raises NotFound for no moment."""
        try:
            return certain_instant(datetime.strptime(self.start, MOMENT))  # noqa: DTZ007  wall clock in Sweden
        except ValueError:
            raise NotFound from None


def token_of(slot: Timeslot, time_type: str) -> Token:
    """Return what tells the free time from others of our ``time_type``."""
    assert slot.start
    assert slot.end
    resource = slot.resource_id or slot.resource_name or ""
    return Token(
        time_type, f"{slot.start:{MOMENT}}", f"{slot.end:{MOMENT}}", (slot.performer or "").upper(), resource
    )


def instant(wall: datetime) -> datetime:
    """Return when clocks in Sweden show that (aware, UTC); of the hour that comes twice, the first time."""
    return wall.replace(tzinfo=swedish_time.STOCKHOLM).astimezone(UTC)


def certain_instant(wall: datetime) -> datetime:
    """Return the one moment when clocks in Sweden show that (aware, UTC). Raises NoSuchWallTime."""
    return swedish_time.to_utc(wall.date(), wall.time())


def wall_time(moment: datetime) -> datetime:
    """Return what clocks in Sweden show then, as the contracts write it."""
    return swedish_time.local(moment).replace(tzinfo=None)


def free_times(
    found: Iterable[Timeslot], unit: str, time_type: str, names: Mapping[str, str]
) -> dict[Token, timeslot.Timeslot]:
    """Return the free times of a unit, in order of time, each with as many places as it is told of times.

    What is on the clock twice, or not at all, is left out: it could not be told back. ``names`` are performers', by
    their HSA-ids in upper case.
    """
    count = Counter(token_of(slot, time_type) for slot in found if _is_certain(slot, unit))
    slots = {token_of(slot, time_type): slot for slot in found if _is_certain(slot, unit)}
    free = {token: _free_time(token, slots[token], places, names) for token, places in count.items()}
    return dict(sorted(free.items(), key=lambda one: (one[1].starts_at, one[1].performer)))


def _is_certain(slot: Timeslot, unit: str) -> bool:
    if slot.start is None or slot.end is None or not same_id(slot.healthcare_facility, unit):
        return False
    try:
        return certain_instant(slot.start) < certain_instant(slot.end)
    except NoSuchWallTime:
        return False


def _free_time(token: Token, slot: Timeslot, places: int, names: Mapping[str, str]) -> timeslot.Timeslot:
    assert slot.start
    assert slot.end
    return timeslot.Timeslot(
        str(token), certain_instant(slot.start), certain_instant(slot.end), None, who(slot, names), places,
        performer_id=token.performer or token.resource,
    )  # fmt: skip


def who(slot: Timeslot, names: Mapping[str, str]) -> str:
    """Return whom or what a time is with; empty when it is not told."""
    known = names.get((slot.performer or "").upper(), "")
    return slot.performer_name or known or slot.resource_name or ""


def with_name(slot: Timeslot, names: Mapping[str, str]) -> Timeslot:
    """Return the time with its performer's name, where that is known."""
    return Timeslot(**vars(slot) | {"performer_name": who(slot, names)}) if slot.performer else slot


def keep(slot: Timeslot) -> dict[str, Any]:
    """Return a free time as it was told, to be told again when it is booked; nothing of any patient."""
    told = {name: getattr(slot, name) for name in _TOLD if getattr(slot, name) is not None}
    return told | {"start": f"{slot.start:{MOMENT}}", "end": f"{slot.end:{MOMENT}}"}


def kept(told: Mapping[str, Any], unit: str, **more: Any) -> Timeslot:
    """Return the time that was kept, of the unit, with ``more`` that is to be said of it."""
    facts = {name: told[name] for name in _TOLD if name in told} | more
    start, end = (datetime.strptime(told[name], MOMENT) for name in ("start", "end"))  # noqa: DTZ007
    return Timeslot(start=start, end=end, healthcare_facility=unit, **facts)


def say(details: BookingDetails) -> str | None:
    """Return what the resident says in the one field that there is for it."""
    lines = [
        details.reason.strip(),
        INTERPRETER + _line(details.interpreter) if details.interpreter else "",
        NEEDS + _line(details.access_needs) if details.access_needs else "",
    ]
    return "\n".join(line for line in lines if line) or None


def heard(reason: str | None) -> tuple[str, str, str]:
    """Return what ``say`` put together: reason, interpreter and access needs."""
    lines = (reason or "").splitlines()
    needs = lines.pop().removeprefix(NEEDS) if lines and lines[-1].startswith(NEEDS) else ""
    interpreter = lines.pop().removeprefix(INTERPRETER) if lines and lines[-1].startswith(INTERPRETER) else ""
    return "\n".join(lines), interpreter, needs


def _line(words: str) -> str:
    return " ".join(words.split())
