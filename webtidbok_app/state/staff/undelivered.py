"""Messages that did not reach the clinic's residents."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff
from webtidbok_app.i18n import format_day, t, tn
from webtidbok_app.services.authorise import HANDLES_CASES
from webtidbok_app.services.undelivered import UndeliveredMessage, get_undelivered
from webtidbok_app.state.common import attempt
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.staff.views import UndeliveredRow
from webtidbok_app.state.views import Problem


class StaffUndeliveredState(rx.State):
    """What was given up, and how much is being tried again."""

    clinic: str = ""
    rows: list[UndeliveredRow] = []
    waiting: str = ""
    problem: Problem = Problem()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the messages as they are now."""
        self.reset()
        found = await attempt(get_undelivered(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.clinic, self.rows = found.clinic, [_row(message) for message in found.failed]
        self.waiting = tn("sv", "staff.undelivered.waiting", found.waiting) if found.waiting else ""


def _row(message: UndeliveredMessage) -> UndeliveredRow:
    when = moment_text(message.starts_at, "sv") if message.starts_at else ""
    channel = t("sv", f"staff.undelivered.channel.{message.channel}") if message.channel else ""
    return UndeliveredRow(
        id=message.id,
        when=moment_text(message.given_up_at, "sv"),
        what=t("sv", f"staff.undelivered.kind.{message.kind}", when=when),
        why=t("sv", f"staff.undelivered.problem.{message.problem}", channel=channel),
        **_about(message, when),
    )


def _about(message: UndeliveredMessage, when: str) -> dict[str, str]:
    """Return the link to the booking, or to the request where it is about one and one may read it."""
    if message.invitation_id:
        name = t("sv", "staff.invitations.open_name", day=format_day("sv", message.given_up_at))
        return {"href": f"/personal/kallelser/{message.invitation_id}", "link_name": name}
    if not message.case_id and not message.booking_id:  # it stands in a connected journal system
        return {}
    if not message.case_id:
        name = t("sv", "staff.undelivered.open_name", when=when)
        return {"href": f"/personal/bokning/{message.booking_id}", "link_name": name}
    if require_staff().role not in HANDLES_CASES:
        return {}
    day = format_day("sv", message.given_up_at)
    name = t("sv", "staff.undelivered.open_case_name", day=day)
    return {"href": f"/personal/forfragningar/{message.case_id}", "link_name": name}
