"""Asks a journal system for changes: written down before they are sent, and sent once (docs/adr/0030).

The sending is a task of its own: who asked may go away, and what became of it is noted all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import JournalWrite
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    JournalRejected,
    JournalRejectedUnexplained,
    JournalUnavailable,
    OutcomeUnknown,
    Unavailable,
)
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.journal.rivta import translate, writes
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.journal.rivta.failures import MALFORMED, CallFailed
from webtidbok_app.journal.rivta.lookup import find_new
from webtidbok_app.rivta.messages import (
    CancelBooking,
    CancelBookingResponse,
    GetSubjectOfCareSchedule,
    GetSubjectOfCareScheduleResponse,
    MakeBooking,
    MakeBookingResponse,
    ResultCode,
    SubjectOfCare,
    UpdateBooking,
    UpdateBookingResponse,
)

Begin = Callable[[AsyncSession], Awaitable[tuple[JournalWrite, bool]]]
SECONDS_BETWEEN_GLANCES = 0.5
"""How often one looks what another worker's call has come to."""
SOON = timedelta(seconds=2)

_on_their_way: dict[UUID, "asyncio.Task[JournalWrite]"] = {}
"""What this worker is sending."""


class _Answer(NamedTuple):
    code: ResultCode
    text: str
    booking_id: str
    """What the booking is called now; empty when that is not known yet, or it is cancelled."""


class Sender:
    """Sends changes to one journal system."""

    def __init__(self, client: Client, database: Database) -> None:
        self._client = client
        self._database = database

    async def carry_out(self, patient: Resident, begin: Begin, *, message: str = "") -> JournalWrite:
        """Write down what is asked for, send it unless it was before, and return it when it is done.

        Raises what ``begin`` raises, JournalRejected (``text``), JournalUnavailable and OutcomeUnknown.
        """
        write, is_new = await self._database.transact(begin)
        if is_new:
            task = asyncio.create_task(self._send(patient, write, message))
            _on_their_way[write.id] = task
            task.add_done_callback(lambda done: _arrived(write.id, done))
        return await self.outcome_of(write)

    async def outcome_of(self, write: JournalWrite) -> JournalWrite:
        """Return the write when it is done; wait for what is on its way. Raises as ``carry_out``."""
        if task := _on_their_way.get(write.id):
            write = await asyncio.shield(task)
        elif write.outcome == WriteOutcome.SENT:
            write = await self._sent_elsewhere(write)
        if write.outcome == WriteOutcome.DONE:
            return write
        if write.outcome == WriteOutcome.REFUSED:
            why = write.result_text.strip()
            raise JournalRejected(text=why) if why else JournalRejectedUnexplained(text="")
        if write.outcome == WriteOutcome.NOT_DONE:
            raise JournalUnavailable(correlation_id=write.correlation_id)
        raise _unknown(write)

    async def _sent_elsewhere(self, write: JournalWrite) -> JournalWrite:
        """Return what another worker's call came to; as it stands, when that worker is gone."""
        while write.outcome == WriteOutcome.SENT and clock.now() < write.sent_at + writes.GIVEN_UP_ON_AFTER:
            await asyncio.sleep(SECONDS_BETWEEN_GLANCES)
            async with self._database.read() as session:
                write = await writes.read(session, write)
        return write

    async def _send(self, patient: Resident, write: JournalWrite, message: str) -> JournalWrite:
        facts: dict[str, object]
        try:
            answer = await self._tell(patient, write, message)
        except CallFailed as failed:
            lost = {"outcome": WriteOutcome.UNKNOWN, "lost": True, "look_at": clock.now()}
            facts = {"outcome": WriteOutcome.NOT_DONE} if failed.not_done else lost
        else:
            refused = answer.code == ResultCode.ERROR
            is_named = bool(answer.booking_id) or refused or write.kind == WriteKind.CANCEL
            facts = {
                "outcome": WriteOutcome.REFUSED if refused else WriteOutcome.DONE,
                "result_text": answer.text,
                "new_booking_id": answer.booking_id,
                "look_at": None if is_named else clock.now() + SOON,
            }
        try:
            return await self._settle(write, facts)
        except Unavailable as error:  # it stands as sent, and is looked for when its worker must be gone
            raise _unknown(write) from error

    async def _settle(self, write: JournalWrite, facts: dict[str, object]) -> JournalWrite:
        async def work(session: AsyncSession) -> JournalWrite:
            await writes.settle(session, write, now=clock.now(), **facts)  # type: ignore[arg-type]
            return await writes.read(session, write)

        return await self._database.transact(work)

    async def _tell(self, patient: Resident, write: JournalWrite, message: str) -> _Answer:
        if write.kind == WriteKind.MAKE:
            return await self._make(patient, write)
        if write.kind == WriteKind.UPDATE:
            return await self._update(patient, write)
        order = CancelBooking(
            healthcare_facility=self._client.logical_address,
            booking_id=write.booking_id,
            message=message or None,
        )
        told = await self._client.tell(
            order, CancelBookingResponse, patient=patient.number.digits, correlation_id=write.correlation_id
        )
        return _Answer(told.result_code, told.result_text or "", "")

    async def _make(self, patient: Resident, write: JournalWrite) -> _Answer:
        unit, said = self._client.logical_address, writes.heard(write)
        order = MakeBooking(
            healthcare_facility_med=unit,
            requested_timeslot=translate.kept(
                write.timeslot, unit, booking_id=write.booking_id or None,
                subject_of_care=patient.number.digits, reason=translate.say(said),
            ),
            subject_of_care_info=SubjectOfCare(
                phone=said.phone or None, email=said.email or None, first_name=patient.given_name,
                last_name=patient.family_name,
            ),
        )  # fmt: skip
        told = await self._client.tell(
            order, MakeBookingResponse, patient=patient.number.digits, correlation_id=write.correlation_id
        )
        booking_id = told.booking_id or ""
        if told.result_code != ResultCode.ERROR and not booking_id:
            booking_id = await self._new_id(patient, write)
            if not booking_id:  # it says that it is done, and cannot say what: that is no proper answer
                raise CallFailed(MALFORMED, not_done=False)
        return _Answer(told.result_code, told.result_text or "", booking_id)

    async def _update(self, patient: Resident, write: JournalWrite) -> _Answer:
        """Exchange the time. The call goes to the unit of the new one, as GetAvailableDates does (docs/adr/0029)."""
        order = UpdateBooking(
            requested_timeslot=translate.kept(
                write.timeslot, self._client.logical_address, booking_id=write.booking_id,
                subject_of_care=patient.number.digits, reason=translate.say(writes.heard(write)),
            )
        )  # fmt: skip
        told = await self._client.tell(
            order, UpdateBookingResponse, patient=patient.number.digits, correlation_id=write.correlation_id
        )
        is_done = told.result_code != ResultCode.ERROR
        booking_id = await self._new_id(patient, write) if is_done else ""
        return _Answer(told.result_code, told.result_text or "", booking_id)

    async def _new_id(self, patient: Resident, write: JournalWrite) -> str:
        """Return what the schedule calls the new booking: UpdateBooking does not tell (facts P4). Empty if unknown."""
        question = GetSubjectOfCareSchedule(
            healthcare_facility=self._client.logical_address, subject_of_care=patient.number.digits
        )
        try:
            told = await self._client.ask(
                question, GetSubjectOfCareScheduleResponse, patient=patient.number.digits, fresh=True
            )
        except CallFailed:
            return ""
        found = find_new(write, told.timeslots)
        return (found.booking_id or "") if found else ""


def _unknown(write: JournalWrite) -> OutcomeUnknown:
    return OutcomeUnknown(correlation_id=write.correlation_id, write_id=write.id.hex)


def _arrived(write_id: UUID, task: "asyncio.Task[JournalWrite]") -> None:
    _on_their_way.pop(write_id, None)
    if not task.cancelled():
        task.exception()  # who waits for it is told; nobody may
