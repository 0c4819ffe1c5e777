"""A booked time as a file for the resident's own calendar (iCalendar, RFC 5545 and 5546).

It says when and where, in a neutral name: whoever sees the calendar learns nothing of care or health.
"""

from icalendar import Calendar, Event, vCalAddress

from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import Lang, t
from webtidbok_app.services.my_bookings import MyBooking, get_booking
from webtidbok_app.settings import get_settings


async def get_calendar_file(actor: Actor | None, *, clinic: str, booking: str, lang: Lang) -> bytes:
    """Return one of the resident's bookings as a calendar file. Raises NotFound.

    A booking keeps its UID however it is changed, and its SEQUENCE grows, so that a calendar that has it already
    changes it; a cancelled one takes it away. Instants are in UTC: right in every zone and on both DST nights.
    """
    return calendar_of(await get_booking(actor, clinic=clinic, booking=booking), lang)


def calendar_of(mine: MyBooking, lang: Lang) -> bytes:
    """Return the file's contents."""
    cancelled = mine.time.cancelled_at is not None
    calendar = Calendar()
    calendar.add("prodid", "-//Webtidbok//Webtidbok//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(_event(mine, lang, cancelled=cancelled))
    return bytes(calendar.to_ical())


def _event(mine: MyBooking, lang: Lang, *, cancelled: bool) -> Event:
    time, clinic = mine.time, mine.clinic
    event = Event()
    event.add("uid", f"{time.calendar_id}@webtidbok")
    event.add("sequence", time.calendar_sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", time.starts_at)
    event.add("dtend", time.ends_at)
    event.add("summary", clinic.message_name.in_language(lang) or t(lang, "citizen.calendar.summary"))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add(
        "organizer", vCalAddress(get_settings().origin)
    )  # RFC 5546 3.2 wants one; residents have no need of it
    event.add("class", "PRIVATE")
    if time.visit_form == VisitForm.ON_SITE:
        event.add("location", f"{clinic.street}, {clinic.postal_code} {clinic.city}")
    return event
