"""A tab that loses its connection keeps what it had.

Reflex takes a second socket with a tab's token for a copy of the tab and gives it a new token, an empty state.
But a phone that has changed network comes back long before the server has noticed that the old socket is dead.
So here the newest socket keeps the token, and it is the older one that gets a new one: nobody when it is dead,
and when it is a copied tab after all, the gate has it fetch its page anew at its next event.
"""

from uuid import uuid4

import reflex as rx
from reflex.app import EventNamespace
from reflex.utils.token_manager import LocalTokenManager, SocketRecord

NEW_TOKEN = "new_token"  # noqa: S105  the name of a message of Reflex


class NewestKeepsToken(LocalTokenManager):
    """Which socket a tab has, in one process."""

    def __init__(self, sockets: EventNamespace) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._sockets = sockets

    async def link_token_to_sid(self, token: str, sid: str) -> str | None:
        """Give the tab to the socket. Returns None: a newcomer never needs another token."""
        older = self.token_to_socket.get(token)
        self.token_to_socket[token] = SocketRecord(instance_id=self.instance_id, sid=sid)
        self.sid_to_token[sid] = token
        if older is not None and older.sid != sid:
            await self._move(older, str(uuid4()))
        return None

    async def _move(self, older: SocketRecord, token: str) -> None:
        self.token_to_socket[token] = older
        self.sid_to_token[older.sid] = token
        await self._sockets.emit(NEW_TOKEN, token, to=older.sid)


def keep_tabs(app: rx.App) -> None:
    """Have the newest socket of a tab keep its token, where one process has all sockets."""
    sockets = app.event_namespace
    if sockets is not None and type(sockets._token_manager) is LocalTokenManager:
        sockets._token_manager = NewestKeepsToken(sockets)
