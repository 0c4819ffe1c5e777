"""A browser tab as the server sees it: a websocket that speaks Socket.IO as Reflex's page does."""

import json
from typing import Any, Self
from uuid import uuid4

from reflex.state import State
from reflex.utils.format import format_event_handler
from simple_websocket import AioClient

SPACE = "/_event,"
PING, PONG = "2", "3"


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

    async def load(self) -> None:
        """Fetch the page: every state, then what happens as it opens."""
        await self.fire(State.hydrate_and_load)
        await self.until('"is_hydrated_rx_state_":true')

    async def fire(self, handler: Any, **payload: Any) -> None:
        """Send an event."""
        data = {"name": format_event_handler(handler), "payload": payload, "router_data": self._router}
        await self._socket.send(f"42{SPACE}{json.dumps(['event', data])}")

    async def until(self, text: str) -> str:
        """Return the first message that has ``text`` in it; those before are thrown away."""
        while True:
            message: str = await self._socket.receive()
            if message == PING:
                await self._socket.send(PONG)
            elif text in message:
                return message
