"""The contracts that ask: what a good producer answers, as the contract descriptions say (TKB 1.1.5, 6)."""

from datetime import date, datetime, timedelta
from sqlite3 import Row

from lxml import etree

from webtidbok_app.demo.reference_journal.soap import (
    CORE,
    CORE_1_1,
    DAY,
    MOMENT,
    Call,
    SoapFault,
    add,
    add_all,
    answer_to,
)
from webtidbok_app.demo.reference_journal.store import Store

UNKNOWN_BOOKING = SoapFault("Client", "Bokningen finns inte")


def get_all_time_types(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with the time types that can be booked on the web."""
    answer, care_types = answer_to(call), call.texts("careTypeIDs")
    call.need("subject_of_care")
    for row in store.all(
        "SELECT * FROM time_type WHERE unit = ? AND bookable ORDER BY rowid", call.logical_address
    ):
        if not care_types or row["care_type"] in care_types:
            add_all(
                add(answer, "ListOfTimeTypes"),
                {"timeTypeName": row["name"], "timeTypeId": row["id"]},
                ns=CORE,
            )
    return answer


def get_all_care_types(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with the kinds of care of the time types."""
    answer, wanted = answer_to(call), call.texts("timeTypeIDs")
    call.need("subject_of_care")
    rows = store.all(
        "SELECT id, care_type, care_type_name FROM time_type WHERE unit = ? AND care_type <> '' ORDER BY rowid",
        call.logical_address,
    )
    kinds = {row["care_type"]: row["care_type_name"] for row in rows if not wanted or row["id"] in wanted}
    for kind, name in kinds.items():
        add_all(add(answer, "careTypes"), {"careTypeName": name, "careTypeId": kind}, ns=CORE)
    return answer


def get_all_performers(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with those who have times to come, of the time types that were asked for."""
    answer, wanted = answer_to(call), call.texts("timeTypeIDs")
    call.need("subject_of_care")
    query = """SELECT * FROM performer WHERE unit = ? AND EXISTS (
        SELECT 1 FROM slot WHERE slot.unit = performer.unit AND slot.performer = performer.hsa_id AND slot.starts > ?"""
    if wanted:
        query += f" AND slot.time_type IN ({', '.join('?' * len(wanted))})"
    for row in store.all(query + ") ORDER BY rowid", call.logical_address, _now(call), *wanted):
        facts = {
            "perfomer": row["hsa_id"],
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "title": row["title"],
        }
        add_all(add(answer, "performerInfos"), facts, ns=CORE)
    return answer


def get_all_healthcare_facilities(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with the units that offer the visit: those of the same care provider that have its time type."""
    answer, booking_id = answer_to(call), call.text("bookingId")
    call.need("subject_of_care")
    if not booking_id:
        rows = store.all("SELECT * FROM unit WHERE hsa_id = ?", call.logical_address)
    else:
        rows = units_for(store, own_booking(store, call, booking_id))
    for row in rows:
        facts: dict[str, object] = {
            "healthcare_facility": row["hsa_id"],
            "healthcare_facility_name": row["name"],
        }
        add_all(add(answer, "healthcareFacilityInfos"), facts, ns=CORE)
    return answer


def units_for(store: Store, booking: Row) -> list[Row]:
    """Return the units that a booking can be moved to, its own among them."""
    return store.all(
        """SELECT unit.* FROM unit JOIN time_type ON time_type.unit = unit.hsa_id AND time_type.id = ?
        WHERE unit.care_provider = ? ORDER BY unit.hsa_id <> ?, unit.name""",
        booking["time_type"],
        booking["care_provider"],
        booking["unit"],
    )


def get_available_dates(store: Store, call: Call, stale: bool) -> etree._Element:
    """Answer with the days that have free times, each once for every performer or resource."""
    answer = answer_to(call)
    seen = set()
    for row in _free(store, call, stale):
        facts = {
            "healthcare_facility": row["unit"],
            "performer": row["performer"],
            "date": row["starts"][:8],
            "resourceName": row["resource_name"],
            "resourceID": row["resource"],
            "timeTypeName": row["time_type_name"],
            "timeTypeID": row["time_type"],
            "careTypeName": row["care_type_name"],
            "careTypeID": row["care_type"],
        }
        if (key := tuple(facts.values())) not in seen:
            seen.add(key)
            add_all(add(answer, "performerAvailabilityByDate"), facts, ns=call.namespace)
    return answer


def get_available_timeslots(store: Store, call: Call, stale: bool) -> etree._Element:
    """Answer with the free times."""
    answer = answer_to(call)
    for row in _free(store, call, stale):
        add_timeslot(answer, row)
    return answer


def _free(store: Store, call: Call, stale: bool) -> list[Row]:
    """Return the free times that are asked for; with a booking's id only those that it can be exchanged for."""
    call.need("subject_of_care")
    first, last = _day(call, "startDateInclusive"), _day(call, "endDateInclusive")
    time_type = call.text("timeTypeID")
    if booking_id := call.text("bookingId"):
        time_type = own_booking(store, call, booking_id)["time_type"]
    return store.slots(
        call.logical_address,
        since=max(_now(call), f"{first:%Y%m%d}"),
        until=f"{last + timedelta(days=1):%Y%m%d}",
        time_type=time_type,
        performers=call.texts("performer"),
        taken_too=stale,
    )


def get_subject_of_care_schedule(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with the person's coming booked times; open invitations are not among them."""
    answer = answer_to(call)
    patient = call.need("subject_of_care")
    check_actor(call, patient)
    for row in store.bookings(patient, call.logical_address):
        if row["starts"] and row["starts"] > _now(call):
            add_timeslot(answer, row, booked_at=call.now)
    return answer


def get_booking_details(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with one booking or invitation."""
    answer = answer_to(call)
    booking = own_booking(store, call, call.need("bookingId"))
    if booking["unit"].upper() != call.logical_address.upper():
        raise UNKNOWN_BOOKING
    add_timeslot(answer, booking, booked_at=call.now)
    return answer


def own_booking(store: Store, call: Call, booking_id: str) -> Row:
    """Return a booking of the actor's that is not cancelled. Raises SoapFault, the same for others' as for none."""
    booking = store.booking(booking_id)
    if booking is None or booking["cancelled_at"]:
        raise UNKNOWN_BOOKING
    check_actor(call, booking["patient"])
    return booking


def check_actor(call: Call, patient: str) -> None:
    """See to it that who acts is the patient: the messages themselves do not say whose a booking is."""
    if call.actor_id.upper() != patient.upper() or call.actor_type != "subject_of_care":
        raise UNKNOWN_BOOKING


def add_timeslot(parent: etree._Element, row: Row, *, booked_at: datetime | None = None) -> None:
    """Add a TimeslotType: a free time, or, with the moment of the answer, a booking."""
    facts: dict[str, object] = {
        "startTimeInclusive": row["starts"],
        "endTimeExclusive": row["ends"],
        "healthcare_facility": row["unit"],
        "performer": row["performer"],
    }
    if booked_at:
        facts |= {
            "bookingId": row["id"],
            "subject_of_care": row["patient"],
            "purpose": row["purpose"],
            "reason": row["reason"],
        }
    facts |= {
        "resourceName": row["resource_name"],
        "healthcare_facility_name": row["unit_name"],
        "performerName": row["performer_name"],
        "resourceID": row["resource"],
        "timeTypeName": row["time_type_name"],
        "timeTypeID": row["time_type"],
        "careTypeName": row["care_type_name"],
        "careTypeID": row["care_type"],
    }
    if booked_at:
        facts |= {
            "cancel_booking_allowed": may(row, "may_cancel", booked_at),
            "rebooking_allowed": may(row, "may_rebook", booked_at),
            "message_allowed": bool(row["may_message"]),
        }
    slot = add(parent, "timeslotDetail")
    add_all(slot, facts, ns=CORE)
    if booked_at and row["invitation"]:
        add(slot, "isInvitation", value=True, ns=CORE_1_1)


def may(booking: Row, what: str, now: datetime) -> bool:
    """Whether a booking can be cancelled or rebooked: the unit lets it, and it is not too late."""
    return bool(booking[what]) and (not booking["starts"] or not too_late(booking, now))


def too_late(booking: Row, now: datetime) -> bool:
    """Whether it is too late to change a booking on the web."""
    latest = datetime.strptime(booking["starts"], MOMENT) - timedelta(hours=booking["change_hours"])
    return latest <= now


def _day(call: Call, name: str) -> date:
    try:
        return datetime.strptime(call.need(name), DAY).date()
    except ValueError:
        raise SoapFault("Client", f"{name} är ingen dag") from None


def _now(call: Call) -> str:
    return f"{call.now:%Y%m%d%H%M%S}"
