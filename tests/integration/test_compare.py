"""Next free times at several clinics side by side, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.world import FIRST_START, World, build_world
from webtidbok_app import journal
from webtidbok_app.db.tables import CaseType, Clinic, Region
from webtidbok_app.domain.errors import NotAllowed
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import compare
from webtidbok_app.services.clinics import search_clinics

NewClinic = Callable[..., Awaitable[World]]


@pytest.fixture
def new_clinic(database) -> NewClinic:
    """Make a clinic, in a region and with residents of its own, that can be called something."""
    made: list[World] = []

    async def make(name: str, *, city: str = "Teststad", **time_type: object) -> World:
        world = await build_world(
            database, residents=1, first=len(made), slug=f"klinik-{len(made)}", **time_type
        )
        made.append(world)
        async with database.write() as session:
            clinic = await session.get_one(Clinic, world.clinic_id)
            clinic.name, clinic.city = name, city
        return world

    return make


async def _names(world: World, words: str, **how: object) -> list[str]:
    found = await compare.compare_next_free(world.resident, words=words, **how)
    return [row.clinic.name for row in found.rows]


async def test_next_free__is_the_first_time_that_is_free_for_the_resident(new_clinic):
    world = await new_clinic("Linden", name_sv="Blodprov", name_en="Blood test")
    first, _ = await world.publish(2)
    for words in ("blodprov", "BLOOD", "blodprv", "linden", "teststad"):
        [row] = (await compare.compare_next_free(world.resident, words=words)).rows
        assert (row.time_type.name.sv, row.timeslot.starts_at) == ("Blodprov", FIRST_START), words
    other = await new_clinic("Boken")
    held = await journal.connect(clinic_id=world.clinic_id, kind="standalone").hold(other.resident, first.hex)
    [row] = (await compare.compare_next_free(world.resident, words="blodprov")).rows
    assert row.timeslot.starts_at == held.timeslot.ends_at


async def test_sorted_by_next_free_time__with_those_that_have_none_last(new_clinic):
    full, late, soon = [await new_clinic(name) for name in ("Alen", "Boken", "Cedern")]
    await late.publish(1, start=FIRST_START + timedelta(days=100))
    await soon.publish(1)
    assert await _names(full, "besök") == ["Cedern", "Boken", "Alen"]
    assert await _names(full, "besök", order=compare.Order.NAME) == ["Alen", "Boken", "Cedern"]
    last = (await compare.compare_next_free(full.resident, words="besök")).rows[-1]
    assert last.timeslot is None


async def test_what_the_resident_may_not_book__is_left_out(new_clinic):
    await new_clinic("Bara kallade", bookable=Bookable.INVITATION)
    await new_clinic("Bara barn", max_age=12)
    open_to_all = await new_clinic("Alla", min_age=18)
    assert await _names(open_to_all, "besök") == ["Alla"]


async def test_clinic_that_does_not_let_book_on_the_web__is_left_out(new_clinic):
    world, closed = await new_clinic("Öppna"), await new_clinic("Stängda")
    async with closed.database.write() as session:
        (await session.get_one(CaseType, (closed.clinic_id, CaseTypeKind.BOOK_DIRECT))).active = False
    assert await _names(world, "besök") == ["Öppna"]


async def test_region_and_place__narrow_it_down(new_clinic):
    here = await new_clinic("Linden", city="Lindhamn")
    await new_clinic("Boken", city="Åsvik")
    assert await _names(here, "besök åsvik") == ["Boken"]
    assert await _names(here, "besök", region=f"region-{here.clinic}") == ["Linden"]
    assert await _names(here, "besök", region="finns-inte") == []
    found = await compare.compare_next_free(here.resident, words="")
    assert (found.rows, [region.slug for region in found.regions]) == (
        [],
        ["region-klinik-0", "region-klinik-1"],
    )


async def test_near_words__are_said_to_be_only_near(new_clinic):
    world = await new_clinic("Linden", name_sv="Vaccination")
    assert (await compare.compare_next_free(world.resident, words="vaksination")).only_near
    assert not (await compare.compare_next_free(world.resident, words="vaccin")).only_near
    assert (await compare.compare_next_free(world.resident, words="tandläkare")).rows == []


async def test_more_than_can_be_compared__asks_the_nearest_and_says_so(new_clinic, monkeypatch):
    monkeypatch.setattr(compare, "MOST_COMPARED", 1)
    await new_clinic("Alen", name_sv="Långt besök")
    world = await new_clinic("Boken", name_sv="Besök")
    found = await compare.compare_next_free(world.resident, words="besök")
    assert [row.clinic.name for row in found.rows] == ["Boken"]
    assert found.more


async def test_another_journal_system__is_listed_but_not_asked(new_clinic, monkeypatch):
    class Untouched(StandaloneJournal):
        async def time_types(self, patient):
            raise AssertionError("asked before the resident has opened the clinic")

        async def available_timeslots(self, patient, time_type, first, last, *, limit=None):
            raise AssertionError("asked before the resident has opened the clinic")

    connect = journal.connect
    other, ours = [await new_clinic(name) for name in ("Linden", "Boken")]
    await new_clinic("Cedern")
    await ours.publish(1)
    async with other.database.write() as session:
        clinic = await session.get_one(Clinic, other.clinic_id)
        clinic.journal, clinic.kind_sv = "another", "Besök och råd"
    monkeypatch.setattr(
        journal,
        "connect",
        lambda *, clinic_id, kind, connection: (
            Untouched(clinic_id, other.database)
            if kind == "another"
            else connect(clinic_id=clinic_id, kind=kind, connection=connection)
        ),
    )
    found = await compare.compare_next_free(ours.resident, words="besök")
    assert [(row.clinic.name, row.time_type is None) for row in found.rows] == [
        ("Boken", False),
        ("Linden", True),
        ("Cedern", False),
    ]


async def test_only_residents__may_compare(new_clinic):
    world = await new_clinic("Linden")
    for actor in (None, world.staff):
        with pytest.raises(NotAllowed):
            await compare.compare_next_free(actor, words="besök")


async def test_search__is_within_a_region__and_tells_which_regions_have_clinics(new_clinic, database):
    await new_clinic("Linden")
    await new_clinic("Lindens hudmottagning")
    async with database.write() as session:
        session.add(Region(name="Utan mottagningar", slug="tom"))
    found = await search_clinics(words="linden")
    assert [clinic.name for clinic in found.clinics] == ["Linden", "Lindens hudmottagning"]
    assert [region.slug for region in found.regions] == ["region-klinik-0", "region-klinik-1"]
    narrowed = await search_clinics(words="linden", region="region-klinik-1")
    assert [clinic.name for clinic in narrowed.clinics] == ["Lindens hudmottagning"]
    assert narrowed.regions == found.regions


async def test_elsewhere__are_other_clinics_with_the_same__the_soonest_first__with_counts(new_clinic):
    full, late, soon, none = [await new_clinic(name) for name in ("Alen", "Boken", "Cedern", "Eken")]
    await late.publish(2, start=FIRST_START + timedelta(days=100))
    await soon.publish(3)
    found = await compare.find_elsewhere(full.resident, clinic=full.clinic, time_type=full.time_type)
    assert [(other.clinic.name, other.count) for other in found] == [("Cedern", 3), ("Boken", 0)]
    await full.publish(1)
    found = await compare.find_elsewhere(none.resident, clinic=none.clinic, time_type=none.time_type)
    assert {other.clinic.name for other in found} == {"Alen", "Boken", "Cedern"}
    with pytest.raises(NotAllowed):
        await compare.find_elsewhere(full.staff, clinic=full.clinic, time_type=full.time_type)


async def test_elsewhere__what_is_only_nearly_called_so__is_not_the_same(new_clinic):
    full = await new_clinic("Alen", name_sv="Blodprov", name_en="Blood test")
    near = await new_clinic("Boken", name_sv="Bladprov", name_en="Leaf test")
    await near.publish(1)
    assert await compare.find_elsewhere(full.resident, clinic=full.clinic, time_type=full.time_type) == []
