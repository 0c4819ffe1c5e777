"""How a journal system is called: what is said, what is tried again, what is asked once, and who is left alone."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import trustme

from webtidbok_app.db.tables import JournalConnection
from webtidbok_app.journal.rivta import breaker, client
from webtidbok_app.journal.rivta.cache import Answers
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.rivta import soap
from webtidbok_app.rivta.messages import (
    CancelBooking,
    CancelBookingResponse,
    GetAllTimeTypes,
    GetAllTimeTypesResponse,
    GetSubjectOfCareSchedule,
    GetSubjectOfCareScheduleResponse,
    ResultCode,
    TimeType,
)
from webtidbok_app.rivta.soap import Fault, wrap, wrap_fault
from webtidbok_app.settings import ClientCertificate, get_settings

UNIT, PATIENT = "SE2321000016-1HZ5", "191212121212"
TYPES = GetAllTimeTypesResponse(time_types=(TimeType(name="Besök", id="besok"),))
QUESTION = GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care=PATIENT)
SCHEDULE = GetSubjectOfCareSchedule(healthcare_facility=UNIT, subject_of_care=PATIENT)
ORDER = CancelBooking(healthcare_facility=UNIT, booking_id="b1")


class Server:
    """A journal system that answers as the test has written down, and keeps what it was told."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.script: list[bytes | None] = []
        self.otherwise = http(wrap(TYPES))
        self.wait = asyncio.Event()
        self.wait.set()
        self.is_asked = asyncio.Event()
        self.connections = 0
        self.address = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.is_asked.set()
                self.asked.append(head + await reader.readexactly(length))
                await self.wait.wait()
                answer = self.script.pop(0) if self.script else self.otherwise
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def http(body: bytes, status: int = 200, head: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.address = f"{'https' if tls else 'http'}://127.0.0.1:{port}/riv/{{contract}}"
    yield server
    server.wait.set()
    listening.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as started:
        yield started


@asynccontextmanager
async def calling(address: str, **facts: object) -> AsyncIterator[Client]:
    made = Client(JournalConnection(clinic_id=uuid4(), logical_address=UNIT, address=address, **facts))
    yield made
    await made.close()


@pytest.fixture
async def journal(server: Server) -> AsyncIterator[Client]:
    async with calling(server.address) as made:
        yield made


async def types(journal: Client, *, fresh: bool = True) -> GetAllTimeTypesResponse:
    return await journal.ask(QUESTION, GetAllTimeTypesResponse, patient=PATIENT, fresh=fresh)


async def cancel(journal: Client) -> CancelBookingResponse:
    return await journal.tell(ORDER, CancelBookingResponse, patient=PATIENT, correlation_id="c-1")


async def test_call__says_who_asks_whom_about_whom(server, journal, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    monkeypatch.setattr(
        client, "get_settings", lambda: get_settings().model_copy(update={"consumer_hsa_id": "SE1-C"})
    )
    assert await types(journal) == TYPES
    [asked] = server.asked
    head = asked.split(b"\r\n\r\n")[0].decode()
    assert head.startswith("POST /riv/GetAllTimeTypes ")
    told = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:])
    assert told["soapaction"] == '"urn:riv:crm:scheduling:getalltimetypesresponder:1:getalltimetypes"'
    assert told["content-type"] == "text/xml; charset=utf-8"
    assert told["x-rivta-original-serviceconsumer-hsaid"] == "se1-c"
    assert len(told["x-skltp-correlation-id"]) == 36
    envelope = soap.unwrap(asked.split(b"\r\n\r\n", 1)[1])
    assert (envelope.logical_address, envelope.actor_id) == (UNIT, PATIENT)
    assert "GetAllTimeTypes" in caplog.text
    assert PATIENT not in caplog.text


async def test_contract_with_an_address_of_its_own__is_called_there(server):
    own = server.address.replace("{contract}", "egen")
    async with calling("http://127.0.0.1:9/nowhere", addresses={"GetAllTimeTypes": own}) as journal:
        await types(journal)
    assert server.asked[0].startswith(b"POST /riv/egen ")


async def test_connection__is_kept(server, journal):
    for _ in range(3):
        await types(journal)
    assert (len(server.asked), server.connections) == (3, 1)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_read__is_tried_once_more_where_it_did_not_get_through(server, journal, status):
    server.script = [http(b"away", status)]
    assert await types(journal) == TYPES
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer", [None, http(b"", 500), http(b"words"), http(wrap_fault(Fault("Server", "VP009")), 500)]
)
async def test_read__is_not_tried_again_otherwise(server, journal, answer):
    server.script = [answer]
    with pytest.raises(CallFailed):
        await types(journal)
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [None, http(b"away", 503), http(b"", 500), http(b"words")])
async def test_write__is_never_tried_again(server, journal, answer):
    server.script = [answer]
    with pytest.raises(CallFailed) as failed:
        await cancel(journal)
    assert not failed.value.not_done
    assert len(server.asked) == 1


async def test_answer__that_is_too_large_is_read_no_further(server, journal, monkeypatch):
    monkeypatch.setattr(soap, "MOST", 100_000)
    server.script = [http(b" " * 5_000_000)]
    with pytest.raises(CallFailed) as failed:
        await types(journal)
    assert failed.value.failure == "malformed"


async def test_packed_answer__is_not_unpacked(server, journal):
    server.script = [http(b"\x1f\x8b" + b"0" * 50, head="Content-Encoding: gzip\r\n")]
    with pytest.raises(CallFailed) as failed:
        await types(journal)
    assert failed.value.failure == "malformed"


async def test_answer_elsewhere__is_not_followed(server, journal):
    server.script = [http(b"", 302, head="Location: http://127.0.0.1:9/\r\n")]
    with pytest.raises(CallFailed) as failed:
        await types(journal)
    assert (failed.value.failure, len(server.asked)) == ("http_302", 1)


async def test_slow_answer__is_waited_for_only_so_long(server, journal, monkeypatch):
    monkeypatch.setattr(client, "SECONDS_TO_READ", 0.1)
    server.wait.clear()
    with pytest.raises(CallFailed) as failed:
        await types(journal)
    assert failed.value.failure == "timeout"


async def test_equal_questions_at_once__are_one_and_others_are_others(server, journal):
    server.otherwise = http(wrap(TYPES))
    other = GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care="199001012385")
    await asyncio.gather(
        *(types(journal, fresh=False) for _ in range(5)),
        journal.ask(other, GetAllTimeTypesResponse, patient="199001012385"),
    )
    assert len(server.asked) == 2


async def test_answers__are_good_for_a_while_but_not_past_a_change(server, journal):
    await types(journal, fresh=False)
    await types(journal, fresh=False)
    assert len(server.asked) == 1
    server.script = [http(wrap(CancelBookingResponse(result_code=ResultCode.OK)))]
    await cancel(journal)
    await types(journal, fresh=False)
    assert len(server.asked) == 3


async def test_who_needs_a_fresh_answer__asks_anew(server, journal):
    server.otherwise = http(wrap(GetSubjectOfCareScheduleResponse()))
    for _ in range(2):
        await journal.ask(SCHEDULE, GetSubjectOfCareScheduleResponse, patient=PATIENT, fresh=True)
    assert len(server.asked) == 2


async def test_failure__is_not_remembered_as_an_answer(server, journal):
    server.script = [http(b"words")]
    with pytest.raises(CallFailed):
        await types(journal, fresh=False)
    assert await types(journal, fresh=False) == TYPES


async def test_who_waits_for_anothers_question__is_not_stopped_when_that_one_goes(server, journal):
    server.wait.clear()
    first = asyncio.create_task(types(journal, fresh=False))
    second = asyncio.create_task(types(journal, fresh=False))
    await server.is_asked.wait()
    first.cancel()
    server.wait.set()
    assert await second == TYPES
    assert len(server.asked) == 1


async def test_who_fails_five_times__is_left_alone_and_then_tried_once(server, journal, monkeypatch):
    server.otherwise = http(b"", 500)
    for _ in range(breaker.FAILURES):
        with pytest.raises(CallFailed):
            await types(journal)
    with pytest.raises(CallFailed) as failed:
        await cancel(journal)
    assert (failed.value.failure, failed.value.not_done, journal.health.is_open) == (
        "breaker_open",
        True,
        True,
    )
    assert len(server.asked) == breaker.FAILURES
    later = time.monotonic() + breaker.SECONDS_ALONE + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    server.otherwise = http(wrap(TYPES))
    assert await types(journal) == TYPES
    assert (journal.health.last_failure, journal.health.is_open) == ("", False)


async def test_own_fault_of_the_journal_system__is_a_sign_of_life(server, journal):
    server.otherwise = http(wrap_fault(Fault("Client", "Bokningen finns inte")), 500)
    for _ in range(2 * breaker.FAILURES):
        with pytest.raises(CallFailed) as failed:
            await types(journal)
        assert failed.value.failure == "fault"


@pytest.mark.parametrize("code", ["VP004", "VP007"])
async def test_contract_without_a_route__is_missing_until_it_answers(server, journal, code):
    server.script = [http(wrap_fault(Fault("Client", f"{code} [x] Ingen väg")), 500)]
    with pytest.raises(CallFailed) as failed:
        await types(journal)
    assert (failed.value.failure, failed.value.not_done) == (code, True)
    assert journal.lacks("GetAllTimeTypes", "MakeBooking")
    assert not journal.lacks("MakeBooking")
    await types(journal)
    assert not journal.lacks("GetAllTimeTypes")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/{contract}", "ftp://x/", "nowhere"])
async def test_nobody_there__has_done_nothing(address):
    async with calling(address) as journal:
        with pytest.raises(CallFailed) as failed:
            await cancel(journal)
    assert (failed.value.failure, failed.value.not_done) == ("not_connected", True)


async def test_cache__keeps_no_more_than_so_many(monkeypatch):
    monkeypatch.setattr("webtidbok_app.journal.rivta.cache.MOST", 3)
    answers, asked = Answers(), []

    def ask(number: int) -> Callable[[], object]:
        async def answer() -> int:
            asked.append(number)
            return number

        return answer

    for number in (0, 1, 2, 3, 0, 3):
        assert await answers.get(number, 60.0, ask(number)) == number
    assert asked == [0, 1, 2, 3, 0]


@pytest.fixture
def certificates(tmp_path, monkeypatch) -> trustme.CA:
    """Make an authority that both sides trust, and a certificate of ours."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ours = authority.issue_cert("webtidbok.example.org")
    ours.private_key_and_cert_chain_pem.write_to_path(tmp_path / "ours.pem")
    known = {"vår": ClientCertificate(certificate=tmp_path / "ours.pem"),
             "borta": ClientCertificate(certificate=tmp_path / "borta.pem")}  # fmt: skip
    given = get_settings().model_copy(
        update={"journal_ca": tmp_path / "ca.pem", "journal_certificates": known}
    )
    monkeypatch.setattr(client, "get_settings", lambda: given)
    return authority


def _demanding(authority: trustme.CA, *, known: bool = True) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (authority if known else trustme.CA()).issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_certificate__is_shown_to_who_demands_it(certificates):
    async with (
        serving(_demanding(certificates)) as server,
        calling(server.address, certificate="vår") as journal,
    ):
        assert await types(journal) == TYPES


async def test_without_a_certificate__nothing_is_asked(certificates):
    async with serving(_demanding(certificates)) as server, calling(server.address) as journal:
        with pytest.raises(CallFailed):
            await types(journal)
        assert server.asked == []


async def test_journal_system_that_nobody_vouches_for__is_told_nothing(certificates):
    stranger = _demanding(certificates, known=False)
    async with serving(stranger) as server, calling(server.address, certificate="vår") as journal:
        with pytest.raises(CallFailed) as failed:
            await cancel(journal)
        assert (failed.value.failure, failed.value.not_done, server.asked) == ("not_connected", True, [])


@pytest.mark.parametrize("name", ["borta", "okänd"])
async def test_certificate__that_cannot_be_read_is_a_failure_like_others(certificates, name):
    async with (
        serving(_demanding(certificates)) as server,
        calling(server.address, certificate=name) as journal,
    ):
        with pytest.raises(CallFailed) as failed:
            await cancel(journal)
    assert (failed.value.failure, failed.value.not_done) == ("certificate", True)
