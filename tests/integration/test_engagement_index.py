"""What the engagement index knows is what is booked: whoever changes it, and whatever happens on the way there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from lxml import etree
from sqlalchemy import select
from sqlmodel import col
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.test_producer_http import Mended
from tests.integration.test_removal import (
    DAY,
    LATER,
    book,
    impact_of,
    invited_before,
    journal_of,
    remove,
)
from tests.integration.test_timebook_machine import HOLDS_AN_HOUR, TimebookMachine
from tests.producer import serving
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import Booking, Clinic, EngagementUpdate, Invitation, Person
from webtidbok_app.domain import clock as clocks
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.removal import Choice
from webtidbok_app.domain.swedish_time import day_of, local
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.soap import CONTENT_TYPE, Fault, unwrap, wrap, wrap_fault
from webtidbok_app.services import (
    desk_booking,
    desk_people,
    engagement_index,
    invitations,
    reception,
    removal,
)
from webtidbok_app.services.desk_booking import Said
from webtidbok_app.services.engagement_index import AT_ONCE, LEASE, WAITS, client_of, tell_due
from webtidbok_app.settings import EngagementIndex, get_settings
from webtidbok_app.timebook import bookings
from webtidbok_app.timebook.invitations import is_open

OFFICIAL = Path(__file__).resolve().parents[3] / "shared/contracts/engagementindex_1.0"
FACTS = {
    "LOGICAL_ADDRESS": "5565594230",
    "SOURCE_SYSTEM": "SE2321000016-WTB",
    "DATA_CONTROLLER": "SE232100-0016",
}


class Index:
    """An engagement index: what it knows, what it was told in order, and how it fails next."""

    def __init__(self) -> None:
        self.known: dict[str, riv.Engagement] = {}
        self.told: list[tuple[str, bool]] = []
        self.bodies: list[etree._Element] = []
        self.failures: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    def take(self, data: bytes) -> None:
        envelope = unwrap(data)
        assert envelope.logical_address == FACTS["LOGICAL_ADDRESS"]
        self.bodies.append(envelope.body)
        for change in envelope.read(riv.Update).transactions:
            one = change.engagement
            self.told.append((one.business_object_id, change.delete))
            assert (one.most_recent_content is None) == change.delete
            if change.delete:
                self.known.pop(one.business_object_id, None)
            else:
                self.known[one.business_object_id] = one

    async def answer(self, request: Request) -> Response:
        data, failure = await request.body(), self.failures.pop(0) if self.failures else ""
        assert request.headers["SOAPAction"].strip('"').endswith(":UpdateResponder:1:Update")
        if failure == "lost before":
            return Response(status_code=502)
        if self.meanwhile:
            then, self.meanwhile = self.meanwhile, None
            await then()
        if failure in {"", "lost after", "garbage"}:
            self.take(data)
        return {
            "": Response(wrap(riv.UpdateResponse(result_code=riv.ResultCode.OK)), media_type=CONTENT_TYPE),
            "lost after": Response(status_code=504),
            "garbage": Response(b"<html>", media_type="text/html"),
            "error": Response(
                wrap(riv.UpdateResponse(result_code=riv.ResultCode.ERROR)), media_type=CONTENT_TYPE
            ),
            "fault": Response(wrap_fault(Fault("Server", "VP009")), 500, media_type=CONTENT_TYPE),
        }[failure]


@contextmanager
def switched_on(monkeypatch: pytest.MonkeyPatch, address: str) -> Iterator[EngagementIndex]:
    for name, value in (FACTS | {"ADDRESS": address}).items():
        monkeypatch.setenv(f"WEBTIDBOK_ENGAGEMENT_INDEX__{name}", value)
    get_settings.cache_clear()
    on = get_settings().engagement_index
    assert on is not None
    yield on
    monkeypatch.undo()
    get_settings.cache_clear()


class _Direct(Client):
    """Hands over what is told without HTTP, which the tests above have: thousands of steps are told of."""

    def __init__(self, index: Index) -> None:
        self.index = index

    async def tell(self, order: Message, answer: type[Any], **_: str) -> Any:
        self.index.take(wrap(order, logical_address=FACTS["LOGICAL_ADDRESS"]))
        return answer(result_code=riv.ResultCode.OK)


class Told:
    """A world whose engagement index is told of it."""

    def __init__(self, world: World, index: Index, on: EngagementIndex, client: Client) -> None:
        self.world, self.index, self.on, self.client = world, index, on, client

    async def tell(self) -> None:
        while await tell_due(self.world.database, self.on, self.client) == AT_ONCE:
            pass

    async def rows(self) -> list[EngagementUpdate]:
        async with self.world.database.read() as session:
            return list(await session.scalars(select(EngagementUpdate)))


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=6)


@pytest.fixture
async def told(world, monkeypatch):
    index = Index()
    app = Starlette(routes=[Route("/Update", index.answer, methods=["POST"])])
    async with serving(app) as address:
        with switched_on(monkeypatch, f"{address}/Update") as on:
            client = client_of(on)
            yield Told(world, index, on, client)
            await client.close()


async def what_there_is(database: Database) -> dict[str, tuple[str, str, datetime]]:
    """Return whose each coming booking and open invitation is, at which unit, and how new: what is to be known."""
    now = clocks.now()
    async with database.read() as session:
        booked = await session.execute(
            select(Booking, Person, col(Clinic.hsa_id), col(Booking.starts_at))
            .join(Person, col(Person.id) == Booking.person_id)
            .join(Clinic, col(Clinic.id) == Booking.clinic_id)
            .where(col(Booking.status) == BookingStatus.BOOKED, col(Booking.starts_at) > now)
        )
        invited = await session.execute(
            select(Invitation, Person, col(Clinic.hsa_id), col(Invitation.invited_at))
            .join(Person, col(Person.id) == Invitation.person_id)
            .join(Clinic, col(Clinic.id) == Invitation.clinic_id)
            .where(is_open(day_of(now)))
        )
        return {
            row.id.hex: (person.number, hsa_id, local(newest).replace(tzinfo=None, microsecond=0))
            for row, person, hsa_id, newest in [*booked, *invited]
            if person.number.isdigit()
        }


def what_is_known(index: Index) -> dict[str, tuple[str, str, datetime | None]]:
    return {
        name: (one.subject_of_care, one.logical_address, one.most_recent_content)
        for name, one in index.known.items()
    }


async def agree(told: Told) -> None:
    await told.tell()
    assert what_is_known(told.index) == await what_there_is(told.world.database)


async def test_booking__is_told_as_the_contract_has_it__and_taken_away_as_the_visit_begins(
    told, world, clock
):
    [slot] = await world.publish()
    booking = await book(world, slot)
    await agree(told)
    [one] = told.index.known.values()
    assert (one.service_domain, one.categorization, one.clinical_process_interest_id) == (
        "riv:crm:scheduling", "NA", "NA",
    )  # fmt: skip
    assert (one.subject_of_care, one.logical_address) == (
        world.resident.number.digits,
        "SE2321000016-testkliniken",
    )
    assert (one.business_object_id, f"{one.most_recent_content:%Y%m%d%H%M%S}") == (
        booking.hex,
        "20261201090000",
    )
    assert (one.source_system, one.data_controller) == ("SE2321000016-WTB", "SE232100-0016")
    clock.moment = FIRST_START - timedelta(seconds=1)
    await told.tell()
    assert len(told.index.told) == 1
    clock.advance(timedelta(seconds=1))
    await told.tell()
    assert told.index.told == [(booking.hex, False), (booking.hex, True)]
    assert await told.rows() == []


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official schemas do not lie beside the repository")
async def test_what_is_sent__is_valid_by_the_official_schema(told, world):
    [slot] = await world.publish()
    await book(world, slot)
    await told.tell()
    await reception.cancel_for_resident(world.staff, booking_id=(await told.rows())[0].id.hex, message="")
    await told.tell()
    [path] = OFFICIAL.glob("**/UpdateResponder_1.0.xsd")
    parser = etree.XMLParser()
    parser.resolvers.add(Mended())
    schema = etree.XMLSchema(etree.parse(path, parser))
    assert len(told.index.bodies) == 2
    for body in told.index.bodies:
        schema.assertValid(body)


async def test_off__nothing_is_noted(world):
    [slot] = await world.publish()
    await book(world, slot)
    async with world.database.read() as session:
        assert (await session.scalars(select(EngagementUpdate))).all() == []


async def test_nothing_is_noted__of_what_was_rolled_back(told, world):
    [slot] = await world.publish()
    resident = world.resident
    hold = await journal_of(world).hold(resident, slot.hex)

    async def fail(session: Any) -> None:
        await bookings.confirm_hold(
            session, clinic_id=world.clinic_id, hold_id=UUID(hold.id), person_id=resident.person_id,
            now=clocks.now(), said={},
        )  # fmt: skip
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.database.transact(fail)
    assert await told.rows() == []


@pytest.mark.parametrize("failure", ["lost before", "lost after", "garbage", "error", "fault"])
async def test_what_fails__is_told_again__at_longer_and_longer_intervals(told, world, clock, failure):
    [slot] = await world.publish()
    await book(world, slot)
    told.index.failures = [failure] * 9
    for wait in [*WAITS, WAITS[-1], WAITS[-1]]:
        await told.tell()
        left = len(told.index.failures)
        clock.advance(wait - timedelta(seconds=1))
        await told.tell()
        assert len(told.index.failures) == left
        clock.advance(timedelta(seconds=1))
    await agree(told)
    [row] = await told.rows()
    assert (row.attempts, row.due_at, row.leased_until) == (0, FIRST_START, None)


async def test_index__that_cannot_be_reached__keeps_nobody_from_booking(told, world):
    slots = await world.publish(2)
    gone = told.on.model_copy(update={"address": "http://127.0.0.1:9/Update"})
    await book(world, slots[0])
    assert await tell_due(world.database, gone, client_of(gone)) == 1
    [row] = await told.rows()
    assert row.due_at > clocks.now()


async def test_lost_answer__and_cancelled_before_the_next_attempt__is_taken_away(told, world, clock):
    [slot] = await world.publish()
    booking = await book(world, slot)
    told.index.failures = ["lost after"]
    await told.tell()
    await journal_of(world).cancel_booking(world.resident, booking.hex, "")
    await agree(told)
    assert told.index.told == [(booking.hex, False), (booking.hex, True)]


async def test_what_came_and_went_untold__is_not_told(told, world):
    [slot] = await world.publish()
    booking = await book(world, slot)
    await journal_of(world).cancel_booking(world.resident, booking.hex, "")
    await agree(told)
    assert (told.index.told, await told.rows()) == ([], [])


async def test_change__while_the_index_is_being_told__comes_after_it(told, world):
    [slot] = await world.publish()
    booking = await book(world, slot)

    async def cancel() -> None:
        await journal_of(world).cancel_booking(world.resident, booking.hex, "")
        assert await tell_due(world.database, told.on, told.client) == 0  # somebody is at it

    told.index.meanwhile = cancel
    await told.tell()
    await agree(told)
    assert told.index.told == [(booking.hex, False), (booking.hex, True)]


async def test_worker__that_died__is_followed_by_another(told, world, clock):
    [slot] = await world.publish()
    await book(world, slot)
    await engagement_index._take(world.database, clocks.now())
    await told.tell()
    assert told.index.told == []
    clock.advance(LEASE)
    await agree(told)


async def test_many_workers__tell_each_once(told, world):
    slots = await world.publish(6)
    for number, slot in enumerate(slots):
        await book(world, slot, number)
    await asyncio.gather(*(told.tell() for _ in range(5)))
    assert sorted(told.index.told) == sorted((name, False) for name in await what_there_is(world.database))


async def test_reserve_number__is_known_here_alone(told, world):
    [slot] = await world.publish()
    person = await desk_people.register_without_number(
        world.staff, born=DAY.replace(year=1980), given_name="Utan", family_name="Nummer"
    )
    await desk_booking.book_for_resident(
        world.staff, person_id=person.id, slot_id=slot, booking_id=uuid4(), said=Said()
    )
    await agree(told)
    assert told.index.told == []


async def test_invitations__open_answered_opened_again_withdrawn_and_run_out(told, world, clock):
    slots = await world.publish(2)
    first = await invited_before(world, world.resident)
    second = await invited_before(world, world.residents[1])
    await agree(told)
    assert set(told.index.known) == {first.hex, second.hex}
    booking = await book(world, slots[0])
    await agree(told)
    assert set(told.index.known) == {booking.hex, second.hex}
    await journal_of(world).cancel_booking(world.resident, booking.hex, "")
    await invitations.withdraw_invitation(world.staff, invitation_id=second.hex)
    await agree(told)
    assert set(told.index.known) == {first.hex}
    clock.moment = datetime.combine(DAY + timedelta(days=21), FIRST_START.time(), UTC)
    await agree(told)
    assert told.index.known == {}


async def test_invitation_to_a_time__is_its_booking__rebooked_too(told, world):
    slots = await world.publish(2)
    made, moved = uuid4(), uuid4()
    person = world.resident.person_id
    await desk_booking.book_for_resident(
        world.staff, person_id=person, slot_id=slots[0], booking_id=made, said=Said(), invited=True
    )
    await agree(told)
    await desk_booking.rebook_for_resident(world.staff, old_id=made, slot_id=slots[1], booking_id=moved)
    await agree(told)
    assert set(told.index.known) == {moved.hex}


@pytest.mark.parametrize("invited_since_before", [True, False])
async def test_removal__and_its_taking_back__are_told(told, world, invited_since_before):
    slots = await world.publish(3)
    await world.publish(2, start=LATER)
    moved, cancelled, invited = [await book(world, slot, number) for number, slot in enumerate(slots)]
    if invited_since_before:
        await invited_before(world, world.residents[2])
    await agree(told)
    impact = await impact_of(world, *slots)
    done = await remove(world, impact, **{moved.hex: Choice.MOVE, invited.hex: Choice.INVITE})
    await agree(told)
    assert not {moved.hex, cancelled.hex, invited.hex} & set(told.index.known)
    await removal.take_back(world.staff, removal_id=done.id)
    await agree(told)
    assert {moved.hex, cancelled.hex, invited.hex} <= set(told.index.known)


class IndexedMachine(TimebookMachine):
    """After every step of residents and staff, in every order, the index knows what there is."""

    def __init__(self, *facts: Any, on: EngagementIndex, index: Index) -> None:
        super().__init__(*facts)
        self.on, self.index = on, index
        index.known.clear()

    def _do(self, *wanted: Any, must: Hashable = None) -> None:
        super()._do(*wanted, must=must)
        self.runner.run(self._agree())

    async def _agree(self) -> None:
        await agree(Told(self.clinics.worlds[0], self.index, self.on, _Direct(self.index)))


@pytest.mark.timeout(600)
def test_whatever_residents_and_staff_do__the_index_knows_what_is_booked(
    database_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[tuple[type, Hashable]] = Counter()
    index = Index()
    monkeypatch.setattr(bookings, "HOLDS_AN_HOUR", HOLDS_AN_HOUR)
    with switched_on(monkeypatch, "http://127.0.0.1:9/") as on, asyncio.Runner() as runner:
        database = Database(database_url)
        set_database(database)
        try:
            run_state_machine_as_test(
                lambda: IndexedMachine(runner, database, clock, seen, on=on, index=index),
                settings=settings(
                    max_examples=4,
                    phases=[Phase.generate],  # a failure is not made smaller, which takes long
                    stateful_step_count=25,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            set_database(None)
            runner.run(database.dispose())
    assert {delete for _, delete in index.told} == {True, False}
    assert len(index.told) > 20
