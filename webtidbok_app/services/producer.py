"""Our timebook as the national service contracts see it (crm:scheduling 1.1): which use case answers which contract."""

from collections.abc import Awaitable, Callable

from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.rivta import messages as riv
from webtidbok_app.rivta.codec import Message
from webtidbok_app.services.authorise import as_consumer
from webtidbok_app.services.producer_entry import Call, client_fault, is_known_consumer
from webtidbok_app.services.producer_offer import (
    get_all_care_types,
    get_all_performers,
    get_all_time_types,
    get_available_dates,
    get_available_timeslots,
    wall,
)
from webtidbok_app.services.producer_schedule import (
    get_all_healthcare_facilities,
    get_booking_details,
    get_subject_of_care_schedule,
)
from webtidbok_app.services.producer_writes import cancel_booking, make_booking, update_booking

VERSION = "1.1"
"""Of the contracts that are answered."""


async def ping_for_configuration(
    actor: Actor | None,
    *,
    call: Call,  # noqa: ARG001  as all have it
    asked: riv.PingForConfiguration,  # noqa: ARG001
) -> riv.PingForConfigurationResponse:
    """Answer that we are here, to a consumer that is let in anywhere. Raises NotAllowed and Fault."""
    if not await is_known_consumer(as_consumer(actor)):
        raise client_fault("not_known")
    return riv.PingForConfigurationResponse(version=VERSION, at=wall(clock.now()))


UseCase = Callable[..., Awaitable[Message]]
ANSWERED: dict[str, UseCase] = {
    "GetAllCareTypes": get_all_care_types,
    "GetAllHealthcareFacilities": get_all_healthcare_facilities,
    "GetAllPerformers": get_all_performers,
    "GetAllTimeTypes": get_all_time_types,
    "GetAvailableDates": get_available_dates,
    "GetAvailableTimeslots": get_available_timeslots,
    "GetBookingDetails": get_booking_details,
    "GetSubjectOfCareSchedule": get_subject_of_care_schedule,
    "MakeBooking": make_booking,
    "UpdateBooking": update_booking,
    "CancelBooking": cancel_booking,
    "PingForConfiguration": ping_for_configuration,
}
"""The use case of each contract that we answer, by the contract's name."""
