"""Which systems may ask a clinic over the service contracts: let in by the region's superadmin, and nobody else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.producer import CONSUMER, Consumer, producing
from tests.world import World, build_world, provider_of
from webtidbok_app.db.tables import AccessLog, RivConsumer
from webtidbok_app.domain.actor import Role, Staff, System
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound
from webtidbok_app.riv_consumer import _main, change
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.soap import Fault
from webtidbok_app.services.riv_consumers import let_in, list_consumers, shut_out


@pytest.fixture(autouse=True)
def known_proxy(monkeypatch) -> Iterator[None]:
    with producing(monkeypatch):
        yield


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
async def superadmin(world) -> Staff:
    region_id = (await provider_of(world)).region_id
    return Staff("SE2321000016-S003", "Siv Super", Role.REGION_ADMIN, None, region_id)


async def may_ask(world: World, hsa_id: str = CONSUMER) -> bool:
    consumer = Consumer(world, world.resident, f"SE2321000016-{world.clinic}", hsa_id)
    asked = riv.GetAllTimeTypes(healthcare_facility=consumer.address, subject_of_care=consumer.number)
    try:
        await consumer.ask(asked, riv.GetAllTimeTypesResponse)
    except Fault:
        return False
    return True


async def test_consumer__is_let_in__named_anew__and_shut_out__and_the_clinics_log_says_so(
    world, superadmin, clock
):
    where = {"clinic": world.clinic}
    assert not await may_ask(world)
    await let_in(superadmin, **where, hsa_id=f" {CONSUMER.lower()} ", name=" 1177  tidbokning ")
    assert await may_ask(world)
    await let_in(superadmin, **where, hsa_id=CONSUMER, name="1177")
    [one] = (await list_consumers(superadmin, **where)).rows
    assert (one.hsa_id, one.name, one.since, one.by) == (CONSUMER, "1177", clock.now(), superadmin.hsa_id)
    await shut_out(superadmin, **where, hsa_id=CONSUMER)
    assert not await may_ask(world)
    assert (await list_consumers(superadmin, **where)).rows == ()
    with pytest.raises(NotFound):
        await shut_out(superadmin, **where, hsa_id=CONSUMER)
    async with world.database.read() as session:
        lines = (await session.scalars(select(AccessLog).order_by(col(AccessLog.action)))).all()
    assert [(line.action, line.clinic_id, line.actor_id) for line in lines] == [
        ("let_in_consumer", world.clinic_id, superadmin.hsa_id),
        ("shut_out_consumer", world.clinic_id, superadmin.hsa_id),
    ]


async def test_superadmin__of_another_region__finds_no_such_clinic(world, superadmin):
    other = await build_world(world.database, slug="andra", first=5)
    for act in (
        let_in(superadmin, clinic=other.clinic, hsa_id=CONSUMER, name="1177"),
        shut_out(superadmin, clinic=other.clinic, hsa_id=CONSUMER),
        list_consumers(superadmin, clinic=other.clinic),
    ):
        with pytest.raises(NotFound):
            await act


@pytest.mark.parametrize(
    ("hsa_id", "name", "field"),
    [
        ("1177", "1177", "hsa_id"),
        ("", "1177", "hsa_id"),
        (CONSUMER, " ", "name"),
        (CONSUMER, "x" * 81, "name"),
    ],
)
async def test_what_is_typed_wrong__is_told_by_field(world, superadmin, hsa_id, name, field):
    with pytest.raises(InvalidInput) as refusal:
        await let_in(superadmin, clinic=world.clinic, hsa_id=hsa_id, name=name)
    assert list(refusal.value.problems) == [field]
    async with world.database.read() as session:
        assert (await session.scalars(select(RivConsumer))).all() == []


async def test_nobody_else__lets_anybody_in(world, superadmin):
    for actor in (None, world.resident, world.staff, System(CONSUMER)):
        with pytest.raises(NotAllowed):
            await let_in(actor, clinic=world.clinic, hsa_id=CONSUMER, name="1177")


async def test_command_line__does_the_same(world, capsys):
    assert await _main(["in", world.clinic, CONSUMER, "1177"]) == 0
    assert await may_ask(world)
    assert await _main(["out", world.clinic, CONSUMER]) == 0
    assert not await may_ask(world)
    assert await _main(["in"]) == 2
    assert "python -m webtidbok_app.riv_consumer" in capsys.readouterr().err
    with pytest.raises(LookupError, match="nowhere"):
        await change(world.database, clinic="nowhere", hsa_id=CONSUMER, name="1177")
