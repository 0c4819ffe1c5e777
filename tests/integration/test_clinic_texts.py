"""The clinic's own words, and the versions of its terms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.world import World, build_world
from webtidbok_app.db.tables import CaseType, Clinic
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, StaleVersion, TermsNotAccepted
from webtidbok_app.domain.swedish_time import day_of, start_of_day
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.services import clinic_texts, free_times, terms, terms_versions
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.terms_versions import When

BOOK = CaseTypeKind.BOOK_DIRECT


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


def admin(world: World) -> Staff:
    return replace(world.staff, role=Role.CLINIC_ADMIN)


async def accept(world: World, version: int, person: int = 0) -> None:
    resident = world.residents[person]
    await terms.accept_terms(resident, clinic=world.clinic, kind=BOOK, version=version)


def versions(found) -> list[tuple[int, When, int]]:
    return [(one.version, one.when, one.accepted) for one in found.versions]


async def test_presentation__is_kept_tidied__and_shown(world):
    await clinic_texts.set_presentation(
        admin(world), text=Text("<div>Hej <b>du</b><script>x</script></div>", "")
    )
    assert (await get_clinic(slug=world.clinic)).text == Text("<p>Hej <strong>du</strong></p>")


async def test_case_type__its_texts_are_kept__and_left_out_ones_emptied(world):
    both = {"text": Text("Prover", "Samples"), "not_here": Text("Feber")}
    await clinic_texts.set_case_type_texts(admin(world), kind=BOOK, texts=both)
    found = (await get_clinic(slug=world.clinic)).case_type(BOOK)
    assert (found.text, found.not_here) == (Text("<p>Prover</p>", "<p>Samples</p>"), Text("<p>Feber</p>"))
    saved = await clinic_texts.set_case_type_texts(
        admin(world), kind=BOOK, texts={"care_info": Text("Skriv kort")}
    )
    assert saved.of(BOOK).texts == {
        "text": Text(),
        "not_here": Text(),
        "care_info": Text("<p>Skriv kort</p>"),
    }
    assert saved.of(BOOK).active


async def test_case_type__without_a_row__gets_one_that_is_off(world, database):
    async with database.write() as session:
        await session.delete(await session.get_one(CaseType, (world.clinic_id, CaseTypeKind.REQUEST)))
    saved = await clinic_texts.set_case_type_texts(
        admin(world), kind=CaseTypeKind.REQUEST, texts={"text": Text("Fråga oss")}
    )
    assert not saved.of(CaseTypeKind.REQUEST).active


async def test_text__too_long_or_in_english_only__is_refused(world, database):
    with pytest.raises(InvalidInput) as refused:
        await clinic_texts.set_case_type_texts(
            admin(world), kind=BOOK, texts={"text": Text("x" * 1001), "not_here": Text("", "Fever")}
        )
    assert refused.value.problems == {"text_sv": "too_long", "not_here_sv": "swedish_missing"}
    await clinic_texts.set_case_type_texts(
        admin(world), kind=BOOK, texts={"text": Text(f"<b>{'x' * 1000}</b>")}
    )
    async with database.read() as session:
        assert (await session.get_one(Clinic, world.clinic_id)).text_sv == ""


async def test_texts__two_who_write_at_once__the_second_is_told_and_loses_nothing(world):
    both = admin(world)
    shown = await clinic_texts.get_texts(both)
    await clinic_texts.set_presentation(both, text=Text("Först"), seen=shown)
    with pytest.raises(StaleVersion):
        await clinic_texts.set_presentation(both, text=Text("Sedan"), seen=shown)
    await clinic_texts.set_case_type_texts(both, kind=BOOK, texts={"text": Text("Först")}, seen=shown)
    with pytest.raises(StaleVersion):
        await clinic_texts.set_case_type_texts(both, kind=BOOK, texts={}, seen=shown)
    anew = await clinic_texts.get_texts(both)
    assert anew.presentation == anew.of(BOOK).texts["text"] == Text("<p>Först</p>")
    saved = await clinic_texts.set_presentation(both, text=Text("Sedan"), seen=anew)
    assert saved.presentation == Text("<p>Sedan</p>")


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY, Role.REGION_ADMIN])
async def test_texts__others_may_not_change_them(world, role):
    staff = replace(world.staff, role=role)
    for act in (
        clinic_texts.set_presentation(staff, text=Text("Hej")),
        clinic_texts.set_case_type_texts(staff, kind=BOOK, texts={}),
        terms_versions.plan_terms(staff, kind=BOOK, text=Text("Hej"), first_day=None),
        terms_versions.remove_terms(staff, kind=BOOK, version=1),
    ):
        with pytest.raises(NotAllowed):
            await act
    if role is not Role.REGION_ADMIN:
        assert not (await clinic_texts.get_texts(staff)).may_change
        assert not (await terms_versions.list_terms(staff, kind=BOOK)).may_change


async def test_terms__a_coming_version__comes_into_force_at_midnight__and_is_accepted_anew(world, clock):
    await accept(world, 1)
    await accept(world, 1, person=1)
    day = day_of(clock.now()) + timedelta(days=7)
    await terms_versions.plan_terms(admin(world), kind=BOOK, text=Text("<b>Nytt</b>", "New"), first_day=day)
    found = await terms_versions.plan_terms(
        admin(world), kind=BOOK, text=Text("Nyare", "Newer"), first_day=day
    )
    assert versions(found) == [(2, When.COMING, 0), (1, When.IN_FORCE, 2)]
    clock.advance(start_of_day(day) - clock.now() - timedelta(seconds=1))
    way = {"clinic": world.clinic, "time_type": world.time_type}
    await free_times.find_times(world.resident, **way)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TermsNotAccepted):
        await free_times.find_times(world.resident, **way)
    await accept(world, 2)
    await free_times.find_times(world.resident, **way)
    found = await terms_versions.list_terms(world.staff, kind=BOOK)
    assert versions(found) == [(2, When.IN_FORCE, 1), (1, When.OVER, 2)]
    assert found.in_force.text == Text("<p>Nyare</p>", "<p>Newer</p>")
    with pytest.raises(StaleVersion):
        await terms_versions.remove_terms(admin(world), kind=BOOK, version=2)


async def test_terms__from_today__are_in_force_at_once__and_the_next_is_a_new_version(world, clock):
    today = day_of(clock.now())
    for version in (2, 3):
        found = await terms_versions.plan_terms(admin(world), kind=BOOK, text=Text("Nu"), first_day=today)
        assert found.in_force.version == version
        assert found.coming is None


async def test_terms__written_by_two_at_once__or_come_into_force_meanwhile__are_refused(world, clock):
    day = day_of(clock.now()) + timedelta(days=1)
    words = {"kind": BOOK, "text": Text("Nytt"), "first_day": day}
    shown = await terms_versions.list_terms(admin(world), kind=BOOK)
    planned = await terms_versions.plan_terms(admin(world), **words, seen=shown)
    with pytest.raises(StaleVersion):
        await terms_versions.plan_terms(admin(world), **words, seen=shown)
    await accept(world, 1)  # what residents do changes nothing that staff have written
    planned = await terms_versions.plan_terms(admin(world), **words, seen=planned)
    clock.advance(timedelta(days=1))
    later = words | {"first_day": day + timedelta(days=1)}
    with pytest.raises(StaleVersion):
        await terms_versions.plan_terms(admin(world), **later, seen=planned)


async def test_terms__a_coming_version__can_be_taken_away__twice(world, clock):
    day = day_of(clock.now()) + timedelta(days=1)
    await terms_versions.plan_terms(admin(world), kind=BOOK, text=Text("Nytt"), first_day=day)
    for _ in range(2):
        found = await terms_versions.remove_terms(admin(world), kind=BOOK, version=2)
        assert versions(found) == [(1, When.IN_FORCE, 0)]


async def test_terms__without_words_or_from_a_day_that_has_been__are_refused(world, clock):
    with pytest.raises(InvalidInput) as refused:
        await terms_versions.plan_terms(admin(world), kind=BOOK, text=Text("<p> </p>"), first_day=None)
    assert refused.value.problems == {"terms_sv": "swedish_missing", "first_day": "first_day"}
    yesterday = day_of(clock.now()) - timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        await terms_versions.plan_terms(admin(world), kind=BOOK, text=Text("Nytt"), first_day=yesterday)
    assert refused.value.problems == {"first_day": "first_day_passed"}
