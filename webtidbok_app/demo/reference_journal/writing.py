"""The contracts that change something: MakeBooking, UpdateBooking and CancelBooking (TKB 1.1.5, 6).

Each is one transaction. ERROR is a logical reason, worded for the patient; INFO is done, with words to be shown.
"""

import json
from sqlite3 import Row

from lxml import etree

from webtidbok_app.demo.reference_journal.reading import (
    UNKNOWN_BOOKING,
    check_actor,
    may,
    own_booking,
    too_late,
    units_for,
)
from webtidbok_app.demo.reference_journal.soap import Call, SoapFault, add, answer_to
from webtidbok_app.demo.reference_journal.store import Store, Taken

TAKEN = "Tiden har hunnit bli bokad av någon annan. Välj en annan tid."
PASSED = "Tiden har redan passerat. Välj en annan tid."
NO_SUCH_TIME = "Tiden finns inte längre. Välj en annan tid."
ANSWERED = "Kallelsen är redan besvarad. Se dina bokade tider."
NOT_HERE = "Besöket kan inte flyttas till den mottagningen."
ANOTHER_KIND = "Välj en tid av samma slag som den du har."
OPEN = "Boka en tid först. Kallelsen har ingen tid än."
NO_CANCELLING = "Tiden går inte att avboka på webben. Ring mottagningen."
NO_REBOOKING = "Tiden går inte att omboka på webben. Ring mottagningen."
TOO_LATE = "Det är för sent att ändra tiden på webben. Ring mottagningen."
NO_MESSAGE = "Mottagningen tar inte emot något meddelande när du avbokar."
SOMEBODY_ELSE = "199001012385"
"""Who has the time when it is to have been taken at the last moment: a test number."""


class Refused(Exception):
    """Why nothing was done, in words for the patient."""


def make_booking(store: Store, call: Call, stale: bool) -> etree._Element:
    """Book, or answer an invitation. The same patient asking for the same time again has the same booking."""
    wanted = _wanted(call)
    patient = _patient(call, wanted)
    if stale:
        _taken_by_somebody_else(store, call, wanted)
    try:
        with store.transaction():
            booking_id = wanted.get("bookingId", "")
            made = _same(store, patient, call.logical_address, wanted) or _make(
                store, call, wanted, booking_id
            )
    except (Refused, Taken) as refusal:
        return _result(call, "ERROR", str(refusal) or TAKEN)
    return _result(call, "INFO" if made["info"] else "OK", made["info"], booking_id=made["id"])


def _make(store: Store, call: Call, wanted: dict[str, str], booking_id: str) -> Row:
    invitation = own_booking(store, call, booking_id) if booking_id else None
    if invitation and invitation["slot"]:
        raise Refused(ANSWERED)
    if invitation and call.logical_address.upper() not in _movable_to(store, invitation):
        raise Refused(NOT_HERE)
    slot = _slot(store, call, wanted)
    if invitation and invitation["time_type"] != slot["time_type"]:
        raise Refused(ANOTHER_KIND)
    said = {"reason": wanted.get("reason", ""), "contact": json.dumps(call.part("subject_of_care_info"))}
    if invitation:
        store.change(booking_id, unit=slot["unit"], slot=slot["id"], invitation=0, **said)
    else:
        booking_id = store.book(
            unit=slot["unit"], patient=wanted["subject_of_care"], slot=slot["id"], time_type=slot["time_type"],
            made_at=f"{call.now:%Y%m%d%H%M%S}", **said,
        )  # fmt: skip
    return _found(store, booking_id)


def update_booking(store: Store, call: Call, stale: bool) -> etree._Element:
    """Exchange a booking's time; at another unit it gets another id, and elsewhere where the unit does so."""
    wanted = _wanted(call)
    patient = _patient(call, wanted)
    if stale:
        _taken_by_somebody_else(store, call, wanted)
    try:
        with store.transaction():
            made = _same(store, patient, call.logical_address, wanted) or _exchange(store, call, wanted)
    except (Refused, Taken) as refusal:
        return _result(call, "ERROR", str(refusal) or TAKEN)
    return _result(call, "INFO" if made["info"] else "OK", made["info"])


def _exchange(store: Store, call: Call, wanted: dict[str, str]) -> Row:
    if not wanted.get("bookingId"):
        raise SoapFault("Client", "UpdateBooking saknar bookingId")
    booking = own_booking(store, call, wanted["bookingId"])
    if not booking["slot"]:
        raise Refused(OPEN)
    if not may(booking, "may_rebook", call.now):
        raise Refused(TOO_LATE if booking["may_rebook"] else NO_REBOOKING)
    if call.logical_address.upper() not in _movable_to(store, booking):
        raise Refused(NOT_HERE)
    slot = _slot(store, call, wanted)
    if slot["time_type"] != booking["time_type"]:
        raise Refused(ANOTHER_KIND)
    stays = booking["keeps_booking_id"] and slot["unit"].upper() == booking["unit"].upper()
    if stays:
        store.change(booking["id"], slot=slot["id"], invitation=0)
        return _found(store, booking["id"])
    store.change(booking["id"], cancelled_at=f"{call.now:%Y%m%d%H%M%S}")
    kept = {
        name: booking[name] for name in ("patient", "time_type", "purpose", "reason", "contact", "invited")
    }
    return _found(
        store,
        store.book(unit=slot["unit"], slot=slot["id"], made_at=f"{call.now:%Y%m%d%H%M%S}", **kept),
    )


def cancel_booking(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Cancel; somebody who was invited is invited anew, to a time of their own choice."""
    message = call.text("message")
    try:
        with store.transaction():
            booking = own_booking(store, call, call.need("bookingId"))
            if booking["unit"].upper() != call.logical_address.upper():
                raise UNKNOWN_BOOKING
            _cancel(store, call, booking, message)
    except Refused as refusal:
        return _result(call, "ERROR", str(refusal))
    return _result(call, "OK", "")


def _cancel(store: Store, call: Call, booking: Row, message: str) -> None:
    if not booking["slot"]:
        raise Refused(OPEN)
    if not may(booking, "may_cancel", call.now):
        raise Refused(TOO_LATE if booking["may_cancel"] and too_late(booking, call.now) else NO_CANCELLING)
    if message and not booking["may_message"]:
        raise Refused(NO_MESSAGE)
    now = f"{call.now:%Y%m%d%H%M%S}"
    store.change(booking["id"], cancelled_at=now, message_text=message)
    if booking["invited"]:
        kept = {name: booking[name] for name in ("unit", "patient", "time_type", "purpose")}
        store.book(**kept, invitation=1, invited=1, made_at=now)


def _wanted(call: Call) -> dict[str, str]:
    wanted = call.part("requestedTimeslot")
    for name in ("startTimeInclusive", "endTimeExclusive", "healthcare_facility", "subject_of_care"):
        if not wanted.get(name):
            raise SoapFault("Client", f"requestedTimeslot saknar {name}")
    return wanted


def _patient(call: Call, wanted: dict[str, str]) -> str:
    patient = wanted["subject_of_care"]
    check_actor(call, patient)
    return patient


def _same(store: Store, patient: str, unit: str, wanted: dict[str, str]) -> Row | None:
    """Return the booking that the patient has of exactly this time already: the request has come before."""
    for booking in store.bookings(patient, unit):
        alike = [
            booking["starts"] == wanted["startTimeInclusive"],
            booking["ends"] == wanted["endTimeExclusive"],
            wanted.get("timeTypeID", booking["time_type"]) == booking["time_type"],
            wanted.get("performer", booking["performer"]) == booking["performer"],
            not booking["invitation"],
        ]
        if all(alike):
            return booking
    return None


def _slot(store: Store, call: Call, wanted: dict[str, str]) -> Row:
    if wanted["startTimeInclusive"] <= f"{call.now:%Y%m%d%H%M%S}":
        raise Refused(PASSED)
    if slot := store.free_slot(call.logical_address, wanted):
        return slot
    raise Refused(TAKEN if store.any_slot(call.logical_address, wanted) else NO_SUCH_TIME)


def _taken_by_somebody_else(store: Store, call: Call, wanted: dict[str, str]) -> None:
    with store.transaction():
        while slot := store.free_slot(call.logical_address, wanted):
            store.book(
                unit=slot["unit"], patient=SOMEBODY_ELSE, slot=slot["id"], time_type=slot["time_type"],
                made_at=f"{call.now:%Y%m%d%H%M%S}",
            )  # fmt: skip


def _movable_to(store: Store, booking: Row) -> set[str]:
    return {row["hsa_id"].upper() for row in units_for(store, booking)}


def _found(store: Store, booking_id: str) -> Row:
    found = store.booking(booking_id)
    assert found is not None
    return found


def _result(call: Call, code: str, text: str, *, booking_id: str = "") -> etree._Element:
    answer = answer_to(call)
    if booking_id:
        add(answer, "bookingId", booking_id)
    add(answer, "resultCode", code)
    if text:
        add(answer, "resultText", text)
    return answer
