"""The SOAP endpoints of our timebook, one for each national service contract: ``/riv/MakeBooking`` and so on.

A technical error is a SOAP fault with HTTP 500 and a reference that is found in the log (SOAP 1.1, 6.2; TKB 1.1.5,
3.8). Neither the log nor a fault tells anything of what a request said.
"""

import asyncio
import logging
from functools import cache

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from webtidbok_app.domain.actor import System
from webtidbok_app.domain.errors import InvalidInput, Unavailable
from webtidbok_app.domain.ids import normalise_system_id
from webtidbok_app.i18n import t
from webtidbok_app.logs import new_reference, report
from webtidbok_app.rivta.codec import Malformed, Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.soap import CONTENT_TYPE, Fault, unwrap, wrap, wrap_fault
from webtidbok_app.rivta.wsdl import describe
from webtidbok_app.services.producer import ANSWERED
from webtidbok_app.services.producer_entry import Call, client_fault
from webtidbok_app.settings import get_settings
from webtidbok_app.web.client_certificate import consumer_of

MOST = 200_000
"""How many bytes a request can have: the largest has a few thousand."""
SECONDS_TO_SEND = 10.0
"""How long a caller may take to send it."""
ORIGINAL = "x-rivta-original-serviceconsumer-hsaid"

_log = logging.getLogger(__name__)


class _Refused(Exception):
    """The request is not read. Its argument is the HTTP status."""


def riv_routes() -> list[Route]:
    """Return the endpoints of the contracts."""
    address = "/riv/{contract:str}"
    return [Route(address, answer, methods=["POST"]), Route(address, describe_contract, methods=["GET"])]


async def describe_contract(request: Request) -> Response:
    """Describe a contract to who asks for ``?wsdl``; anybody may."""
    name = request.path_params["contract"]
    if name not in ANSWERED:
        return PlainTextResponse("Not found", 404)
    if "wsdl" not in request.query_params:
        return PlainTextResponse("Method not allowed", 405, {"Allow": "POST"})
    return Response(_description(name), media_type=CONTENT_TYPE)


async def answer(request: Request) -> Response:
    """Answer a call of a contract."""
    name = request.path_params["contract"]
    if name not in ANSWERED:
        return PlainTextResponse("Not found", 404)
    try:
        message = await _answer(request, _consumer(request), name)
    except _Refused as refusal:
        return PlainTextResponse("", int(str(refusal)))
    except Fault as fault:
        return _failed(fault, name, new_reference())
    except Exception as error:  # noqa: BLE001  the last stop: logged with a reference, never shown raw
        why = "unavailable" if isinstance(error, Unavailable) else "unexpected"
        return _failed(Fault("Server", t("sv", f"staff.contracts.fault.{why}")), name, report(error))
    return Response(wrap(message), media_type=CONTENT_TYPE)


async def _answer(request: Request, actor: System, name: str) -> Message:
    data = await _read(request)
    try:
        envelope = unwrap(data)
        asked = envelope.read(CONTRACTS[name].request)
    except Malformed as error:
        raise client_fault("malformed", str(error)) from error
    _log.info("%s by %s, first of all by %s", name, actor.name, _told_id(request, ORIGINAL))
    call = Call(envelope.logical_address, envelope.actor_id, envelope.actor_type)
    return await ANSWERED[name](actor, call=call, asked=asked)


def _consumer(request: Request) -> System:
    how = get_settings().producer
    hsa_id = consumer_of(request, how) if how else None
    if hsa_id is None:
        raise client_fault("no_certificate")
    return System(hsa_id)


async def _read(request: Request) -> bytes:
    """Return the body. Raises _Refused for what is no XML, too large or sent too slowly; nothing is parsed before."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/xml":
        raise _Refused(415)
    data = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MOST:
                    raise _Refused(413)
    except TimeoutError:
        raise _Refused(408) from None
    except ClientDisconnect:
        raise _Refused(400) from None
    return bytes(data)


def _told_id(request: Request, header: str) -> str:
    """Return the HSA-id that a header tells, which anybody can write: it is logged, and nothing hangs on it."""
    try:
        return normalise_system_id(request.headers.get(header, ""))
    except InvalidInput:
        return "nobody named"


def _failed(fault: Fault, name: str, reference: str) -> Response:
    _log.warning("[%s] %s answered with a fault: %s", reference, name, fault.code)
    words = t("sv", "staff.contracts.fault.reference", text=fault.text, reference=reference)
    return Response(wrap_fault(Fault(fault.code, words, fault.detail)), 500, media_type=CONTENT_TYPE)


@cache
def _description(name: str) -> bytes:
    return describe(CONTRACTS[name], f"{get_settings().origin}/riv/{name}")
