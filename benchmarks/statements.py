"""What the program sends to its database, written down, so that others can be made to send the same."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event

from webtidbok_app.db.engine import Database

Parameters = dict[str, Any] | list[Any]


@dataclass
class Transaction:
    """The statements between BEGIN and its end, with their parameters, which can be written as JSON."""

    writes: bool
    statements: list[tuple[str, Parameters]] = field(default_factory=list)


@contextmanager
def recorded(database: Database) -> Iterator[list[Transaction]]:
    """Write down what is sent within the block. To be read after it."""
    engine, found = database.engine.sync_engine, list[Transaction]()

    def begin(connection: Any) -> None:
        found.append(Transaction(bool(connection.get_execution_options().get("immediate"))))

    def send(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            found[-1].statements.append((statement, _plain(given)))

    listeners = (("begin", begin), ("before_cursor_execute", send))
    for name, listener in listeners:
        event.listen(engine, name, listener, insert=True)
    try:
        yield found
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def shapes(transactions: Sequence[Transaction]) -> list[str]:
    """Return each statement's verb and table, by which two ways of saying the same are recognised."""
    return [_shape(text.split()) for one in transactions for text, _ in one.statements]


async def replay(database: Database, transactions: Sequence[Transaction], others: Mapping[str, str]) -> None:
    """Send the statements again, through SQLAlchemy's connection alone, with ``others`` in place of values."""
    writing = database.engine.execution_options(immediate=True)
    for one in transactions:
        async with writing.begin() if one.writes else database.engine.connect() as connection:
            for text, given in one.statements:
                result = await connection.exec_driver_sql(text, _exchange(given, others))
                if result.returns_rows:
                    result.all()


def _shape(words: Sequence[str]) -> str:
    before = {"SELECT": "FROM", "DELETE": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE"}[words[0]]
    return f"{words[0]} {words[words.index(before) + 1]}"


def _plain(given: Any) -> Parameters:
    if isinstance(given, Mapping):
        return {name: _text(value) for name, value in given.items()}
    return [_text(value) for value in given]


def _text(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime) else value


def _exchange(given: Parameters, others: Mapping[str, str]) -> Any:
    if isinstance(given, dict):
        return {name: others.get(value, value) for name, value in given.items()}
    return tuple(others.get(value, value) for value in given)
