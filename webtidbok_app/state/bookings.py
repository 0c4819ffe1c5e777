"""Mina tidsbokningar: the coming times, one booked time, and cancelling it."""

from collections.abc import AsyncGenerator

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import AlreadyCancelled, InvalidInput, OutcomeUnknown, TermsNotAccepted
from webtidbok_app.i18n import Lang, t
from webtidbok_app.services.invitations import list_my_invitations
from webtidbok_app.services.messages import get_messages
from webtidbok_app.services.my_bookings import (
    MESSAGE_MAX,
    ClinicBookings,
    MyBooking,
    cancel_booking,
    follow_my_bookings,
    get_booking,
    list_at_clinic,
    list_my_bookings,
    sees_all_clinics,
)
from webtidbok_app.services.my_cases import list_my_cases
from webtidbok_app.services.my_watches import list_watches
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, child_of, lang_of, path_of
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.bookings import (
    booking_card,
    booking_facts,
    booking_view,
    clinic_problems,
    invitation_row,
    invitation_rows,
    overview_rows,
    pending_line,
)
from webtidbok_app.state.present.clinics import clinic_view
from webtidbok_app.state.present.messages import booking_line
from webtidbok_app.state.present.requests import case_row
from webtidbok_app.state.present.watches import watch_row
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import BookingCard, BookingView, ClinicView, ErrandRow
from webtidbok_app.state.views import BookingRow, FieldProblem, Problem, SummaryRow

__all__ = ["MESSAGE_MAX", "BookingState", "ClinicTimesState", "MyTimesState"]


class MyTimesState(rx.State):
    """Coming times at all clinics: when and where."""

    rows: list[BookingRow] = []
    invitations: list[ErrandRow] = []
    held: list[ErrandRow] = []
    """Requests that are answered with times to choose among."""
    watches: list[ErrandRow] = []
    problems: list[str] = []
    pending: list[str] = []
    loaded: bool = False
    stop: Problem = Problem()

    _pending: tuple[str, ...] = ()

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the times from every clinic; those that are slow come after."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(list_my_bookings(current()), lang)
        if isinstance(found, Problem):
            self.stop = found
            return None
        self._show(found, lang)
        await self._say_if_some_are_missing(lang)
        await self._show_invitations(lang)
        await self._show_held(lang)
        await self._show_watches(lang)
        self.loaded = True
        return MyTimesState.follow if self._pending else None

    @rx.event(background=True)
    @requires("resident")
    async def follow(self) -> None:
        """Show the answers of the slow clinics, each as it comes, as long as the page is open."""
        async with self:
            lang, here, slow = lang_of(self), path_of(self), self._pending
        async for answer in follow_my_bookings(current(), clinics=slow):
            async with self:
                if path_of(self) != here or answer.clinic.slug not in self._pending:
                    return
                self._add(answer, lang)

    async def _say_if_some_are_missing(self, lang: Lang) -> None:
        seen = await attempt(sees_all_clinics(current()), lang)
        if seen is False:
            self.problems = [*self.problems, t(lang, "citizen.mine.not_all")]

    async def _show_invitations(self, lang: Lang) -> None:
        invited = await attempt(list_my_invitations(current()), lang)
        if isinstance(invited, Problem):
            self.problems = [*self.problems, invited.title]
        else:
            self.invitations = [*(invitation_row(one, lang) for one in invited), *self.invitations]

    async def _show_held(self, lang: Lang) -> None:
        cases = await attempt(list_my_cases(current()), lang)
        if isinstance(cases, Problem):
            self.problems = [*self.problems, cases.title]
        else:
            self.held = [case_row(case, lang) for case in cases if case.held_until]

    async def _show_watches(self, lang: Lang) -> None:
        watched = await attempt(list_watches(current()), lang)
        if isinstance(watched, Problem):
            self.problems = [*self.problems, watched.title]
        else:
            self.watches = [watch_row(watch, lang, now=clock.now()) for watch in watched]

    def _show(self, found: list[ClinicBookings], lang: Lang) -> None:
        self.rows, self.problems = overview_rows(found, lang), clinic_problems(found, lang)
        self.invitations = invitation_rows(found, lang)
        waiting = [bookings.clinic for bookings in found if bookings.pending]
        self.pending = [pending_line(clinic.name, lang) for clinic in waiting]
        self._pending = tuple(clinic.slug for clinic in waiting)

    def _add(self, answer: ClinicBookings, lang: Lang) -> None:
        """Put a late answer among the others, in order of time, and no more wait for it."""
        self.rows = sorted([*self.rows, *overview_rows([answer], lang)], key=lambda row: row.starts)
        self.problems = [*self.problems, *clinic_problems([answer], lang)]
        self.invitations = [*self.invitations, *invitation_rows([answer], lang)]
        self._pending = tuple(slug for slug in self._pending if slug != answer.clinic.slug)
        self.pending = [line for line in self.pending if line != pending_line(answer.clinic.name, lang)]


class ClinicTimesState(rx.State):
    """Coming times at one clinic, whose terms are accepted, with everything there is to know about them."""

    info: ClinicView = ClinicView()
    cards: list[BookingCard] = []
    problems: list[str] = []
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the times; the terms come first where they are not accepted."""
        self.reset()
        lang, slug = lang_of(self), argument(self, "clinic")
        listing = list_at_clinic(current(), clinic=slug)
        try:
            found = await attempt(listing, lang, let_through=(TermsNotAccepted,), clinic=slug)
        except TermsNotAccepted:
            return rx.redirect(addresses.my_terms(lang, slug), replace=True)
        if isinstance(found, Problem):
            self.stop = found
            return None
        child = child_of(current())
        self.cards = [booking_card(mine, lang, now=clock.now(), child=child) for mine in found.bookings]
        self.problems = clinic_problems([found], lang)
        self.info = clinic_view(found.clinic, lang)
        return None


class BookingState(rx.State):
    """One booked time, and what can be done with it."""

    booked: BookingView = BookingView()
    facts: list[SummaryRow] = []
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()
    messages: str = ""
    """How messages about it go; empty where there are none to be had."""
    can_write: bool = False
    waiting: str = ""
    """That the clinic's journal system is asked, while it is."""
    may_ask: bool = False
    """The page that asks whether to cancel has what it needs; until then it asks nothing."""

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch the booking in the address."""
        self.reset()
        if await self._fetch():
            lang = lang_of(self)
            found = await attempt(get_messages(current()), lang)
            self.messages = "" if isinstance(found, Problem) else booking_line(found, lang)

    @rx.event
    @requires("resident")
    async def load_for_cancelling(self) -> EventSpec | None:
        """Fetch the booking that is to be cancelled; the clinic's terms come first where they are not accepted."""
        self.reset()
        found = await self._fetch(briefly=True)
        if found and found.terms_needed and self.booked.cancel == "yes":
            return self._to_terms()
        self.may_ask = True
        return None

    @rx.event
    @requires("resident")
    async def cancel(self, form: rx.form.FormData) -> AsyncGenerator[EventSpec | None, None]:
        """Cancel the booking and show it as it is then."""
        if self.booked.waits:
            self.waiting = self.booked.waits
            yield None
        answer = await self._cancel(typed(form, "message"))
        self.waiting = ""
        yield answer

    async def _cancel(self, message: str) -> EventSpec | None:
        lang, slug, booking = lang_of(self), argument(self, "clinic"), argument(self, "booking")
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        cancelling = cancel_booking(current(), clinic=slug, booking=booking, message=message)
        try:
            cancelled = await attempt(
                cancelling,
                lang,
                let_through=(TermsNotAccepted, AlreadyCancelled, InvalidInput, OutcomeUnknown),
                clinic=slug,
            )
        except TermsNotAccepted:
            return self._to_terms()
        except InvalidInput as error:
            self.problems = field_problems(error.problems, lang, order=["message"])
            return None
        except AlreadyCancelled:
            return rx.redirect(addresses.booking(lang, slug, booking))
        except OutcomeUnknown as error:
            return rx.redirect(addresses.outcome(lang, slug, error.facts["write_id"]))
        if isinstance(cancelled, Problem):
            self.problem = cancelled
            return None
        return rx.redirect(addresses.booking(lang, slug, booking))

    async def _fetch(self, *, briefly: bool = False) -> MyBooking | None:
        lang = lang_of(self)
        clinic = argument(self, "clinic")
        getting = get_booking(current(), clinic=clinic, booking=argument(self, "booking"))
        found = await attempt(getting, lang, clinic=clinic)
        if isinstance(found, Problem):
            self.stop = found
            return None
        self.facts = booking_facts(found, lang, briefly=briefly, child=child_of(current()))
        self.can_write = found.message_allowed
        self.booked = booking_view(found, lang, now=clock.now())
        return found

    def _to_terms(self) -> EventSpec:
        lang, slug = lang_of(self), argument(self, "clinic")
        terms = addresses.my_terms(lang, slug)
        return rx.redirect(f"{terms}?avboka={argument(self, 'booking')}", replace=True)
