"""The service contracts: their requests and answers, and what HTTP says of them."""

from dataclasses import dataclass

from webtidbok_app.rivta import messages
from webtidbok_app.rivta.codec import Message


@dataclass(frozen=True)
class Contract:
    """One service contract, by the name of its request."""

    request: type[Message]
    answer: type[Message]
    writes: bool = False

    @property
    def name(self) -> str:
        """Its name, such as ``MakeBooking``."""
        return self.request.__name__

    @property
    def soap_action(self) -> str:
        """What stands in the header SOAPAction."""
        return f"{self.request.NS}:{self.name}"


_WRITES = {"MakeBooking", "UpdateBooking", "CancelBooking", "Update"}
CONTRACTS = {
    name: Contract(getattr(messages, name), getattr(messages, f"{name}Response"), name in _WRITES)
    for name in (
        "GetSubjectOfCareSchedule",
        "GetBookingDetails",
        "GetAllTimeTypes",
        "GetAvailableDates",
        "GetAvailableTimeslots",
        "MakeBooking",
        "UpdateBooking",
        "CancelBooking",
        "GetAllHealthcareFacilities",
        "GetAllPerformers",
        "GetAllCareTypes",
        "PingForConfiguration",
        "Update",
        "FindContent",
    )
}
"""All that we ask or answer, by name. ``Update`` and ``FindContent`` are the engagement index's."""
