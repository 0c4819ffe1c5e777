"""The way through a booking: who may stand on which step, and what one step tells the next.

The address and the timebook say where a resident is; a tab remembers only why it was sent back.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypedDict

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import public
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import Conflict, HoldExpired, OutcomeUnknown, TermsNotAccepted
from webtidbok_app.i18n import Lang
from webtidbok_app.journal.port import Hold
from webtidbok_app.services.booking import Progress, get_progress, release_time, step_forward
from webtidbok_app.services.rebooking import get_rebooking, step_on_to_rebook
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, query
from webtidbok_app.state.resident_views import StepView

Step = Literal["villkor", "", "uppgifter", "kontrollera"]
"""The end of each step's address; the times have none."""


class Asked(TypedDict):
    """The way, by the names that use cases have for it."""

    clinic: str
    time_type: str
    rebooks: OldBooking | None


@dataclass(frozen=True)
class Way:
    """The clinic and time type in the address, and its language. Slugs from a visitor: for use cases to judge."""

    lang: Lang
    clinic: str
    time_type: str
    rebooks: OldBooking | None = None
    """The booking that is to be exchanged, if it is not a new one."""

    @property
    def asked(self) -> Asked:
        """What use cases are asked about."""
        return {"clinic": self.clinic, "time_type": self.time_type, "rebooks": self.rebooks}

    def to(self, step: Step) -> EventSpec:
        """Return the redirect to a step."""
        return rx.redirect(self.address(step), replace=True)

    def to_outcome(self, error: OutcomeUnknown) -> EventSpec:
        """Return the redirect to what is known of a change whose answer was lost."""
        return rx.redirect(addresses.outcome(self.lang, self.clinic, error.facts["write_id"]), replace=True)

    def stopped(self) -> StepView:
        """Return the step for who cannot go on: back to the booking that is to be exchanged, if there is one."""
        old = self.rebooks
        kept = addresses.booking(self.lang, old.clinic, old.id) if old else ""
        return StepView(back=kept, kept_href=kept)

    def address(self, step: Step) -> str:
        """Return a step's address."""
        return addresses.step(self.lang, self.clinic, self.time_type, step, rebooks=self.rebooks)


def way_of(state: rx.State) -> Way:
    """Return the way that the visitor is on."""
    clinic, booking = argument(state, "clinic"), argument(state, "booking")
    rebooks = OldBooking(query(state, addresses.LEFT) or clinic, booking) if booking else None
    return Way(lang_of(state), clinic, argument(state, "time_type"), rebooks)


class FlowState(rx.State):
    """What one step tells the next; nothing that is shown."""

    _clinic: str = ""
    """Where this tab holds a time."""
    _hold_id: str = ""
    """The hold that this tab knows of last: run out, or become a booking in another tab, for all it knows."""
    _moment: datetime | None = None
    _conflict: str = ""

    @rx.event
    @public
    async def leave(self) -> None:
        """Let the held time go, as the resident has come to a page outside the booking.

        Only what this tab holds: another tab may be in the middle of a booking. When it fails, or the resident
        goes elsewhere, the hold runs out by itself.
        """
        clinic = self._clinic
        self._clinic, self._hold_id, self._moment = "", "", None
        if clinic and current():
            await attempt(release_time(current(), clinic=clinic), lang_of(self))


async def note_hold(state: rx.State, hold: Hold) -> None:
    """Remember which time the tab holds, to let it go or to say which one it was that got lost."""
    flow = await state.get_state(FlowState)
    flow._clinic, flow._moment = argument(state, "clinic"), hold.timeslot.starts_at  # noqa: SLF001  RPC if public
    flow._hold_id = hold.id  # noqa: SLF001


async def _lost_another(state: rx.State, booked_id: str) -> bool:
    """Whether this tab chose a time that is held no more, and is not the one that was booked."""
    return (await state.get_state(FlowState))._hold_id not in {"", booked_id}  # noqa: SLF001


async def forget_hold(state: rx.State) -> None:
    """Forget the hold, which is a booking now."""
    flow = await state.get_state(FlowState)
    flow._clinic, flow._hold_id, flow._moment = "", "", None  # noqa: SLF001


async def note_conflict(state: rx.State, error: Conflict, moment: datetime | None = None) -> None:
    """Remember why the resident is sent back to the times; ``moment`` is when the lost time starts, if not the held."""
    flow = await state.get_state(FlowState)
    flow._conflict, flow._moment = error.code, moment or flow._moment  # noqa: SLF001


async def take_conflict(state: rx.State) -> tuple[str, datetime | None]:
    """Return, once, why the resident was sent back, and when the time was that it is about."""
    flow = await state.get_state(FlowState)
    told = flow._conflict, flow._moment  # noqa: SLF001
    flow._conflict = ""  # noqa: SLF001
    return told


async def send_back(state: rx.State, error: Conflict) -> EventSpec:
    """Return the redirect to the times, where ``error`` is told and others are offered."""
    await note_conflict(state, error)
    return way_of(state).to("")


async def open_step(state: rx.State, step: Step) -> Progress | EventSpec:
    """Return how far the resident has come, or the redirect to the step that is first.

    Who is to move a booking is first sent to the terms of the clinic that is left, if those are not accepted. A held
    time is kept longer by this. A booking that is made already is returned as it is (``booked_id``), so
    that the page says so; where nobody knows whether it is, the resident is sent to what is known. Raises what
    ``get_progress`` raises.
    """
    way = way_of(state)
    progress = await _progress(way)
    if not isinstance(progress, Progress):
        return progress
    must_accept = progress.terms is not None and progress.terms.accepted_at is None
    if step == "villkor" or must_accept:
        return progress if step == "villkor" and must_accept else way.to("villkor" if must_accept else "")
    if step == "":
        return progress
    if progress.booked_id and not progress.hold and not await _lost_another(state, progress.booked_id):
        return progress
    try:
        return await _keep_hold(state, progress, way, step)
    except HoldExpired as error:
        return await send_back(state, error)


async def _progress(way: Way) -> Progress | EventSpec:
    try:
        if way.rebooks is None:
            return await get_progress(current(), clinic=way.clinic, time_type=way.time_type)
        return await get_rebooking(current(), clinic=way.clinic, time_type=way.time_type, rebooks=way.rebooks)
    except TermsNotAccepted:
        if way.rebooks is None:
            raise
        terms = addresses.terms_to_leave(way.lang, way.clinic, way.time_type, way.rebooks)
        return rx.redirect(terms, replace=True)
    except OutcomeUnknown as error:
        return way.to_outcome(error)


async def _keep_hold(state: rx.State, progress: Progress, way: Way, step: Step) -> Progress | EventSpec:
    if way.rebooks:
        hold = await step_on_to_rebook(
            current(), clinic=way.clinic, time_type=way.time_type, rebooks=way.rebooks
        )
    else:
        hold = await step_forward(current(), clinic=way.clinic, time_type=way.time_type)
    await note_hold(state, hold)
    if step == "kontrollera" and not progress.details_done:
        return way.to("uppgifter")
    return replace(progress, hold=hold)
