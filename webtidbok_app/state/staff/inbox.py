"""The clinic's requests, as a list."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

import reflex as rx
from reflex.event import EventSpec, EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff, still_logged_in
from webtidbok_app.domain.errors import NotAllowed
from webtidbok_app.domain.request import CaseStatus
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.authorise import HANDLES_CASES
from webtidbok_app.services.inbox import Filter, Inbox, InboxRow, Show, Whose, follow_inbox, get_inbox
from webtidbok_app.services.requests import KINDS
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import attempt, path_of, query
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.staff.views import InboxRowView, InboxView
from webtidbok_app.state.views import Problem

__all__ = ["COUNT", "KIND", "KINDS", "SHOW", "WHOSE", "Show", "StaffInboxState", "Whose"]

PAGE = "/personal/forfragningar"
COUNT = "inbox-count"
"""The id of the line that says how many requests there are."""
SHOW, WHOSE, KIND = "visa", "vem", "typ"
One = TypeVar("One", bound=StrEnum)


class StaffInboxState(rx.State):
    """The requests that the address asks for, names masked. Those that are shown stay; new ones wait."""

    problem: Problem = Problem()
    inbox: InboxView = InboxView()
    show: str = Show.GOING
    whose: str = Whose.ALL
    kind: str = ""

    _shown: Inbox | None = None
    _wanted: Filter = Filter()

    @rx.event
    @requires(*HANDLES_CASES)
    async def load(self) -> None:
        """Show the requests that the address asks for."""
        self.reset()
        self._wanted = wanted_by(lambda name: query(self, name))
        self.show, self.whose, self.kind = self._wanted.show, self._wanted.whose, self._wanted.kind or ""
        await self._fetch()

    @rx.event(background=True)
    @requires(*HANDLES_CASES)
    async def watch(self) -> None:
        """Keep the list true for as long as the page is open: what is shown changes in its place."""
        async with self:
            wanted = wanted_by(lambda name: query(self, name))  # this may begin before ``load`` has ended
        try:
            async for found in follow_inbox(current(), wanted=wanted):
                if not await still_logged_in():
                    return
                async with self:
                    if path_of(self) != PAGE or wanted_by(lambda name: query(self, name)) != wanted:
                        return
                    self._follow(found, wanted)
        except NotAllowed:
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires(*HANDLES_CASES)
    async def show_new(self) -> EventType[()] | None:
        """Show the requests that wait."""
        await self._fetch()
        return rx.set_focus(COUNT)

    @rx.event
    @requires(*HANDLES_CASES)
    async def choose(self, form: rx.form.FormData) -> EventSpec:
        """Put what is looked for in the address."""
        wanted = wanted_by(lambda name: typed(form, name))
        show = "" if wanted.show == Show.GOING else wanted.show
        whose = "" if wanted.whose == Whose.ALL else wanted.whose
        return rx.redirect(with_query(PAGE, **{SHOW: show, WHOSE: whose, KIND: wanted.kind or ""}))

    async def _fetch(self) -> None:
        found = await attempt(get_inbox(current(), wanted=self._wanted), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._shown, self.inbox = found, inbox_view(found, found.rows)

    def _follow(self, found: Inbox, wanted: Filter) -> None:
        if self._shown is None or self._wanted != wanted:
            return  # not before ``load``
        view = inbox_view(found, take_in(self._shown.rows, found.rows))
        self._shown = replace(self._shown, rows=take_in(self._shown.rows, found.rows))
        if view != self.inbox:
            self.inbox = view


def wanted_by(asked: Callable[[str], str]) -> Filter:
    """Return what is looked for; what is no choice counts as none. ``asked`` gives the answer by its name."""
    return Filter(
        show=_one_of(Show, asked(SHOW)) or Show.GOING,
        whose=_one_of(Whose, asked(WHOSE)) or Whose.ALL,
        kind=_one_of(CaseTypeKind, asked(KIND)),
    )


def _one_of(choices: type[One], value: str) -> One | None:
    return choices(value) if value in set(choices) else None


def take_in(shown: Sequence[InboxRow], found: Sequence[InboxRow]) -> tuple[InboxRow, ...]:
    """Return the rows that are shown, in their order, each as it is now."""
    now = {row.id: row for row in found}
    return tuple(now.get(row.id, row) for row in shown)


def inbox_view(found: Inbox, shown: Sequence[InboxRow]) -> InboxView:
    """Return the list in words. Of what is found, what is not among the ``shown`` waits to be asked for."""
    known = {row.id for row in shown}
    waiting = sum(row.id not in known for row in found.rows)
    counts = [tn("sv", "staff.inbox.count", len(shown))]
    if found.unread:
        counts.append(tn("sv", "staff.inbox.unread", found.unread))
    return InboxView(
        clinic=found.clinic,
        count_text=", ".join(counts),
        more=t("sv", "staff.inbox.more") if found.more else "",
        waiting=tn("sv", "staff.inbox.show_new", waiting) if waiting else "",
        rows=[_row(row) for row in shown],
    )


def _row(row: InboxRow) -> InboxRowView:
    mine = row.assigned_to == require_staff().hsa_id
    return InboxRowView(
        id=row.id,
        href=f"{PAGE}/{row.id}",
        number=row.number,
        sent=moment_text(row.sent_at, "sv"),
        kind=t("sv", f"public.clinic.{row.kind}.title"),
        name=row.masked_name,
        status=t("sv", f"staff.case_status.{row.status}"),
        new=row.status == CaseStatus.SENT,
        who=t("sv", "staff.inbox.whose.mine") if mine else row.assigned_name or t("sv", "staff.inbox.nobody"),
        open_name=t("sv", "staff.inbox.open_name", number=row.number),
    )
