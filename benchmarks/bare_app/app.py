"""A Reflex application with nothing around it: events that send given statements, or wake another tab."""

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Any

import reflex as rx

from benchmarks.stamp import stamp
from benchmarks.statements import Transaction, replay
from webtidbok_app.db.engine import Database

STATEMENTS = "BENCH_STATEMENTS"
"""In the environment: the file with the transactions of each event."""

_changed = asyncio.Condition()
_database: list[Database] = []


def _open_database() -> Database:
    if not _database:
        _database.append(Database(os.environ["WEBTIDBOK_DATABASE_URL"]))
    return _database[0]


def _transactions(event: str) -> list[Transaction]:
    found: dict[str, Any] = json.loads(Path(os.environ[STATEMENTS]).read_text(encoding="utf-8"))
    return [Transaction(**one) for one in found[event]]


class BareState(rx.State):
    """What the events show."""

    said: str = ""
    rows: list[dict[str, str]] = []  # noqa: RUF012  Reflex copies it for each tab

    @rx.event
    async def send(self, event: str, others: dict[str, str]) -> Any:
        """Send an event's statements, with other values, and show that it is done."""
        await replay(_open_database(), _transactions(event), others)
        self.said = secrets.token_hex(4)
        return rx.redirect("/done") if event == "confirm" else None

    @rx.event
    async def push(self) -> None:
        """Tell the watching tab."""
        stamp()
        async with _changed:
            _changed.notify_all()

    @rx.event(background=True)
    async def watch(self, rows: int) -> None:
        """Change what is shown each time that somebody tells."""
        async with self:
            self.said = "watching"
        count = 0
        while True:
            async with _changed:
                await _changed.wait()
            count += 1
            async with self:
                self.rows = [{"id": f"{count}-{n}", "text": "x" * ROW} for n in range(rows)]


ROW = 100
"""Characters of a row, about what a time is on the page."""

app = rx.App()
