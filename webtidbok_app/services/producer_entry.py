"""Who asks our timebook over the national service contracts, at which clinic, and about whom.

Every contract begins here. A consumer is known by its certificate and let in clinic by clinic; who the patient is, is
said twice in a request, and must be the same both times (TKB 1.1.5, 3.5 and 5.2.4).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    STANDALONE,
    Booking,
    Clinic,
    Invitation,
    Person,
    RivConsumer,
    RivConsumerClinic,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.access import Purpose
from webtidbok_app.domain.actor import Actor, Resident, System
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.i18n import t
from webtidbok_app.rivta.soap import Fault
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_consumer
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_by_id
from webtidbok_app.timebook import invitations

AGENT = "subject_of_care_agent"
"""The type of an actor who is a professional and helps the patient to book (TKB 1.1.5, 3.5)."""
NOBODY = UUID(int=0)
"""The person whom nothing is known of here."""


@dataclass(frozen=True, repr=False)
class Call:
    """What stands around a message: the unit that is asked, and who acts there."""

    address: str
    """LogicalAddress: the HSA-id of the unit that owns the schedule."""
    actor_id: str = ""
    actor_type: str = ""


@dataclass(frozen=True, repr=False)
class Entered:
    """A consumer that is let in at a clinic, for a patient."""

    consumer: System
    clinic: ClinicInfo
    patient: Resident
    by_agent: bool = False
    """A professional asks: the answer must not depend on who the patient is, whom we then take for unknown."""

    @property
    def is_known(self) -> bool:
        """Whether we know of the patient since before."""
        return self.patient.person_id != NOBODY

    def record(
        self,
        session: AsyncSession,
        action: str,
        booking_id: UUID | None = None,
        clinic_id: UUID | None = None,
    ) -> None:
        """Write what is done in the access log: who asked stands as the reason."""
        audit.record(
            session,
            self.consumer,
            action,
            clinic_id=clinic_id or self.clinic.id,
            person_id=self.patient.person_id,
            booking_id=booking_id.hex if booking_id else None,
            purpose=Purpose.CARE if self.by_agent else Purpose.OWN,
            reason=t("sv", "staff.contracts.through", hsa_id=self.consumer.name),
        )


async def enter(
    actor: Actor | None, call: Call, *, facility: str, subject: str | None = None, agents: bool = False
) -> Entered:
    """Authorise, and find the clinic and the patient.

    ``facility`` and ``subject`` are what the message itself says; ``agents`` says whether a professional may ask.
    Raises NotAllowed for who is no consumer, and Fault.
    """
    consumer = as_consumer(actor)
    if not is_same_id(call.address, facility):
        raise client_fault("other_unit")
    clinic = await _clinic_of(consumer, call.address)
    by_agent = call.actor_type == AGENT
    if by_agent and not agents:
        raise client_fault("agent")
    number = _number(subject if by_agent else _agreed(call.actor_id, subject))
    patient = Resident(NOBODY, number, "", "") if by_agent else await _resident(number)
    return Entered(consumer, clinic, patient, by_agent)


async def is_let_in(session: AsyncSession, consumer: System, clinic_id: UUID) -> bool:
    """Whether the consumer may ask the clinic."""
    found = await session.scalar(
        select(col(RivConsumerClinic.clinic_id))
        .join(RivConsumer, col(RivConsumer.id) == RivConsumerClinic.consumer_id)
        .where(
            col(RivConsumerClinic.clinic_id) == clinic_id, col(RivConsumer.hsa_id) == consumer.name.upper()
        )
    )
    return found is not None


async def is_known_consumer(consumer: System) -> bool:
    """Whether the consumer may ask any clinic at all."""
    async with get_database().read() as session:
        found = await session.scalar(
            select(col(RivConsumer.id)).where(col(RivConsumer.hsa_id) == consumer.name.upper()).limit(1)
        )
        return found is not None


async def find_own(session: AsyncSession, entered: Entered, booking_id: str) -> Booking | Invitation | None:
    """Return what the patient has by that id: a booking wherever the consumer is let in, or an open invitation here."""
    try:
        identity = UUID(booking_id)
    except ValueError:
        return None
    booking = await session.scalar(
        select(Booking).where(
            col(Booking.person_id) == entered.patient.person_id,
            col(Booking.id) == identity,
            col(Booking.status) != BookingStatus.HELD,
        )
    )
    if booking is not None:
        return booking if await is_let_in(session, entered.consumer, booking.clinic_id) else None
    return await session.scalar(
        select(Invitation).where(
            col(Invitation.clinic_id) == entered.clinic.id,
            col(Invitation.id) == identity,
            col(Invitation.person_id) == entered.patient.person_id,
            invitations.is_open(swedish_time.day_of(clock.now())),
        )
    )


def is_same_id(one: str, other: str) -> bool:
    """Whether two HSA-ids are the same: case tells nothing (TKB 1.1.5, 3.2)."""
    return one.strip().upper() == other.strip().upper()


def client_fault(why: str, detail: str = "") -> Fault:
    """Return the fault that says what is wrong with a request; ``detail`` is for who has made the caller's program."""
    return Fault("Client", t("sv", f"staff.contracts.fault.{why}"), detail)


async def _clinic_of(consumer: System, address: str) -> ClinicInfo:
    """Return the clinic. One that there is not, and one where the consumer is not let in, get the same answer."""
    async with get_database().read() as session:
        clinic_id = await session.scalar(
            select(col(Clinic.id)).where(func.upper(col(Clinic.hsa_id)) == address.strip().upper())
        )
        if clinic_id is None or not await is_let_in(session, consumer, clinic_id):
            raise client_fault("no_unit")
    clinic = await get_clinic_by_id(clinic_id)
    if clinic.journal_kind != STANDALONE:
        raise client_fault("journal_elsewhere")
    return clinic


def _agreed(actor_id: str, subject: str | None) -> str:
    """Return who the patient is, as the actor and the message say."""
    if actor_id and subject and actor_id.upper() != subject.upper():
        raise client_fault("other_patient")
    return actor_id or subject or ""


def _number(digits: str | None) -> PersonalNumber:
    if not digits:
        raise client_fault("no_patient")
    try:
        return PersonalNumber(digits)
    except InvalidInput as error:
        raise client_fault("no_number") from error


async def _resident(number: PersonalNumber) -> Resident:
    async with get_database().read() as session:
        person = await session.scalar(
            select(Person).where(col(Person.number_hash) == lookup_hash(number.digits))
        )
    if person is None:
        return Resident(NOBODY, number, "", "")
    return Resident(person.id, number, person.given_name, person.family_name, person.protected)
