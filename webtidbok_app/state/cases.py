"""A resident's cases: the list, and each with what has been written in it."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain.errors import HoldExpired, InvalidInput, NotAllowed, NotFound
from webtidbok_app.domain.request import MESSAGE_MAX
from webtidbok_app.i18n import t
from webtidbok_app.services.my_cases import (
    MyCase,
    follow_my_case,
    get_my_case,
    keep_unsent,
    list_my_cases,
    withdraw_case,
    write_in_case,
)
from webtidbok_app.services.offers import decline_offer, take_time
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, path_of
from webtidbok_app.state.details import TYPING_RESTS_MS
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.requests import case_row, case_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import CaseView, ErrandRow
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["MESSAGE_MAX", "CaseListState", "CaseState"]


class CaseListState(rx.State):
    """All cases, at all clinics."""

    rows: list[ErrandRow] = []
    loaded: bool = False
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch the cases."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(list_my_cases(current()), lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self.rows, self.loaded = [case_row(row, lang) for row in found], True


class CaseState(rx.State):
    """One case, as it is as long as the page is open."""

    case: CaseView = CaseView()
    unsent: str = ""
    """What the box begins with: what was being written when the page was left."""
    sends: int = 0
    """How many messages have been sent from here: after each the box is a new one."""
    done: str = ""
    """What has just come true, in words."""
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    _shown: str = ""
    """The path of the case that is shown."""

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch the case in the address."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(get_my_case(current(), **self._where()), lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self._shown, self.unsent = path_of(self), found.unsent
        self.case = case_view(found, lang)

    @rx.event(background=True)
    @requires("resident")
    async def watch(self) -> None:
        """Keep the case true as long as the page is open: an answer is there when it comes."""
        async with self:
            here, lang = path_of(self), lang_of(self)
            where = self._where()
        try:
            async for found in follow_my_case(current(), **where):
                if not await still_logged_in():
                    return
                async with self:
                    if path_of(self) != here:
                        return
                    view = case_view(found, lang)
                    if self._shown == here and view != self.case:
                        self.case = view
        except (NotAllowed, NotFound):
            return  # the page itself tells why there is nothing to follow

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep(self, text: str) -> None:
        """Keep the message while it is being typed."""
        keeping = keep_unsent(current(), **self._where(), text=typed({"text": text}, "text"))
        await attempt(keeping, lang_of(self))  # a failure is logged; sending tells of it

    @rx.event
    @requires("resident")
    async def write(self, form: rx.form.FormData) -> None:
        """Send what is written to the clinic."""
        lang = lang_of(self)
        self._begin()
        writing = write_in_case(current(), **self._where(), text=typed(form, "text"))
        try:
            written = await attempt(writing, lang, let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, lang, order=["text"])
            return
        if self._took(written):
            self.sends += 1
            self.done = t(lang, "requests.case.written")

    @rx.event
    @requires("resident")
    async def withdraw(self) -> None:
        """Take the request back."""
        self._begin()
        if self._took(await attempt(withdraw_case(current(), **self._where()), lang_of(self))):
            self.done = self.case.title

    @rx.event
    @requires("resident")
    async def take_time(self, time: str) -> EventSpec | None:
        """Book one of the times that are held, and show the booking."""
        self._begin()
        lang, where = lang_of(self), self._where()
        try:
            booking = await attempt(
                take_time(current(), **where, time=time), lang, let_through=(HoldExpired,)
            )
        except HoldExpired:
            await self._fetch_again()
            title, body = t(lang, "requests.offer.gone_title"), t(lang, "requests.offer.gone_body")
            self.problem = Problem(title, body, key=str(self.attempts))
            return None
        if isinstance(booking, Problem):
            self.problem = booking
            return None
        return rx.redirect(addresses.booking(lang, where["clinic"], booking))

    @rx.event
    @requires("resident")
    async def decline(self) -> None:
        """Say that none of the times will do."""
        self._begin()
        declined = await attempt(decline_offer(current(), **self._where()), lang_of(self))
        if isinstance(declined, Problem):
            self.problem = declined
            return
        await self._fetch_again()
        self.done = self.case.offer.news

    async def _fetch_again(self) -> None:
        found = await attempt(get_my_case(current(), **self._where()), lang_of(self))
        if not isinstance(found, Problem):
            self.case = case_view(found, lang_of(self))

    def _where(self) -> dict[str, str]:
        return {"clinic": argument(self, "clinic"), "case": argument(self, "case")}

    def _begin(self) -> None:
        self.problem, self.problems, self.done = Problem(), [], ""
        self.attempts += 1

    def _took(self, answer: MyCase | Problem) -> bool:
        """Show what has become of the case, or why nothing has. Whether it went well."""
        if isinstance(answer, Problem):
            self.problem = answer
            return False
        self.case, self.unsent = case_view(answer, lang_of(self)), answer.unsent
        return True
