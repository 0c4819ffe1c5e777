"""The contracts' messages: valid against the official schemas, read from the official samples, and safe to read."""

from dataclasses import fields
from datetime import date, datetime
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.schemas import CONTRACTS as FOLDER
from tests.schemas import needed, schema_of
from webtidbok_app.rivta import messages, soap
from webtidbok_app.rivta.codec import Malformed, Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.messages import GetBookingDetails, GetBookingDetailsResponse, ResultCode, Timeslot
from webtidbok_app.rivta.soap import Fault, unwrap, wrap, wrap_fault

KINDS = [kind for contract in CONTRACTS.values() for kind in (contract.request, contract.answer)]
BY_TAG = {kind.tag(): kind for kind in KINDS}
SAMPLES = sorted(path for path in FOLDER.rglob("*.xml") if "1.0.4" not in str(path))
PLAIN = {
    str: "Å & <b>",
    bool: True,
    date: date(2026, 12, 1),
    datetime: datetime.fromisoformat("2026-12-01T09:00"),
}
PATIENT = "191212121212"
NUMBERED = {"subject_of_care"}
IN_1_1 = {"subject_of_care", "subject_of_care_info", "at", "transactions"}
"""What a message must have in 1.1, and may lack in one from before."""
BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))


def full(kind: type[Message], *, only_required: bool = False) -> Message:
    """Return a message with everything in it, or with what it must have alone."""
    facts = {}
    for one in fields(kind):
        of, many, required = (one.metadata[name] for name in ("of", "many", "required"))
        if only_required and not required and one.name not in IN_1_1:
            continue
        value = full(of, only_required=only_required) if issubclass(of, Message) else _value(of, one.name)
        facts[one.name] = (value, value) if many else value
    return kind(**facts)


def _value(of: type, name: str) -> object:
    if name in NUMBERED:
        return PATIENT
    return next(iter(of)) if issubclass(of, Enum) else PLAIN[of]


@needed
@pytest.mark.parametrize("only_required", [True, False])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_message__is_valid_against_the_official_schema(kind, only_required):
    message = full(kind, only_required=only_required)
    root = etree.fromstring(etree.tostring(message.to_element()))
    schema_of(kind.NS).assertValid(root)


@pytest.mark.parametrize("only_required", [True, False])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_message__is_read_as_it_was_written(kind, only_required):
    message = full(kind, only_required=only_required)
    envelope = wrap(message, logical_address="SE1", actor_id=PATIENT)
    read = unwrap(envelope)
    assert (read.read(kind), read.contract, read.logical_address) == (message, kind.__name__, "SE1")
    assert (read.actor_id, read.actor_type) == (PATIENT, "subject_of_care")


@needed
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_official_sample__is_read_to_the_last_word(path):
    try:
        root = etree.parse(path).getroot()
    except etree.XMLSyntaxError:
        pytest.skip("the sample is no XML")
    if (
        root.tag.endswith("}MakeBooking" if "1.0" in path.stem else "}")
        or path.stem == "UpdateBookingResponder_1.0"
    ):
        pytest.skip("a request of 1.0, which has no names")
    for leaf in root.iter():
        if not len(leaf):
            leaf.text = _mended(etree.QName(leaf).localname, leaf.text or "")
    written = BY_TAG[root.tag].from_element(root).to_element()
    assert _leaves(written) == _leaves(root)


def _mended(name: str, placeholder: str) -> str:
    """Return what stands in a sample, or a value where the element's own name stands for a day, a moment or a flag."""
    if name in {"date", "startDateInclusive", "endDateInclusive"}:
        return "20261201"
    if name in {"startTimeInclusive", "endTimeExclusive", "pingDateTime"}:
        return "20261201090000"
    return placeholder.removesuffix("(?)")


def _leaves(root: etree._Element) -> set[tuple[str, str]]:
    return {(leaf.tag, leaf.text.strip()) for leaf in root.iter() if not len(leaf) and leaf.text}


def test_optional_element__without_a_value_is_left_out():
    slot = Timeslot(healthcare_facility="SE1", reason=None, cancel_booking_allowed=False)
    assert [etree.QName(one).localname for one in slot.to_element()] == [
        "healthcare_facility", "cancel_booking_allowed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"), [("true", True), ("1", True), ("false", False), ("0", False), ("", False)]
)
def test_flag__is_as_xml_schema_writes_it(words, said):
    slot = etree.fromstring(
        f'<t xmlns="{messages.CORE}"><healthcare_facility>SE1</healthcare_facility>'
        f"<rebooking_allowed>{words}</rebooking_allowed></t>"
    )
    assert Timeslot.from_element(slot).rebooking_allowed is said


@pytest.mark.parametrize(
    "moment", ["20260231090000", "2026", "20261201", "2026-12-01T09:00:00", "20261201996000", "å"]
)
def test_moment__that_is_none_is_left_out(moment):
    slot = etree.fromstring(
        f'<t xmlns="{messages.CORE}"><startTimeInclusive>{moment}</startTimeInclusive>'
        "<healthcare_facility>SE1</healthcare_facility></t>"
    )
    assert Timeslot.from_element(slot).start is None


def test_answer__with_what_no_schema_lists_is_read_without_it():
    answer = etree.fromstring(
        f'<MakeBookingResponse xmlns="{messages.MakeBookingResponse.NS}"><bookingId>b1</bookingId>'
        '<resultCode>OK</resultCode><more xmlns="urn:other">x</more></MakeBookingResponse>'
    )
    assert messages.MakeBookingResponse.from_element(answer).booking_id == "b1"


@pytest.mark.parametrize("code", ["", "ok", "DONE"])
def test_result__that_is_none_of_the_three_is_no_answer(code):
    answer = etree.fromstring(
        f'<MakeBookingResponse xmlns="{messages.MakeBookingResponse.NS}"><resultCode>{code}</resultCode>'
        "</MakeBookingResponse>"
    )
    with pytest.raises(Malformed):
        messages.MakeBookingResponse.from_element(answer)


def test_message__tells_nothing_of_anybody_in_a_log():
    question = GetBookingDetails(healthcare_facility="SE1", booking_id="b1")
    assert "b1" not in repr(question)


def _with_doctype(doctype: str, words: str = "b1") -> bytes:
    envelope = wrap(GetBookingDetails(healthcare_facility="SE1", booking_id="b1"))
    start = envelope.index(b"<soap:Envelope")
    return (doctype.encode() + envelope[start:]).replace(b">b1<", f">{words}<".encode())


@pytest.mark.parametrize(
    ("doctype", "words"),
    [
        (f"<!DOCTYPE x [{BOMB}]>", "&e9;"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "&e;"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>', "&e;"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "b1"),
        ('<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x.dtd"> %e;]>', "b1"),
        ("<!DOCTYPE x>", "b1"),
    ],
    ids=["expansion", "file", "network", "dtd", "parameter", "plain"],
)
def test_document_type__is_refused_whatever_it_declares(doctype, words):
    with pytest.raises(Malformed):
        unwrap(_with_doctype(doctype, words))


def test_too_deep__is_refused():
    envelope = wrap(GetBookingDetails(healthcare_facility="SE1", booking_id="b1"))
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    with pytest.raises(Malformed):
        unwrap(envelope.replace(b">b1<", b">" + deep + b"<"))


def test_too_large__is_refused(monkeypatch):
    envelope = wrap(GetBookingDetails(healthcare_facility="SE1", booking_id="b1"))
    monkeypatch.setattr(soap, "MOST", len(envelope))
    assert unwrap(envelope).contract == "GetBookingDetails"
    with pytest.raises(Malformed):
        unwrap(envelope + b" ")


@given(st.binary(max_size=200))
def test_anything__is_malformed_and_nothing_worse(data):
    with pytest.raises(Malformed):
        unwrap(data)


@pytest.mark.parametrize("body", ["", "<soap:Header/>", "<soap:Body/>", "<soap:Body>words</soap:Body>"])
def test_envelope__without_a_message_is_malformed(body):
    with pytest.raises(Malformed):
        unwrap(f'<soap:Envelope xmlns:soap="{soap.ENVELOPE}">{body}</soap:Envelope>'.encode())


def test_fault__is_read_with_its_detail_and_raised():
    fault = Fault("Server", "VP009 [test] Fel vid kontakt", "VP_PRODUCER_EXCEPTION_HTTP_STATUS=503")
    with pytest.raises(Fault) as raised:
        unwrap(wrap_fault(fault)).read(GetBookingDetailsResponse)
    assert (raised.value.code, raised.value.text, raised.value.detail) == (
        fault.code,
        fault.text,
        fault.detail,
    )


def test_another_message_than_expected__is_malformed():
    answer = messages.CancelBookingResponse(result_code=ResultCode.OK)
    with pytest.raises(Malformed):
        unwrap(wrap(answer)).read(messages.MakeBookingResponse)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("a\x00b\x1fc", "abc"), ("rad 1\nrad 2", "rad 1\nrad 2"), ("\ufffe\ud800", None), ("🙂", "🙂")],
)
def test_what_xml_cannot_say__is_left_out(typed, sent):
    order = messages.CancelBooking(healthcare_facility="SE1", booking_id="b1", message=typed)
    assert unwrap(wrap(order)).read(messages.CancelBooking).message == sent


@given(st.text())
def test_anything_that_is_typed__can_be_sent(typed):
    order = messages.CancelBooking(healthcare_facility="SE1", booking_id="b1", message=typed)
    assert unwrap(wrap(order)).read(messages.CancelBooking).booking_id == "b1"
