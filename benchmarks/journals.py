"""What journal systems cost: a call to one, twenty of which one hangs, and a slow one that two hundred wait for."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx2

from benchmarks.canned_journal import A_DAY, DAYS, UNIT
from benchmarks.measure import Ratio, ratio, take_turns
from benchmarks.servers import Server, serving, wait_for
from benchmarks.tab import Tab
from scripts import dev
from tests.world import World, build_world, provider_of
from webtidbok_app.auth import sessions
from webtidbok_app.auth.gate import cookie_name
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import Clinic, JournalConnection, Person, TermsAcceptance
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.ids import with_check_digit
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.rivta.clients import client_of, close_all
from webtidbok_app.rivta import messages, soap
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.services.my_bookings import ClinicBookings, follow_my_bookings, list_my_bookings

CALLS = 30
"""Of each kind, in each round."""
CLINICS = 20
HEALTHY = 200
"""Milliseconds that a healthy journal system takes."""
SLOW = 2_000
CROWD = 200
THINKS = 60.0
"""Seconds between the pages that one of the crowd opens."""
GATHERS = 8.0
"""Seconds from when the crowd begins until as many as there will be wait for their pages."""
LOADS = 15
"""Of the standalone clinic's page, in each round."""


@dataclass(frozen=True)
class Journals:
    """What journal systems cost."""

    calls: dict[str, Ratio]
    """One call, against httpx with the same bytes, its answer thrown away."""
    one_hangs: Ratio
    """Until nineteen healthy answers of twenty are there, against when all twenty are healthy."""
    beside_slow: Ratio
    """A standalone clinic's page while two hundred are at a journal system of two seconds, against nobody there."""
    beside_quick: Ratio
    """The same, against two hundred at one that answers at once."""


async def bench_journals(new_database: Callable[[], str], folder: Path, rounds: int) -> Journals:
    """Return the figures. ``new_database`` makes an empty database of the kind and returns its address."""
    with canned(folder) as port:
        calls = await _bench_calls(port, rounds)
        hangs = await _bench_hanging(new_database(), port, rounds)
        pages = await _bench_pages(new_database(), folder, port, rounds)
    return Journals(
        {what: ratio(seconds, "ours", "bare") for what, seconds in calls.items()},
        ratio(hangs, "one hangs", "healthy"),
        ratio(pages, "slow", "alone"),
        ratio(pages, "slow", "quick"),
    )


@contextmanager
def canned(folder: Path) -> Iterator[int]:
    """Run the canned journal system, and give its port."""
    port = dev.free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--no-log", "benchmarks.canned_journal:app",
    ]  # fmt: skip
    with (
        (folder / "canned.log").open("w", encoding="utf-8") as log,
        dev.started(command, env=dev.server_environment(port), output=log) as process,
    ):
        wait_for(port, process)
        yield port


async def _bench_calls(port: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    patient = "191212121212"
    monday = swedish_time.day_of(clock.now())
    slot = messages.Timeslot(healthcare_facility=UNIT, subject_of_care=patient, reason="Ont i knät")
    free = messages.GetAvailableTimeslots(
        healthcare_facility=UNIT, first=monday, last=monday + timedelta(days=7), time_type_id="T0",
        subject_of_care=patient,
    )  # fmt: skip
    told = messages.SubjectOfCare(first_name="Tolvan", last_name="Test")
    asked: dict[str, Message] = {
        "types": messages.GetAllTimeTypes(healthcare_facility=UNIT, subject_of_care=patient),
        "a person's three bookings": messages.GetSubjectOfCareSchedule(
            healthcare_facility=UNIT, subject_of_care=patient
        ),
        f"a week of {DAYS * A_DAY} free times": free,
        "a booking made": messages.MakeBooking(
            healthcare_facility_med=UNIT, requested_timeslot=slot, subject_of_care_info=told
        ),
    }
    connection = JournalConnection(
        clinic_id=UUID(int=1), logical_address=UNIT, address=f"http://127.0.0.1:{port}/0/{{contract}}"
    )
    client = client_of(connection)
    found = {}
    async with httpx2.AsyncClient(trust_env=False) as http:
        for what, question in asked.items():
            contract = CONTRACTS[type(question).__name__]
            data = soap.wrap(question, logical_address=UNIT, actor_id=patient)

            async def ours(question: Message = question, answer: type[Message] = contract.answer) -> None:
                for _ in range(CALLS):
                    await client.ask(question, answer, patient=patient, fresh=True)

            async def bare(name: str = contract.name, data: bytes = data) -> None:
                headers = {"Content-Type": soap.CONTENT_TYPE, "SOAPAction": CONTRACTS[name].soap_action}
                for _ in range(CALLS):
                    (
                        await http.post(f"http://127.0.0.1:{port}/0/{name}", content=data, headers=headers)
                    ).read()

            found[what] = await take_turns({"ours": ours, "bare": bare}, rounds)
    await close_all()
    return found


async def _bench_hanging(url: str, port: int, rounds: int) -> dict[str, list[float]]:
    world = await build_world(Database(url), residents=0)
    set_database(world.database)
    [resident] = await _residents(world, 1)
    clinics = [await _connected(world, number, port, HEALTHY) for number in range(CLINICS)]
    await _accept(world, [resident], [clinic.clinic_id for clinic in clinics], CaseTypeKind.MANAGE_DIRECT)

    async def look(last: str) -> float:
        await _answers_after(world, clinics[-1].clinic_id, port, last)
        await close_all()
        began = time.perf_counter()
        first = await list_my_bookings(resident)
        waiting = [one.clinic.slug for one in first if one.pending]
        left = CLINICS - 1 - sum(bool(one.times) for one in first)
        async for answer in follow_my_bookings(resident, clinics=waiting) if left else _nothing():
            left -= bool(answer.times)
            if not left:
                break
        return time.perf_counter() - began

    variants = {"healthy": partial(look, str(HEALTHY)), "one hangs": partial(look, "never")}
    found = await take_turns(variants, rounds)
    await close_all()
    await world.database.dispose()
    return found


async def _nothing() -> AsyncIterator[ClinicBookings]:
    for _ in ():
        yield _


async def _bench_pages(url: str, folder: Path, port: int, rounds: int) -> dict[str, list[float]]:
    """Time the page with a standalone clinic's free times, with a crowd elsewhere and without."""
    world = await build_world(Database(url), residents=1)
    set_database(world.database)
    start = (clock.now() + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    await world.publish(24, start=start)
    elsewhere = await _connected(world, 0, port, 0)
    people = await _residents(world, CROWD)
    await _accept(world, world.residents, [world.clinic_id], CaseTypeKind.BOOK_DIRECT)
    await _accept(world, people, [elsewhere.clinic_id], CaseTypeKind.BOOK_DIRECT)
    async with AsyncExitStack() as tabs:
        server = tabs.enter_context(serving("benchmarks.our_app:app", url, folder))
        crowd = [await _open(tabs, server, one, elsewhere.clinic, "T0") for one in people]

        async def look(answers_after: str) -> float:
            await _answers_after(world, elsewhere.clinic_id, port, answers_after)
            others = [asyncio.create_task(_browse(tab, number)) for number, tab in enumerate(crowd)]
            await asyncio.sleep(GATHERS)
            seconds = await alone()
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            return seconds

        async def alone() -> float:
            async with AsyncExitStack() as own:
                tab = await _open(own, server, world.resident, world.clinic, world.time_type)
                return sum([await _loaded(tab) for _ in range(LOADS)])

        variants = {"alone": alone, "quick": partial(look, "0"), "slow": partial(look, str(SLOW))}
        found = await take_turns(variants, rounds)
    await world.database.dispose()
    return found


async def _browse(tab: Tab, number: int) -> None:
    """Open the page once a minute, as one of a crowd does that has come in the course of a minute."""
    await tab.rest(THINKS * number / CROWD)
    while True:
        with suppress(TimeoutError):
            await tab.load()
        await tab.rest(THINKS)


async def _loaded(tab: Tab) -> float:
    await asyncio.sleep(0.2)
    await tab.quieten(0)
    began = time.perf_counter()
    await tab.load()
    return time.perf_counter() - began


async def _open(tabs: AsyncExitStack, server: Server, resident: Resident, clinic: str, time_type: str) -> Tab:
    cookie = f"{cookie_name()}={await sessions.create(resident)}"
    where = {"clinic": clinic, "time_type": time_type}
    return await tabs.enter_async_context(Tab(server.port, f"/boka/{clinic}/{time_type}", where, cookie))


async def _connected(world: World, number: int, port: int, answers_after: int) -> World:
    """Make one more clinic, whose journal system is the canned one."""
    clinic = await build_world(
        world.database, residents=0, slug=f"ansluten-{number}", provider=await provider_of(world)
    )
    address = f"http://127.0.0.1:{port}/{answers_after}/{{contract}}"
    async with world.database.write() as session:
        (await session.get_one(Clinic, clinic.clinic_id)).journal = "rivta"
        session.add(JournalConnection(clinic_id=clinic.clinic_id, logical_address=UNIT, address=address))
    return clinic


async def _answers_after(world: World, clinic_id: UUID, port: int, milliseconds: str) -> None:
    async with world.database.write() as session:
        connection = await session.get_one(JournalConnection, clinic_id)
        connection.address = f"http://127.0.0.1:{port}/{milliseconds}/{{contract}}"


async def _residents(world: World, count: int) -> list[Resident]:
    """Make that many residents; serial numbers 980–989 of the old birth years are for tests."""
    numbers = [
        with_check_digit(f"{date(1930, 1, 1) + timedelta(days=day):%Y%m%d}98{day % 10}")
        for day in range(count)
    ]
    people = [
        Person(
            number_hash=lookup_hash(one.digits), number=one.digits, given_name="Tolvan", family_name="Test"
        )
        for one in numbers
    ]
    ids = [person.id for person in people]
    async with world.database.write() as session:
        session.add_all(people)
    return [Resident(one, number, "Tolvan", "Test") for one, number in zip(ids, numbers, strict=True)]


async def _accept(world: World, who: list[Resident], where: list[UUID], kind: CaseTypeKind) -> None:
    async with world.database.write() as session:
        session.add_all(
            TermsAcceptance(
                clinic_id=clinic_id, person_id=one.person_id, kind=kind, version=1, accepted_at=clock.now()
            )
            for one in who
            for clinic_id in where
        )
