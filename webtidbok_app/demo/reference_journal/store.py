"""The journal system's own database. Moments are Swedish local time as the contracts write them: YYYYMMDDhhmmss."""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS unit (
    hsa_id TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, care_provider TEXT NOT NULL COLLATE NOCASE,
    cancel INTEGER NOT NULL, rebook INTEGER NOT NULL, message INTEGER NOT NULL, change_hours INTEGER NOT NULL,
    keeps_booking_id INTEGER NOT NULL, without TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS time_type (
    unit TEXT NOT NULL COLLATE NOCASE, id TEXT NOT NULL, name TEXT NOT NULL, minutes INTEGER NOT NULL,
    bookable INTEGER NOT NULL, care_type TEXT NOT NULL, care_type_name TEXT NOT NULL, info TEXT NOT NULL,
    PRIMARY KEY (unit, id)
);
CREATE TABLE IF NOT EXISTS performer (
    unit TEXT NOT NULL COLLATE NOCASE, hsa_id TEXT NOT NULL COLLATE NOCASE, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (unit, hsa_id)
);
CREATE TABLE IF NOT EXISTS slot (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL COLLATE NOCASE, starts TEXT NOT NULL, ends TEXT NOT NULL,
    time_type TEXT NOT NULL, performer TEXT NOT NULL COLLATE NOCASE, resource TEXT NOT NULL,
    resource_name TEXT NOT NULL, number INTEGER NOT NULL,
    UNIQUE (unit, starts, ends, time_type, performer, resource, number)
);
CREATE TABLE IF NOT EXISTS booking (
    id TEXT PRIMARY KEY, unit TEXT NOT NULL COLLATE NOCASE, patient TEXT NOT NULL, slot INTEGER REFERENCES slot (id),
    time_type TEXT NOT NULL, purpose TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    invitation INTEGER NOT NULL DEFAULT 0, invited INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 1,
    rebook INTEGER NOT NULL DEFAULT 1, message INTEGER NOT NULL DEFAULT 1, contact TEXT NOT NULL DEFAULT '',
    message_text TEXT NOT NULL DEFAULT '', made_at TEXT NOT NULL, cancelled_at TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_booking ON booking (slot) WHERE cancelled_at IS NULL;
CREATE INDEX IF NOT EXISTS booking_by_patient ON booking (patient);
CREATE TABLE IF NOT EXISTS told (
    patient TEXT NOT NULL, domain TEXT NOT NULL, categorization TEXT NOT NULL,
    logical_address TEXT NOT NULL COLLATE NOCASE, booking TEXT NOT NULL, interest TEXT NOT NULL,
    source TEXT NOT NULL COLLATE NOCASE, controller TEXT NOT NULL, most_recent TEXT,
    PRIMARY KEY (patient, domain, categorization, logical_address, booking, interest, source, controller)
);
"""
TABLES = ("booking", "slot", "performer", "time_type", "unit", "told")
SLOT = """
SELECT slot.*, unit.name AS unit_name, time_type.name AS time_type_name, time_type.care_type, time_type.care_type_name,
    time_type.info, trim(performer.title || ' ' || performer.first_name || ' ' || performer.last_name) AS performer_name
FROM slot JOIN unit ON unit.hsa_id = slot.unit
    JOIN time_type ON time_type.unit = slot.unit AND time_type.id = slot.time_type
    LEFT JOIN performer ON performer.unit = slot.unit AND performer.hsa_id = slot.performer
"""
BOOKING = """
SELECT booking.*, slot.starts, slot.ends, slot.performer, slot.resource, slot.resource_name, unit.name AS unit_name,
    unit.care_provider, unit.change_hours, unit.keeps_booking_id, time_type.name AS time_type_name,
    time_type.care_type, time_type.care_type_name, time_type.info,
    booking.cancel AND unit.cancel AS may_cancel, booking.rebook AND unit.rebook AS may_rebook,
    booking.message AND unit.message AS may_message,
    trim(performer.title || ' ' || performer.first_name || ' ' || performer.last_name) AS performer_name
FROM booking JOIN unit ON unit.hsa_id = booking.unit LEFT JOIN slot ON slot.id = booking.slot
    LEFT JOIN time_type ON time_type.unit = booking.unit AND time_type.id = booking.time_type
    LEFT JOIN performer ON performer.unit = booking.unit AND performer.hsa_id = slot.performer
"""
FREE = "NOT EXISTS (SELECT 1 FROM booking WHERE booking.slot = slot.id AND booking.cancelled_at IS NULL)"


class Taken(Exception):
    """Somebody else has the time."""


class Store:
    """A journal system's units, times and bookings. A write is one transaction, and the index judges who was first."""

    def __init__(self, file: str) -> None:
        self.db = sqlite3.connect(file, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        return self.db.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a query."""
        found: sqlite3.Row | None = self.db.execute(query, values).fetchone()
        return found

    def unit(self, hsa_id: str) -> sqlite3.Row | None:
        """Return a unit, found without case."""
        return self.one("SELECT * FROM unit WHERE hsa_id = ?", hsa_id)

    def slots(
        self,
        unit: str,
        *,
        since: str,
        until: str,
        time_type: str = "",
        performers: Iterable[str] = (),
        taken_too: bool = False,
    ) -> list[sqlite3.Row]:
        """Return the times that start after ``since`` and before ``until`` and that nobody has."""
        query, values = (
            f"{SLOT} WHERE slot.unit = ? AND slot.starts > ? AND slot.starts < ?",
            [unit, since, until],
        )
        if not taken_too:
            query += f" AND {FREE}"
        if time_type:
            query += " AND slot.time_type = ?"
            values.append(time_type)
        if wanted := list(performers):
            query += f" AND slot.performer IN ({', '.join('?' * len(wanted))})"
            values += wanted
        return self.all(f"{query} ORDER BY slot.starts, slot.performer, slot.id", *values)

    def bookings(self, patient: str, unit: str = "") -> list[sqlite3.Row]:
        """Return what the patient has that is not cancelled, open invitations too; at one unit or at all."""
        query, values = f"{BOOKING} WHERE booking.patient = ? AND booking.cancelled_at IS NULL", [patient]
        if unit:
            query += " AND booking.unit = ?"
            values.append(unit)
        return self.all(f"{query} ORDER BY slot.starts", *values)

    def booking(self, booking_id: str) -> sqlite3.Row | None:
        """Return a booking or an invitation, cancelled ones too."""
        return self.one(f"{BOOKING} WHERE booking.id = ?", booking_id)

    def free_slot(self, unit: str, wanted: dict[str, str]) -> sqlite3.Row | None:
        """Return the free time that a TimeslotType names, if there is one."""
        return self._like(unit, wanted, FREE)

    def any_slot(self, unit: str, wanted: dict[str, str]) -> sqlite3.Row | None:
        """Return the time that a TimeslotType names, free or not."""
        return self._like(unit, wanted, "TRUE")

    def _like(self, unit: str, wanted: dict[str, str], also: str) -> sqlite3.Row | None:
        columns = {
            "startTimeInclusive": "starts",
            "endTimeExclusive": "ends",
            "timeTypeID": "time_type",
            "performer": "performer",
            "resourceID": "resource",
        }
        given = {column: wanted[name] for name, column in columns.items() if wanted.get(name)}
        query = " AND ".join(f"slot.{column} = ?" for column in given)
        return self.one(
            f"{SLOT} WHERE slot.unit = ? AND {query} AND {also} ORDER BY slot.number LIMIT 1",
            unit,
            *given.values(),
        )

    def book(self, **columns: Any) -> str:
        """Add a booking or an invitation and return its id. Raises Taken."""
        columns = {"id": new_id(), **columns}
        names = ", ".join(columns)
        try:
            self.db.execute(
                f"INSERT INTO booking ({names}) VALUES ({', '.join('?' * len(columns))})",
                list(columns.values()),
            )
        except sqlite3.IntegrityError:
            raise Taken from None
        return str(columns["id"])

    def change(self, booking_id: str, **columns: Any) -> None:
        """Change a booking. Raises Taken."""
        assignments = ", ".join(f"{name} = ?" for name in columns)
        try:
            self.db.execute(f"UPDATE booking SET {assignments} WHERE id = ?", [*columns.values(), booking_id])
        except sqlite3.IntegrityError:
            raise Taken from None

    def put(self, table: str, **columns: Any) -> None:
        """Add a row, or put it in the place of the one with its key."""
        self.db.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )

    def add_slot(self, **columns: Any) -> None:
        """Add a time, unless it is there already."""
        self.db.execute(
            f"INSERT OR IGNORE INTO slot ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self.db.execute(f"DELETE FROM {table}")


def new_id() -> str:
    """Return a booking's id that cannot be guessed: CancelBooking carries nothing else (pitfall of the contract)."""
    return secrets.token_urlsafe(15)
