"""Calls one clinic's journal system: over connections of its own, so that a slow one holds up nobody else."""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

import httpx2

from webtidbok_app.db.tables import JournalConnection
from webtidbok_app.journal.rivta import failures
from webtidbok_app.journal.rivta.breaker import Breaker
from webtidbok_app.journal.rivta.cache import Answers
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.rivta import soap
from webtidbok_app.rivta.codec import Malformed, Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.settings import get_settings

SECONDS_TO_CONNECT = 2.0
SECONDS_TO_READ = 10.0
"""How long a read may take in all, tried again or not."""
SECONDS_TO_WRITE = 29.0
"""How long a write may take: as long as the national platform waits for a producer (facts 1.6)."""
GOOD_FOR = {"GetAllTimeTypes": 30.0, "GetAllPerformers": 60.0, "FindContent": 30.0,
            "GetAvailableDates": 5.0, "GetAvailableTimeslots": 5.0}  # fmt: skip
"""Seconds that answers are good for, by contract. All others are only shared by those who ask at the same time."""
FORGIVEN_AFTER = 600.0
"""Seconds after which a contract is tried again that had no route, or that we had no right to."""
_TRIED_AGAIN = frozenset({failures.NEVER_LEFT, "http_502", "http_503", "http_504"})
_CONNECTIONS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)
"""Kept for a shorter while than servers do: a call on a connection that is just being closed has an unknown fate."""
_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL)

A = TypeVar("A", bound=Message)
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass
class Health:
    """How the last calls went, as this worker knows."""

    last_failure: str = ""
    """The code of the last call that failed; empty since one succeeded."""
    is_open: bool = False
    """It has failed so often that it is left alone for some seconds."""


class Client:
    """One journal system, as its connection says how to reach it."""

    def __init__(
        self,
        connection: JournalConnection,
        *,
        seconds_to_read: float | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self.clinic_id: UUID = connection.clinic_id
        self.logical_address = connection.logical_address
        self._address, self._addresses = connection.address, dict(connection.addresses)
        self._certificate = connection.certificate
        self._http: httpx2.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seconds_to_read = seconds_to_read
        self._breaker = breaker or Breaker()
        self._answers = Answers()
        self._missing: dict[str, float] = {}
        self._last_failure = ""
        self._watchers = 0

    async def ask(self, question: Message, answer: type[A], *, patient: str = "", fresh: bool = False) -> A:
        """Return the answer to a question about ``patient`` (their number), or to one of nobody.

        It is asked once more where the first call did not get through, and may be some seconds old unless it must
        be ``fresh``. Equal questions at the same time are one. Raises CallFailed.
        """

        async def send() -> A:
            return await self._ask_twice(question, answer, patient)

        if fresh:
            return await send()
        seconds = GOOD_FOR.get(type(question).__name__, 0.0)
        return await self._answers.get((question, patient), seconds, send)

    async def share(self, what: Hashable, seconds: float, find: Callable[[], Awaitable[T]]) -> T:
        """Return what ``find`` gives, put together of several answers, or gave less than ``seconds`` ago.

        It is forgotten with the answers when something is changed.
        """
        return await self._answers.get(what, seconds, find)

    async def tell(self, order: Message, answer: type[A], *, patient: str, correlation_id: str) -> A:
        """Return the answer to what changes something. It is sent once at most. Raises CallFailed."""
        self._answers.clear()
        try:
            async with asyncio.timeout(SECONDS_TO_READ + SECONDS_TO_CONNECT + SECONDS_TO_WRITE):
                return await self._call(order, answer, patient, correlation_id, SECONDS_TO_WRITE)
        except TimeoutError as error:
            self._last_failure = failures.TIMEOUT
            self._breaker.note(success=False)
            raise CallFailed(failures.TIMEOUT, not_done=False) from error
        finally:
            self._answers.clear()

    def lacks(self, *contracts: str) -> bool:
        """Whether one of the contracts had no route, or we no right to it, when it was called last."""
        return any(time.monotonic() < self._missing.get(name, 0.0) for name in contracts)

    @property
    def health(self) -> Health:
        """How the last calls went."""
        return Health(self._last_failure, self._breaker.is_open)

    def forget(self) -> None:
        """Forget all answers, as when it is known that something was changed elsewhere."""
        self._answers.clear()

    @contextmanager
    def being_watched(self) -> Iterator[Callable[[], int]]:
        """Count who follows the free times as long as the ``with`` block lasts, and give how to ask for the count."""
        self._watchers += 1
        try:
            yield lambda: self._watchers
        finally:
            self._watchers -= 1

    async def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None and self._loop is asyncio.get_running_loop():
            await self._http.aclose()
        self._http = None

    async def _ask_twice(self, question: Message, answer: type[A], patient: str) -> A:
        correlation_id, seconds = str(uuid4()), self._seconds_to_read or SECONDS_TO_READ
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._call(question, answer, patient, correlation_id, seconds)
                except CallFailed as failed:
                    if failed.failure not in _TRIED_AGAIN:
                        raise
                return await self._call(question, answer, patient, correlation_id, seconds)
        except TimeoutError as error:
            self._last_failure = failures.TIMEOUT
            self._breaker.note(success=False)
            raise CallFailed(failures.TIMEOUT, not_done=False) from error

    async def _call(
        self, message: Message, answer: type[A], patient: str, correlation_id: str, seconds: float
    ) -> A:
        contract = type(message).__name__
        if not self._breaker.lets_through():
            raise CallFailed(failures.OPEN, not_done=True)
        began, outcome = time.monotonic(), "cancelled"
        try:
            data = soap.wrap(message, logical_address=self.logical_address, actor_id=patient)
            found = await self._exchange(contract, data, answer, correlation_id, seconds)
            outcome = ""
        except CallFailed as failed:
            outcome = failed.failure
            raise
        finally:
            self._note(contract, outcome, correlation_id, 1000 * (time.monotonic() - began))
        return found

    def _note(self, contract: str, outcome: str, correlation_id: str, milliseconds: float) -> None:
        """Note how a call went: contract, clinic, outcome and time, and nothing of whom it was about."""
        level = logging.WARNING if outcome else logging.INFO
        _log.log(level, "%s at %s: %s in %.0f ms (%s)", contract, self.clinic_id, outcome or "ok", milliseconds,
                 correlation_id)  # fmt: skip
        if outcome in {"cancelled", failures.QUEUE}:  # neither says anything of the journal system
            return
        self._last_failure = outcome
        self._breaker.note(success=not outcome or outcome in failures.SHOWS_LIFE)
        if outcome in failures.FOR_WANT_OF_A_ROUTE:
            self._missing[contract] = time.monotonic() + FORGIVEN_AFTER
        else:
            self._missing.pop(contract, None)

    async def _exchange(
        self, contract: str, data: bytes, answer: type[A], correlation_id: str, seconds: float
    ) -> A:
        try:
            status, body = await self._post(contract, data, correlation_id, seconds)
        except httpx2.PoolTimeout as error:
            raise CallFailed(failures.QUEUE, not_done=True) from error
        except _NEVER_LEFT as error:
            raise CallFailed(failures.NEVER_LEFT, not_done=True) from error
        except httpx2.TimeoutException as error:
            raise CallFailed(failures.TIMEOUT, not_done=False) from error
        except httpx2.HTTPError as error:
            raise CallFailed(failures.CUT, not_done=False) from error
        try:
            return soap.unwrap(body).read(answer)
        except soap.Fault as fault:
            raise failures.of_fault(fault) from fault
        except Malformed as error:
            failed = CallFailed(failures.MALFORMED, not_done=False)
            raise (failed if status == 200 else failures.of_status(status)) from error

    async def _post(
        self, contract: str, data: bytes, correlation_id: str, seconds: float
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer, read no further than the longest one may be."""
        http = self._connected()
        request = http.build_request(
            "POST", self._address_of(contract), content=data, headers=_headers(contract, correlation_id),
            timeout=httpx2.Timeout(seconds, connect=SECONDS_TO_CONNECT, pool=SECONDS_TO_READ),
        )  # fmt: skip
        response = await http.send(request, stream=True)
        try:
            body = bytearray()
            async for part in response.aiter_raw():  # as it comes: what is packed could be of any size
                body += part
                if len(body) > soap.MOST:
                    break
        finally:
            await response.aclose()
        return response.status_code, bytes(body)

    def _address_of(self, contract: str) -> str:
        return self._addresses.get(contract) or self._address.replace("{contract}", contract)

    def _connected(self) -> httpx2.AsyncClient:
        """Return the connections of this loop; they are opened as they are needed, and kept."""
        loop = asyncio.get_running_loop()
        if self._http is None or self._loop is not loop:
            secured = any(url.startswith("https") for url in (self._address, *self._addresses.values()))
            trust = _trust(self._certificate) if secured else False
            self._http = httpx2.AsyncClient(verify=trust, limits=_CONNECTIONS, trust_env=False)
            self._loop = loop
        return self._http


def _headers(contract: str, correlation_id: str) -> Mapping[str, str]:
    """Return what HTTP says of a call (facts 1.6; RIV-TA ARK_0028 for the original consumer)."""
    headers = {
        "Content-Type": soap.CONTENT_TYPE,
        "Accept-Encoding": "identity",
        "SOAPAction": f'"{CONTRACTS[contract].soap_action}"',
        "x-skltp-correlation-id": correlation_id,
    }
    if hsa_id := get_settings().consumer_hsa_id:
        headers["x-rivta-original-serviceconsumer-hsaid"] = hsa_id
    return headers


def _trust(certificate: str) -> ssl.SSLContext:
    """Return whom we trust, and who we are: the installation's certificate of that name.

    Raises CallFailed when it cannot be read: nothing is sent then.
    """
    settings = get_settings()
    try:
        context = ssl.create_default_context(cafile=settings.journal_ca)
        if certificate:
            ours = settings.journal_certificates[certificate]
            context.load_cert_chain(ours.certificate, ours.key, ours.password.get_secret_value() or None)
    except (OSError, KeyError) as error:
        raise CallFailed("certificate", not_done=True) from error
    return context
