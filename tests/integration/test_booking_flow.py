"""Boka tid direkt and Mina tidsbokningar through their use cases, against real databases."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, inspect, select, text

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import set_database
from webtidbok_app.db.tables import (
    AccessLog,
    Booking,
    CaseType,
    Clinic,
    Draft,
    Person,
    Terms,
    TermsAcceptance,
    TimeType,
    metadata,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import (
    AgeOutside,
    CapabilityMissing,
    HoldExpired,
    InvalidInput,
    InvitedOnly,
    NotAllowed,
    NotFound,
    SlotTaken,
    StaleVersion,
    TermsNotAccepted,
    TooLateToChange,
)
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.services import booking, clinics, free_times, my_bookings, terms, time_types

DETAILS = {
    "reason": "Ont i knät",
    "interpreter": "finska",
    "access_needs": "",
    "phone": "070-174 06 05",
    "email": "",
}


@pytest.fixture
async def world(database):
    set_database(database)
    yield await build_world(database)
    set_database(None)


def _at(world: World) -> dict[str, str]:
    return {"clinic": world.clinic, "time_type": world.time_type}


async def _accept(world: World, kind: CaseTypeKind = CaseTypeKind.BOOK_DIRECT, who: int = 0) -> None:
    await terms.accept_terms(world.residents[who], clinic=world.clinic, kind=kind, version=1)


async def _hold(world: World, who: int = 0) -> str:
    found = await free_times.find_times(world.residents[who], **_at(world))
    assert found.next_free is not None
    time_id = found.next_free.id
    return (await booking.hold_time(world.residents[who], **_at(world), timeslot_id=time_id)).id


async def _book(world: World, who: int = 0):
    await _accept(world, who=who)
    hold_id = await _hold(world, who)
    await booking.keep_details(world.residents[who], **_at(world), **DETAILS)
    return await booking.book(world.residents[who], **_at(world), hold_id=hold_id)


async def test_every_use_case__refuses_anybody_but_a_resident(world):
    at = _at(world)
    for actor in (None, world.staff):
        for call in (
            time_types.list_time_types(actor, clinic=world.clinic),
            booking.get_progress(actor, **at),
            free_times.find_times(actor, **at),
            free_times.find_month(actor, **at, month=date(2026, 12, 1)),
            free_times.find_nearest(actor, **at, moment=FIRST_START),
            booking.hold_time(actor, **at, timeslot_id="x"),
            booking.step_forward(actor, **at),
            booking.release_time(actor, clinic=world.clinic),
            booking.keep_details(actor, **at, **DETAILS),
            booking.keep_typed(actor, **at, field="reason", text=""),
            booking.book(actor, **at, hold_id="x"),
            my_bookings.list_my_bookings(actor),
            my_bookings.list_at_clinic(actor, clinic=world.clinic),
            my_bookings.get_booking(actor, clinic=world.clinic, booking="x"),
            my_bookings.cancel_booking(actor, clinic=world.clinic, booking="x", message=""),
            terms.get_terms(actor, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT),
            terms.accept_terms(actor, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1),
        ):
            with pytest.raises(NotAllowed):
                await call


async def test_times__are_shown_only_after_the_terms(world):
    await world.publish(1)
    with pytest.raises(TermsNotAccepted):
        await free_times.find_times(world.resident, **_at(world))
    await _accept(world)
    assert (await free_times.find_times(world.resident, **_at(world))).next_free is not None


async def test_terms__are_accepted_once_per_version(world, clock: FixedClock):
    await _accept(world)
    await _accept(world)
    async with world.database.write() as session:
        assert await session.scalar(select(func.count()).select_from(TermsAcceptance)) == 1
        session.add(
            Terms(
                clinic_id=world.clinic_id, kind=CaseTypeKind.BOOK_DIRECT, version=2, text_sv="Nya", text_en="New",
                valid_from=clock.now() + timedelta(hours=1),
            )
        )  # fmt: skip
    at = {"clinic": world.clinic, "kind": CaseTypeKind.BOOK_DIRECT}
    before = await terms.get_terms(world.resident, **at)
    clock.advance(timedelta(hours=2))
    after = await terms.get_terms(world.resident, **at)
    assert before is not None
    assert after is not None
    assert (before.version, before.accepted_at is not None) == (1, True)
    assert (after.version, after.accepted_at) == (2, None)
    with pytest.raises(StaleVersion):
        await terms.accept_terms(world.resident, **at, version=1)


async def test_find_times__shows_the_first_days_that_have_any(world):
    await _accept(world)
    for week in range(7):
        await world.publish(2, start=FIRST_START + timedelta(weeks=week))
    found = await free_times.find_times(world.resident, **_at(world))
    assert [day for day, _ in found.days] == [date(2026, 12, 1) + timedelta(weeks=week) for week in range(5)]
    assert found.more
    rest = await free_times.find_times(world.resident, **_at(world), first=date(2027, 1, 1))
    assert ([day for day, _ in rest.days], rest.more) == ([date(2027, 1, 5), date(2027, 1, 12)], False)


async def test_find_times__without_any_names_the_other_time_types_that_have(world):
    await _accept(world)
    found = await free_times.find_times(world.resident, **_at(world))
    assert (found.next_free, found.days, found.other_forms) == (None, [], [])


async def test_find_month__gives_the_times_of_the_month(world):
    await _accept(world)
    await world.publish(3)
    found = await free_times.find_month(world.resident, **_at(world), month=date(2026, 12, 15))
    assert [slot.starts_at.date() for slot in found] == [date(2026, 12, 1)] * 3


async def test_find_nearest__gives_three_around_the_moment(world):
    await _accept(world)
    await world.publish(6)
    nearest = await free_times.find_nearest(
        world.resident, **_at(world), moment=FIRST_START + timedelta(minutes=60)
    )
    assert [(slot.starts_at - FIRST_START).seconds // 60 for slot in nearest] == [40, 60, 80]


async def test_book__makes_a_booking_and_empties_the_draft(world):
    await world.publish(1)
    booked = await _book(world)
    assert booked.reason == "Ont i knät"
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.hold, progress.details.reason, progress.booked_id) == (None, "", booked.id)
    assert progress.details.phone == "0701740605"
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog).where(AccessLog.action == "book"))
    assert (line.person_id, line.booking_id) == (world.resident.person_id, booked.id)


async def test_book__pressed_twice_books_once(world):
    await world.publish(2)
    await _accept(world)
    at = _at(world) | {"hold_id": await _hold(world)}
    await booking.keep_details(world.resident, **_at(world), **DETAILS)
    first, second = await asyncio.gather(*(booking.book(world.resident, **at) for _ in range(2)))
    assert first.id == second.id
    assert (await booking.book(world.resident, **at)).id == first.id
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 1


async def test_book__after_the_hold_ran_out_keeps_what_was_typed(world, clock: FixedClock):
    await world.publish(1)
    await _accept(world)
    hold_id = await _hold(world)
    await booking.keep_details(world.resident, **_at(world), **DETAILS)
    clock.advance(timedelta(minutes=11))
    with pytest.raises(HoldExpired):
        await booking.book(world.resident, **_at(world), hold_id=hold_id)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.hold, progress.details.reason, progress.details_done) == (None, "Ont i knät", True)


async def test_book__what_one_tab_shows__when_another_tab_chose_another_time__books_neither(world):
    first, second = (slot_id.hex for slot_id in await world.publish(2))
    await _accept(world)
    shown = await booking.hold_time(world.resident, **_at(world), timeslot_id=first)
    await booking.keep_details(world.resident, **_at(world), **DETAILS)
    other = await booking.hold_time(world.resident, **_at(world), timeslot_id=second)
    with pytest.raises(HoldExpired):
        await booking.book(world.resident, **_at(world), hold_id=shown.id)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert progress.hold == other
    assert (progress.details.reason, progress.booked_id) == ("Ont i knät", None)


async def test_book__pressed_again_in_an_old_tab__keeps_what_is_typed_for_the_next_time(world):
    await world.publish(2)
    booked = await _book(world)
    await _hold(world)
    await booking.step_forward(world.resident, **_at(world))
    await booking.keep_typed(world.resident, **_at(world), field="reason", text="Något annat")
    again = await booking.book(world.resident, **_at(world), hold_id=booked.id)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert again.id == booked.id
    assert (progress.details.reason, progress.hold is not None) == ("Något annat", True)


async def test_book__a_hold_of_somebody_else__is_refused(world):
    await world.publish(2)
    for who in (0, 1):
        await _accept(world, who=who)
        await booking.keep_details(world.residents[who], **_at(world), **DETAILS)
    theirs = await _hold(world, who=1)
    with pytest.raises(HoldExpired):
        await booking.book(world.resident, **_at(world), hold_id=theirs)
    assert (await booking.get_progress(world.residents[1], **_at(world))).hold is not None


async def test_hold__a_time_of_another_time_type__is_refused_and_let_go(world):
    [slot_id] = await world.publish(1)
    await _accept(world)
    await _accept(world, who=1)
    async with world.database.write() as session:
        session.add(
            TimeType(
                clinic_id=world.clinic_id,
                id=new_id(),
                slug="annat",
                name_sv="Annat",
                name_en="",
                length_minutes=20,
            )
        )
    with pytest.raises(NotFound):
        await booking.hold_time(
            world.resident, clinic=world.clinic, time_type="annat", timeslot_id=slot_id.hex
        )
    other = await free_times.find_times(world.residents[1], **_at(world))
    assert other.next_free is not None


async def test_hold__in_two_tabs_at_once_is_one_resident(world):
    ids = [slot_id.hex for slot_id in await world.publish(2)]
    await _accept(world)
    holds = await asyncio.gather(
        *(booking.hold_time(world.resident, **_at(world), timeslot_id=one) for one in ids)
    )
    async with world.database.read() as session:
        [held] = await session.scalars(select(Booking))
    assert held.id.hex in {hold.id for hold in holds}


async def test_hold__taken_by_another(world):
    await world.publish(1)
    await _accept(world)
    await _accept(world, who=1)
    found = await free_times.find_times(world.residents[1], **_at(world))
    await _hold(world, who=0)
    assert found.next_free is not None
    with pytest.raises(SlotTaken):
        await booking.hold_time(world.residents[1], **_at(world), timeslot_id=found.next_free.id)


async def test_step_forward__extends_only_ones_own_hold(world, clock: FixedClock):
    await world.publish(1)
    await _accept(world)
    with pytest.raises(HoldExpired):
        await booking.step_forward(world.resident, **_at(world))
    await _hold(world)
    clock.advance(timedelta(minutes=5))
    assert (await booking.step_forward(world.resident, **_at(world))).expires_at == clock.now() + timedelta(
        minutes=10
    )


async def test_release_time__frees_it_and_keeps_what_was_typed(world):
    await world.publish(1)
    await _accept(world)
    await _hold(world)
    await booking.keep_details(world.resident, **_at(world), **DETAILS)
    await booking.release_time(world.resident, clinic=world.clinic)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.hold, progress.details.reason) == (None, "Ont i knät")


async def test_draft__comes_along_to_another_time_type_and_is_gone_after_a_day(world, clock: FixedClock):
    async with world.database.write() as session:
        session.add(
            TimeType(
                clinic_id=world.clinic_id, slug="annat", name_sv="Annat", name_en="Other", length_minutes=20
            )
        )
    await world.publish(1)
    await _accept(world)
    await _hold(world)
    await booking.keep_details(world.resident, **_at(world), **DETAILS)
    other = {"clinic": world.clinic, "time_type": "annat"}
    await booking.keep_details(world.resident, **other, **(DETAILS | {"reason": "Ont i knät igen"}))
    await _hold(world)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.details.reason, progress.details_done) == ("Ont i knät igen", False)
    clock.advance(timedelta(hours=24))
    await _hold(world)
    assert (await booking.get_progress(world.resident, **_at(world))).details.reason == ""


async def test_keep_typed__is_there_again_after_a_lost_session(world):
    await world.publish(1)
    await _accept(world)
    await _hold(world)
    await booking.step_forward(world.resident, **_at(world))
    for field in ("reason", "access_needs"):
        await booking.keep_typed(world.resident, **_at(world), field=field, text="Ont i kn")
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.details.reason, progress.details.access_needs) == ("Ont i kn", "Ont i kn")
    assert not progress.details_done


async def test_keep_details__says_what_to_mend_and_keeps_the_rest(world):
    await world.publish(1)
    await _accept(world)
    await _hold(world)
    typed = DETAILS | {"reason": "x" * 151, "phone": "070-ABC", "email": "ingen adress"}
    with pytest.raises(InvalidInput) as refusal:
        await booking.keep_details(world.resident, **_at(world), **typed)
    assert refusal.value.problems == {"reason": "reason_too_long", "phone": "phone", "email": "email"}
    progress = await booking.get_progress(world.resident, **_at(world))
    assert (progress.details.reason, progress.details_done) == ("x" * 151, False)


@pytest.mark.parametrize(("minutes", "overlaps"), [(-20, False), (-10, True), (10, True), (20, False)])
async def test_overlap__with_a_time_of_ones_own_is_pointed_out(world, minutes, overlaps):
    await world.publish(1)
    booked = await _book(world)
    await world.publish(1, start=FIRST_START + timedelta(minutes=minutes))
    await _hold(world)
    progress = await booking.get_progress(world.resident, **_at(world))
    assert [time.id for time in progress.overlapping] == ([booked.id] if overlaps else [])


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({"min_age": 120}, AgeOutside),
        ({"max_age": 3}, AgeOutside),
        ({"bookable": Bookable.INVITATION}, InvitedOnly),
    ],
)
async def test_who_may_not_book__is_told_before_any_time(database, rules, error):
    set_database(database)
    world = await build_world(database, **rules)
    for call in (
        booking.get_progress(world.resident, **_at(world)),
        free_times.find_times(world.resident, **_at(world)),
        booking.hold_time(world.resident, **_at(world), timeslot_id="x"),
    ):
        with pytest.raises(error):
            await call
    set_database(None)


async def test_unknown_clinic_and_time_type__are_not_found(world):
    for at in (
        {"clinic": "finns-inte", "time_type": "besok"},
        {"clinic": world.clinic, "time_type": "finns-inte"},
    ):
        with pytest.raises(NotFound):
            await free_times.find_times(world.resident, **at)


async def test_my_bookings__shows_coming_times_and_cancels(world):
    await world.publish(1)
    booked = await _book(world)
    [at_clinic] = await my_bookings.list_my_bookings(world.resident)
    assert [time.id for time in at_clinic.times] == [booked.id]
    with pytest.raises(TermsNotAccepted):
        await my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message="")
    await _accept(world, CaseTypeKind.MANAGE_DIRECT)
    mine = await my_bookings.cancel_booking(
        world.resident, clinic=world.clinic, booking=booked.id, message=""
    )
    assert mine.time.cancelled_at is not None
    assert await my_bookings.list_my_bookings(world.resident) == []
    assert (await free_times.find_times(world.resident, **_at(world))).next_free is not None


async def test_my_bookings__after_the_deadline_tell_the_phone_number(world, clock: FixedClock):
    await world.publish(1)
    booked = await _book(world)
    await _accept(world, CaseTypeKind.MANAGE_DIRECT)
    clock.moment = booked.cancel_until + timedelta(minutes=1)
    with pytest.raises(TooLateToChange) as refusal:
        await my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message="")
    assert refusal.value.facts == {"deadline": booked.cancel_until, "phone": "010-123 45 67"}


async def test_my_bookings__of_another_are_not_found(world):
    await world.publish(1)
    booked = await _book(world)
    await _accept(world, CaseTypeKind.MANAGE_DIRECT, who=1)
    assert await my_bookings.list_my_bookings(world.residents[1]) == []
    with pytest.raises(NotFound):
        await my_bookings.get_booking(world.residents[1], clinic=world.clinic, booking=booked.id)
    with pytest.raises(NotFound):
        await my_bookings.cancel_booking(
            world.residents[1], clinic=world.clinic, booking=booked.id, message=""
        )


async def test_case_type__that_is_off_cannot_be_used(world):
    await world.publish(1)
    booked = await _book(world)
    async with world.database.write() as session:
        for kind in CaseTypeKind:
            row = await session.get_one(CaseType, (world.clinic_id, kind))
            row.active = False
    assert (await clinics.get_clinic(slug=world.clinic)).case_types == ()
    with pytest.raises(CapabilityMissing):
        await free_times.find_times(world.resident, **_at(world))
    with pytest.raises(CapabilityMissing):
        await my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=booked.id, message="")
    assert not (
        await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=booked.id)
    ).manageable


async def test_find_clinics__by_name_and_place_without_accents(world):
    async with world.database.write() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
        clinic.name, clinic.city = "Björkens vårdcentral", "Åsvik"
    for words in ("", "björk", "BJORK", "asvik vard", "vårdcentral åsvik"):
        assert [found.name for found in (await clinics.search_clinics(words=words)).clinics] == [
            "Björkens vårdcentral"
        ]
    assert (await clinics.search_clinics(words="björk lindhamn")).clinics == []


async def test_a_booking_makes_no_case__anywhere(world):
    """Bookings create no cases (ärenden): nothing but the booking's own tables gains a row."""
    await world.publish(1)
    before = await _rows(world)
    await _book(world)
    after = await _rows(world)
    grown = {table for table in after if after[table] > before[table]}
    assert grown == {"booking", "draft", "terms_acceptance", "access_log", "hold_count", "outbox_message"}


async def _rows(world: World) -> dict[str, int]:
    async with world.database.read() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


async def test_at_rest__nothing_personal_is_readable(world):
    await world.publish(1)
    await _book(world)
    resident = world.resident
    secrets = [
        resident.number.digits,
        resident.given_name,
        resident.family_name,
        "Ont i knät",
        "finska",
        "0701740605",
    ]
    async with world.database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        everything = [await connection.execute(text(f"SELECT * FROM {name}")) for name in names]  # noqa: S608
    dump = " ".join(str(rows.all()) for rows in everything)
    assert [secret for secret in secrets if secret in dump] == []
    async with world.database.read() as session:
        person = await session.get_one(Person, resident.person_id)
        draft = await session.get_one(Draft, (world.clinic_id, resident.person_id, resident.person_id))
    assert (person.given_name, draft.reason) == (resident.given_name, "")
