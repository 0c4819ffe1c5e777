"""Choosing which commission one acts in. The choice itself goes to /auth/uppdrag, which asks anew whether one may."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.i18n import t
from webtidbok_app.services.commissions import list_commissions
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.views import Choice, Problem


class CommissionState(rx.State):
    """The commissions of the one who has logged in."""

    choices: list[Choice] = []
    chosen: str = ""
    after: str = ""
    problem: Problem = Problem()

    @rx.event
    @requires("staff", without_commission=True)
    async def load(self) -> None:
        """Show which there are."""
        self.reset()
        self.after = query(self, "vidare")
        found = await attempt(list_commissions(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.choices = [Choice(one.id, one.place, t("sv", f"permissions.role.{one.role}")) for one in found]
        self.chosen = next((one.id for one in found if one.here), "")
