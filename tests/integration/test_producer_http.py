"""The endpoints of the service contracts: who is let in, what is read, and what strangers can send."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from lxml import etree
from sqlalchemy import func, select

from tests.producer import (
    CONSUMER,
    END,
    NAMES,
    SECRET,
    START,
    Consumer,
    book,
    client_cert,
    consumer_at,
    exchange,
    producing,
    schedule,
    serving,
)
from tests.world import World, build_world
from webtidbok_app.db.tables import Booking, Clinic, RivConsumerClinic
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.soap import Fault, unwrap, wrap
from webtidbok_app.services.producer import ANSWERED
from webtidbok_app.settings import get_settings
from webtidbok_app.web import riv as endpoints
from webtidbok_app.web.headers import SecurityHeaders
from webtidbok_app.web.routes import http_app

OFFICIAL = Path(__file__).resolve().parents[3] / "shared/contracts"
REFERENCE = re.compile(r"Referens: \w{4}-\w{4}$")


@pytest.fixture(autouse=True)
def known_proxy(monkeypatch) -> Iterator[None]:
    with producing(monkeypatch):
        yield


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
async def consumer(world) -> Consumer:
    return await consumer_at(world)


def requests_of(consumer: Consumer, booking_id: str = "0" * 32) -> dict[str, Any]:
    """Return a request of every contract."""
    unit, who = {"healthcare_facility": consumer.address}, {"subject_of_care": consumer.number}
    days = {"first": START.date(), "last": START.date()}
    slot = riv.Timeslot(start=START, end=END, booking_id=None, **unit, **who)
    other = riv.Timeslot(start=END, end=None, booking_id=booking_id, **unit, **who)
    found = [
        riv.GetAllTimeTypes(**unit, **who),
        riv.GetAvailableDates(**unit, **who, **days),
        riv.GetAvailableTimeslots(**unit, **who, **days),
        riv.GetAllPerformers(**unit, **who),
        riv.GetAllCareTypes(**unit, **who),
        riv.GetAllHealthcareFacilities(**unit, **who),
        riv.MakeBooking(
            healthcare_facility_med=consumer.address, requested_timeslot=slot, subject_of_care_info=NAMES
        ),
        riv.GetSubjectOfCareSchedule(**unit, **who),
        riv.GetBookingDetails(**unit, booking_id=booking_id),
        riv.UpdateBooking(requested_timeslot=other),
        riv.CancelBooking(**unit, booking_id=booking_id),
        riv.PingForConfiguration(),
    ]
    return {type(one).__name__: one for one in found}


def fault_of(answer: httpx.Response) -> Fault:
    assert answer.status_code == 500
    with pytest.raises(Fault) as found:
        unwrap(answer.content).read(riv.Update)
    assert REFERENCE.search(found.value.text)
    return found.value


async def how_many(world: World) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Booking)) or 0


def test_every_contract_of_the_domain__is_answered():
    assert set(ANSWERED) == set(CONTRACTS) - {"Update", "FindContent"}


@pytest.mark.parametrize("name", sorted(ANSWERED))
async def test_nobody__is_let_in__but_who_the_clinic_lets_in(world, consumer, name):
    """Deny by default: no certificate, no trust, another consumer, another clinic, let out again."""
    await world.publish(2)
    body = wrap(requests_of(consumer)[name], logical_address=consumer.address, actor_id=consumer.number)
    for headers in ({"Client-Cert": ""}, {"X-Proxy-Secret": "guessed"}, {"Client-Cert": ":AAAA:"}):
        assert "klientcertifikat" in fault_of(await consumer.post(name, body, headers=headers)).text
    stranger = fault_of(
        await consumer.post(
            name,
            body,
            hsa_id="SE5565594230-OTHER",
            headers={"x-rivta-original-serviceconsumer-hsaid": CONSUMER},
        )
    )
    assert stranger.code == "Client"
    if name != "PingForConfiguration":
        other = await build_world(world.database, slug="andra", first=5)
        elsewhere = body.replace(consumer.address.encode(), f"SE2321000016-{other.clinic}".encode())
        unknown = body.replace(consumer.address.encode(), b"SE2321000016-NONE")
        answers = [fault_of(await consumer.post(name, one)).text for one in (elsewhere, unknown)]
        assert {text.partition(" Referens")[0] for text in [*answers, stranger.text]} == {
            "Enheten finns inte här, eller så får ni inte fråga den."
        }
        async with world.database.write() as session:
            for row in await session.scalars(select(RivConsumerClinic)):
                await session.delete(row)
        assert fault_of(await consumer.post(name, body)).code == "Client"
    assert await how_many(world) == 0


async def test_installation__without_a_proxy__lets_nobody_in(world, consumer, monkeypatch):
    monkeypatch.delenv("WEBTIDBOK_PRODUCER__SECRET")
    get_settings.cache_clear()
    assert get_settings().producer is None
    answer = await consumer.post(
        "PingForConfiguration", wrap(riv.PingForConfiguration(), logical_address="x")
    )
    assert "klientcertifikat" in fault_of(answer).text


async def test_patient__must_be_one_and_the_same__and_have_a_number(world, consumer):
    asked = requests_of(consumer)["GetSubjectOfCareSchedule"]
    expect = riv.GetSubjectOfCareScheduleResponse
    for actor, why in (
        (world.residents[1].number.digits, "inte samma person"),
        ("191212121213", "inte samma person"),
    ):
        with pytest.raises(Fault) as failure:
            await consumer.ask(asked, expect, actor_id=actor)
        assert why in failure.value.text
    assert (await consumer.ask(asked, expect, actor_id="")).timeslots == ()
    for number in ("191212121213", "19121212T212", "SE2321000016-1"):
        odd = riv.GetSubjectOfCareSchedule(healthcare_facility=consumer.address, subject_of_care=number)
        with pytest.raises(Fault) as failure:
            await consumer.ask(odd, expect, actor_id=number)
        assert "inget personnummer" in failure.value.text
    for name in ("GetBookingDetails", "CancelBooking"):
        with pytest.raises(Fault) as failure:
            await consumer.ask(requests_of(consumer)[name], CONTRACTS[name].answer, actor_id="")
        assert "vem patienten är" in failure.value.text


async def test_unit__must_be_the_one_that_is_addressed__and_have_its_timebook_here(world, consumer):
    asked, expect = requests_of(consumer)["GetAllTimeTypes"], riv.GetAllTimeTypesResponse
    assert (await consumer.ask(asked, expect, address=f" {consumer.address.upper()} ")).time_types
    for address in ("SE2321000016-ANNAN", ""):
        with pytest.raises(Fault, match="Client"):
            await consumer.ask(asked, expect, address=address)
    async with world.database.write() as session:
        (await session.get_one(Clinic, world.clinic_id)).journal = "other"
    with pytest.raises(Fault, match="Server"):  # no such adapter yet: nothing is told either way
        await consumer.ask(asked, expect)


async def test_ping__tells_when(world, consumer):
    answer = await consumer.ask(riv.PingForConfiguration(), riv.PingForConfigurationResponse)
    assert (answer.version, f"{answer.at:%Y-%m-%d %H:%M}") == ("1.1", "2026-11-23 08:00")


DOUBLED = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))
BAD = {
    "empty": b"",
    "no xml": b"hej",
    "cut": b"<a><b>",
    "bomb": f'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaa">{DOUBLED}]><a>&a29;</a>'.encode(),
    "external entity": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    "external dtd": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x">%e;]><a/>',
    "plain doctype": b"<!DOCTYPE a><a/>",
    "deep": b"<a>" * 400 + b"</a>" * 400,
    "no envelope": b"<a/>",
    "soap 1.2": b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><a/></e:Body></e:Envelope>',
    "empty body": b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
async def test_what_cannot_be_read__is_a_fault_of_the_client__and_tells_nothing_of_us(world, consumer, body):
    fault = fault_of(await consumer.post("MakeBooking", body))
    assert (fault.code, fault.text.startswith("Anropet går inte att läsa. Referens:")) == ("Client", True)
    assert not re.search(r"root:|passwd|Traceback|lxml", fault.text + fault.detail)


async def test_message__of_another_contract_or_namespace__or_that_lacks_something__is_refused(
    world, consumer
):
    requests = requests_of(consumer)
    body = wrap(requests["CancelBooking"], logical_address=consumer.address, actor_id=consumer.number)
    assert fault_of(await consumer.post("MakeBooking", body)).detail == "not a MakeBooking"
    old = body.replace(b"CancelBookingResponder:1", b"CancelBookingResponder:2")
    assert fault_of(await consumer.post("CancelBooking", old)).detail == "not a CancelBooking"
    short = re.sub(rb"<bookingId>.*?</bookingId>", b"", body)
    assert "CancelBooking has no booking" in fault_of(await consumer.post("CancelBooking", short)).detail


async def test_what_a_schema_does_not_list__is_skipped(world, consumer):
    body = wrap(
        requests_of(consumer)["GetAllTimeTypes"], logical_address=consumer.address, actor_id=consumer.number
    )
    more = b'<x xmlns="urn:other"><y/></x></GetAllTimeTypes>'
    answer = await consumer.post("GetAllTimeTypes", body.replace(b"</GetAllTimeTypes>", more))
    assert unwrap(answer.content).read(riv.GetAllTimeTypesResponse).time_types


async def test_no_fault_and_no_log__tells_who_the_patient_is(world, consumer, caplog):
    caplog.set_level("DEBUG")
    number = consumer.number
    for asked in requests_of(consumer).values():
        answer = await consumer.call(asked, actor_id=world.residents[1].number.digits)
        assert number not in etree.tostring(answer.body).decode() or answer.contract != "Fault"
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("webtidbok")]
    assert ours
    assert not [line for line in ours if number in line]


PROXIED = {"Client-Cert": client_cert(), "X-Proxy-Secret": SECRET, "Content-Type": "text/xml"}


async def test_http__says_what_is_wrong_with_it__before_anything_is_read(world, consumer, monkeypatch):
    monkeypatch.setattr(endpoints, "SECONDS_TO_SEND", 0.2)

    async with (
        serving(SecurityHeaders(http_app())) as address,
        httpx.AsyncClient(base_url=address, headers=PROXIED) as client,
    ):
        assert (await client.post("/riv/Unknown", content=b"")).status_code == 404
        assert (await client.get("/riv/Update?wsdl")).status_code == 404
        got = await client.get("/riv/MakeBooking")
        assert (got.status_code, got.headers["allow"]) == (405, "POST")
        assert (await client.put("/riv/MakeBooking")).status_code == 405
        json = await client.post(
            "/riv/MakeBooking", content=b"{}", headers={"Content-Type": "application/json"}
        )
        assert json.status_code == 415
        assert (await client.post("/riv/MakeBooking", content=b" " * 200_001)).status_code == 413
        assert await begin_to_send(address, b"<a>") == "HTTP/1.1 408 Request Timeout"
        answer = await client.post("/riv/MakeBooking", content=b"<a/>")
        assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
        assert answer.headers["x-content-type-options"] == "nosniff"


async def begin_to_send(address: str, data: bytes) -> str:
    """Send the beginning of a request and no more, and return the first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    headers = {"Host": "test", "Content-Length": str(len(data) + 1)} | PROXIED
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST /riv/MakeBooking HTTP/1.1\r\n{head}\r\n".encode() + data)
    await writer.drain()
    line = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    await writer.wait_closed()
    return line.decode().strip()


class Calls:
    """An independent SOAP client for each contract, made of our own WSDL."""

    def __init__(self, address: str, consumer: Consumer) -> None:
        self.address, self.consumer = address, consumer
        self.headers = {
            "LogicalAddress": consumer.address,
            "Actor": {"actorId": consumer.number, "actorType": "subject_of_care"},
        }

    async def __call__(self, name: str, **asked: Any) -> Any:
        return await asyncio.to_thread(self._call, name, asked)

    def _call(self, name: str, asked: dict[str, Any]) -> Any:
        transport = zeep.Transport(timeout=10, operation_timeout=10)
        transport.session.headers.update(
            {name: value for name, value in PROXIED.items() if name != "Content-Type"}
        )
        with transport.session:
            client = zeep.Client(f"{self.address}/riv/{name}?wsdl", transport=transport)
            service = client.create_service(next(iter(client.wsdl.bindings)), f"{self.address}/riv/{name}")
            return getattr(service, name)(**asked, _soapheaders=self.headers)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
async def test_independent_client__uses_every_contract_by_our_wsdl(world, consumer):
    await world.publish(2)
    unit, who = {"healthcare_facility": consumer.address}, {"subject_of_care": consumer.number}
    days = {"startDateInclusive": "20261201", "endDateInclusive": "20261201"}
    async with serving(SecurityHeaders(http_app())) as address:
        call = Calls(address, consumer)
        [kind] = await call("GetAllTimeTypes", **unit, **who)
        assert (kind.timeTypeId, kind.timeTypeName) == ("besok", "Besök")
        [day] = await call("GetAvailableDates", **unit, **who, **days, timeTypeID="besok")
        assert day.date == "20261201"
        free, later = await call("GetAvailableTimeslots", **unit, **who, **days)
        assert (free.startTimeInclusive, later.startTimeInclusive) == ("20261201090000", "20261201092000")
        [performer] = await call("GetAllPerformers", **unit, **who)
        assert performer.perfomer == "SE2321000016-V999"
        assert await call("GetAllCareTypes", **unit, **who) in (None, [])
        [place] = await call("GetAllHealthcareFacilities", **unit, **who)
        assert place.healthcare_facility == consumer.address
        slot = {"startTimeInclusive": free.startTimeInclusive, "endTimeExclusive": free.endTimeExclusive}
        made = await call(
            "MakeBooking",
            healthcare_facility_med=consumer.address,
            requestedTimeslot={**slot, **unit, **who, "reason": "Ont i knät"},
            subject_of_care_info={"firstName": "Ada", "lastName": "Ny"},
        )
        assert (made.resultCode, len(made.bookingId)) == ("OK", 32)
        told = await call("GetBookingDetails", **unit, bookingId=made.bookingId)
        assert (told.reason, told.isInvitation, told.rebooking_allowed) == ("Ont i knät", False, True)
        moved = await call(
            "UpdateBooking",
            requestedTimeslot={
                **unit, **who, "bookingId": made.bookingId, "startTimeInclusive": later.startTimeInclusive,
                "endTimeExclusive": later.endTimeExclusive,
            },
        )  # fmt: skip
        assert moved.resultCode == "OK"
        [booked] = await call("GetSubjectOfCareSchedule", **unit, **who)
        assert booked.startTimeInclusive == later.startTimeInclusive
        gone = await call("CancelBooking", **unit, bookingId=booked.bookingId)
        assert (gone.resultCode, gone.resultText) == ("OK", None)
        with pytest.raises(zeep.exceptions.Fault, match="Bokningen finns inte"):
            await call("GetBookingDetails", **unit, bookingId=booked.bookingId)
        assert (await call("PingForConfiguration")).version == "1.1"


def official(name: str) -> etree.XMLSchema:
    """Return the official schema of a contract, its pattern for numbers mended: ``^`` and ``$`` are letters there."""
    if name == "PingForConfiguration":
        [path] = OFFICIAL.glob(f"itintegration_monitoring_1.0/**/{name}Responder_1.0.xsd")
    else:
        [path] = OFFICIAL.glob(f"crm_scheduling_1.1.1/**/{name}Responder_1.1.xsd")
    parser = etree.XMLParser()
    parser.resolvers.add(Mended())
    return etree.XMLSchema(etree.parse(path, parser))


class Mended(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
        text = Path(system_url.removeprefix("file://")).read_text(encoding="utf-8")
        return self.resolve_string(
            text.replace('"^[', '"[').replace('{3}$"', '{3}"'), context, base_url=system_url
        )


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official schemas do not lie beside the repository")
async def test_answers_and_requests__are_valid_by_the_official_schemas(world, consumer):
    await world.publish(3)
    made = await book(consumer, reason="Ont i knät", time_type_id="besok")
    later = await exchange(consumer, made.booking_id or "", END)
    assert later.result_code == "OK"
    [told] = await schedule(consumer)
    for message in requests_of(consumer, told.booking_id or "").values():
        await consumer.call(message)
    schemas = {name: official(name) for name in ANSWERED}
    seen = set()
    for data in consumer.sent:
        body = unwrap(data).body
        name = etree.QName(body).localname
        assert name != "Fault", etree.tostring(body)
        schemas[name.removesuffix("Response")].assertValid(body)
        seen.add(name)
    assert seen == {*ANSWERED, *(f"{name}Response" for name in ANSWERED)}
