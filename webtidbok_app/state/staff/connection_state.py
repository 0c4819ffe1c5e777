"""How it is with the clinic's connection to its journal system."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.connection_state import ConnectionState, get_connection_state
from webtidbok_app.state.common import attempt
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.staff.connection_views import ConnectionStateView
from webtidbok_app.state.staff.present_report import failure_name, failure_words
from webtidbok_app.state.views import Problem, SummaryRow


class StaffConnectionStateState(rx.State):
    """The state of the connection as it was when the page was opened, or looked at again."""

    view: ConnectionStateView = ConnectionStateView()
    problem: Problem = Problem()
    announcement: str = ""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show it."""
        self.reset()
        await self._look()

    @rx.event
    @requires("staff")
    async def look_again(self) -> None:
        """Show how it is now."""
        await self._look()
        self.announcement = self.view.now

    async def _look(self) -> None:
        found = await attempt(get_connection_state(current()), "sv")
        self.problem = found if isinstance(found, Problem) else Problem()
        self.view = ConnectionStateView() if isinstance(found, Problem) else _view(found)


def _view(found: ConnectionState) -> ConnectionStateView:
    tested = (
        moment_text(found.tested_at, "sv") if found.tested_at else t("sv", "staff.connection_state.never")
    )
    facts = {"host": found.host, "unit": found.logical_address, "tested": tested}
    if found.failure_before:
        facts["before"] = failure_name(found.failure_before)
    return ConnectionStateView(
        name=found.clinic,
        now=t("sv", f"staff.connection_state.{'silent' if found.failure else 'ok'}"),
        kind="warn" if found.failure else "ok",
        body=failure_words(found.failure) if found.failure else t("sv", "staff.connection_state.ok_body"),
        facts=[SummaryRow(t("sv", f"staff.connection_state.{name}"), value) for name, value in facts.items()],
        cannot=[t("sv", f"staff.connection_state.cannot.{one}") for one in found.cannot],
        unsettled=tn("sv", "staff.connection_state.unsettled", found.unsettled_count)
        if found.unsettled_count
        else "",
        sent=[t("sv", "staff.connection_state.sent", when=moment_text(one, "sv")) for one in found.unsettled],
        given_up=tn("sv", "staff.connection_state.given_up", found.given_up) if found.given_up else "",
    )
