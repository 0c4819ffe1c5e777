"""An opened request: taking it, answering, noting, closing."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from webtidbok_app.domain.request import MESSAGE_MAX, OFFER_HOURS, Author
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import t
from webtidbok_app.services import inbox, offers
from webtidbok_app.services.answer_templates import list_templates
from webtidbok_app.services.authorise import HANDLES_CASES
from webtidbok_app.services.cases import CaseMessage
from webtidbok_app.services.inbox import StaffCase
from webtidbok_app.services.offers import Offerable
from webtidbok_app.state.common import argument, attempt, path_of
from webtidbok_app.state.input import in_reach, parse_count, parse_day, parse_ids, ticked, typed
from webtidbok_app.state.present.requests import asked_rows, message_text, offer_view
from webtidbok_app.state.present.words import field_problems, moment_text
from webtidbok_app.state.resident_views import MessageView
from webtidbok_app.state.staff.pattern import date_examples
from webtidbok_app.state.staff.personal import Personal
from webtidbok_app.state.staff.views import OfferableView, Outcome, StaffCaseView
from webtidbok_app.state.views import Choice, FieldProblem, Problem, SummaryRow

__all__ = ["MESSAGE_MAX", "OFFER_HOURS", "StaffCaseState"]


_FIELDS = ("answer", "note", "offered", "hours", "offer_text")


class StaffCaseState(Personal, rx.State):
    """The opened request, true as long as the page is open, and what is being written."""

    opened: StaffCaseView = StaffCaseView()
    templates: list[Choice] = []
    answer: str = ""
    """What the answer's box begins with."""
    answer_boxes: int = 0
    """Counts what makes the answer's box a new one: what is sent, and what is put in from a template."""
    note_boxes: int = 0
    """How many notes have been written from here: after each their box is a new one."""
    offerable: OfferableView = OfferableView()
    done: Outcome = Outcome()
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()

    _case: str = ""
    _version: int = 0
    _texts: dict[str, str] = {}

    @rx.event
    @requires(*HANDLES_CASES)
    async def load(self) -> None:
        """Open the request in the address; who opens it is logged."""
        self.reset()
        case = argument(self, "case")
        found = await attempt(inbox.open_case(current(), case_id=case), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        kept = await attempt(list_templates(current()), "sv")
        if not isinstance(kept, Problem):
            self.templates = [Choice(one.id, one.title) for one in kept.templates]
            self._texts = {one.id: one.text for one in kept.templates}
        self._show(found)
        if found.can_offer and not found.case.ended:
            await self._find("", None)
            self.offerable = replace(self.offerable, slots=[], none="")

    @rx.event(background=True)
    @requires(*HANDLES_CASES)
    async def watch(self) -> None:
        """Keep the request true as long as the page is open: who has it, and what the resident writes."""
        async with self:
            here, case = path_of(self), argument(self, "case")
        try:
            async for found in inbox.follow_case(current(), case_id=case):
                if not await still_logged_in():
                    return
                async with self:
                    if path_of(self) != here:
                        return
                    if self._case == found.case.id and self._version != found.version:
                        self.done = Outcome()  # what was done here is not the last thing any more
                        self._show(found)
        except (NotAllowed, NotFound):
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires(*HANDLES_CASES)
    async def take(self) -> None:
        """Take the request, or take it over."""
        await self._change(inbox.take_case(current(), case_id=self._case, version=self._version), "taken")

    @rx.event
    @requires(*HANDLES_CASES)
    async def release(self) -> None:
        """Let the request go."""
        await self._change(inbox.release_case(current(), case_id=self._case), "released")

    @rx.event
    @requires(*HANDLES_CASES)
    async def keep_answer(self, text: str) -> None:
        """Remember what is written, so that a template is put in after it."""
        self.answer = typed({"answer": text}, "answer")

    @rx.event
    @requires(*HANDLES_CASES)
    async def insert(self, form: rx.form.FormData) -> None:
        """Put a template into the answer, after what is written."""
        text = self._texts.get(typed(form, "template"), "")
        if text:
            self.answer = f"{self.answer}\n\n{text}".strip()
            self.answer_boxes += 1

    @rx.event
    @requires(*HANDLES_CASES)
    async def send(self, form: rx.form.FormData) -> None:
        """Answer the resident."""
        self.answer = typed(form, "answer")
        answering = inbox.answer_case(
            current(),
            case_id=self._case,
            version=self._version,
            text=self.answer,
            close=bool(ticked(form, "close")),
        )
        if await self._change(answering, "answered"):
            self.answer = ""
            self.answer_boxes += 1

    @rx.event
    @requires(*HANDLES_CASES)
    async def write_note(self, form: rx.form.FormData) -> None:
        """Write a note for colleagues."""
        noting = inbox.write_note(current(), case_id=self._case, text=typed(form, "note"))
        if await self._change(noting, "noted"):
            self.note_boxes += 1

    @rx.event
    @requires(*HANDLES_CASES)
    async def find_times(self, form: rx.form.FormData) -> None:
        """Find free times to offer, of a time type and from a day on."""
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        today = day_of(clock.now())
        written = typed(form, "first")
        first = parse_day(written, today=today) if written else today
        if first is None or not in_reach(first):
            iso, short = date_examples(today)
            words = t("sv", "staff.day.day_format", iso=iso, short=short)
            self.problems = [FieldProblem("first", words)]
            return
        await self._find(typed(form, "time_type"), first)

    @rx.event
    @requires(*HANDLES_CASES)
    async def offer(self, form: rx.form.FormData) -> None:
        """Hold the times that are ticked for the resident, and answer with them."""
        offering = offers.offer_times(
            current(),
            case_id=self._case,
            version=self._version,
            text=typed(form, "offer_text"),
            slot_ids=parse_ids(ticked(form, "offered")),
            hours=parse_count(typed(form, "hours")) or 0,
        )
        if await self._change(self._then_open(offering), "offered"):
            self.offerable = replace(self.offerable, slots=[], none="")
        elif self.problem.title:
            await self._find(
                self.offerable.time_type, parse_day(self.offerable.day, today=day_of(clock.now()))
            )

    @rx.event
    @requires(*HANDLES_CASES)
    async def withdraw_offer(self) -> None:
        """Let the times go that are held."""
        withdrawing = offers.withdraw_offer(current(), case_id=self._case)
        await self._change(self._then_open(withdrawing), "offer_withdrawn")

    async def _then_open(self, use_case: Awaitable[None]) -> StaffCase:
        await use_case
        return await inbox.open_case(current(), case_id=self._case)

    async def _find(self, time_type: str, first: date | None) -> None:
        finding = offers.find_offerable(current(), case_id=self._case, time_type=time_type, first=first)
        found = await attempt(finding, "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.offerable = offerable_view(found, first or day_of(clock.now()))

    @rx.event
    @requires(*HANDLES_CASES)
    async def close(self) -> None:
        """Close the request without an answer."""
        closing = inbox.close_case(current(), case_id=self._case, version=self._version)
        await self._change(closing, "closed")

    def _shows_somebody(self) -> bool:
        return bool(self._case)

    async def _change(self, use_case: Awaitable[StaffCase], done: str) -> bool:
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        self.attempts += 1
        try:
            changed = await attempt(use_case, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return False
        except StaleVersion:
            await self._tell_changed()
            return False
        if isinstance(changed, Problem):
            self.problem = changed
            await self._fetch_again()
            return False
        self._show(changed)
        self.done = Outcome(t("sv", f"staff.case.{done}"), key=str(self.attempts))
        return True

    async def _tell_changed(self) -> None:
        """Say that there is something to read first. What is written stays in its box."""
        await self._fetch_again()
        self.problem = Problem(
            t("sv", "staff.case.changed_title"), t("sv", "staff.case.changed"), key=str(self.attempts)
        )

    async def _fetch_again(self) -> None:
        found = await attempt(inbox.open_case(current(), case_id=self._case), "sv")
        if not isinstance(found, Problem):
            self._show(found)

    def _show(self, found: StaffCase) -> None:
        self._case, self._version = found.case.id, found.version
        self.opened = case_view(found, me=require_staff().hsa_id)


def case_view(found: StaffCase, *, me: str) -> StaffCaseView:
    """Return the request as staff see it. ``me`` is the reader's HSA-id."""
    case, mine = found.case, found.assigned_to == me
    has = "mine" if mine else "theirs" if found.assigned_to else "nobodys"
    taking = "" if case.ended or mine else "take_over" if found.assigned_to else "take"
    return StaffCaseView(
        heading=t(
            "sv", "staff.case.heading", kind=t("sv", f"public.clinic.{case.kind}.title"), number=case.number
        ),
        caption=t("sv", "staff.case.sent", when=moment_text(case.sent_at, "sv")),
        status=t("sv", f"staff.case_status.{case.status}"),
        has=t("sv", f"staff.case.{has}", name=found.assigned_name),
        take=t("sv", f"staff.case.{taking}") if taking else "",
        mine=mine and not case.ended,
        can_answer=not case.ended and has != "theirs",
        can_offer=found.can_offer,
        offer=offer_view(case.offer, "sv"),
        ended=case.ended,
        protected=found.protected,
        resident_rows=_resident_rows(found),
        asked_rows=[*asked_rows(case, "sv", area="staff.asked"), *_booking_row(found)],
        messages=[_message(message) for message in case.messages],
    )


def offerable_view(found: Offerable, first: date) -> OfferableView:
    """Return the free times that can be offered, in words."""
    return OfferableView(
        time_types=[Choice(kind.id, kind.name.sv) for kind in found.time_types],
        time_type=found.chosen,
        day=first.isoformat(),
        slots=[
            Choice(slot.id, f"{moment_text(slot.starts_at, 'sv')}, {slot.performer}") for slot in found.slots
        ],
        none="" if found.slots else t("sv", "staff.offer.none"),
    )


def _resident_rows(found: StaffCase) -> list[SummaryRow]:
    facts = {"name": found.name, "personal_number": found.personal_number}
    facts |= {"sent_by": found.sent_by} if found.sent_by else {}
    return [SummaryRow(t("sv", f"staff.booking.{name}"), value) for name, value in facts.items()]


def _booking_row(found: StaffCase) -> list[SummaryRow]:
    booking = found.case.asked.booking_id
    if not booking:
        return []
    return [
        SummaryRow(
            t("sv", "staff.case.booking"),
            t("sv", "staff.case.open_booking"),
            href=f"/personal/bokning/{booking}",
        )
    ]


def _message(message: CaseMessage) -> MessageView:
    note = message.author == Author.NOTE
    who = (
        t("sv", "staff.case.resident_wrote")
        if message.author == Author.RESIDENT
        else t("sv", "staff.case.note_by", name=message.staff_name)
        if note
        else message.staff_name
    )
    own = message.author == Author.STAFF
    return MessageView(
        message.id, who, moment_text(message.at, "sv"), message_text(message, "sv"), own=own, note=note
    )
