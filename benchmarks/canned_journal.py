"""A journal system that answers the same each time: at once, after a while, or never. As little work as can be.

Addresses are ``/<milliseconds or never>/<Contract>``. Only the patient's number is put in, as the answer must have it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, time, timedelta
from typing import Any

from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.rivta import soap
from webtidbok_app.rivta.messages import (
    GetAllTimeTypesResponse,
    GetAvailableDatesResponse,
    GetAvailableTimeslotsResponse,
    GetSubjectOfCareScheduleResponse,
    MakeBookingResponse,
    PerformerAvailabilityByDate,
    ResultCode,
    Timeslot,
    TimeType,
)

UNIT = "SE2321000016-CANNED"
TIME_TYPES, DAYS, A_DAY = 8, 5, 32
NOBODY = "191212121212"
_ACTOR = re.compile(rb"actorId>(\d{12})<")
_HEADERS = [(b"content-type", soap.CONTENT_TYPE.encode())]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def answers() -> dict[str, bytes]:
    """Return what is answered, by contract. Booked and free times are in the coming weeks."""
    tomorrow = swedish_time.day_of(clock.now()) + timedelta(days=1)
    days = [tomorrow + timedelta(days=number) for number in range(DAYS)]
    starts = [
        datetime.combine(day, time(8)) + timedelta(minutes=15 * number)
        for day in days
        for number in range(A_DAY)
    ]
    told = {
        "GetAllTimeTypes": GetAllTimeTypesResponse(
            time_types=tuple(TimeType(name=f"Besök {one}", id=f"T{one}") for one in range(TIME_TYPES))
        ),
        "GetAvailableDates": GetAvailableDatesResponse(
            availabilities=tuple(
                PerformerAvailabilityByDate(healthcare_facility=UNIT, day=day) for day in days
            )
        ),
        "GetAvailableTimeslots": GetAvailableTimeslotsResponse(
            timeslots=tuple(_slot(start) for start in starts)
        ),
        "GetSubjectOfCareSchedule": GetSubjectOfCareScheduleResponse(
            timeslots=tuple(_slot(start, booking_id=f"B{start:%d%H%M}") for start in starts[:3])
        ),
        "MakeBooking": MakeBookingResponse(booking_id="B1", result_code=ResultCode.OK),
    }
    return {name: soap.wrap(answer) for name, answer in told.items()}


def _slot(start: datetime, booking_id: str | None = None) -> Timeslot:
    return Timeslot(
        start=start, end=start + timedelta(minutes=15), healthcare_facility=UNIT, performer="SE2321000016-V001",
        booking_id=booking_id, subject_of_care=NOBODY if booking_id else None, performer_name="Vera Test",
        time_type_name="Besök 0", time_type_id="T0", cancel_booking_allowed=True if booking_id else None,
    )  # fmt: skip


_answers = answers()


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one call (ASGI)."""
    if scope["type"] == "lifespan":
        return
    said, more = b"", True
    while more:
        part = await receive()
        said, more = said + part.get("body", b""), part.get("more_body", False)
    _, wait, contract = scope["path"].split("/")
    await asyncio.sleep(86_400 if wait == "never" else int(wait) / 1000)
    actor = _ACTOR.search(said)
    body = _answers[contract]
    if actor and contract == "GetSubjectOfCareSchedule":
        body = body.replace(NOBODY.encode(), actor[1])
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": body})
