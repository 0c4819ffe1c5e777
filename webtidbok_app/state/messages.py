"""How the resident wants messages, and proving an address by a code."""

from collections.abc import Awaitable

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import Lang, t
from webtidbok_app.services.messages import Messages, ask_for_code, forget_code, get_messages, stop, verify
from webtidbok_app.state import addresses
from webtidbok_app.state.common import attempt, lang_of, query
from webtidbok_app.state.input import ticked, typed
from webtidbok_app.state.present.messages import messages_view
from webtidbok_app.state.present.wishes import PART, PERFORMER
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import MessagesView
from webtidbok_app.state.views import FieldProblem, Problem

FIELDS = ("address", "consent", "code")


class MessagesState(rx.State):
    """Where messages go, and where they are about to go."""

    chosen: MessagesView = MessagesView()
    watch_href: str = ""
    """The watch that one was about to begin, and comes back to."""
    problems: list[FieldProblem] = []
    attempts: int = 0
    done: str = ""
    """What has just come true, in words."""
    problem: Problem = Problem()
    failed: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch what is chosen."""
        self.reset()
        lang = lang_of(self)
        self.watch_href = _watch_href(self, lang)
        found = await attempt(get_messages(current()), lang)
        if isinstance(found, Problem):
            self.failed = found
        else:
            self.chosen = messages_view(found, lang)

    @rx.event
    @requires("resident")
    async def send_code(self, form: rx.form.FormData) -> None:
        """Send a code to the address that is typed, or say what to mend."""
        lang = lang_of(self)
        consent, address = bool(ticked(form, "consent")), typed(form, "address")
        await self._change(ask_for_code(current(), address=address, consent=consent, lang=lang), lang, "")

    @rx.event
    @requires("resident")
    async def verify(self, form: rx.form.FormData) -> None:
        """Take the address into use if the code is right."""
        lang = lang_of(self)
        await self._change(verify(current(), code=typed(form, "code")), lang, "verified")

    @rx.event
    @requires("resident")
    async def forget_code(self) -> None:
        """Go back to choosing another address."""
        await self._change(forget_code(current()), lang_of(self), "")

    @rx.event
    @requires("resident")
    async def stop(self) -> None:
        """Send nothing more."""
        await self._change(stop(current()), lang_of(self), "stopped")

    async def _change(self, use_case: Awaitable[Messages], lang: Lang, done: str) -> None:
        self.problem, self.problems, self.done = Problem(), [], ""
        self.attempts += 1
        try:
            changed = await attempt(use_case, lang, let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, lang, order=FIELDS)
            return
        if isinstance(changed, Problem):
            self.problem = changed
            return
        self.chosen = messages_view(changed, lang)
        self.done = t(lang, f"citizen.messages.{done}") if done else ""


def _watch_href(state: rx.State, lang: Lang) -> str:
    clinic, time_type = query(state, addresses.WATCHES), query(state, addresses.OF_TYPE)
    wishes = {name: query(state, name) for name in (PERFORMER, PART)}
    form = addresses.watch_form(lang, clinic, time_type)
    return addresses.with_query(form, **wishes) if clinic and time_type else ""
