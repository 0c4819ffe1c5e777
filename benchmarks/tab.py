"""A browser tab as the server sees it: a websocket that speaks Socket.IO as Reflex's page does."""

import json
import time
from typing import Any, Self
from uuid import uuid4

from reflex.state import State
from reflex.utils.format import format_event_handler
from simple_websocket import AioClient  # type: ignore[import-untyped]

SPACE = "/_event,"
PING, PONG = "2", "3"
PATIENCE = 10.0
"""Seconds that a message may keep us waiting."""


class Tab:
    """One tab on one page. ``cookie`` is the session's; ``arguments`` are the parts ``[name]`` of the address."""

    def __init__(self, port: int, path: str, arguments: dict[str, str], cookie: str = "") -> None:
        self._port, self._cookie = port, cookie
        self._router = {"pathname": path, "asPath": path, "query": arguments}
        self._socket: Any = None

    async def __aenter__(self) -> Self:
        token = uuid4().hex
        self._socket = await AioClient.connect(
            f"ws://127.0.0.1:{self._port}/_event/?EIO=4&transport=websocket&token={token}",
            headers={"Origin": f"http://localhost:{self._port}", "Cookie": self._cookie},
        )
        await self._socket.send(f"40{SPACE}")
        await self.until(f"40{SPACE}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def load(self, *, events: bool = True) -> None:
        """Fetch every state and, unless told otherwise, let happen what happens as the page opens."""
        await self.fire(State.hydrate_and_load if events else State.hydrate)
        await self.until('"is_hydrated_rx_state_":true' if events else "is_hydrated_rx_state_")

    async def fire(self, handler: Any, **payload: Any) -> None:
        """Send an event."""
        data = {"name": format_event_handler(handler), "payload": payload, "router_data": self._router}
        await self._socket.send(f"42{SPACE}{json.dumps(['event', data])}")

    async def until(self, text: str) -> str:
        """Return the first message that has ``text`` in it; those before are thrown away. Raises TimeoutError."""
        while True:
            message = await self._receive(PATIENCE)
            if message is None:
                raise TimeoutError(text)
            if text in message:
                return message

    async def quieten(self, seconds: float) -> None:
        """Throw away what has come, until nothing has for so long."""
        while await self._receive(seconds) is not None:
            pass

    async def rest(self, seconds: float) -> None:
        """Do nothing for so long but what keeps the connection; throw away what comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await self._receive(left)

    async def _receive(self, seconds: float) -> str | None:
        message: str | None = await self._socket.receive(timeout=seconds)
        if message == PING:
            await self._socket.send(PONG)
        return message
