"""Demo data: clinics when the database is empty, and times and bookings rolled forward at every start."""

import random
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import Database
from webtidbok_app.db.insert import insert_all, insert_or_ignore
from webtidbok_app.db.tables import (
    LIVE,
    Booking,
    CareProvider,
    CaseType,
    Clinic,
    Invitation,
    MessageChoice,
    Performer,
    Person,
    Region,
    ReservePerson,
    Slot,
    StaffRole,
    Terms,
    TimeType,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.demo import connected
from webtidbok_app.demo.people import DemoResident, demo_residents
from webtidbok_app.demo.personas import HEALTH_CENTRE, REGION, RESIDENTS, STAFF, ResidentPersona
from webtidbok_app.demo.planning import plan
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.reserve_number import ReserveNumber
from webtidbok_app.domain.visit import BookingStatus, CaseTypeKind, ReasonRule, ScheduleChangeKind, VisitForm
from webtidbok_app.services.desk_people import birth_hash
from webtidbok_app.timebook import pattern, publishing

WEEKS_AHEAD = 8
SHARE_BOOKED = 0.3
DATA = Path(__file__).parent / "clinics.toml"
TERMS_SINCE = datetime(2026, 1, 1, tzinfo=swedish_time.STOCKHOLM)
PERSONA_BOOKINGS = (("bjorkens-vardcentral", 9), ("hamnens-vaccinationsmottagning", 16), ("alvens-rehab", 23))
"""Where the resident with bookings has them, and at least how many days ahead."""

INVITED, INVITED_TO = "hanna", ("norrskenets-allergimottagning", "allergi-aterbesok")
"""The resident who is invited, and where to: a clinic, and one of its time types."""
RESERVE_NUMBER = ReserveNumber("19920817KB46")
"""Of somebody whom the health centre has registered without personnummer."""


async def seed(database: Database, *, journal: str = "") -> None:
    """Add the clinics and people that are missing, and publish and book ahead. Runs at every start.

    ``journal`` is where the demo's journal system answers; without one no clinic is connected to it.
    """
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    with_journal = connected.read_clinics() if journal else []
    async with database.write() as session:
        await _add_owners(session, data)
        await _add_clinics(session, [*data["clinic"], *with_journal])
        await connected.connect(session, with_journal, journal)
        await _add_people(session, await _clinic_ids(session))
    async with database.write() as session:
        clinic_ids = await _clinic_ids(session)
        for clinic in data["clinic"]:
            await _roll_forward(session, clinic_ids[clinic["slug"]], clinic)
        await _book_for_persona(session, clinic_ids)
        await _invite_persona(session, clinic_ids[INVITED_TO[0]])
        await _register_without_number(session, clinic_ids[HEALTH_CENTRE])
        await plan(session, clinic_ids[HEALTH_CENTRE])
    if with_journal:
        await connected.fill_journal(with_journal, journal)


async def _clinic_ids(session: AsyncSession) -> dict[str, UUID]:
    return {clinic.slug: clinic.id for clinic in await session.scalars(select(Clinic))}


async def _add_owners(session: AsyncSession, data: dict[str, Any]) -> None:
    regions = {region.slug: region for region in await session.scalars(select(Region))}
    for facts in data["region"]:
        if facts["slug"] not in regions:
            regions[facts["slug"]] = Region(**facts)
            session.add(regions[facts["slug"]])
    await session.flush()
    known = set(await session.scalars(select(col(CareProvider.hsa_id))))
    session.add_all(
        CareProvider(region_id=regions[facts["region"]].id, hsa_id=facts["hsa_id"], name=facts["name"])
        for facts in data["care_provider"]
        if facts["hsa_id"] not in known
    )
    await session.flush()


async def _add_clinics(session: AsyncSession, clinics: list[dict[str, Any]]) -> None:
    providers = {provider.hsa_id: provider.id for provider in await session.scalars(select(CareProvider))}
    known = await _clinic_ids(session)
    for facts in clinics:
        if facts["slug"] in known:
            continue
        columns = {key: facts[key] for key in Clinic.model_fields if key in facts}
        clinic = Clinic(care_provider_id=providers[facts["care_provider"]], **columns)
        session.add(clinic)
        await session.flush()
        session.add_all(_case_types(clinic.id, facts))
        session.add_all(_time_type(clinic.id, kind) for kind in facts["time_type"])
        session.add_all(_performer(clinic.id, performer) for performer in facts["performer"])


def _case_types(clinic_id: UUID, facts: dict[str, Any]) -> list[CaseType | Terms]:
    rows: list[CaseType | Terms] = [
        CaseType(clinic_id=clinic_id, kind=kind, active=facts.get(kind.value, False))
        for kind in (CaseTypeKind.REQUEST, CaseTypeKind.REQUEST_CHANGE)
    ]
    for kind in (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT):
        rows.append(CaseType(clinic_id=clinic_id, kind=kind, active=facts[kind.value]))
        if "terms_sv" not in facts:
            continue
        rows.append(
            Terms(
                clinic_id=clinic_id, kind=kind, version=1, text_sv=facts["terms_sv"], text_en=facts["terms_en"],
                valid_from=TERMS_SINCE,
            )
        )  # fmt: skip
    return rows


def _time_type(clinic_id: UUID, facts: dict[str, Any]) -> TimeType:
    return TimeType(
        clinic_id=clinic_id,
        length_minutes=facts["length"],
        visit_form=VisitForm(facts.get("visit_form", "on_site")),
        reason=ReasonRule(facts.get("reason", "optional")),
        notice_minutes=facts.get("notice", 60),
        **{
            key: facts[key]
            for key in TimeType.model_fields
            if key in facts and key not in {"visit_form", "reason"}
        },
    )


def _performer(clinic_id: UUID, facts: dict[str, Any]) -> Performer:
    return Performer(
        clinic_id=clinic_id, **{key: facts[key] for key in Performer.model_fields if key in facts}
    )


async def _add_people(session: AsyncSession, clinic_ids: dict[str, UUID]) -> None:
    residents: list[ResidentPersona | DemoResident] = [*RESIDENTS, *demo_residents()]
    known = set(await session.scalars(select(col(Person.number_hash))))
    session.add_all(
        Person(
            number_hash=number_hash,
            number=person.number.digits,
            given_name=person.given_name,
            family_name=person.family_name,
            protected=person.protected,
        )
        for person in residents
        if (number_hash := lookup_hash(person.number.digits)) not in known
    )
    region_id = await session.scalar(select(col(Region.id)).where(col(Region.slug) == REGION))
    employed = set(await session.scalars(select(col(StaffRole.hsa_id))))
    session.add_all(
        StaffRole(
            clinic_id=clinic_ids[clinic] if clinic else None,
            region_id=None if clinic else region_id,
            hsa_id=person.hsa_id,
            name=person.name,
            role=role,
        )
        for person in STAFF
        if person.hsa_id not in employed
        for role, clinic in person.commissions
        if clinic is None or clinic in clinic_ids
    )


async def _roll_forward(session: AsyncSession, clinic_id: UUID, facts: dict[str, Any]) -> None:
    performers = {row.name: row for row in await _all(session, Performer, clinic_id)}
    time_types = {row.slug: row for row in await _all(session, TimeType, clinic_id)}
    for performer in facts["performer"]:
        first = await _first_day_to_publish(session, clinic_id, performers[performer["name"]].id)
        last = swedish_time.day_of(clock.now()) + timedelta(weeks=facts.get("weeks_ahead", WEEKS_AHEAD))
        for shift in performer["shifts"]:
            starts = max(
                first, swedish_time.day_of(clock.now()) + timedelta(days=shift.get("start_after", 0))
            )
            await _publish(
                session, performers[performer["name"]], time_types[shift["type"]], shift, starts, last
            )
        if performer["shifts"]:
            await _book_some(session, performers[performer["name"]], first)
    if "full_days" in facts:
        await _book_all(session, clinic_id, until=clock.now() + timedelta(days=facts["full_days"]))


async def _all(session: AsyncSession, table: Any, clinic_id: UUID) -> list[Any]:
    return list(await session.scalars(select(table).where(table.clinic_id == clinic_id)))


async def _first_day_to_publish(session: AsyncSession, clinic_id: UUID, performer_id: UUID) -> date:
    newest = await session.scalar(
        select(func.max(Slot.starts_at)).where(
            col(Slot.clinic_id) == clinic_id, col(Slot.performer_id) == performer_id
        )
    )
    today = swedish_time.day_of(clock.now())
    return today if newest is None else max(today, swedish_time.day_of(newest) + timedelta(days=1))


async def _publish(
    session: AsyncSession,
    performer: Performer,
    kind: TimeType,
    shift: dict[str, Any],
    first: date,
    last: date,
) -> None:
    wanted = pattern.Pattern(
        time_type_id=kind.id,
        performer_id=performer.id,
        visit_form=VisitForm(kind.visit_form),
        first_day=first,
        last_day=last,
        weekdays=frozenset(shift["days"]),
        from_time=time.fromisoformat(shift["from"]),
        to_time=time.fromisoformat(shift["to"]),
        length_minutes=kind.length_minutes,
        places=shift.get("places", 1),
        leave_out_clashes=True,
    )
    try:
        planned = pattern.expand(wanted, now=clock.now()).slots
    except InvalidInput:  # nothing of this shift falls in the days that are left
        return
    await publishing.publish_slots(
        session,
        clinic_id=performer.clinic_id,
        kind=ScheduleChangeKind.PUBLISH,
        planned=pattern.new_slots(wanted, planned),
        leave_out_clashes=True,
        changed_by="demo",
        changed_by_name="Demo",
        now=clock.now(),
    )


async def _book_some(session: AsyncSession, performer: Performer, first: date) -> None:
    """Book about a third of what was just published, so that the clinic looks lived in."""
    people = await _people(session, [person.number for person in demo_residents()])
    slots = await session.execute(
        select(col(Slot.id), col(Slot.starts_at), col(Slot.places))
        .where(
            col(Slot.clinic_id) == performer.clinic_id,
            col(Slot.performer_id) == performer.id,
            col(Slot.starts_at) >= swedish_time.start_of_day(first),
        )
        .order_by(col(Slot.starts_at))
    )
    drawn = random.Random(f"{performer.name} {first}")
    chosen = [
        (slot_id, starts_at, place, drawn.choice(people))
        for slot_id, starts_at, places in slots
        for place in range(1, places + 1)
        if drawn.random() < SHARE_BOOKED
    ]
    if chosen:
        names = ("slot_id", "starts_at", "place", "person_id")
        same = _booking(performer.clinic_id, *chosen[0]).model_dump()
        rows = [{**same, **dict(zip(names, one, strict=True)), "id": new_id()} for one in chosen]
        await insert_all(session, Booking, rows)


async def _book_all(session: AsyncSession, clinic_id: UUID, *, until: datetime) -> None:
    """Book every place that is left before ``until``: those who wait take whatever becomes free sooner."""
    people = await _people(session, [person.number for person in demo_residents()])
    slots = await session.scalars(
        select(Slot).where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.withdrawn_at).is_(None),
            col(Slot.starts_at) > clock.now(),
            col(Slot.starts_at) < until,
        )
    )
    live = await session.execute(
        select(col(Booking.slot_id), col(Booking.place)).where(
            col(Booking.clinic_id) == clinic_id, text(f"booking.{LIVE}")
        )
    )
    taken = {(slot_id, place) for slot_id, place in live}
    drawn = random.Random(until.toordinal())
    session.add_all(
        _booking(clinic_id, slot.id, slot.starts_at, place, drawn.choice(people))
        for slot in slots
        for place in range(1, slot.places + 1)
        if (slot.id, place) not in taken
    )


async def _people(session: AsyncSession, numbers: list[PersonalNumber]) -> list[UUID]:
    hashes = [lookup_hash(number.digits) for number in numbers]
    return list(
        await session.scalars(
            select(col(Person.id))
            .where(col(Person.number_hash).in_(hashes))
            .order_by(col(Person.number_hash))
        )
    )


def _booking(clinic_id: UUID, slot_id: UUID, starts_at: datetime, place: int, person_id: UUID) -> Booking:
    return Booking(
        clinic_id=clinic_id, slot_id=slot_id, starts_at=starts_at, place=place, person_id=person_id,
        status=BookingStatus.BOOKED, booked_at=clock.now(), phone="0701740605",
    )  # fmt: skip


async def _book_for_persona(session: AsyncSession, clinic_ids: dict[str, UUID]) -> None:
    """See to it that the resident with bookings has a coming one at each of their clinics, and is reminded of them."""
    [person_id] = await _people(session, [RESIDENTS[0].number])
    chosen = MessageChoice(
        person_id=person_id,
        channel=Channel.EMAIL,
        address="karin.almgren@exempel.se",
        verified_at=clock.now(),
    )
    await insert_or_ignore(session, chosen)
    for slug, days_ahead in PERSONA_BOOKINGS:
        has_one = await session.scalar(
            select(col(Booking.id))
            .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
            .where(
                col(Booking.clinic_id) == clinic_ids[slug],
                col(Booking.person_id) == person_id,
                col(Slot.starts_at) > clock.now(),
            )
            .limit(1)
        )
        slot = None if has_one else await _free_slot(session, clinic_ids[slug], days_ahead)
        if slot is not None:
            booking = _booking(clinic_ids[slug], slot.id, slot.starts_at, 1, person_id)
            session.add(booking)
            await outbox.remind_of_booking(session, booking, now=clock.now())


async def _invite_persona(session: AsyncSession, clinic_id: UUID) -> None:
    """See to it that the resident who is invited has an invitation that has not run out."""
    number = next(one.number for one in RESIDENTS if one.key == INVITED)
    [person_id] = await _people(session, [number])
    today = swedish_time.day_of(clock.now())
    standing = await session.scalar(
        select(col(Invitation.id)).where(
            col(Invitation.clinic_id) == clinic_id,
            col(Invitation.person_id) == person_id,
            col(Invitation.last_day) >= today,
        )
    )
    kind = await session.scalar(
        select(col(TimeType.id)).where(
            col(TimeType.clinic_id) == clinic_id, col(TimeType.slug) == INVITED_TO[1]
        )
    )
    if standing is None and kind is not None:
        session.add(
            Invitation(
                clinic_id=clinic_id, person_id=person_id, time_type_id=kind, first_day=today,
                last_day=today + timedelta(weeks=17), invited_by="demo", invited_by_name="Demo",
                invited_at=clock.now(),
            )
        )  # fmt: skip


async def _register_without_number(session: AsyncSession, clinic_id: UUID) -> None:
    """See to it that a clinic knows somebody by a reserve number."""
    person = Person(
        number_hash=lookup_hash(RESERVE_NUMBER.signs), number=RESERVE_NUMBER.signs, given_name="Darya",
        family_name="Resande",
    )  # fmt: skip
    if await insert_or_ignore(session, person):
        session.add(
            ReservePerson(
                clinic_id=clinic_id, person_id=person.id, birth_hash=birth_hash(clinic_id, RESERVE_NUMBER.birth_date),
                registered_by="demo", registered_at=clock.now(),
            )
        )  # fmt: skip


async def _free_slot(session: AsyncSession, clinic_id: UUID, days_ahead: int) -> Slot | None:
    first_place_taken = select(col(Booking.id)).where(
        col(Booking.clinic_id) == Slot.clinic_id,
        col(Booking.slot_id) == Slot.id,
        col(Booking.place) == 1,
        text(f"booking.{LIVE}"),
    )
    return await session.scalar(
        select(Slot)
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.withdrawn_at).is_(None),
            col(Slot.starts_at) > clock.now() + timedelta(days=days_ahead),
            ~first_place_taken.exists(),
        )
        .order_by(col(Slot.starts_at), col(Slot.id))
        .limit(1)
    )
