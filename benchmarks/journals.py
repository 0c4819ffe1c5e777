"""Calls to a journal system: our client, which reads what is answered, against httpx with the very same bytes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks.measure import Ratio, ratio, take_turns
from tests.reference_journal import UNIT as HSA_ID
from tests.reference_journal import ReferenceJournal, add_units, running
from tests.world import FIRST_START
from webtidbok_app.db.tables import JournalConnection
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.rivta import soap
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import CONTRACTS
from webtidbok_app.rivta.messages import GetAllTimeTypes, GetAvailableTimeslots, GetSubjectOfCareSchedule

PATIENT = "191212121212"
EACH = 20
"""Calls by each side in a round."""
WEEK = date(2026, 12, 7), date(2026, 12, 13)
QUESTIONS: dict[str, Message] = {
    "time types": GetAllTimeTypes(healthcare_facility=HSA_ID, subject_of_care=PATIENT),
    "a person's schedule": GetSubjectOfCareSchedule(healthcare_facility=HSA_ID, subject_of_care=PATIENT),
    "a week's free times": GetAvailableTimeslots(
        healthcare_facility=HSA_ID, first=WEEK[0], last=WEEK[1], subject_of_care=PATIENT
    ),
}


@dataclass(frozen=True)
class Journals:
    """How much longer a call takes than the bare exchange of its bytes, by what is asked."""

    calls: dict[str, Ratio]


async def bench_journals(folder: Path, rounds: int) -> Journals:
    """Return the figures. Both sides keep one connection to the same journal system, a process of its own."""
    with running(folder) as journal:
        journal.reset(FIRST_START)
        add_units(journal)
        return Journals({what: await _compare(journal, asked, rounds) for what, asked in QUESTIONS.items()})


async def _compare(journal: ReferenceJournal, question: Message, rounds: int) -> Ratio:
    contract = CONTRACTS[type(question).__name__]
    address = f"{journal.address}/riv/{contract.name}"
    client = Client(JournalConnection(clinic_id=uuid4(), logical_address=HSA_ID, address=address))
    body = soap.wrap(question, logical_address=HSA_ID, actor_id=PATIENT)
    headers = {"Content-Type": soap.CONTENT_TYPE, "SOAPAction": contract.soap_action}
    async with httpx2.AsyncClient(trust_env=False) as bare:

        async def ours() -> None:
            await client.ask(question, contract.answer, patient=PATIENT, fresh=True)

        async def theirs() -> None:
            answer = await bare.post(address, content=body, headers=headers)
            assert answer.status_code == 200

        seconds = await take_turns({"ours": _times(ours), "bare": _times(theirs)}, rounds)
    await client.close()
    return ratio(seconds, "ours", "bare")


def _times(call: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        for _ in range(EACH):
            await call()

    return run
