"""What every state needs: who is logged in, which language, what the address says, and how to say no."""

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import public
from webtidbok_app.auth.principal import Login, current_login
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident, Role
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    JournalError,
    JournalUnavailable,
    NotFound,
    TooManyBookings,
    Unavailable,
    WebtidbokError,
)
from webtidbok_app.domain.ombud import may_act
from webtidbok_app.i18n import Lang
from webtidbok_app.i18n.failures import code_of, words_for
from webtidbok_app.logs import is_reference, report
from webtidbok_app.services.authorise import ADMINISTERS, HANDLES_CASES, HANDLES_TIMES
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.notices import get_service_notice
from webtidbok_app.services.ombud import ombud_is_on
from webtidbok_app.state import addresses
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.views import Problem, RichView, SessionView

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class SessionState(rx.State):
    """Who is logged in, and what went wrong beyond what the page itself can tell; the layout shows both."""

    session: SessionView = SessionView()
    failure: Problem = Problem()
    service_notice: RichView = RichView()
    """What is told at every clinic just now."""
    loaded_at: str = ""
    """The path whose page has all that it fetches; while it is another than the browser's, that page is on its way."""

    @rx.event
    @public
    async def load(self) -> None:
        """Show who is logged in. First among every page's on_load."""
        self.failure = Problem()
        login = current_login()
        if login is None:
            self.session = SessionView()
        else:
            self.session = _session_view(login)
        told = await attempt(get_service_notice(), lang_of(self))
        self.service_notice = RichView() if isinstance(told, Problem) else rich_view(told, lang_of(self))

    @rx.event
    @public
    async def note_loaded(self) -> None:
        """Note that the page is fetched. Last among every page's on_load."""
        self.loaded_at = path_of(self)

    @rx.event
    @public
    async def fail(self, code: str, reference: str) -> None:
        """Show that an event failed. Sent by the server; from a client it only fools that client."""
        self.failure = _problem(code, lang_of(self), {}, reference if is_reference(reference) else "")


def child_of(actor: Actor | None) -> str:
    """Return the name of the child that a guardian acts for; empty for who acts for themselves."""
    if not isinstance(actor, Resident) or actor.by is None:
        return ""
    return actor.name if actor.given_name else str(actor.number)


def _session_view(login: Login) -> SessionView:
    actor = login.actor
    if not isinstance(actor, Resident):
        return SessionView(
            kind="staff",
            name=actor.name,
            clinic=login.clinic_name,
            connected=actor.connected,
            commissions=login.commissions > 1,
            unchosen=actor.role is None,
            handles_times=actor.role in HANDLES_TIMES,
            handles_cases=actor.role in HANDLES_CASES,
            administers=actor.role in ADMINISTERS,
            superadmin=actor.role is Role.REGION_ADMIN,
        )
    guardian = actor.by
    return SessionView(
        kind="resident",
        name=guardian.name if guardian else actor.name,
        acts_for=child_of(actor),
        ombud_over=not may_act(actor, clock.now()),
        can_be_ombud=ombud_is_on(),
    )


def path_of(state: rx.State) -> str:
    """Return the path that the visitor is on. It comes from the client: parse it, never authorise on it."""
    return str(state.router.url.path) or "/"


def lang_of(state: rx.State) -> Lang:
    """Return the language of the page that the visitor is on: English under ``/en``, otherwise Swedish."""
    path = path_of(state)
    return "en" if path == "/en" or path.startswith("/en/") else "sv"


def argument(state: rx.State, name: str) -> str:
    """Return the part ``[name]`` of the address (a clinic's or time type's slug), or an empty string.

    It is a var of the root state; a state's own var of the same name does not hide it here.
    """
    return str(getattr(state.parent_state or state, name, "") or "")


def uuid_argument(state: rx.State, name: str) -> UUID:
    """Return the part ``[name]`` of the address as an identity. Raises NotFound when it is none."""
    try:
        return UUID(argument(state, name))
    except ValueError as error:
        raise NotFound from error


def query(state: rx.State, name: str) -> str:
    """Return the query parameter ``name`` of the address, or an empty string."""
    return str(state.router.url.query_parameters.get(name, ""))


def explain(error: Exception, lang: Lang) -> Problem:
    """Log ``error`` and put it in words, with the reference under which support finds it in the log."""
    return _problem(code_of(error), lang, getattr(error, "facts", {}), report(error))


async def attempt(
    use_case: Awaitable[Result],
    lang: Lang,
    *,
    let_through: tuple[type[WebtidbokError], ...] = (),
    clinic: str = "",
) -> Result | Problem:
    """Await ``use_case`` and return what it gives, or the Problem to show when it fails.

    ``clinic`` is the slug of the one that it is about, whose number is told when its timebook is what fails.

    Errors in ``let_through`` are raised as they are, for a handler that has an answer of its own to them:

        found = await attempt(find(actor=actor, slug=slug), lang)
        if isinstance(found, Problem):
            self.problem = found
            return
    """
    try:
        return await use_case
    except let_through:
        raise
    except Exception as error:  # noqa: BLE001  the last stop: logged with a reference, never shown raw
        return await explain_at(error, lang, clinic)


async def explain_at(error: Exception, lang: Lang, clinic: str) -> Problem:
    """Log and explain ``error``, with the clinic's number when its timebook is what fails."""
    if not clinic or not isinstance(error, JournalError | CapabilityMissing):
        return explain(error, lang)
    try:
        phone = (await get_clinic(slug=clinic)).phone
    except (NotFound, Unavailable):
        return explain(error, lang)
    problem = _problem(error.code, lang, {"phone": phone} | error.facts, report(error))
    return replace(
        problem,
        phone=phone,
        phone_href=addresses.phone_link(phone),
        again=isinstance(error, JournalUnavailable),
    )


def backend_exception_handler(exception: Exception) -> EventSpec:
    """Log what a handler did not catch and tell the visitor so (for ``rx.App``)."""
    return SessionState.fail(code_of(exception), report(exception))


def frontend_exception_handler(exception: Exception) -> None:
    """Log what failed in a browser (for ``rx.App``). The text comes from the client: cut, and on one line."""
    _log.error("in the browser: %r", str(exception)[:2000])


def _problem(code: str, lang: Lang, facts: Mapping[str, object], reference: str) -> Problem:
    title, body = words_for(code, lang, facts)
    bookings = addresses.my_times(lang) if code == TooManyBookings.code else ""
    return Problem(title=title, body=body, reference=reference, key=reference, bookings_href=bookings)
