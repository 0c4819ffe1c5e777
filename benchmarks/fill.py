"""Fills a database with very many published times, a third of them booked, as months of use would leave them."""

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import make_url

from tests.world import FIRST_START, World
from webtidbok_app.db.crypto import seal
from webtidbok_app.db.tables import Clinic, Performer, ScheduleChange, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.visit import ScheduleChangeKind

WEEKS, DAYS, A_DAY, PLACES = 5, 5, 40, 3
A_WEEK = DAYS * A_DAY
PER_CLINIC = WEEKS * A_WEEK
MONDAY = FIRST_START - timedelta(days=1)
SAMPLE = 9
AHEAD = timedelta(days=14)
"""How long before its start a time is booked at most. It settles how a week's bookings lie on the disk."""

SLOT = (
    "clinic_id", "id", "time_type_id", "performer_id", "change_id", "starts_at", "ends_at", "visit_form", "places",
)  # fmt: skip
SEALED = ("reason", "phone", "cancel_message", "interpreter", "access_needs", "email")
BOOKING = ("clinic_id", "id", "slot_id", "starts_at", "place", "person_id", "status", "booked_at", *SEALED)
LOADING = "-c timezone=utc -c session_replication_role=replica -c synchronous_commit=on"
"""No look-ups of what a row refers to; and the rows are settled when VACUUM comes, or it would leave them out."""
Row = tuple[str | int, ...]


@dataclass
class Timebooks:
    """A region's clinics in one database, which one after the other begin to publish: five weeks of times each."""

    world: World
    clinics: list[World]
    slots: int = 0
    sample: list[World] = field(default_factory=list)
    """Clinics to ask about: some of those that began last."""

    @classmethod
    async def build(cls, world: World, *, most: int) -> Self:
        """Make as many clinics as ``most`` times need. None has published anything yet."""
        async with world.database.write() as session:
            pattern = await session.get_one(Clinic, world.clinic_id)
            clinics = [_another_clinic(pattern) for _ in range(most // PER_CLINIC)]
            kinds = [
                TimeType(clinic_id=one.id, slug="besok", name_sv="Besök", name_en="Visit", length_minutes=10)
                for one in clinics
            ]
            performers = [Performer(clinic_id=one.id, name="Vera Test") for one in clinics]
            for rows in (clinics, kinds, performers, [_publication(one.id) for one in clinics]):
                session.add_all(rows)
                await session.flush()
        return cls(
            world,
            [
                replace(world, clinic_id=one.id, time_type_id=kind.id, performer_id=who.id, clinic=one.slug)
                for one, kind, who in zip(clinics, kinds, performers, strict=True)
            ],
        )

    def grow(self, slots: int) -> None:
        """Publish until there are so many times; weeks and bookings of different clinics lie mixed."""
        clinics = self.clinics[self.slots // PER_CLINIC : slots // PER_CLINIC]
        chance = random.Random(slots)  # noqa: S311  the same data each time
        published = list(_slot_rows(clinics, chance))
        people = [resident.person_id.hex for resident in self.world.residents]
        url = self.world.database.url
        write_rows(url, "slot", SLOT, published)
        write_rows(url, "booking", BOOKING, _booking_rows(published, people, chance))
        tidy(url)
        self.slots, self.sample = slots, chance.sample(clinics, SAMPLE)


def _another_clinic(pattern: Clinic) -> Clinic:
    name = new_id().hex
    return Clinic(**pattern.model_dump(exclude={"id", "slug", "hsa_id"}), slug=name, hsa_id=name)


def _publication(clinic_id: UUID) -> ScheduleChange:
    """Return the change that all times of a clinic come from. Its own id is the clinic's, to find it by."""
    return ScheduleChange(
        clinic_id=clinic_id, id=clinic_id, number=1, kind=ScheduleChangeKind.PUBLISH, changed_by="test",
        changed_at=clock.now(), slots=PER_CLINIC, first_start=MONDAY, last_start=MONDAY + timedelta(weeks=WEEKS),
    )  # fmt: skip


def _slot_rows(clinics: Sequence[World], chance: random.Random) -> Iterator[Row]:
    """Yield the published times as they are published: a week at a time, one clinic after the other."""
    for week in range(WEEKS):
        starts = [
            MONDAY + timedelta(weeks=week, days=day, minutes=10 * n)
            for day in range(DAYS)
            for n in range(A_DAY)
        ]
        spans = [(_written(start), _written(start + timedelta(minutes=10))) for start in starts]
        for one in clinics:
            of = (one.clinic_id.hex, one.time_type_id.hex, one.performer_id.hex)
            for start, end in spans:
                yield of[0], _any_id(chance), of[1], of[2], of[0], start, end, "on_site", PLACES


def _booking_rows(published: Sequence[Row], people: Sequence[str], chance: random.Random) -> Iterator[Row]:
    """Yield a booking of every third time, in the order in which they are made."""
    booked = [(_made_at(str(slot[5]), chance), n, slot) for n, slot in enumerate(published) if n % 3 == 0]
    said = [
        seal(text, f"booking.{name}") for name, text in zip(SEALED, ("Blodtryck", "0701740605"), strict=False)
    ]
    said += [seal("", f"booking.{name}") for name in SEALED[len(said) :]]
    for made, n, slot in sorted(booked):
        clinic_id, slot_id, start = slot[0], slot[1], slot[5]
        yield clinic_id, _any_id(chance), slot_id, start, 1, people[n % len(people)], "booked", made, *said


def _made_at(start: str, chance: random.Random) -> str:
    return _written(datetime.fromisoformat(start) - AHEAD * chance.random())


def _any_id(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _written(moment: datetime) -> str:
    """Return a moment in UTC as SQLite keeps it, which PostgreSQL reads as well."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def write_rows(url: str, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows the quickest way there is, without looking up what they refer to."""
    if url.startswith("sqlite"):
        marks = ", ".join("?" * len(columns))
        with closing(sqlite3.connect(str(make_url(url).database))) as file, file:
            file.execute("PRAGMA cache_size = -400000")
            file.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
        return
    copy = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
    with (
        psycopg.connect(libpq(url), options=LOADING) as connection,
        connection.cursor() as cursor,
        cursor.copy(copy) as into,
    ):
        for row in rows:
            into.write_row(row)


def tidy(url: str) -> None:
    """Let the database count what it has, as it does by itself in the long run."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database))) as file:
            file.execute("ANALYZE")
        return
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def libpq(url: str) -> str:
    """Return the address as PostgreSQL's own programs write it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
