"""Booking for a resident: choosing a time, checking it, and what was booked."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, SlotTaken
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import REASON_MAX
from webtidbok_app.i18n import t
from webtidbok_app.services import desk
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.desk import DeskBooking, Said
from webtidbok_app.services.desk_people import DeskPerson
from webtidbok_app.state.common import argument, attempt, explain
from webtidbok_app.state.input import in_reach, parse_day, parse_id, ticked, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.desk_views import (
    DeskCheckView,
    DeskDoneView,
    DeskPersonView,
    DeskTimesView,
    check_view,
    coming_text,
    done_view,
    person_view,
    times_view,
)
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["DONE", "INVITE", "REASON_MAX", "TIMES", "WHO", "Channel", "StaffDeskState"]

WHO, TIMES, CHECK, DONE = (
    "/personal/boka",
    "/personal/boka/tid",
    "/personal/boka/kontrollera",
    "/personal/boka/klart",
)
INVITE = "/personal/boka/kallelse"
_FIELDS = ("reason", "phone", "email", "messages")


class StaffDeskState(Personal, rx.State):
    """Whom the booking is for, what can be chosen, and what is chosen."""

    who: DeskPersonView = DeskPersonView()
    times: DeskTimesView = DeskTimesView()
    check: DeskCheckView = DeskCheckView()
    done: DeskDoneView = DeskDoneView()
    reason: str = ""
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0

    _person: str = ""
    _walk_in: bool = False
    _old: str = ""
    """The booking that is to be exchanged."""
    _old_text: str = ""
    _slot: str = ""
    _extra: bool = False
    _booking: str = ""
    """The id of the booking that is about to be made: pressed twice it is made once."""
    _time_type: str = ""
    _performer: str = ""
    _first: str = ""

    def _begin(self, person: DeskPerson, *, walk_in: bool = False) -> None:
        """Begin to book for somebody. What one looked at for the one before is forgotten."""
        self.reset()
        self._person, self.who, self._walk_in = person.id.hex, person_view(person), walk_in

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_times(self) -> EventType[()] | None:
        """Show the times; whom they are for is chosen first."""
        self.problem, self.problems = Problem(), []
        if not self._person:
            return rx.redirect(WHO, replace=True)
        if self.done.title:
            await self._begin_again()
        await self._show_times()
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_rebook(self) -> EventType[()] | None:
        """Begin to exchange the booking in the address, which is logged."""
        self.reset()
        found = await attempt(desk.open_to_rebook(current(), booking_id=argument(self, "booking")), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return None
        self._begin(found.person)
        self._old, self._old_text = found.old.booking_id, coming_text(found.old)
        self._time_type = found.time_type_id.hex
        return rx.redirect(TIMES, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def show_times(self, form: rx.form.FormData) -> None:
        """Show the times that are asked for."""
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        today = day_of(clock.now())
        written = typed(form, "first")
        first = parse_day(written, today=today) if written else today
        if first is None or not in_reach(first):
            iso, short = date_examples(today)
            self.problems = [FieldProblem("first", t("sv", "staff.day.day_format", iso=iso, short=short))]
            return
        self._time_type, self._performer = typed(form, "time_type"), typed(form, "performer")
        self._walk_in = self._walk_in and first == today
        self._first = first.isoformat()
        await self._show_times()

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose(self, slot: str) -> EventType[()] | None:
        """Go on with a time."""
        if parse_id(slot) is None:
            return None
        if slot != self._slot or not self._booking:
            self._slot, self._booking = slot, uuid4().hex
        return rx.redirect(CHECK)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_check(self) -> EventType[()] | None:
        """Show what is about to be booked."""
        self.problem, self.problems, self.check = Problem(), [], DeskCheckView()
        if not self._person or not self._slot:
            return rx.redirect(TIMES if self._person else WHO, replace=True)
        if self.done.title:  # gone back to, after it was booked
            return rx.redirect(DONE, replace=True)
        await self._weigh()
        return None

    @rx.event
    @requires(*HANDLES_TIMES)
    async def book(self, form: rx.form.FormData) -> EventType[()] | None:
        """Book the time that is shown, or exchange the old one for it."""
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        slot, booking, person = parse_id(self._slot), parse_id(self._booking), parse_id(self._person)
        if slot is None or booking is None or person is None:
            return rx.redirect(WHO, replace=True)
        self.reason = typed(form, "reason")
        if not self._old:
            self.who = replace(self.who, phone=typed(form, "phone"), email=typed(form, "email"))
        try:
            booked = await attempt(
                self._booking_of(form, person, slot, booking), "sv", let_through=(InvalidInput, SlotTaken)
            )
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return None
        except SlotTaken as error:
            await self._weigh()
            self.problem = explain(error, "sv")
            return None
        if isinstance(booked, Problem):
            self.problem = booked
            return None
        self.done = done_view(booked, rebooked=bool(self._old))
        return rx.redirect(DONE, replace=True)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def load_done(self) -> EventType[()] | None:
        """Show what was booked."""
        return None if self.done.title else rx.redirect(WHO, replace=True)

    def _shows_somebody(self) -> bool:
        return bool(self._person)

    async def _booking_of(
        self, form: rx.form.FormData, person: UUID, slot: UUID, booking: UUID
    ) -> DeskBooking:
        old = parse_id(self._old)
        if old is not None:
            return await desk.rebook_for_resident(
                current(), old_id=old, slot_id=slot, booking_id=booking, extra=self._extra
            )
        said = Said(self.reason, self.who.phone, self.who.email, typed(form, "messages"))
        return await desk.book_for_resident(
            current(),
            person_id=person,
            slot_id=slot,
            booking_id=booking,
            said=said,
            extra=self._extra,
            invited=bool(ticked(form, "invited")),
        )

    async def _begin_again(self) -> None:
        """Begin to book one more time for the same person, as they are known now."""
        person = parse_id(self._person)
        if person is None:
            return
        found = await attempt(desk.look_up_again(current(), person_id=person), "sv")
        if not isinstance(found, Problem):
            self._begin(found)

    async def _show_times(self) -> None:
        today = day_of(clock.now())
        first = max(date.fromisoformat(self._first), today) if self._first else today
        listing = desk.list_times(
            current(),
            first=first,
            time_type=parse_id(self._time_type),
            performer=parse_id(self._performer),
            only_first_day=self._walk_in,
        )
        found = await attempt(listing, "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.times = times_view(
            found,
            time_type=self._time_type,
            performer=self._performer,
            first=first,
            today=self._walk_in,
            old=self._old_text,
        )

    async def _weigh(self) -> None:
        slot, person = parse_id(self._slot), parse_id(self._person)
        if slot is None or person is None:
            return
        found = await attempt(
            desk.weigh(current(), person_id=person, slot_id=slot, but_not=parse_id(self._old)), "sv"
        )
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._extra, self.check = found.time.full, check_view(found, old=self._old_text)
