"""What became of a change whose answer was lost: one of them, and all that the resident is to know of."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import public, requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import NotAllowed, NotFound, OmbudNotHere
from webtidbok_app.services.outcomes import follow_outcome, get_outcome, list_outcomes, put_away
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, path_of
from webtidbok_app.state.present.outcomes import outcome_row, outcome_view
from webtidbok_app.state.resident_views import ErrandRow, OutcomeView
from webtidbok_app.state.views import Problem

__all__ = ["OutcomeListState", "OutcomeState"]


class OutcomeListState(rx.State):
    """What is not known yet, and what is known since and not put away."""

    outcomes: list[ErrandRow] = []
    unsettled: bool = False
    """Something is not known yet: there may be a booked time that is shown nowhere else."""

    @rx.event
    @public
    async def load(self) -> None:
        """Fetch them for the resident who has logged in; there are none for anybody else."""
        self.reset()
        if isinstance(current(), Resident):
            lang = lang_of(self)
            found = await attempt(list_outcomes(current()), lang)
            if not isinstance(found, Problem):
                self.outcomes = [outcome_row(one, lang) for one in found]
                self.unsettled = not all(one.settled for one in found)


class OutcomeState(rx.State):
    """One change, and what is known of it. True as long as the page is open."""

    outcome: OutcomeView = OutcomeView()
    problem: Problem = Problem()
    stop: Problem = Problem()
    announced: str = ""
    """What has just become known, to be read aloud."""

    _shown: str = ""

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch what is known of the one in the address."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(get_outcome(current(), **self._which()), lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self._shown, self.outcome = path_of(self), outcome_view(found, lang)

    @rx.event(background=True)
    @requires("resident")
    async def follow(self) -> None:
        """Tell what is true as soon as it is known, as long as the page is open."""
        async with self:
            here, lang, which = path_of(self), lang_of(self), self._which()
        try:
            async for found in follow_outcome(current(), **which):
                if not await still_logged_in():
                    return
                async with self:
                    if path_of(self) != here:
                        return
                    view = outcome_view(found, lang)
                    if self._shown == here and view != self.outcome:
                        self.announced = view.title if view.title != self.outcome.title else ""
                        self.outcome = view
        except (NotAllowed, NotFound, OmbudNotHere):
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("resident")
    async def put_away(self) -> EventSpec | None:
        """Note that it is read, and go to all booked times."""
        if await self._put_away():
            return rx.redirect(addresses.my_times(lang_of(self)))
        return None

    @rx.event
    @requires("resident")
    async def note_read(self) -> None:
        """Note that it is read, as the resident goes on from it."""
        await self._put_away()

    async def _put_away(self) -> bool:
        self.problem = Problem()
        answer = await attempt(put_away(current(), **self._which()), lang_of(self))
        if isinstance(answer, Problem):
            self.problem = answer
        return not isinstance(answer, Problem)

    def _which(self) -> dict[str, str]:
        return {"clinic": argument(self, "clinic"), "write": argument(self, "write")}
