"""A patient's own times in our timebook, as they are told over the national service contracts. Reading is logged."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, Clinic, Invitation, Performer, Slot, TimeType
from webtidbok_app.domain import rich_text
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import format_day, t
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.rivta import messages as riv
from webtidbok_app.services.clinics import ClinicInfo
from webtidbok_app.services.producer_entry import Call, Entered, client_fault, enter, find_own, is_let_in
from webtidbok_app.services.producer_offer import told_of, wall
from webtidbok_app.services.stops import why_stopped


async def get_subject_of_care_schedule(
    actor: Actor | None, *, call: Call, asked: riv.GetSubjectOfCareSchedule
) -> riv.GetSubjectOfCareScheduleResponse:
    """Return the patient's coming times at the clinic; open invitations are not among them."""
    entered = await enter(actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care)
    booked = await entered.clinic.journal(entered.patient).schedule(entered.patient)
    timeslots = await _tell(entered, booked)
    if entered.is_known:
        async with get_database().write() as session:
            entered.record(session, "open_booked_times")
    return riv.GetSubjectOfCareScheduleResponse(timeslots=timeslots)


async def get_booking_details(
    actor: Actor | None, *, call: Call, asked: riv.GetBookingDetails
) -> riv.GetBookingDetailsResponse:
    """Return one of the patient's bookings or open invitations at the clinic.

    The request does not say whose it is, so that the actor must (1.x). What is somebody else's is not found.
    """
    entered = await enter(actor, call, facility=asked.healthcare_facility)
    journal = entered.clinic.journal(entered.patient)
    try:
        booked = await journal.booking(entered.patient, asked.booking_id)
    except NotFound:
        timeslot = await _invitation(entered, asked.booking_id)
    else:
        if booked.cancelled_at:
            raise client_fault("not_found")
        [timeslot] = await _tell(entered, [booked])
    async with get_database().write() as session:
        entered.record(session, "open_booked_times", UUID(asked.booking_id))
    return riv.GetBookingDetailsResponse(timeslot=timeslot)


async def get_all_healthcare_facilities(
    actor: Actor | None, *, call: Call, asked: riv.GetAllHealthcareFacilities
) -> riv.GetAllHealthcareFacilitiesResponse:
    """Return the clinic itself, where it can be booked, and those that the booking can be moved to.

    A clinic where the consumer is not let in is not named.
    """
    entered = await enter(
        actor, call, facility=asked.healthcare_facility, subject=asked.subject_of_care, agents=True
    )
    ids = [entered.clinic.id] if entered.clinic.offers(CaseTypeKind.BOOK_DIRECT) else []
    if asked.booking_id:
        ids += await _units_instead_of(entered, asked.booking_id)
    async with get_database().read() as session:
        units = [
            await session.get_one(Clinic, one)
            for one in dict.fromkeys(ids)
            if await is_let_in(session, entered.consumer, one)
        ]
    return riv.GetAllHealthcareFacilitiesResponse(
        facilities=tuple(
            riv.HealthcareFacilityInfo(healthcare_facility=unit.hsa_id, healthcare_facility_name=unit.name)
            for unit in units
        )
    )


async def _units_instead_of(entered: Entered, booking_id: str) -> list[UUID]:
    if entered.by_agent:
        raise client_fault("agent")
    async with get_database().read() as session:
        mine = await find_own(session, entered, booking_id)
    if mine is None or mine.clinic_id != entered.clinic.id:
        raise client_fault("not_found")
    if isinstance(mine, Invitation):
        return []
    journal = entered.clinic.journal(entered.patient)
    return [unit.clinic_id for unit in await journal.other_units(entered.patient, booking_id)]


async def _tell(entered: Entered, booked: Sequence[BookedTime]) -> tuple[riv.Timeslot, ...]:
    """Return booked times as the contracts have them, with what can be done with each now."""
    clinic, patient = entered.clinic, entered.patient
    manageable = clinic.offers(CaseTypeKind.MANAGE_DIRECT)
    kinds = await clinic.journal(patient).time_types(patient)
    rebookable = {kind.id for kind in kinds if manageable and not why_stopped(clinic, kind)}
    known = await _with_whom(clinic.id, booked)
    return tuple(
        riv.Timeslot(
            start=wall(time.starts_at),
            end=wall(time.ends_at),
            healthcare_facility=clinic.hsa_id,
            healthcare_facility_name=clinic.name,
            booking_id=time.id,
            subject_of_care=patient.number.digits,
            purpose=_purpose(clinic, time, invited=known[time.id].invited),
            reason=time.reason or None,
            time_type_name=time.time_type.sv,
            time_type_id=time.time_type_id,
            cancel_booking_allowed=manageable and time.cancel_allowed,
            rebooking_allowed=time.rebook_allowed and time.time_type_id in rebookable,
            message_allowed=manageable and time.cancel_allowed,
            is_invitation=known[time.id].invited,
            **told_of(known[time.id].performer),
        )
        for time in booked
    )


class _Known(NamedTuple):
    performer: Performer
    invited: bool
    """The clinic has made it, and its resident has not exchanged it for another time since."""


async def _with_whom(clinic_id: UUID, booked: Sequence[BookedTime]) -> dict[str, _Known]:
    statement = (
        select(Booking, Performer, col(Invitation.first_day))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .outerjoin(
            Invitation,
            (col(Invitation.clinic_id) == Booking.clinic_id) & (col(Invitation.id) == Booking.invitation_id),
        )
        .where(col(Booking.clinic_id) == clinic_id, col(Booking.id).in_([UUID(time.id) for time in booked]))
    )
    async with get_database().read() as session:
        return {
            booking.id.hex: _Known(
                performer,
                invited=booking.invitation_id is not None
                and first_day is None
                and booking.replaces_id is None,
            )
            for booking, performer, first_day in await session.execute(statement)
        }


def _purpose(clinic: ClinicInfo, time: BookedTime, *, invited: bool) -> str | None:
    prepare = rich_text.plain(time.prepare.sv)
    return (_invites(clinic, time.time_type.sv, prepare) if invited else prepare) or None


async def _invitation(entered: Entered, booking_id: str) -> riv.Timeslot:
    """Return an open invitation, which has no start. Raises Fault when the patient has none like that."""
    async with get_database().read() as session:
        mine = await find_own(session, entered, booking_id)
        if not isinstance(mine, Invitation) or mine.first_day is None or mine.last_day is None:
            raise client_fault("not_found")
        kind = await session.get_one(TimeType, (mine.clinic_id, mine.time_type_id))
    clinic = entered.clinic
    days = {"first_day": format_day("sv", mine.first_day), "last_day": format_day("sv", mine.last_day)}
    within = t("sv", "staff.contracts.invited_within", **days)
    return riv.Timeslot(
        healthcare_facility=clinic.hsa_id,
        healthcare_facility_name=clinic.name,
        booking_id=mine.id.hex,
        subject_of_care=entered.patient.number.digits,
        purpose=_invites(clinic, kind.name_sv, within, rich_text.plain(kind.prepare_sv)),
        time_type_name=kind.name_sv,
        time_type_id=kind.slug,
        cancel_booking_allowed=False,
        rebooking_allowed=False,
        message_allowed=False,
        is_invitation=True,
    )


def _invites(clinic: ClinicInfo, time_type: str, *more: str) -> str:
    invited = t("sv", "staff.contracts.invited", clinic=clinic.name, time_type=time_type)
    return "\n".join(line for line in (invited, *more) if line)
