"""What tests of our timebook behind the national service contracts share: a consumer, its certificate and its calls."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from granian.constants import Interfaces
from granian.server.embed import Server
from sqlalchemy import select
from sqlmodel import col
from starlette.applications import Starlette
from starlette.types import ASGIApp

from scripts.dev import free_port
from tests.world import World
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import CareProvider, Clinic, RivConsumer, RivConsumerClinic
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.soap import Envelope, unwrap, wrap
from webtidbok_app.settings import get_settings
from webtidbok_app.web.riv import riv_routes

CONSUMER = "SE5565594230-B9P"
START = datetime.fromisoformat("2026-12-01T09:00")
"""When the first of a world's times starts, on clocks in Sweden."""
END = START + timedelta(minutes=20)
NAMES = riv.SubjectOfCare(first_name="Ada", last_name="Ny", phone="070-174 06 05", email="ada@example.org")
SECRET = "only-the-proxy-knows"
Answer = TypeVar("Answer", bound=Message)


@cache
def certificate(serial_number: str = CONSUMER, **more: str) -> x509.Certificate:
    """Return a certificate of a function, such as SITHS gives out, with the HSA-id in its serialNumber."""
    named = {"C": "SE", "O": "Testorganisationen", "CN": "test.example.org"} | more
    oids = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME}
    attributes = [x509.NameAttribute(oids[short], value) for short, value in named.items()]
    attributes += [x509.NameAttribute(NameOID.SERIAL_NUMBER, one) for one in serial_number.split("+") if one]
    subject, key = x509.Name(attributes), ec.generate_private_key(ec.SECP256R1())
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=400))
        .sign(key, hashes.SHA256())
    )


def client_cert(serial_number: str = CONSUMER) -> str:
    """Return a certificate as RFC 9440 has it in a header."""
    der = certificate(serial_number).public_bytes(serialization.Encoding.DER)
    return f":{base64.b64encode(der).decode()}:"


@contextmanager
def producing(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[None]:
    """Let the proxy be known by its secret, or as the ``settings`` say."""
    for name, value in (settings or {"secret": SECRET}).items():
        monkeypatch.setenv(f"WEBTIDBOK_PRODUCER__{name.upper()}", value)
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


async def let_in(world: World, hsa_id: str = CONSUMER) -> None:
    """Let a consumer in at the world's clinic."""
    async with world.database.write() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
        provider = await session.get_one(CareProvider, clinic.care_provider_id)
        await insert_or_ignore(session, RivConsumer(region_id=provider.region_id, hsa_id=hsa_id, name="1177"))
        consumer = (await session.scalars(select(RivConsumer).where(col(RivConsumer.hsa_id) == hsa_id))).one()
        session.add(
            RivConsumerClinic(
                clinic_id=clinic.id, consumer_id=consumer.id, let_in_at=clock.now(), let_in_by="test"
            )
        )


@dataclass
class Consumer:
    """A consumer that asks one clinic, mostly for its first resident. Each call can say something else."""

    world: World
    patient: Resident
    address: str
    hsa_id: str = CONSUMER
    sent: list[bytes] = field(default_factory=list)
    """What was sent and answered, by turns."""

    @property
    def number(self) -> str:
        return self.patient.number.digits

    async def ask(self, message: Message, expect: type[Answer], **other: Any) -> Answer:
        """Call the contract and return its answer. Raises Fault."""
        return (await self.call(message, **other)).read(expect)

    async def call(self, message: Message, **other: Any) -> Envelope:
        """Call the contract and return the envelope of what it answers."""
        name = type(message).__name__
        body = wrap(
            message,
            logical_address=other.get("address", self.address),
            actor_id=other.get("actor_id", self.number),
        )
        if kind := other.get("actor_type"):
            body = body.replace(b">subject_of_care<", f">{kind}<".encode())
        answer = await self.post(name, body, **other)
        assert answer.headers["content-type"] == "text/xml; charset=UTF-8"
        envelope = unwrap(answer.content)
        assert answer.status_code == (500 if envelope.contract == "Fault" else 200)
        self.sent += [body, answer.content]
        return envelope

    async def post(self, name: str, body: bytes, **other: Any) -> httpx.Response:
        """POST bytes to a contract as the proxy hands them on."""
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": CONTRACTS[name].soap_action if name in CONTRACTS else "",
            "Client-Cert": client_cert(other.get("hsa_id", self.hsa_id)),
            "X-Proxy-Secret": SECRET,
        } | other.get("headers", {})
        transport = httpx.ASGITransport(Starlette(routes=riv_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(f"/riv/{name}", content=body, headers=headers)


async def consumer_at(world: World) -> Consumer:
    """Return a consumer that is let in at the world's clinic."""
    await let_in(world)
    async with world.database.read() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
    return Consumer(world, world.resident, clinic.hsa_id)


async def book(consumer: Consumer, **facts: Any) -> riv.MakeBookingResponse:
    """Ask for the first of the world's times, or what the facts say."""
    other = {name: facts.pop(name) for name in ("actor_type", "actor_id", "hsa_id") if name in facts}
    info = facts.pop("info", NAMES)
    wanted = {
        "start": START, "end": END, "healthcare_facility": consumer.address, "subject_of_care": consumer.number,
    } | facts  # fmt: skip
    asked = riv.MakeBooking(
        healthcare_facility_med=consumer.address, requested_timeslot=riv.Timeslot(**wanted),
        subject_of_care_info=info,
    )  # fmt: skip
    return await consumer.ask(asked, riv.MakeBookingResponse, **other)


async def exchange(
    consumer: Consumer, booking_id: str, start: datetime, **facts: Any
) -> riv.UpdateBookingResponse:
    wanted = {
        "start": start, "end": start + timedelta(minutes=20), "healthcare_facility": consumer.address,
        "booking_id": booking_id, "subject_of_care": consumer.number,
    } | facts  # fmt: skip
    asked = riv.UpdateBooking(requested_timeslot=riv.Timeslot(**wanted))
    return await consumer.ask(asked, riv.UpdateBookingResponse, address=wanted["healthcare_facility"])


async def cancel(
    consumer: Consumer, booking_id: str, message: str | None = None, **other: Any
) -> riv.CancelBookingResponse:
    asked = riv.CancelBooking(healthcare_facility=consumer.address, booking_id=booking_id, message=message)
    return await consumer.ask(asked, riv.CancelBookingResponse, **other)


async def schedule(consumer: Consumer) -> tuple[riv.Timeslot, ...]:
    asked = riv.GetSubjectOfCareSchedule(
        healthcare_facility=consumer.address, subject_of_care=consumer.number
    )
    return (await consumer.ask(asked, riv.GetSubjectOfCareScheduleResponse)).timeslots


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application over HTTP on loopback, by the server that the program has, and give its address."""
    port = free_port()
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
    running = asyncio.create_task(server.serve())
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(address)
                break
            except httpx.ConnectError:
                await asyncio.sleep(0)
    try:
        yield address
    finally:
        server.stop()
        await running
