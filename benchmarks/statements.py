"""What the program sends to its database, written down, so that others can be made to send the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from webtidbok_app.db.engine import Database

Statement = tuple[str, Any]
"""The text and the parameters as the driver gets them."""


@contextmanager
def recorded(database: Database) -> Iterator[list[Statement]]:
    """Write down the statements that are sent within the block; what begins a transaction is left out."""
    sent: list[Statement] = []

    def write_down(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", write_down)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", write_down)


def shapes(statements: Sequence[Statement]) -> list[str]:
    """Return each statement's verb and table, by which two ways of saying the same are recognised."""
    return [_shape(text.split()) for text, _ in statements]


def _shape(words: Sequence[str]) -> str:
    before = {"SELECT": "FROM", "DELETE": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE"}[words[0]]
    return f"{words[0]} {words[words.index(before) + 1]}"
