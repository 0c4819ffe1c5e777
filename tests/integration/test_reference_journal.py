"""The reference journal system, asked with the consumer's messages: it must behave as a good producer does."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import httpx2
import pytest
from lxml import etree

from tests import schemas
from tests.reference_journal import (
    BY_INVITATION,
    DOCTOR,
    DOCTOR_VISIT,
    NURSE,
    NURSE_VISIT,
    OTHER_UNIT,
    PROVIDER,
    SAMPLING,
    SMALL_UNIT,
    UNIT,
    ReferenceJournal,
    add_units,
    running,
)
from webtidbok_app.rivta import messages
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.soap import Fault, unwrap, wrap

PATIENT, OTHER = "191212121212", "199001012385"
NOW = datetime.fromisoformat("2026-11-23T08:00:00+01:00")
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 30)
INVITATION = "<article><title>Kallelse</title><para>Du är välkommen.</para></article>"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceJournal]:
    with running(tmp_path_factory.mktemp("reference")) as journal:
        yield journal


@pytest.fixture
def journal(started: ReferenceJournal) -> ReferenceJournal:
    started.reset(NOW)
    add_units(started)
    return started


def ask(journal: ReferenceJournal, message: Message, *, unit: str = UNIT, actor: str = PATIENT):
    """Send a message and return the answer, both valid against the official schemas. Raises Fault."""
    contract = CONTRACTS[type(message).__name__]
    folder = "ei" if contract.name in {"Update", "FindContent"} else "riv"
    envelope = wrap(message, logical_address=unit, actor_id=actor)
    schemas.assert_valid(envelope)
    answer = journal.post(f"/{folder}/{contract.name}", envelope)
    if answer.status_code == 200:
        schemas.assert_valid(answer.content)
    return unwrap(answer.content).read(contract.answer)


def slots(journal: ReferenceJournal, time_type: str = NURSE_VISIT, **facts) -> tuple[messages.Timeslot, ...]:
    unit = facts.pop("unit", UNIT)
    wanted = {"first": FIRST, "last": LAST, **facts}
    asked = messages.GetAvailableTimeslots(
        healthcare_facility=unit, time_type_id=time_type, subject_of_care=PATIENT, **wanted
    )
    return ask(journal, asked, unit=unit).timeslots


def make(journal: ReferenceJournal, slot: messages.Timeslot, *, patient: str = PATIENT, **facts):
    requested = messages.Timeslot(
        start=slot.start, end=slot.end, healthcare_facility=slot.healthcare_facility, performer=slot.performer,
        time_type_id=slot.time_type_id, subject_of_care=patient, **facts,
    )  # fmt: skip
    asked = messages.MakeBooking(
        healthcare_facility_med=slot.healthcare_facility,
        requested_timeslot=requested,
        subject_of_care_info=messages.SubjectOfCare(
            first_name="Tolvan", last_name="Tolvansson", phone="0701740605"
        ),
    )
    return ask(journal, asked, unit=slot.healthcare_facility, actor=patient)


def move(journal: ReferenceJournal, booking_id: str, slot: messages.Timeslot):
    requested = messages.Timeslot(
        start=slot.start, end=slot.end, healthcare_facility=slot.healthcare_facility, booking_id=booking_id,
        performer=slot.performer, time_type_id=slot.time_type_id, subject_of_care=PATIENT,
    )  # fmt: skip
    return ask(journal, messages.UpdateBooking(requested_timeslot=requested), unit=slot.healthcare_facility)


def cancel(journal: ReferenceJournal, booking_id: str, **facts):
    asked = messages.CancelBooking(healthcare_facility=UNIT, booking_id=booking_id, **facts)
    return ask(journal, asked)


def schedule(journal: ReferenceJournal, patient: str = PATIENT, unit: str = UNIT):
    asked = messages.GetSubjectOfCareSchedule(healthcare_facility=unit, subject_of_care=patient)
    return ask(journal, asked, unit=unit, actor=patient).timeslots


def details(journal: ReferenceJournal, booking_id: str, *, actor: str = PATIENT) -> messages.Timeslot:
    asked = messages.GetBookingDetails(healthcare_facility=UNIT, booking_id=booking_id)
    return ask(journal, asked, actor=actor).timeslot


def find(journal: ReferenceJournal, patient: str = PATIENT):
    asked = messages.FindContent(subject_of_care=patient, service_domain="riv:crm:scheduling")
    return ask(journal, asked).engagements


@schemas.needed
def test_schemas__know_every_contract():
    for contract in CONTRACTS.values():
        assert schemas.schema_of(contract.request.NS) is not None
    with pytest.raises(etree.DocumentInvalid):
        schemas.assert_valid(
            wrap(messages.MakeBookingResponse(result_code=messages.ResultCode.OK, booking_id="")).replace(
                b"OK", b"KO"
            )
        )


def test_time_types__are_those_that_can_be_booked(journal):
    found = ask(
        journal, messages.GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care=PATIENT)
    ).time_types
    assert [one.id for one in found] == [NURSE_VISIT, DOCTOR_VISIT, SAMPLING]


def test_care_types_performers_and_units__are_told(journal):
    kinds = ask(
        journal, messages.GetAllCareTypes(healthcare_facility=UNIT, subject_of_care=PATIENT)
    ).care_types
    assert [(kind.id, kind.name) for kind in kinds] == [("pv", "Primärvård")]
    asked = messages.GetAllPerformers(
        healthcare_facility=UNIT, time_type_ids=(DOCTOR_VISIT,), subject_of_care=PATIENT
    )
    assert [(one.performer, one.title) for one in ask(journal, asked).performers] == [(DOCTOR, "Läkare")]
    booking = make(journal, slots(journal)[0]).booking_id
    where = messages.GetAllHealthcareFacilities(
        healthcare_facility=UNIT, subject_of_care=PATIENT, booking_id=booking
    )
    units = [one.healthcare_facility for one in ask(journal, where).facilities]
    assert units == [UNIT, OTHER_UNIT]


def test_free_times__are_coming_ones_with_their_performer(journal):
    found = slots(journal, last=FIRST)
    assert found[0].start == NOW.replace(tzinfo=None) + timedelta(minutes=20), "what begins now has begun"
    assert {one.performer for one in found} == {NURSE}
    assert found[0].performer_name == "Sjuksköterska Siv Ekdahl"
    assert slots(journal, performers=(DOCTOR,)) == ()
    asked = messages.GetAvailableDates(
        healthcare_facility=UNIT, first=FIRST, last=LAST, time_type_id=NURSE_VISIT, subject_of_care=PATIENT
    )
    days = [one.day for one in ask(journal, asked).availabilities]
    assert days == sorted({one.start.date() for one in slots(journal)})


def test_booking__is_in_the_schedule_and_no_longer_free(journal):
    slot = slots(journal)[3]
    answer = make(journal, slot, reason="Ont i foten")
    assert (answer.result_code, answer.result_text) == ("OK", None)
    [booked] = schedule(journal)
    assert (booked.booking_id, booked.start, booked.reason) == (answer.booking_id, slot.start, "Ont i foten")
    assert (booked.subject_of_care, booked.cancel_booking_allowed, booked.message_allowed) == (
        PATIENT,
        True,
        True,
    )
    assert slot.start not in {one.start for one in slots(journal)}


def test_same_booking_again__is_the_same_booking(journal):
    slot = slots(journal)[0]
    assert make(journal, slot).booking_id == make(journal, slot).booking_id
    assert len(schedule(journal)) == 1


def test_time_that_somebody_has__is_refused_in_words(journal):
    slot = slots(journal)[0]
    make(journal, slot, patient=OTHER)
    answer = make(journal, slot)
    assert (answer.result_code, answer.booking_id) == ("ERROR", None)
    assert "någon annan" in answer.result_text


def test_info__comes_with_words_to_show(journal):
    answer = make(journal, slots(journal, SAMPLING)[0])
    assert (answer.result_code, answer.result_text) == ("INFO", "Kom fastande.")
    assert answer.booking_id
    assert schedule(journal)[0].resource_name == "Provrum 1"


def test_rebooking__moves_the_booking(journal):
    first, second = slots(journal)[:2]
    booking_id = make(journal, first).booking_id
    assert move(journal, booking_id, second).result_code == "OK"
    assert [one.start for one in schedule(journal)] == [second.start]
    assert first.start in {one.start for one in slots(journal)}
    assert move(journal, booking_id, second).result_code == "OK", "the same again is done already"


def test_rebooking_to_another_unit__leaves_another_id(journal):
    booking_id = make(journal, slots(journal)[0]).booking_id
    there = slots(journal, unit=OTHER_UNIT, booking_id=booking_id, time_type=None)
    assert {one.time_type_id for one in there} == {NURSE_VISIT}, "the booking decides the time type"
    assert move(journal, booking_id, there[0]).result_code == "OK"
    assert schedule(journal) == ()
    [moved] = schedule(journal, unit=OTHER_UNIT)
    assert moved.booking_id != booking_id


def test_rebooking_to_another_kind__is_refused(journal):
    booking_id = make(journal, slots(journal)[0]).booking_id
    assert move(journal, booking_id, slots(journal, DOCTOR_VISIT)[0]).result_code == "ERROR"


def test_cancelling__frees_the_time(journal):
    slot = slots(journal)[0]
    booking_id = make(journal, slot).booking_id
    assert cancel(journal, booking_id, message="Jag är frisk").result_code == "OK"
    assert schedule(journal) == ()
    assert slot.start in {one.start for one in slots(journal)}
    [kept] = journal.bookings(UNIT)
    assert kept["message_text"] == "Jag är frisk"


def test_flags__say_what_can_be_done_and_bind(journal):
    booking_id = journal.book(
        unit=UNIT, patient=PATIENT, time_type=NURSE_VISIT, start="20261124080000", cancel=False, message=False
    )
    booked = details(journal, booking_id)
    assert (booked.cancel_booking_allowed, booked.rebooking_allowed, booked.message_allowed) == (
        False,
        True,
        False,
    )
    assert "Ring mottagningen" in cancel(journal, booking_id).result_text


def test_timed_invitation__becomes_a_booking_when_moved(journal):
    booking_id = journal.book(
        unit=UNIT, patient=PATIENT, time_type=BY_INVITATION, start="20261124130000", invitation=True,
        purpose=INVITATION,
    )  # fmt: skip
    [invited] = schedule(journal)
    assert (invited.is_invitation, invited.purpose) == (True, INVITATION)
    move(journal, booking_id, slots(journal, BY_INVITATION)[-1])
    [booked] = schedule(journal)
    assert not booked.is_invitation


def test_open_invitation__is_booked_once(journal):
    booking_id = journal.book(unit=UNIT, patient=PATIENT, time_type=BY_INVITATION, purpose=INVITATION)
    assert schedule(journal) == ()
    invited = details(journal, booking_id)
    assert (invited.is_invitation, invited.start, invited.purpose) == (True, None, INVITATION)
    assert [one.business_object_id for one in find(journal)] == [booking_id]
    first, second = slots(journal, BY_INVITATION)[:2]
    assert make(journal, first, booking_id=booking_id).booking_id == booking_id
    assert make(journal, second, booking_id=booking_id).result_code == "ERROR"
    assert cancel(journal, booking_id).result_code == "OK"
    [anew] = find(journal)
    assert details(journal, anew.business_object_id).is_invitation, "who was invited still is"


def test_others_bookings__are_as_if_they_were_not(journal):
    booking_id = make(journal, slots(journal)[0], patient=OTHER).booking_id
    for asked in (
        lambda: details(journal, booking_id),
        lambda: cancel(journal, booking_id),
        lambda: details(journal, "x"),
    ):
        with pytest.raises(Fault, match="Client") as fault:
            asked()
        assert fault.value.text == "Bokningen finns inte"
    assert len(schedule(journal, OTHER)) == 1


def test_address__is_compared_without_case_and_must_be_the_unit(journal):
    asked = messages.GetAllTimeTypes(healthcare_facility=UNIT.lower(), subject_of_care=PATIENT)
    assert ask(journal, asked, unit=UNIT.lower()).time_types
    with pytest.raises(Fault) as fault:
        ask(journal, asked, unit=OTHER_UNIT)
    assert "annan enhet" in fault.value.text
    with pytest.raises(Fault) as fault:
        ask(journal, asked, unit="SE2321000016-XXXX")
    assert fault.value.text.startswith("VP004")
    performers = messages.GetAllPerformers(healthcare_facility=SMALL_UNIT, subject_of_care=PATIENT)
    with pytest.raises(Fault) as fault:
        ask(journal, performers, unit=SMALL_UNIT)
    assert fault.value.text.startswith("VP004"), "a contract that the unit has not got"


def test_ping__answers(journal):
    answer = ask(journal, messages.PingForConfiguration())
    assert (answer.version, answer.at) == ("1.1", NOW.replace(tzinfo=None))


def test_index__keeps_what_it_is_told_until_that_is_deleted(journal):
    own = make(journal, slots(journal)[0]).booking_id
    told = messages.Engagement(
        subject_of_care=PATIENT, service_domain="riv:crm:scheduling", categorization="NA", logical_address=OTHER_UNIT,
        business_object_id="b1", clinical_process_interest_id="NA", most_recent_content=NOW.replace(tzinfo=None),
        source_system="SE2321000016-SYST", data_controller=PROVIDER,
    )  # fmt: skip
    for _ in range(2):
        update = messages.Update(
            transactions=(messages.EngagementTransaction(delete=False, engagement=told),)
        )
        assert ask(journal, update).result_code == "OK"
    assert {one.business_object_id for one in find(journal)} == {own, "b1"}
    assert find(journal, OTHER) == ()
    gone = messages.Update(transactions=(messages.EngagementTransaction(delete=True, engagement=told),))
    ask(journal, gone)
    assert [one.business_object_id for one in find(journal)] == [own]


@pytest.mark.parametrize(("kind", "done"), [("lost_before", 0), ("lost_after", 1), ("cut", 1)])
def test_lost_answer__leaves_what_was_done(journal, kind, done):
    journal.faults(MakeBooking={"kind": kind, "times": 1})
    slot = slots(journal)[0]
    with pytest.raises(httpx2.RemoteProtocolError):
        make(journal, slot)
    assert len(schedule(journal)) == done
    assert make(journal, slot).result_code == "OK", "once only"


def test_faults__concern_their_contract_and_unit(journal):
    journal.faults(GetAllTimeTypes=[{"kind": "vp", "code": "VP007", "text": "Inte behörig", "unit": UNIT}])
    asked = messages.GetAllTimeTypes(healthcare_facility=OTHER_UNIT, subject_of_care=PATIENT)
    assert ask(journal, asked, unit=OTHER_UNIT).time_types
    with pytest.raises(Fault) as fault:
        ask(journal, messages.GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care=PATIENT))
    assert (fault.value.text, fault.value.detail) == ("VP007 [Referens] Inte behörig", "VP007 Inte behörig")
    assert journal.calls()[-1]["fault"] == "vp"
    journal.no_faults()
    ask(journal, messages.GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care=PATIENT))


def test_stale_time__is_taken_by_somebody_else_first(journal):
    slot = slots(journal)[0]
    journal.faults(MakeBooking={"kind": "stale", "times": 1})
    assert make(journal, slot).result_code == "ERROR"
    assert slot.start not in {one.start for one in slots(journal)}
    journal.faults(GetAvailableTimeslots={"kind": "stale"})
    assert slot.start in {one.start for one in slots(journal)}, "a list that is behind"


def test_words_on_demand__are_told(journal):
    first, second = slots(journal)[:2]
    journal.faults(MakeBooking={"kind": "error", "text": "Stängt.", "times": 1})
    assert make(journal, first).result_text == "Stängt."
    journal.faults(MakeBooking={"kind": "info", "text": "Ta med legitimation.", "times": 1})
    answer = make(journal, second)
    assert (answer.result_code, answer.result_text) == ("INFO", "Ta med legitimation.")
    assert [one.start for one in schedule(journal)] == [second.start]


def test_broken_answers__are_broken(journal):
    envelope = wrap(messages.PingForConfiguration(), logical_address=UNIT)
    journal.faults(every={"kind": "500", "times": 1})
    assert journal.post("/riv/PingForConfiguration", envelope).status_code == 500
    journal.faults(every={"kind": "garbage", "times": 1})
    with pytest.raises(ValueError, match="XML"):
        unwrap(journal.post("/riv/PingForConfiguration", envelope).content)
    journal.faults(every={"kind": "slow", "seconds": 0.2, "times": 1})
    answer = journal.post("/riv/PingForConfiguration", envelope)
    assert answer.elapsed >= timedelta(seconds=0.2)
    assert journal.post("/riv/PingForConfiguration", b"<x").status_code == 500
    assert journal.post("/riv/Nothing", envelope).status_code == 404
