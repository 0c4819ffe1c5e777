"""The rules of a time type, through the use cases that residents and staff have."""

from dataclasses import fields, replace
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.integration.test_messages import set_clinic
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import Booking, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import (
    AgeOutside,
    HoldExpired,
    InvalidInput,
    InvitedOnly,
    NotAllowed,
    NotFound,
    ScheduleChanged,
    SlotWithdrawn,
    StaleVersion,
    TooManyBookings,
)
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.question import Answer, Question, Words
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import booking, free_times, my_bookings, reception, schedule, terms, time_types
from webtidbok_app.services.performers import PerformerFacts, list_performers, save_performer
from webtidbok_app.services.schedule_changes import list_changes
from webtidbok_app.services.time_type_rules import (
    Rules,
    add_time_type,
    change_time_type,
    check_rules,
    list_rules,
)
from webtidbok_app.services.time_type_templates import list_time_type_templates
from webtidbok_app.timebook import bookings
from webtidbok_app.timebook.hand_over import hand_over_due

FASTING = Question(
    Words("Är du fastande?", "Are you fasting?"), (Words("Ja", "Yes"), Words("Nej", "No")), required=True
)
TYPED = {"reason": "", "interpreter": "", "access_needs": "", "phone": "070-174 06 05", "email": ""}


@pytest.fixture
async def world(database) -> World:
    built = await build_world(database)
    for kind in (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT):
        await terms.accept_terms(built.resident, clinic=built.clinic, kind=kind, version=1)
    return built


def admin_of(world: World) -> Staff:
    return replace(world.staff, role=Role.CLINIC_ADMIN)


def at(world: World) -> dict[str, str]:
    return {"clinic": world.clinic, "time_type": world.time_type}


async def change(world: World, **changes: object) -> None:
    """Change the rules as the administrator does."""
    [one] = [one for one in (await list_rules(world.staff)).time_types if one.slug == world.time_type]
    rules = replace(one.rules, **changes)
    await change_time_type(admin_of(world), slug=one.slug, version=one.version, rules=rules)


async def free_starts(world: World) -> list[object]:
    found = await free_times.find_month(world.resident, **at(world), month=date(2026, 12, 1))
    return [slot.starts_at for slot in found]


async def book(world: World, slot_id, said=()) -> str:
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    await booking.keep_details(world.resident, **at(world), **TYPED, said=said)
    return (await booking.book(world.resident, **at(world), hold_id=held.id)).id


async def test_earliest_days__a_time_opens_on_its_day__and_not_before(world, clock):
    [slot_id] = await world.publish(1)
    await change(world, opening=Opening(earliest_days=7))
    assert await free_starts(world) == []
    with pytest.raises(SlotWithdrawn):
        await StandaloneJournal(world.clinic_id, world.database).hold(world.resident, slot_id.hex)
    clock.advance(timedelta(hours=16))  # midnight in Sweden: seven days before
    assert await free_starts(world) == [FIRST_START]
    assert await book(world, slot_id)


async def test_release__times_open_together_at_its_moment(world, clock):
    await world.publish(2)
    await change(world, opening=Opening(0, None, 1, time(8), 1))  # Tuesdays at 8, one week
    assert await free_starts(world) == []
    clock.advance(timedelta(days=1) - timedelta(seconds=1))
    assert await free_starts(world) == []
    clock.advance(timedelta(seconds=1))  # released: until the end of Monday 30 November
    assert await free_starts(world) == []
    clock.advance(timedelta(days=7))
    assert (await free_times.find_times(world.resident, **at(world))).next_free is not None


async def test_next_free__looks_no_further_than_what_is_open(world):
    await world.publish(1, start=FIRST_START + timedelta(days=30))
    await change(world, opening=Opening(earliest_days=20))
    found = await free_times.find_times(world.resident, **at(world))
    assert found.next_free is None
    assert not found.any_at_all


async def test_max_active__one_more_is_refused__before_any_time_is_shown_and_when_it_is_booked(world):
    first, second = await world.publish(2)
    await change(world, max_active=1)
    held = await StandaloneJournal(world.clinic_id, world.database).hold(world.resident, first.hex)
    booked = await StandaloneJournal(world.clinic_id, world.database).make_booking(
        world.resident, held.id, BookingDetails(phone="0701740605")
    )
    with pytest.raises(TooManyBookings) as refused:
        await free_times.find_times(world.resident, **at(world))
    assert refused.value.facts == {"most": 1}
    with pytest.raises(TooManyBookings):
        await booking.hold_time(world.resident, **at(world), timeslot_id=second.hex)
    journal = StandaloneJournal(world.clinic_id, world.database)
    slipped_in = await journal.hold(world.resident, second.hex)
    with pytest.raises(TooManyBookings):
        await journal.make_booking(world.resident, slipped_in.id, BookingDetails(phone="0701740605"))
    assert [one.id for one in await journal.schedule(world.resident)] == [booked.id]
    again = await journal.make_booking(world.resident, held.id, BookingDetails())
    assert again.id == booked.id


async def test_max_active__the_booked_time_can_be_exchanged__and_after_cancelling_another_booked(world):
    first, second, third = await world.publish(3)
    await change(world, max_active=1)
    booked = await book(world, first)
    old = time_types.OldBooking(world.clinic, booked)
    assert (await free_times.find_times(world.resident, **at(world), rebooks=old)).next_free is not None
    journal = StandaloneJournal(world.clinic_id, world.database)
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=second.hex, rebooks=old)
    newer = await journal.rebook_booking(world.resident, booked, held.id)
    await my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=newer.id, message="")
    assert await book(world, third)


async def test_staff_only__residents_do_not_see_it__but_keep_what_they_have(world):
    first, _ = await world.publish(2)
    booked = await book(world, first)
    await change(world, bookable=Bookable.STAFF)
    assert await time_types.list_time_types(world.resident, clinic=world.clinic) == []
    with pytest.raises(NotFound):
        await free_times.find_times(world.resident, **at(world))
    mine = await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=booked)
    assert mine.time.time_type.sv == "Besök"


async def test_invitation_only__is_seen__and_not_booked(world):
    await world.publish(1)
    await change(world, bookable=Bookable.INVITATION)
    [kind] = await time_types.list_time_types(world.resident, clinic=world.clinic)
    assert isinstance(time_types.may_book(world.resident, kind), InvitedOnly)
    with pytest.raises(InvitedOnly):
        await free_times.find_times(world.resident, **at(world))


async def test_questions__are_asked_kept_and_read_by_staff__as_they_were_asked(world):
    [slot_id] = await world.publish(1)
    await change(world, questions=(FASTING, Question(Words("Vilka läkemedel?"))))
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    with pytest.raises(InvalidInput) as refused:
        await booking.keep_details(world.resident, **at(world), **TYPED, said=["", "Alvedon"])
    assert refused.value.problems == {"question_0": "choice_missing"}
    kept = await booking.get_progress(world.resident, **at(world))
    assert (list(kept.said), kept.details_done) == (["", "Alvedon"], False)
    await booking.keep_answer(world.resident, **at(world), question=0, text="Nej")
    await booking.keep_details(world.resident, **at(world), **TYPED, said=["Nej", "Alvedon"])
    assert (await booking.get_progress(world.resident, **at(world))).details_done
    booked = await booking.book(world.resident, **at(world), hold_id=held.id)
    await change(world, questions=())
    opened = await reception.open_booking(world.staff, booking_id=booked.id)
    assert opened.answers == (
        Answer(FASTING.text, Words("Nej", "No")),
        Answer(Words("Vilka läkemedel?"), Words("Alvedon")),
    )


async def test_a_question_that_comes_to_be__is_asked_before_it_is_booked(world):
    [slot_id] = await world.publish(1)
    await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    await booking.keep_details(world.resident, **at(world), **TYPED)
    assert (await booking.get_progress(world.resident, **at(world))).details_done
    await change(world, questions=(FASTING,))
    assert not (await booking.get_progress(world.resident, **at(world))).details_done


async def second_type(world: World, **facts: object) -> TimeType:
    made = await add_time_type(admin_of(world), rules=Rules(name_sv="Akut tid", **facts))
    async with world.database.read() as session:
        return await session.get_one(TimeType, (world.clinic_id, made.id))


async def test_hand_over__what_nobody_has_becomes_the_other_type__and_a_cancelled_booking_stays_what_it_was(
    world, clock
):
    free, had, gone = await world.publish(3)
    kept = await book(world, had)
    cancelled = await book(world, gone)
    await my_bookings.cancel_booking(world.resident, clinic=world.clinic, booking=cancelled, message="")
    acute = await second_type(world)
    await change(world, hand_over_hours=24, hand_over_to=acute.id)
    clock.advance(FIRST_START - timedelta(hours=24, seconds=1) - clock.now())
    await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Besök": 3}
    clock.advance(timedelta(seconds=1))
    await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Besök": 2, "Akut tid": 1}
    clock.advance(timedelta(hours=1))
    await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Besök": 1, "Akut tid": 2}
    mine = await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=cancelled)
    assert mine.time.time_type.sv == "Besök"
    assert (await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=kept)).time
    assert free is not None
    acute_times = {"clinic": world.clinic, "time_type": acute.slug}
    assert (await free_times.find_times(world.resident, **acute_times)).next_free is not None


async def _types_of_published(world: World) -> dict[str, int]:
    async with world.database.read() as session:
        names = await session.scalars(
            select(col(TimeType.name_sv))
            .join(Slot, col(Slot.time_type_id) == TimeType.id)
            .where(col(Slot.withdrawn_at).is_(None))
        )
        found = list(names)
    return {name: found.count(name) for name in set(found)}


async def test_hand_over__what_somebody_is_about_to_book__waits(world, clock):
    [slot_id] = await world.publish(1)
    acute = await second_type(world)
    await change(world, hand_over_hours=24, hand_over_to=acute.id)
    clock.advance(FIRST_START - timedelta(hours=24) - clock.now())
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Besök": 1}
    clock.advance(held.expires_at - clock.now())
    await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Akut tid": 1}
    async with world.database.read() as session:
        assert not list(await session.scalars(select(Booking).where(Booking.status == "booked")))


async def test_hand_over__at_a_clinic_with_another_timebook__changes_nothing(world, clock):
    await world.publish(1)
    acute = await second_type(world)
    await change(world, hand_over_hours=24, hand_over_to=acute.id)
    await set_clinic(world, journal="rivta")
    clock.advance(FIRST_START - timedelta(hours=24) - clock.now())
    assert not await hand_over_due(world.database)
    assert await _types_of_published(world) == {"Besök": 1}


async def test_hand_over__a_hold_that_ran_out_cannot_become_a_booking_after__and_staff_see_the_change(
    world, clock
):
    [slot_id] = await world.publish(1)
    acute = await second_type(world)
    await change(world, hand_over_hours=24, hand_over_to=acute.id)
    clock.advance(FIRST_START - timedelta(hours=24) - clock.now())
    impact = await schedule.weigh_withdrawal(world.staff, slot_ids=[slot_id])
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    pressed_at = held.expires_at - timedelta(milliseconds=1)
    clock.advance(held.expires_at - clock.now())
    await hand_over_due(world.database)
    async with world.database.write() as session:
        with pytest.raises(HoldExpired):
            await bookings.confirm_hold(
                session, clinic_id=world.clinic_id, hold_id=UUID(held.id), person_id=world.resident.person_id,
                now=pressed_at, said={},
            )  # fmt: skip
    with pytest.raises(ScheduleChanged):
        await schedule.withdraw(world.staff, slot_ids=[slot_id], seen=impact.seen)
    newest = (await list_changes(world.staff))[0]
    assert (newest.kind, newest.changed_by, newest.slots) == ("hand_over", "Webtidbok", 1)


async def test_question_that_comes_as_one_is_about_to_book__is_asked_first(world):
    [slot_id] = await world.publish(1)
    held = await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    await booking.keep_details(world.resident, **at(world), **TYPED)
    await change(world, questions=(FASTING,))
    with pytest.raises(InvalidInput) as refused:
        await booking.book(world.resident, **at(world), hold_id=held.id)
    assert refused.value.problems == {"question_0": "choice_missing"}
    await booking.keep_answer(world.resident, **at(world), question=0, text="Ja")
    assert (await booking.book(world.resident, **at(world), hold_id=held.id)).answers


async def test_age__is_judged_where_it_is_booked_too(world):
    [slot_id] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    held = await journal.hold(world.resident, slot_id.hex)
    await change(world, min_age=120)
    with pytest.raises(AgeOutside):
        await journal.make_booking(world.resident, held.id, BookingDetails(phone="0701740605"))
    assert await journal.schedule(world.resident) == []


async def test_rules__others_than_the_administrator_read_them(world):
    found = await list_rules(world.staff)
    assert [one.slug for one in found.time_types] == [world.time_type]
    assert not found.may_change
    one = found.time_types[0]
    with pytest.raises(NotAllowed):
        await change_time_type(world.staff, slug=one.slug, version=1, rules=one.rules)
    with pytest.raises(NotAllowed):
        await add_time_type(world.staff, rules=one.rules)
    with pytest.raises(NotAllowed):
        await list_rules(world.resident)


async def test_rules__of_two_who_change_at_once__the_second_is_told(world):
    [one] = (await list_rules(world.staff)).time_types
    admin = admin_of(world)
    await change_time_type(admin, slug=one.slug, version=one.version, rules=replace(one.rules, max_active=2))
    with pytest.raises(StaleVersion):
        await change_time_type(admin, slug=one.slug, version=one.version, rules=one.rules)
    [now] = (await list_rules(world.staff)).time_types
    assert (now.rules.max_active, now.version) == (2, one.version + 1)


async def test_rules__another_clinics_are_not_there(world, database):
    other = await build_world(database, slug="annan", first=5)
    with pytest.raises(NotFound):
        await change_time_type(admin_of(other), slug="finns-inte", version=1, rules=Rules(name_sv="X"))
    with pytest.raises(InvalidInput) as refused:
        await add_time_type(
            admin_of(other), rules=Rules(name_sv="X", hand_over_hours=1, hand_over_to=world.time_type_id)
        )
    assert refused.value.problems == {"hand_over_to": "hand_over_to"}


async def test_rules__times_are_handed_over_once(world):
    acute = await second_type(world)
    await change(world, hand_over_hours=24, hand_over_to=acute.id)
    handing = {"hand_over_hours": 2, "hand_over_to": world.time_type_id}
    with pytest.raises(InvalidInput) as refused:
        await change_time_type(
            admin_of(world), slug=acute.slug, version=1, rules=Rules(name_sv="Akut tid", **handing)
        )
    assert refused.value.problems == {"hand_over_to": "hand_over_chain"}
    with pytest.raises(InvalidInput):
        await add_time_type(admin_of(world), rules=Rules(name_sv="Tredje", **handing))


async def test_a_new_time_type__has_an_address_of_its_own(world):
    names = ["Åre – återbesök", "Åre: återbesök", "!!"]
    made = [await add_time_type(admin_of(world), rules=Rules(name_sv=name)) for name in names]
    assert [one.slug for one in made] == ["are-aterbesok", "are-aterbesok-2", "tidstyp"]


@pytest.mark.parametrize("name", list(list_time_type_templates()))
def test_every_template__can_be_saved_as_it_is(name):
    assert check_rules(list_time_type_templates()[name]) == {}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name_sv": ""}, "name_sv"),
        ({"name_sv": "x" * 61}, "name_sv"),
        ({"length_minutes": 4}, "length_minutes"),
        ({"length_minutes": 1441}, "length_minutes"),
        ({"min_age": -1}, "min_age"),
        ({"max_age": 121}, "max_age"),
        ({"min_age": 18, "max_age": 17}, "max_age"),
        ({"max_active": 0}, "max_active"),
        ({"max_active": 21}, "max_active"),
        ({"cancel_hours": 721}, "cancel_hours"),
        ({"opening": Opening(-1)}, "notice_minutes"),
        ({"opening": Opening(earliest_days=0)}, "earliest_days"),
        ({"opening": Opening(earliest_days=366)}, "earliest_days"),
        ({"opening": Opening(0, None, 7, time(8), 1)}, "release_weekday"),
        ({"opening": Opening(0, None, 0, time(3, 59), 1)}, "release_time"),
        ({"opening": Opening(0, None, 0, None, 1)}, "release_time"),
        ({"opening": Opening(0, None, 0, time(8), 53)}, "release_weeks"),
        ({"opening": Opening(0, None, 0, time(8), None)}, "release_weeks"),
        ({"hand_over_hours": 2}, "hand_over_to"),
        ({"hand_over_to": new_id()}, "hand_over_hours"),
        ({"video_url": "http://video.example"}, "video_url"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"questions": (Question(Words("")),)}, "question_0_sv"),
        ({"questions": (FASTING, FASTING)}, "question_1_sv"),
        ({"questions": (FASTING._replace(choices=(Words("Ja"),)),)}, "question_0_choices_sv"),
        ({"questions": (FASTING._replace(choices=(Words("Ja"), Words("Ja"))),)}, "question_0_choices_sv"),
        (
            {"questions": (FASTING._replace(choices=(Words("Ja", "Yes"), Words("Nej"))),)},
            "question_0_choices_en",
        ),
    ],
)
def test_rules__at_their_borders__are_refused(changes, problem):
    assert list(check_rules(replace(Rules(name_sv="Besök"), **changes))) == [problem]


@pytest.mark.parametrize(
    "changes",
    [
        {"length_minutes": 5},
        {"length_minutes": 1440},
        {"min_age": 0, "max_age": 0},
        {"max_age": 120},
        {"max_active": 20},
        {"cancel_hours": 0},
        {"opening": Opening(earliest_days=365)},
        {"opening": Opening(0, None, 6, time(4), 52)},
        {"questions": tuple(Question(Words(str(n))) for n in range(5))},
    ],
)
def test_rules__at_their_borders__are_taken(changes):
    assert check_rules(replace(Rules(name_sv="Besök"), **changes)) == {}


async def test_every_rule__comes_back_as_it_was_saved(world):
    acute = await second_type(world)
    told = Rules(
        name_sv="Prov", name_en="Test", length_minutes=15, audience_sv="<p>a</p>",
        not_here_sv="<p>b</p>", prepare_sv="<p>c</p>",
        bookable=Bookable.INVITATION, min_age=3, max_age=9, questions=(FASTING,),
        opening=Opening(30, None, 4, time(17, 30), 6), cancel_hours=3, max_active=4, hand_over_hours=5,
        hand_over_to=acute.id, active=False, video_url="https://video.example/rum",
    )  # fmt: skip
    made = await add_time_type(admin_of(world), rules=told)
    [kept] = [one.rules for one in (await list_rules(world.staff)).time_types if one.id == made.id]
    assert {field.name: getattr(kept, field.name) for field in fields(Rules)} == vars(told)


async def test_texts__are_tidied__and_what_is_only_in_english_is_told(world):
    made = await add_time_type(
        admin_of(world), rules=Rules(name_sv="Prov", prepare_sv="<script>x</script><b>Ta med kort</b>")
    )
    assert made.rules.prepare_sv == "<p><strong>Ta med kort</strong></p>"
    with pytest.raises(InvalidInput) as refused:
        await add_time_type(admin_of(world), rules=Rules(audience_en="Only here"))
    assert refused.value.problems == {"name_sv": "name_missing", "audience_sv": "swedish_missing"}


async def test_performers__are_added_and_changed__by_the_administrator(world):
    admin = admin_of(world)
    added = await save_performer(
        admin, performer_id=None, facts=PerformerFacts("Station 2", "Vaccination", "", "")
    )
    assert [one.facts.name for one in added.performers] == ["Station 2", "Vera Test"]
    station = added.performers[0]
    off = await save_performer(admin, performer_id=station.id, facts=replace(station.facts, active=False))
    assert [one.facts.name for one in off.performers] == ["Vera Test", "Station 2"]
    with pytest.raises(NotAllowed):
        await save_performer(world.staff, performer_id=None, facts=station.facts)
    with pytest.raises(NotFound):
        await save_performer(admin, performer_id=new_id(), facts=station.facts)


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        (PerformerFacts(), {"name": "name_missing"}),
        (PerformerFacts("x" * 81), {"name": "name_too_long"}),
        (PerformerFacts("Vera", hsa_id="fel"), {"hsa_id": "hsa_id"}),
        (PerformerFacts("Vera", hsa_id="se2321000016-v999"), {"hsa_id": "hsa_id_taken"}),
    ],
)
async def test_performers__what_is_wrong_is_told(world, facts, problems):
    with pytest.raises(InvalidInput) as refused:
        await save_performer(admin_of(world), performer_id=None, facts=facts)
    assert refused.value.problems == problems
    assert len((await list_performers(world.staff)).performers) == 1


async def test_performers__who_has_coming_times__is_counted(world):
    await world.publish(3)
    [vera] = (await list_performers(world.staff)).performers
    assert vera.coming == 3
