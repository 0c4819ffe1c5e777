"""HTTP/1.1 on asyncio and h11: small, and able to do what no good server does, such as half an answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import h11

READ = 65_536
MOST = 10_000_000


@dataclass(frozen=True)
class Request:
    """A request whose body has come."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: bytes
    content_type: str


class Lost(Exception):
    """The connection is to be closed: without an answer, or after half of the one that is given."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__()
        self.reply = reply


Answer = Callable[[Request], Awaitable[Reply]]


async def serve(port: int, answer: Answer, until: asyncio.Event) -> None:
    """Answer on loopback until told to stop. Raises OSError when the port is busy."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            await _talk(reader, writer, answer)
        writer.transport.abort()

    server = await asyncio.start_server(talk, "127.0.0.1", port)
    await until.wait()
    server.close()


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Answer one request after the other, for as long as the other side keeps the connection."""
    connection = h11.Connection(h11.SERVER)
    while (request := await _next(connection, reader)) is not None:
        try:
            reply = await answer(request)
        except Lost as lost:
            if lost.reply is not None:
                writer.write(_head(connection, lost.reply) + lost.reply.body[: len(lost.reply.body) // 2])
                await writer.drain()
            return
        writer.write(
            _head(connection, reply)
            + (connection.send(h11.Data(data=reply.body)) or b"")
            + (connection.send(h11.EndOfMessage()) or b"")
        )
        await writer.drain()
        if connection.our_state is h11.MUST_CLOSE:
            writer.close()
            await writer.wait_closed()
            return
        connection.start_next_cycle()


def _head(connection: h11.Connection, reply: Reply) -> bytes:
    headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
    return connection.send(h11.Response(status_code=reply.status, headers=headers)) or b""


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    """Return the next request, None when the other side has gone."""
    head: h11.Request | None = None
    body = bytearray()
    while len(body) <= MOST:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(READ))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, bytes(body))
        else:
            return None
    return None


def _request(head: h11.Request, body: bytes) -> Request:
    target = urlsplit(head.target.decode("ascii", "replace"))
    return Request(
        method=head.method.decode(),
        path=target.path,
        query=dict(parse_qsl(target.query)),
        headers={name.decode(): value.decode("latin-1") for name, value in head.headers},
        body=body,
    )
