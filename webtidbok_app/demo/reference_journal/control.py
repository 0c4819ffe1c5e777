"""The journal system's own staff, as JSON: its units, its times and what is booked without the portal."""

from datetime import datetime, timedelta
from typing import Any

from webtidbok_app.demo.reference_journal.soap import MOMENT
from webtidbok_app.demo.reference_journal.store import BOOKING, Store, Taken

DEMO_DATA_CONTROLLER = "SE2321000016-DEMO"


def put_unit(store: Store, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Add a unit, or change it, and add the times that are not there."""
    unit = facts["hsa_id"]
    with store.transaction():
        store.put(
            "unit",
            hsa_id=unit,
            name=facts["name"],
            care_provider=facts.get("care_provider", DEMO_DATA_CONTROLLER),
            cancel=facts.get("cancel", True),
            rebook=facts.get("rebook", True),
            message=facts.get("message", True),
            change_hours=facts.get("change_hours", 0),
            keeps_booking_id=facts.get("keeps_booking_id", True),
            without=" ".join(facts.get("without", ())),
        )
        for kind in facts.get("time_types", ()):
            store.put(
                "time_type",
                unit=unit,
                id=kind["id"],
                name=kind["name"],
                minutes=kind.get("minutes", 20),
                bookable=kind.get("bookable", True),
                care_type=kind.get("care_type", ""),
                care_type_name=kind.get("care_type_name", ""),
                info=kind.get("info", ""),
            )
        for person in facts.get("performers", ()):
            names = {name: person[name] for name in ("hsa_id", "first_name", "last_name")}
            store.put("performer", unit=unit, **names, title=person.get("title", ""))
        for slot in facts.get("slots", ()):
            _add_slot(store, unit, slot)
        for shift in facts.get("shifts", ()):
            _add_shift(store, unit, shift, now, weeks=facts.get("weeks", 8))
    return {"hsa_id": unit}


def list_units(store: Store, now: datetime) -> list[dict[str, Any]]:
    """Return the units, each with how many coming times are free."""
    since = f"{now:%Y%m%d%H%M%S}"
    return [
        {**dict(row), "free": len(store.slots(row["hsa_id"], since=since, until="9999"))}
        for row in store.all("SELECT * FROM unit ORDER BY name")
    ]


def _add_shift(store: Store, unit: str, shift: dict[str, Any], now: datetime, *, weeks: int) -> None:
    """Add one time after the other from ``from`` to ``to`` on the shift's weekdays (0 is Monday)."""
    kind = store.one("SELECT minutes FROM time_type WHERE unit = ? AND id = ?", unit, shift["time_type"])
    length = timedelta(minutes=kind["minutes"] if kind else 20)
    today = now.replace(hour=0, minute=0, second=0)
    for ahead in range(shift.get("start_after", 0), weeks * 7):
        day = today + timedelta(days=ahead)
        if day.weekday() not in shift["days"]:
            continue
        start, close = _at(day, shift["from"]), _at(day, shift["to"])
        while start + length <= close:
            slot = {"start": f"{start:%Y%m%d%H%M%S}", "end": f"{start + length:%Y%m%d%H%M%S}"}
            _add_slot(store, unit, {**shift, **slot})
            start += length


def _at(day: datetime, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return day.replace(hour=int(hour), minute=int(minute))


def _add_slot(store: Store, unit: str, slot: dict[str, Any]) -> None:
    for number in range(slot.get("places", 1)):
        store.add_slot(
            unit=unit,
            starts=slot["start"],
            ends=slot["end"],
            time_type=slot["time_type"],
            performer=slot.get("performer", ""),
            resource=slot.get("resource_id", ""),
            resource_name=slot.get("resource_name", ""),
            number=number,
        )


def list_bookings(store: Store, unit: str) -> list[dict[str, Any]]:
    """Return all bookings and invitations of a unit, or of all, cancelled ones too."""
    query = f"{BOOKING} WHERE ? IN ('', booking.unit) ORDER BY booking.made_at, booking.rowid"
    return [dict(row) for row in store.all(query, unit)]


def book(store: Store, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Book for a patient, or invite them: to a time with ``start`` or ``after``, and otherwise to choose one.

    ``start`` is when the time begins; ``after`` takes the first free one from there on. Raises Taken.
    """
    unit = facts["unit"]
    timed = bool(facts.get("start") or facts.get("after"))
    invitation = bool(facts.get("invitation", not timed))
    columns: dict[str, Any] = {
        "unit": unit,
        "patient": facts["patient"],
        "time_type": facts["time_type"],
        "invitation": invitation,
        "invited": invitation,
        "made_at": f"{now:%Y%m%d%H%M%S}",
        **{
            name: facts[name]
            for name in ("purpose", "reason", "cancel", "rebook", "message")
            if name in facts
        },
    }
    with store.transaction():
        if timed:
            columns["slot"] = _slot_for(store, unit, facts)
        return {"booking_id": store.book(**columns)}


def _slot_for(store: Store, unit: str, facts: dict[str, Any]) -> int:
    """Return the first free time from a moment on, or the one that is named, made now if it is not there."""
    if after := facts.get("after"):
        free = store.slots(unit, since=after, until="9999", time_type=facts["time_type"])
        if not free:
            raise Taken
        return int(free[0]["id"])
    kind = store.one("SELECT minutes FROM time_type WHERE unit = ? AND id = ?", unit, facts["time_type"])
    start = datetime.strptime(facts["start"], MOMENT)
    end = facts.get("end") or f"{start + timedelta(minutes=kind['minutes'] if kind else 20):%Y%m%d%H%M%S}"
    wanted = {"startTimeInclusive": facts["start"], "endTimeExclusive": end, "timeTypeID": facts["time_type"]}
    if performer := facts.get("performer"):
        wanted["performer"] = performer
    if not store.any_slot(unit, wanted):
        _add_slot(store, unit, {**facts, "end": end})
    slot = store.free_slot(unit, wanted) or store.any_slot(unit, wanted)
    assert slot is not None
    return int(slot["id"])


def cancel(store: Store, booking_id: str, now: datetime) -> dict[str, Any]:
    """Cancel without asking anybody, as staff do."""
    with store.transaction():
        store.change(booking_id, cancelled_at=f"{now:%Y%m%d%H%M%S}")
    return {"booking_id": booking_id}
