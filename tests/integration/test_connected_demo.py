"""The demo's clinics with a journal system of their own: connected at every start, with something to see in each."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.reference_journal import running
from webtidbok_app.db.tables import CareProvider, Clinic, JournalConnection, Region
from webtidbok_app.demo import connected
from webtidbok_app.demo.personas import CONNECTED_CLINIC, RESIDENTS
from webtidbok_app.demo.seed import seed

INGRID = next(one.number.digits for one in RESIDENTS if one.key == "ingrid")


@pytest.fixture
def journal(tmp_path, clock):
    with running(tmp_path) as started:
        started.set_clock(clock.now())
        yield started


async def _connections(database) -> dict[str, tuple[str, JournalConnection]]:
    async with database.read() as session:
        rows = await session.execute(
            select(col(Clinic.slug), col(Region.slug), JournalConnection)
            .join(JournalConnection, col(JournalConnection.clinic_id) == Clinic.id)
            .join(CareProvider, col(CareProvider.id) == Clinic.care_provider_id)
            .join(Region, col(Region.id) == CareProvider.region_id)
        )
        return {slug: (region, connection) for slug, region, connection in rows}


async def test_each_region__has_a_connected_clinic__with_times(database, journal):
    await seed(database, journal=journal.address)
    found = await _connections(database)
    assert len({region for region, _ in found.values()}) == 3
    for _, connection in found.values():
        assert connection.address == f"{journal.address}/riv/{{contract}}"
        assert journal.free(connection.logical_address) > 50


async def test_started_again__finds_the_journal_where_it_is_now__and_books_nothing_twice(database, journal):
    await seed(database, journal=journal.address)
    before = [one["id"] for one in journal.bookings()]
    assert sorted(bool(one["slot"]) for one in journal.bookings()) == [False, True, True]
    assert {one["patient"] for one in journal.bookings()} == {INGRID}
    elsewhere = journal.address.replace("127.0.0.1", "localhost")
    await seed(database, journal=elsewhere)
    assert [one["id"] for one in journal.bookings()] == before
    _, connection = (await _connections(database))[CONNECTED_CLINIC]
    assert connection.address == f"{elsewhere}/riv/{{contract}}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_a_journal_system__no_clinic_is_connected(database):
    await seed(database)
    assert await _connections(database) == {}
    assert {facts["journal"] for facts in connected.read_clinics()} == {"rivta"}
