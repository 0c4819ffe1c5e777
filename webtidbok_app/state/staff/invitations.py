"""Invitations: sending an open one, the list of them, and one that is opened."""

from dataclasses import dataclass, field
from uuid import uuid4

import reflex as rx
from reflex.event import EventSpec, EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_day_span, t, tn
from webtidbok_app.services import desk, invitations
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.invitations import InvitationState, OpenedInvitation, Show, StaffInvitation
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import argument, attempt, query
from webtidbok_app.state.input import parse_day, parse_id, typed
from webtidbok_app.state.present.words import field_problems, moment_text
from webtidbok_app.state.staff.desk import WHO, StaffDeskState
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import Choice, FieldProblem, Problem, SummaryRow

__all__ = ["PAGE", "SHOW", "SHOWS", "StaffInvitationState", "StaffInvitationsState", "StaffInviteState"]

PAGE = "/personal/kallelser"
SHOW = "visa"
SHOWS = [Choice(show, t("sv", f"staff.invitations.{show}")) for show in Show if show != Show.OPEN]
_FIELDS = ("time_type", "first_day", "last_day")


@dataclass(frozen=True)
class InvitationRowView:
    """One invitation in the list. ``name`` is masked."""

    id: str = ""
    href: str = ""
    sent: str = ""
    name: str = ""
    time_type: str = ""
    period: str = ""
    status: str = ""
    open_name: str = ""


@dataclass(frozen=True)
class InvitationView:
    """An opened invitation. Personal: emptied when the page is left. An empty ``heading`` is not fetched yet."""

    heading: str = ""
    rows: list[SummaryRow] = field(default_factory=list)
    protected: bool = False
    open: bool = False


class StaffInviteState(rx.State):
    """An open invitation that is being written."""

    time_types: list[Choice] = []
    time_type: str = ""
    first_day: str = ""
    last_day: str = ""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    _invitation: str = ""

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> EventType[()] | None:
        """Begin; whom it is for is chosen first."""
        self.reset()
        person = (await self.get_state(StaffDeskState))._person  # noqa: SLF001  one flow in two states
        if not person:
            return rx.redirect(WHO, replace=True)
        found = await attempt(desk.list_bookable_types(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return None
        self.time_types = [Choice(identity.hex, name) for identity, name in found]
        self.first_day, self._invitation = day_of(clock.now()).isoformat(), uuid4().hex
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def send(self, form: rx.form.FormData) -> EventType[()] | None:
        """Invite."""
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        self.time_type, self.first_day, self.last_day = (typed(form, name) for name in _FIELDS)
        person = parse_id((await self.get_state(StaffDeskState))._person)  # noqa: SLF001
        identity, today = parse_id(self._invitation), day_of(clock.now())
        if person is None or identity is None:
            return rx.redirect(WHO, replace=True)
        inviting = invitations.invite(
            current(),
            person_id=person,
            time_type=parse_id(self.time_type),
            first_day=parse_day(self.first_day, today=today),
            last_day=parse_day(self.last_day, today=today),
            invitation_id=identity,
        )
        try:
            told = await attempt(inviting, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return None
        if isinstance(told, Problem):
            self.problem = told
            return None
        opened = await self.get_state(StaffInvitationState)
        done = "staff.invite.done" if told else "staff.invite.done_untold"
        untold = "" if told else t("sv", "staff.invite.untold")
        opened.done = Outcome(t("sv", done), untold, key=identity.hex)
        return rx.redirect(f"{PAGE}/{identity.hex}", replace=True)


class StaffInvitationsState(rx.State):
    """The invitations that the address asks for."""

    clinic: str = ""
    show: str = ""
    count: str = ""
    more: bool = False
    rows: list[InvitationRowView] = []
    problem: Problem = Problem()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show the invitations."""
        self.reset()
        asked = query(self, SHOW)
        show = Show(asked) if asked in set(Show) else Show.OPEN
        found = await attempt(invitations.list_invitations(current(), show=show), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.clinic, self.show = found.clinic, "" if show == Show.OPEN else show
        self.rows, self.more = [_row(one) for one in found.rows], found.more
        self.count = tn("sv", "staff.invitations.count", len(found.rows))

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose(self, form: rx.form.FormData) -> EventSpec:
        """Put what is looked for in the address."""
        asked = typed(form, SHOW)
        return rx.redirect(with_query(PAGE, **{SHOW: asked if asked in set(Show) else ""}))


class StaffInvitationState(Personal, rx.State):
    """One invitation that is open, and taking it back."""

    opened: InvitationView = InvitationView()
    done: Outcome = Outcome()
    problem: Problem = Problem()
    attempts: int = 0

    _invitation: str = ""

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Open the invitation in the address, which is logged."""
        wanted = argument(self, "invitation")
        if self.done.key != wanted:
            self.done = Outcome()
        self.opened, self.problem = InvitationView(), Problem()
        self._invitation = wanted
        await self._fetch()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def withdraw(self) -> None:
        """Take it back."""
        self.attempts += 1
        self.done = Outcome()
        taking = invitations.withdraw_invitation(current(), invitation_id=self._invitation)
        failed = await attempt(taking, "sv")
        await self._fetch()
        if isinstance(failed, Problem):
            self.problem = failed
        elif not self.problem.title:
            self.done = Outcome(t("sv", "staff.invitation.withdrawn"), key=str(self.attempts))

    def _shows_somebody(self) -> bool:
        return bool(self._invitation)

    async def _fetch(self) -> None:
        opening = invitations.open_invitation(current(), invitation_id=self._invitation)
        found = await attempt(opening, "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.opened = _opened(found)


def _row(one: StaffInvitation) -> InvitationRowView:
    day = format_day("sv", one.invited_at)
    return InvitationRowView(
        id=one.id,
        href=f"{PAGE}/{one.id}",
        sent=day,
        name=one.name,
        time_type=one.time_type,
        period=_period(one),
        status=_status(one),
        open_name=t("sv", "staff.invitations.open_name", day=day),
    )


def _opened(found: OpenedInvitation) -> InvitationView:
    one = found.invitation
    facts = {
        "booking.name": one.name,
        "desk.personal_number": found.personal_number,
        "invitations.time_type": one.time_type,
        "invitations.period": _period(one),
        "invitations.status": _status(one),
        "invitations.sent": moment_text(one.invited_at, "sv"),
        "invitation.by": one.invited_by,
    }
    rows = [SummaryRow(t("sv", f"staff.{name}"), value) for name, value in facts.items()]
    if one.booking_id:
        href, words = f"/personal/bokning/{one.booking_id}", t("sv", "staff.invitation.open_booking")
        rows.append(SummaryRow(t("sv", "staff.invitation.booking"), words, href=href))
    return InvitationView(
        t("sv", "staff.invitation.title"), rows, found.protected, one.state == InvitationState.OPEN
    )


def _period(one: StaffInvitation) -> str:
    if one.first_day is None or one.last_day is None:
        return t("sv", "staff.invitations.to_time")
    return format_day_span("sv", one.first_day, one.last_day)


def _status(one: StaffInvitation) -> str:
    when = moment_text(one.starts_at, "sv") if one.starts_at else ""
    return t("sv", f"staff.invitations.state.{one.state}", when=when)
