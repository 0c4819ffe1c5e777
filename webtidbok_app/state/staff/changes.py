"""What has been done to the schedule, and undoing a publication."""

from datetime import datetime

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import TooLateToChange
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_day_span, format_span, format_time, t, tn
from webtidbok_app.services import schedule_changes
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.schedule import ScheduleSlot
from webtidbok_app.services.schedule_changes import Change, Undoing
from webtidbok_app.state.common import attempt, uuid_argument
from webtidbok_app.state.staff.preview_view import SHOWN, moment_words, undo_href
from webtidbok_app.state.staff.removal_view import PAGE as REMOVAL
from webtidbok_app.state.staff.views import ChangeRow, Outcome, UndoView
from webtidbok_app.state.staff.week_view import cell_of, week_href
from webtidbok_app.state.views import Problem


class StaffChangesState(rx.State):
    """The clinic's newest changes."""

    loaded: bool = False
    problem: Problem = Problem()
    rows: list[ChangeRow] = []

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the changes as they are now."""
        found = await attempt(schedule_changes.list_changes(current()), "sv")
        self.loaded, self.problem = not isinstance(found, Problem), Problem()
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.rows = [row_of(change, clock.now()) for change in found]


class StaffUndoState(rx.State):
    """One publication that may be undone: what that would do, and what it did."""

    problem: Problem = Problem()
    publication: UndoView = UndoView()
    impact: Outcome = Outcome()
    done: Outcome = Outcome()

    _attempts: int = 0

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load(self) -> None:
        """Show what undoing the change in the address would do now."""
        self.publication, self.impact, self.done = UndoView(), Outcome(), Outcome()
        await self._show()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def undo(self) -> None:
        """Take away the times that nobody has. A second click finds nothing to do."""
        if not self.impact.confirm:
            return
        self._attempts += 1
        try:
            undone = await attempt(_undo(self), "sv", let_through=(TooLateToChange,))
        except TooLateToChange:
            await self._show()
            return
        self.impact = Outcome()
        if isinstance(undone, Problem):
            self.problem = undone
        else:
            self.problem, self.done = Problem(), done_words(undone, clock.now(), str(self._attempts))

    async def _show(self) -> None:
        found = await attempt(_find(self), "sv")
        self.problem = found if isinstance(found, Problem) else Problem()
        if not isinstance(found, Problem):
            self.publication = undo_view(found.change, clock.now())
            self.impact = impact_words(found, clock.now(), str(self._attempts))


async def _find(state: rx.State) -> Undoing:
    return await schedule_changes.find_undo_impact(current(), change_id=uuid_argument(state, "change"))


async def _undo(state: rx.State) -> Undoing:
    return await schedule_changes.undo(current(), change_id=uuid_argument(state, "change"))


def undo_view(change: Change, now: datetime) -> UndoView:
    """Return what the change was."""
    return UndoView(
        heading=t("sv", f"staff.undo.heading_{change.kind}"),
        about=tn(
            "sv",
            f"staff.undo.about_{change.kind}",
            change.slots,
            who=change.changed_by,
            when=moment_words(change.changed_at, now),
            span=format_day_span("sv", change.first_start, change.last_start),
        ),
        week_href=week_href(day_of(change.first_start)),
    )


def impact_words(found: Undoing, now: datetime, key: str) -> Outcome:
    """Return what undoing would do, or why it cannot be done any more."""
    change = found.change
    if change.undo_until is None:
        when = moment_words(change.undone_at, now) if change.undone_at else ""
        return Outcome(t("sv", "staff.undo.undone"), t("sv", "staff.undo.undone_body", when=when), key=key)
    if now > change.undo_until:
        until = moment_words(change.undo_until, now)
        return Outcome(t("sv", "staff.undo.late"), t("sv", "staff.undo.late_body", until=until), key=key)
    if not found.gone:
        return Outcome(
            t("sv", "staff.undo.none_free"),
            t("sv", "staff.undo.none_free_body"),
            _lines(found.kept, now),
            _more(found.kept),
            key=key,
        )
    return Outcome(
        title=_count_words(found),
        body=tn("sv", "staff.undo.kept", len(found.kept))
        if found.kept
        else tn("sv", "staff.undo.none_taken", found.gone),
        rows=_lines(found.kept, now),
        more=_more(found.kept),
        confirm=tn("sv", "staff.undo.yes", found.gone),
        key=key,
    )


def done_words(undone: Undoing, now: datetime, key: str) -> Outcome:
    """Return what undoing did."""
    return Outcome(
        title=tn("sv", "staff.undo.done", undone.gone) if undone.gone else t("sv", "staff.undo.done_none"),
        body=tn("sv", "staff.undo.kept_done", len(undone.kept)) if undone.kept else "",
        rows=_lines(undone.kept, now),
        more=_more(undone.kept),
        key=key,
    )


def _count_words(found: Undoing) -> str:
    if found.kept:
        return tn("sv", "staff.undo.some", found.gone, total=found.gone + len(found.kept))
    return tn("sv", "staff.undo.all", found.gone)


def _lines(slots: list[ScheduleSlot], now: datetime) -> list[str]:
    return [
        t(
            "sv",
            "staff.undo.line",
            when=f"{format_day('sv', slot.starts_at, year=False)} {format_span('sv', slot.starts_at, slot.ends_at)}",
            what=slot.time_type,
            who=slot.performer,
            state=cell_of(slot, now).text,
        )
        for slot in slots[:SHOWN]
    ]


def _more(slots: list[ScheduleSlot]) -> str:
    return tn("sv", "staff.preview.more", len(slots) - SHOWN) if len(slots) > SHOWN else ""


def row_of(change: Change, now: datetime) -> ChangeRow:
    """Return a change as the list shows it."""
    when = f"{format_day('sv', change.changed_at)} {format_time('sv', change.changed_at)}"
    what = t("sv", f"staff.changes.kind_{change.kind}")
    young = change.undo_until is not None and now <= change.undo_until
    return ChangeRow(
        id=str(change.id),
        when=when,
        who=change.changed_by,
        what=what,
        count=str(change.slots or "–"),
        days=format_day_span("sv", change.first_start, change.last_start),
        note=_note(change, now),
        undo_href=undo_href(change.id) if young else "",
        undo_name=t("sv", "staff.changes.undo_name", what=what.lower(), when=when),
        **_removal_of(change, when, now),
    )


def _note(change: Change, now: datetime) -> str:
    """Return that what was done does not hold any more, and since when."""
    if change.undone_at is not None:
        return t("sv", "staff.changes.undone", when=moment_words(change.undone_at, now))
    if change.removal is not None and change.removal.taken_back_at is not None:
        return t("sv", "staff.changes.taken_back", when=moment_words(change.removal.taken_back_at, now))
    return ""


def _removal_of(change: Change, when: str, now: datetime) -> dict[str, str]:
    """Return the way to what was done with the booked, while some are to be phoned or it can be taken back."""
    mark = change.removal
    if mark is None or not (mark.to_phone or (mark.until and now < mark.until)):
        return {}
    key = "staff.removed.list_phone"
    text = tn("sv", key, mark.to_phone) if mark.to_phone else t("sv", "staff.removed.list_take_back")
    name = t("sv", "staff.removed.list_name", what=text, when=when)
    return {"removal_href": f"{REMOVAL}/{mark.id}", "removal_text": text, "removal_name": name}
