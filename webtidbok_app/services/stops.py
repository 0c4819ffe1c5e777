"""Whether residents can book now: the whole service, a clinic or one of its time types may be stopped.

While it is, nothing new is held, booked or rebooked there, and nobody who waits is offered a time. What is booked
stands and can be cancelled, requests are answered, and staff work as ever.
"""

from webtidbok_app.domain import rich_text
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import BookingStopped
from webtidbok_app.journal.port import Text, TimeTypeInfo
from webtidbok_app.live import topics
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_by_id


def why_stopped(clinic: ClinicInfo, time_type: TimeTypeInfo | None = None) -> BookingStopped | None:
    """Return why nothing of the time type, or at the clinic at all, can be booked now; None when it can.

    It is told by what is read already, and asks the database nothing.
    """
    why = clinic.stop
    if why is None and time_type is not None and time_type.stopped:
        why = time_type.notice
    if why is None:
        return None
    return BookingStopped(why=Text(_in_one_line(why.sv), _in_one_line(why.en)), phone=clinic.phone)


def refuse_if_stopped(clinic: ClinicInfo, time_type: TimeTypeInfo | None = None) -> None:
    """Raise BookingStopped (``why``, ``phone``) while nothing can be booked there."""
    if stopped := why_stopped(clinic, time_type):
        raise stopped


async def why_stopped_now(resident: Resident, clinic: ClinicInfo, time_type: str) -> BookingStopped | None:
    """Return the same as it is at this moment, for who follows a time type for long; read once for all who do."""

    async def read() -> ClinicInfo:
        return await get_clinic_by_id(clinic.id)

    now = await snapshots.get(topics.time_types(clinic.id), "clinic", read)
    kinds = await now.journal(resident).time_types(resident)
    return why_stopped(now, next((kind for kind in kinds if kind.id == time_type), None))


def _in_one_line(kept: str) -> str:
    return rich_text.plain(kept).replace("\n", " ")
