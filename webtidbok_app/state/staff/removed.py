"""What became of times that were taken away: who is to be phoned, and taking all back for ten minutes."""

from datetime import datetime
from uuid import UUID

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import NoMoreExtras, Overlaps, SlotTaken, TooLateToChange, WebtidbokError
from webtidbok_app.i18n import t
from webtidbok_app.services import removal
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.removal import RemovalDone
from webtidbok_app.state.common import attempt, uuid_argument
from webtidbok_app.state.input import parse_id
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.preview_view import moment_words
from webtidbok_app.state.staff.removal_view import DoneView, done_view
from webtidbok_app.state.views import Problem

REFUSALS = (TooLateToChange, Overlaps, SlotTaken, NoMoreExtras)


class StaffRemovedState(Personal, rx.State):
    """A removal as it stands. Personal: emptied when it is left."""

    problem: Problem = Problem()
    done: DoneView = DoneView()
    prints: int = 0

    _attempts: int = 0

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Open the removal in the address, which is logged."""
        self.reset()
        self._show(await attempt(_get(self), "sv"))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def mark(self, line: str) -> None:
        """Note that somebody is phoned, or take the note away."""
        wanted, phoned = parse_id(line), not any(one.phoned for one in self.done.phone if one.id == line)
        if wanted is not None:
            self._show(await attempt(_mark(self, wanted, phoned=phoned), "sv"))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def print_list(self) -> None:
        """Log that the list is printed; the browser prints it when it hears of that."""
        noted = await attempt(_note_printing(self), "sv")
        if isinstance(noted, Problem):
            self.problem = noted
        else:
            self.prints += 1

    @rx.event
    @requires(*HANDLES_TIMES)
    async def take_back(self) -> None:
        """Take all back. A second click finds it done."""
        self._attempts += 1
        try:
            self._show(await attempt(_take_back(self), "sv", let_through=REFUSALS))
        except REFUSALS as refusal:
            self.problem = _refused(refusal, str(self._attempts))

    def _shows_somebody(self) -> bool:
        return bool(self.done.heading)

    def _show(self, found: RemovalDone | Problem) -> None:
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.problem, self.done = Problem(), done_view(found, clock.now())


async def _get(state: rx.State) -> RemovalDone:
    return await removal.get_removal(current(), removal_id=uuid_argument(state, "removal"))


async def _mark(state: rx.State, line: UUID, *, phoned: bool) -> RemovalDone:
    return await removal.mark_phoned(
        current(), removal_id=uuid_argument(state, "removal"), line_id=line, phoned=phoned
    )


async def _note_printing(state: rx.State) -> None:
    await removal.note_printing(current(), removal_id=uuid_argument(state, "removal"))


async def _take_back(state: rx.State) -> RemovalDone:
    return await removal.take_back(current(), removal_id=uuid_argument(state, "removal"))


def _refused(refusal: WebtidbokError, key: str) -> Problem:
    """Return why nothing was taken back."""
    if isinstance(refusal, TooLateToChange):
        deadline = refusal.facts["deadline"]
        assert isinstance(deadline, datetime)
        until = moment_words(deadline, clock.now())
        return Problem(
            t("sv", "staff.removed.late"), t("sv", "staff.removed.late_body", until=until), key=key
        )
    name = "clash" if isinstance(refusal, Overlaps) else "full"
    return Problem(t("sv", f"staff.removed.{name}"), t("sv", f"staff.removed.{name}_body"), key=key)
