"""A notice to residents, and the stop: for the clinic, one of its time types, or the whole service.

The address says what it is about; whether the actor may is for the use case to say.
"""

from dataclasses import replace
from datetime import date

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput, StaleVersion
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_time, t, tn
from webtidbok_app.services.notices import (
    NOTICE_MAX,
    NoticeInfo,
    Scope,
    StopImpact,
    get_notice,
    measure_stop,
    set_notice,
    start_booking,
    stop_booking,
)
from webtidbok_app.state import addresses
from webtidbok_app.state.common import attempt, path_of, query
from webtidbok_app.state.input import parse_day, typed, typed_rich
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.text_views import NoticeView, StopView, written_meanwhile
from webtidbok_app.state.staff.texts import box_values, previews
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import FieldProblem, Problem

_FIELDS = ("notice_sv", "notice_en", "first_day", "last_day")

__all__ = ["NOTICE_MAX", "StaffNoticeState"]


class StaffNoticeState(rx.State):
    """The notice and the stop that the address is about."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    boxes: int = 0
    """How many times the notice has been saved: after each the boxes are new ones."""
    done: Outcome = Outcome()
    notice: NoticeView = NoticeView()
    stop: StopView = StopView()

    _seen: tuple[NoticeInfo, ...] = ()
    """What has been shown, if anything."""
    _did: str = ""
    """What was done on the page before, to be told once."""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the notice, and what was just done."""
        did = self._did
        self.reset()
        found = await attempt(get_notice(current(), scope=_scope(self)), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show(found)
        if did:
            self.done = Outcome(t("sv", f"staff.notice.{did}"), t("sv", f"staff.notice.{did}_body"), key=did)

    @rx.event
    @requires(Role.CLINIC_ADMIN, Role.REGION_ADMIN)
    async def load_stop(self) -> None:
        """Show what a stop would mean."""
        self.reset()
        scope = _scope(self)
        found = await attempt(get_notice(current(), scope=scope), "sv")
        impact = await attempt(measure_stop(current(), scope=scope), "sv")
        if isinstance(found, Problem):
            self.problem = found
        elif isinstance(impact, Problem):
            self.problem = impact
        else:
            self.stop = _stop_view(found, impact, scope)

    @rx.event
    @requires(Role.CLINIC_ADMIN, Role.REGION_ADMIN)
    async def save(self, form: rx.form.FormData) -> None:
        """Keep the notice."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        days = {name: typed(form, name) for name in ("first_day", "last_day")}
        read = {name: _day(words) for name, words in days.items()}
        if wrong := {name: name for name, words in days.items() if words and read[name] is None}:
            self.problems = field_problems(wrong, "sv", order=_FIELDS)
            return
        saving = set_notice(
            current(),
            scope=_scope(self),
            notice=typed_rich(form, "notice"),
            seen=next(iter(self._seen), None),
            **read,
        )
        try:
            saved = await attempt(saving, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return
        except StaleVersion:
            await self._look_anew()
            return
        if isinstance(saved, Problem):
            self.problem = saved
            return
        self._show(saved)
        self.boxes += 1
        self.done = Outcome(t("sv", "staff.notice.saved"), self.notice.now, key=str(self.attempts))

    @rx.event
    @requires(Role.CLINIC_ADMIN, Role.REGION_ADMIN)
    async def confirm_stop(self) -> EventSpec | None:
        """Stop booking by residents, and go back to the notice that tells them why."""
        scope = _scope(self)
        stopped = await attempt(stop_booking(current(), scope=scope), "sv")
        if isinstance(stopped, Problem):
            self.problem = stopped
            return None
        self._did = "did_stop"
        return rx.redirect(_address(scope))

    @rx.event
    @requires(Role.CLINIC_ADMIN, Role.REGION_ADMIN)
    async def start_again(self) -> None:
        """Let residents book again."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        started = await attempt(start_booking(current(), scope=_scope(self)), "sv")
        if isinstance(started, Problem):
            self.problem = started
            return
        self._show(started)
        self.done = Outcome(
            t("sv", "staff.notice.did_start"), t("sv", "staff.notice.did_start_body"), key=str(self.attempts)
        )

    async def _look_anew(self) -> None:
        """Tell of, and show, what a colleague wrote meanwhile; what is typed stays."""
        self.problem = written_meanwhile(self.attempts)
        found = await attempt(get_notice(current(), scope=_scope(self)), "sv")
        if not isinstance(found, Problem):
            typed = {name: getattr(self.notice, name) for name in ("written", "first_day", "last_day")}
            self._show(found)
            self.notice = replace(self.notice, **typed)

    def _show(self, found: NoticeInfo) -> None:
        scope = _scope(self)
        self._seen = (found,)
        stopped = found.stopped_at
        self.notice = NoticeView(
            caption=found.clinic,
            about=_about(found, scope),
            written=box_values({"notice": found.text}),
            first_day=found.first_day.isoformat() if found.first_day else "",
            last_day=found.last_day.isoformat() if found.last_day else "",
            now=t("sv", f"staff.notice.now.{_now(found)}"),
            preview=previews("notice", found.text),
            stopped=t(
                "sv",
                "staff.notice.stopped_by",
                who=found.stopped_by,
                day=format_day("sv", stopped),
                time=format_time("sv", stopped),
            )
            if stopped
            else "",
            stop_href=_address(scope, stop=True),
            may_change=found.may_change,
        )


def _scope(state: rx.State) -> Scope:
    if path_of(state).startswith(addresses.REGION_NOTICE):
        return Scope(whole_service=True)
    return Scope(time_type=query(state, "tidstyp"))


def _address(scope: Scope, *, stop: bool = False) -> str:
    if scope.whole_service:
        return addresses.REGION_NOTICE + ("/stoppa" if stop else "")
    return addresses.staff_notice(scope.time_type, stop=stop)


def _about(found: NoticeInfo, scope: Scope) -> str:
    if scope.whole_service:
        return t("sv", "staff.notice.about_service")
    if found.time_type:
        return t("sv", "staff.notice.about_time_type", name=found.time_type)
    return t("sv", "staff.notice.about_clinic")


def _now(found: NoticeInfo) -> str:
    if found.shown:
        return "shown"
    return "not_now" if found.text.sv else "none"


def _stop_view(found: NoticeInfo, impact: StopImpact, scope: Scope) -> StopView:
    what = "service" if scope.whole_service else "time_type" if found.time_type else "clinic"
    rows = [tn("sv", "staff.stop.free", impact.free)]
    if impact.choosing:
        rows.append(tn("sv", "staff.stop.choosing", impact.choosing))
    if impact.waiting:
        rows.append(tn("sv", "staff.stop.waiting", impact.waiting))
    if not found.shown:
        rows.append(t("sv", "staff.stop.no_notice"))
    goes_on = ["booked", "requests", *([] if scope.whole_service else ["close_requests"]), "staff"]
    return StopView(
        caption=found.clinic,
        title=t("sv", f"staff.stop.{what}", name=found.time_type),
        rows=rows,
        goes_on=[t("sv", f"staff.stop.{one}") for one in goes_on],
        back=_address(scope),
    )


def _day(words: str) -> date | None:
    return parse_day(words, today=day_of(clock.now()))
