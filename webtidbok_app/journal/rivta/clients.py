"""The clients of this worker: one for each connection, for as long as the connection says the same."""

from collections.abc import Hashable
from uuid import UUID

from webtidbok_app.db.tables import JournalConnection
from webtidbok_app.journal.rivta.breaker import Breaker
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.settings import get_settings

_clients: dict[UUID, tuple[Hashable, Client]] = {}
_left: list[Client] = []
"""Those of connections that have been changed since."""
_OF_INDEX = UUID(int=0)
SECONDS_TO_FIND = 2.0
"""How long the engagement index is waited for, and then left alone: without it we know less, and that is all."""


def client_of(connection: JournalConnection) -> Client:
    """Return the client of a clinic's journal system."""
    said = (
        connection.logical_address, connection.address, connection.certificate,
        tuple(sorted(connection.addresses.items())),
    )  # fmt: skip
    known = _clients.get(connection.clinic_id)
    if known is None or known[0] != said:
        if known is not None:
            _left.append(known[1])  # something may still be on its way
        known = _clients[connection.clinic_id] = said, Client(connection)
    return known[1]


def client_of_index() -> Client | None:
    """Return the client of the engagement index, where there is one."""
    index = get_settings().index_in_use
    if index is None:
        return None
    if known := _clients.get(_OF_INDEX):
        return known[1]
    connection = JournalConnection(
        clinic_id=_OF_INDEX,
        logical_address=index.logical_address,
        address=index.address,
        certificate=index.certificate,
    )
    client = Client(connection, seconds_to_read=SECONDS_TO_FIND, breaker=Breaker(1))
    _clients[_OF_INDEX] = None, client
    return client


async def close_all() -> None:
    """Let go of all connections, and of what is remembered of each."""
    clients = [*_left, *(client for _, client in _clients.values())]
    _left.clear()
    _clients.clear()
    for client in clients:
        await client.close()
