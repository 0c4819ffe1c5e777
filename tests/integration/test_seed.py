"""The demo: fourteen clinics of different kinds, in three regions, ready to book at and safe to start again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.tables import Booking, Clinic, Performer, Person, Slot, StaffRole, TimeType
from webtidbok_app.demo.personas import CONNECTED_CLINIC, NEW_CLINIC, RESIDENTS, STAFF, YOUTH_CLINIC
from webtidbok_app.demo.seed import seed
from webtidbok_app.domain import clock as our_clock
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.services import clinics
from webtidbok_app.services.time_types import may_book

LONG_WAIT = "norrskenets-allergimottagning"
WITHOUT_TIMES = "solglantans-bvc"
TABLES = (Booking, Clinic, Performer, Person, Slot, StaffRole, TimeType)
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what depends on the data alone."""


@pytest.fixture
async def seeded(database):
    await seed(database)
    return database


async def _resident(database, key: str) -> Resident:
    one = next(person for person in RESIDENTS if person.key == key)
    async with database.read() as session:
        person = await session.scalar(
            select(Person).where(Person.number_hash == lookup_hash(one.number.digits))
        )
    return Resident(person.id, one.number, one.given_name, one.family_name)


async def _first_free(resident: Resident, clinic: str, time_type: str) -> datetime | None:
    found = await clinics.get_clinic(slug=clinic)
    today = swedish_time.day_of(our_clock.now())
    slots = await found.journal(resident).available_timeslots(
        resident, time_type, today, today + timedelta(days=365), limit=1
    )
    return slots[0].starts_at if slots else None


async def _counts(database) -> dict[str, int]:
    async with database.read() as session:
        return {
            table.__name__: await session.scalar(select(func.count()).select_from(table)) for table in TABLES
        }


@on_one_database
async def test_demo__has_fourteen_clinics_of_many_kinds_in_three_regions(seeded):
    found = await clinics.list_clinics()
    found = [
        clinic for clinic in found if clinic.slug != NEW_CLINIC
    ]  # which has just been given its timebook
    assert len(found) == 14
    assert len({clinic.region.slug for clinic in found}) == 3
    assert len({clinic.care_provider for clinic in found}) == 5
    assert len({clinic.kind.sv for clinic in found}) >= 11
    assert all(clinic.kind.en and clinic.hours.en and clinic.text.en for clinic in found)


async def _clinics_with_a_free_time(resident: Resident) -> set[str]:
    return {
        clinic.slug
        for clinic in await clinics.list_clinics()
        if clinic.offers(CaseTypeKind.BOOK_DIRECT)
        for kind in await clinic.journal(resident).time_types(resident)
        if may_book(resident, kind) is None and await _first_free(resident, clinic.slug, kind.id)
    }


@on_one_database
async def test_every_clinic_that_lets_book__has_times_for_somebody__but_the_one_without(seeded):
    grown, young = [await _resident(seeded, key) for key in ("karin", "noel")]
    booking = {
        clinic.slug for clinic in await clinics.list_clinics() if clinic.offers(CaseTypeKind.BOOK_DIRECT)
    }
    for_grown = await _clinics_with_a_free_time(grown)
    assert for_grown == booking - {WITHOUT_TIMES, YOUTH_CLINIC}
    assert YOUTH_CLINIC in await _clinics_with_a_free_time(young)


async def test_clinic_with_a_long_wait__has_nothing_free_for_nine_weeks__and_goes_on_so(seeded, clock):
    karin = await _resident(seeded, "karin")
    for _ in range(2):
        first = await _first_free(karin, LONG_WAIT, "allergiutredning-nybesok")
        assert timedelta(weeks=9) < first - our_clock.now() < timedelta(weeks=16)
        clock.advance(timedelta(weeks=5))
        await seed(seeded)


async def test_started_again__adds_nothing_on_the_same_day__and_rolls_on_later(seeded, clock):
    before = await _counts(seeded)
    await seed(seeded)
    assert await _counts(seeded) == before
    clock.advance(timedelta(weeks=2))
    await seed(seeded)
    later = await _counts(seeded)
    assert {name for name in later if later[name] > before[name]} == {"Booking", "Slot"}


async def test_database_from_before_a_clinic_was_added__gets_it(seeded):
    async with seeded.write() as session:
        clinic = await session.scalar(select(Clinic).where(Clinic.slug == LONG_WAIT))
        clinic.slug, clinic.hsa_id = "en-gammal-mottagning", "SE2321000016-GAMMAL"
    await seed(seeded)
    assert len(await clinics.list_clinics()) == 16
    assert (await clinics.get_clinic(slug=LONG_WAIT)).name == "Norrskenets allergimottagning"


@on_one_database
async def test_the_people_of_the_demo__have_the_roles_they_say(seeded):
    async with seeded.read() as session:
        rows = await session.execute(
            select(col(StaffRole.hsa_id), col(StaffRole.role), col(Clinic.slug)).outerjoin(
                Clinic, col(Clinic.id) == StaffRole.clinic_id
            )
        )
    here = [(person.hsa_id, *one) for person in STAFF for one in person.commissions]
    assert set(rows) == {one for one in here if one[2] != CONNECTED_CLINIC}, "which needs its journal system"
