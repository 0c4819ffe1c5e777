"""A small world to test in: one region, one clinic with one time type and one performer, and some residents."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import (
    CareProvider,
    CaseType,
    Clinic,
    Performer,
    Person,
    Region,
    Slot,
    Terms,
    TimeType,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.demo.people import demo_residents
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident, Role, Staff
from webtidbok_app.domain.visit import CaseTypeKind, ScheduleChangeKind
from webtidbok_app.timebook.schedule_log import note_change

FIRST_START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
"""9.00 in Sweden, eight days after the tests' clock."""


@dataclass
class World:
    """What was made, by what tests call it."""

    database: Database
    clinic_id: UUID
    time_type_id: UUID
    performer_id: UUID
    clinic: str = "testkliniken"
    time_type: str = "besok"
    residents: list[Resident] = field(default_factory=list)

    @property
    def resident(self) -> Resident:
        """The first of the residents."""
        return self.residents[0]

    @property
    def staff(self) -> Staff:
        """Who answers requests at the clinic."""
        return Staff("SE2321000016-T001", "Rita Test", Role.CASE_HANDLER, self.clinic_id)

    async def publish(self, count: int = 1, *, places: int = 1, start: datetime = FIRST_START) -> list[UUID]:
        """Publish ``count`` times of 20 minutes, one after the other, and return their ids."""
        starts = [start + timedelta(minutes=20 * n) for n in range(count)]
        async with self.database.write() as session:
            change = await note_change(
                session, clinic_id=self.clinic_id, kind=ScheduleChangeKind.PUBLISH, changed_by="test",
                changed_by_name="Test", now=clock.now(), starts=starts,
            )  # fmt: skip
            slots = [
                Slot(
                    clinic_id=self.clinic_id, id=new_id(), time_type_id=self.time_type_id,
                    performer_id=self.performer_id, change_id=change.id, starts_at=one,
                    ends_at=one + timedelta(minutes=20), places=places,
                )
                for one in starts
            ]  # fmt: skip
            ids = [slot.id for slot in slots]
            session.add_all(slots)
            tell_of_change(session, self.clinic_id, starts)
        return ids


async def build_world(
    database: Database,
    *,
    residents: int = 3,
    first: int = 0,
    slug: str = "testkliniken",
    provider: CareProvider | None = None,
    **time_type: object,
) -> World:
    """Make the world. Facts about the time type can be given by name; ``first`` is the first resident's number.

    With a care ``provider`` (see ``provider_of``) it is one more clinic of that.
    """
    inhabitants = demo_residents()[first : first + residents]
    owners: list[Region | CareProvider] = []
    if provider is None:
        region = Region(name="Testregionen", slug=f"region-{slug}")
        provider = CareProvider(region_id=region.id, hsa_id=f"SE2321000016-P{slug}", name="Testvården")
        owners = [region, provider]
    clinic = Clinic(
        care_provider_id=provider.id, hsa_id=f"SE2321000016-{slug}", slug=slug, name="Testkliniken",
        street="Testgatan 1", postal_code="123 45", city="Teststad", phone="010-123 45 67",
        hours_sv="Alltid", hours_en="Always",
    )  # fmt: skip
    facts: dict[str, object] = {"slug": "besok", "name_sv": "Besök", "name_en": "Visit", "length_minutes": 20}
    kind = TimeType(clinic_id=clinic.id, **(facts | time_type))
    performer = Performer(clinic_id=clinic.id, name="Vera Test", hsa_id="SE2321000016-V999")
    people = [
        Person(
            number_hash=lookup_hash(person.number.digits),
            number=person.number.digits,
            given_name=person.given_name,
            family_name=person.family_name,
            protected=person.protected,
        )
        for person in inhabitants
    ]
    async with database.write() as session:
        for rows in (
            *([owner] for owner in owners),
            [clinic],
            [kind, performer, *people, *_case_types(clinic.id)],
        ):
            session.add_all(rows)
            await session.flush()
    return World(
        database,
        clinic.id,
        kind.id,
        performer.id,
        clinic=slug,
        residents=[
            Resident(person.id, made.number, person.given_name, person.family_name, person.protected)
            for person, made in zip(people, inhabitants, strict=True)
        ],
    )


async def provider_of(world: World) -> CareProvider:
    """Return the care provider that the world's clinic belongs to."""
    async with world.database.read() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
        return await session.get_one(CareProvider, clinic.care_provider_id)


def _case_types(clinic_id: UUID) -> list[CaseType | Terms]:
    """Return all four case types, turned on; those where one books have terms."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    direct = (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT)
    return [
        *(CaseType(clinic_id=clinic_id, kind=kind, active=True) for kind in CaseTypeKind),
        *(
            Terms(
                clinic_id=clinic_id, kind=kind, version=1, text_sv="Villkor", text_en="Terms", valid_from=begun
            )
            for kind in direct
        ),
    ]  # fmt: skip
