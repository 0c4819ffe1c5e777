"""Check the answers, and book."""

from collections.abc import AsyncGenerator, Awaitable

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    Conflict,
    InvalidInput,
    JournalRejected,
    OutcomeUnknown,
    TermsNotAccepted,
    WebtidbokError,
)
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.services.booking import Progress, book
from webtidbok_app.services.rebooking import rebook
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, child_of, explain_at, lang_of
from webtidbok_app.state.flow import Step, Way, forget_hold, open_step, send_back, way_of
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.steps import check_rows, held_until, step_view
from webtidbok_app.state.resident_views import StepView
from webtidbok_app.state.views import Problem, RichView, SummaryRow

_STEPS: dict[type[WebtidbokError], Step] = {
    AlreadyCancelled: "",
    TermsNotAccepted: "villkor",
    InvalidInput: "uppgifter",
}
"""Where what stands in the way is told and mended."""
_LEADS_ON = (Conflict, InvalidInput, TermsNotAccepted, OutcomeUnknown, JournalRejected)


class CheckState(rx.State):
    """The answers, the terms that are accepted, and until when the time is held."""

    step: StepView = StepView()
    rows: list[SummaryRow] = []
    terms: RichView = RichView()
    until: str = ""
    problem: Problem = Problem()
    others_href: str = ""
    """The other times, where the clinic's journal system has said no to this one."""
    waiting: str = ""
    """That it is asked, while it is."""
    stop: Problem = Problem()

    _hold_id: str = ""
    """What "Boka" books: the time that is shown, and no other that is held by then."""

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the answers. Without a held time, or without details, the resident is sent back to them."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(open_step(self, "kontrollera"), lang, clinic=argument(self, "clinic"))
        if isinstance(found, Problem):
            self.stop, self.step = found, way_of(self).stopped()
            return None
        if not isinstance(found, Progress):
            return found
        self.step = step_view(found, lang, back=way_of(self).address("" if found.replaces else "uppgifter"))
        if found.hold:
            self._hold_id = found.hold.id
            self.rows = check_rows(found, found.hold, lang, child=child_of(current()))
            self.until = held_until(found.hold, lang)
            self.terms = rich_view(found.terms.text, lang, folded=False) if found.terms else RichView()
        return None

    @rx.event
    @requires("resident")
    async def confirm(self) -> AsyncGenerator[EventSpec | None, None]:
        """Book the time and show the booking. A second click books nothing more and leads to the same."""
        self.problem, self.others_href = Problem(), ""
        if self.step.waits:
            self.waiting = self.step.waits
            yield None
        answer = await self._confirm()
        self.waiting = ""
        yield answer

    async def _confirm(self) -> EventSpec | None:
        way = way_of(self)
        try:
            booked = await attempt(self._book(way), way.lang, let_through=_LEADS_ON, clinic=way.clinic)
        except _LEADS_ON as error:
            return await self._lead_on(error, way)
        if isinstance(booked, Problem):
            self.problem = booked
            return None
        hold_id = self._hold_id
        self.reset()
        self._hold_id = hold_id  # a second click, already on its way, is to find the same booking
        await forget_hold(self)
        return rx.redirect(addresses.booking(way.lang, way.clinic, booked.id))

    async def _lead_on(self, error: WebtidbokError, way: Way) -> EventSpec | None:
        """Return the redirect to where it is told why the time was not booked, or tell it here."""
        if isinstance(error, OutcomeUnknown):
            return way.to_outcome(error)
        if isinstance(error, JournalRejected):
            self.problem, self.others_href = await explain_at(error, way.lang, way.clinic), way.address("")
            return None
        if isinstance(error, Conflict) and not isinstance(error, AlreadyCancelled):
            return await send_back(self, error)
        return way.to(_STEPS[type(error)])

    def _book(self, way: Way) -> Awaitable[BookedTime]:
        if way.rebooks:
            return rebook(current(), clinic=way.clinic, rebooks=way.rebooks, hold_id=self._hold_id)
        return book(current(), clinic=way.clinic, time_type=way.time_type, hold_id=self._hold_id)
