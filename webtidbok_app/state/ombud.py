"""Choosing for whom one acts: oneself, or a child that one is guardian of."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Resident
from webtidbok_app.i18n import t
from webtidbok_app.services.ombud import list_children
from webtidbok_app.state.common import attempt, lang_of, query
from webtidbok_app.state.views import Choice, Problem

__all__ = ["OmbudState"]


class OmbudState(rx.State):
    """For whom one can act. The choice itself goes to /auth/ombud, which asks anew whether they may."""

    choices: list[Choice] = []
    chosen: str = ""
    grown: list[str] = []
    """Children who have turned 13, and why nobody acts for them."""
    after: str = ""
    loaded: bool = False
    problem: Problem = Problem()
    """The register does not answer; one can always go back to acting for oneself."""
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Ask the population register."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(list_children(current()), lang)
        if isinstance(found, Problem):
            self._offer_oneself(found)
            return
        own = Choice("", t(lang, "ombud.myself", name=found.name))
        self.choices = [own, *(Choice(one.id, one.name) for one in found.children if not one.grown)]
        self.grown = [t(lang, "ombud.grown", name=one.name) for one in found.children if one.grown]
        self.chosen = found.acts_for if found.acts_for in {one.value for one in self.choices} else ""
        self.after = query(self, "vidare")
        self.loaded = True

    def _offer_oneself(self, why: Problem) -> None:
        actor, lang = current(), lang_of(self)
        guardian = actor.by if isinstance(actor, Resident) else None
        if guardian is None:
            self.stop = why
            return
        self.problem, self.loaded = why, True
        self.choices = [Choice("", t(lang, "ombud.myself", name=guardian.name))]
