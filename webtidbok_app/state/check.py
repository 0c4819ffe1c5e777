"""Check the answers, and book."""

from collections.abc import Awaitable

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    Conflict,
    InvalidInput,
    OutcomeUnknown,
    TermsNotAccepted,
)
from webtidbok_app.i18n import t
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.services.booking import Progress, book
from webtidbok_app.services.rebooking import rebook
from webtidbok_app.state import addresses
from webtidbok_app.state.common import attempt, child_of, explain, lang_of
from webtidbok_app.state.flow import Way, forget_hold, open_step, send_back, way_of
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.steps import check_rows, held_until, step_view
from webtidbok_app.state.resident_views import StepView
from webtidbok_app.state.views import Problem, RichView, SummaryRow


class CheckState(rx.State):
    """The answers, the terms that are accepted, and until when the time is held."""

    step: StepView = StepView()
    rows: list[SummaryRow] = []
    terms: RichView = RichView()
    until: str = ""
    problem: Problem = Problem()
    stop: Problem = Problem()

    _hold_id: str = ""
    """What "Boka" books: the time that is shown, and no other that is held by then."""

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the answers. Without a held time, or without details, the resident is sent back to them."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(open_step(self, "kontrollera"), lang)
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
    async def confirm(self) -> EventSpec | None:
        """Book the time and show the booking. A second click books nothing more and leads to the same."""
        way = way_of(self)
        self.problem = Problem()
        try:
            booked = await attempt(
                self._book(way),
                way.lang,
                let_through=(Conflict, InvalidInput, TermsNotAccepted, OutcomeUnknown),
            )
        except AlreadyCancelled:
            return way.to("")  # where it is told
        except Conflict as error:
            return await send_back(self, error)
        except (TermsNotAccepted, InvalidInput) as error:
            return way.to("villkor" if isinstance(error, TermsNotAccepted) else "uppgifter")
        except OutcomeUnknown as error:
            self._tell_unknown(error)
            return None
        if isinstance(booked, Problem):
            self.problem = booked
            return None
        hold_id = self._hold_id
        self.reset()
        self._hold_id = hold_id  # a second click, already on its way, is to find the same booking
        await forget_hold(self)
        return rx.redirect(addresses.booking(way.lang, way.clinic, booked.id))

    def _book(self, way: Way) -> Awaitable[BookedTime]:
        if way.rebooks:
            return rebook(current(), clinic=way.clinic, rebooks=way.rebooks, hold_id=self._hold_id)
        return book(current(), clinic=way.clinic, time_type=way.time_type, hold_id=self._hold_id)

    def _tell_unknown(self, error: OutcomeUnknown) -> None:
        """Say that nobody knows whether it was booked. The button goes: trying again could book twice."""
        lang = lang_of(self)
        reference = explain(error, lang).reference
        self.stop = Problem(
            title=t(lang, "citizen.check.unknown_title"),
            body=t(lang, "citizen.check.unknown_body", phone=self.step.phone),
            reference=reference,
            key=reference,
        )
