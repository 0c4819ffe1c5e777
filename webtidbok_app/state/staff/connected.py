"""Where the clinic's times stand in a journal system of its own: what is left to do here."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Staff
from webtidbok_app.services.getting_started import get_start
from webtidbok_app.state.common import attempt
from webtidbok_app.state.staff.start_view import StartView, start_view
from webtidbok_app.state.views import Problem


class StaffConnectedState(rx.State):
    """What is left before residents can book; no steps when they can."""

    start: StartView = StartView()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Find it out, for staff of such a clinic."""
        actor = current()
        self.start = StartView()
        if isinstance(actor, Staff) and actor.connected:
            start = await attempt(get_start(actor), "sv")
            if not isinstance(start, Problem):
                self.start = start_view(start)
