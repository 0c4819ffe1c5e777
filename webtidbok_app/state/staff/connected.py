"""Where the clinic's times stand in a journal system of its own: what is left to do here."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Staff
from webtidbok_app.i18n import tn
from webtidbok_app.services.connection_state import count_lost_answers
from webtidbok_app.services.getting_started import get_start
from webtidbok_app.state.common import attempt
from webtidbok_app.state.staff.start_view import StartView, start_view
from webtidbok_app.state.views import Problem


class StaffConnectedState(rx.State):
    """What is left before residents can book; no steps when they can."""

    start: StartView = StartView()
    lost: list[str] = []
    """What is not known of changes in the journal system."""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Find it out, for staff of such a clinic."""
        actor = current()
        self.reset()
        if not isinstance(actor, Staff) or not actor.connected:
            return
        start = await attempt(get_start(actor), "sv")
        if not isinstance(start, Problem):
            self.start = start_view(start)
        lost = await attempt(count_lost_answers(actor), "sv")
        if not isinstance(lost, Problem):
            counts = zip(("unsettled", "given_up"), lost, strict=True)
            self.lost = [tn("sv", f"staff.connection_state.{name}", count) for name, count in counts if count]
