"""A test call: is the journal system there, and does it answer what the portal asks? Nothing is booked."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

from webtidbok_app.db.tables import JournalConnection
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.journal_probe import NOT_TRIED, Probed
from webtidbok_app.journal.rivta import failures
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.journal.rivta.clients import client_of
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.rivta import messages
from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import CONTRACTS

PATIENT = "191212121212"
"""Tolvan Tolvansson, the test person of the contracts' own examples (facts 5.2)."""
_NO_CONTACT = frozenset({failures.NEVER_LEFT, failures.TIMEOUT, failures.CUT, "certificate"})
_DAYS = timedelta(days=14)
_NOWHERE = "webtidbok-test"
"""A booking's id that no journal system has: that it says so is an answer."""


async def probe(connection: JournalConnection) -> list[Probed]:
    """Call what a journal system has to answer, as the connection says to reach it.

    Ping first: when nobody is there, nothing more is tried. The rest is asked at the same time.
    """
    client = Client(connection)
    try:
        ping = await _try(client, messages.PingForConfiguration(), needed=False)
        questions = list(_questions(connection))
        if ping.failure in _NO_CONTACT:
            return [ping, *(Probed(type(one).__name__, NOT_TRIED, 0, needed=True) for one in questions)]
        return [ping, *await asyncio.gather(*(_try(client, one, needed=True) for one in questions))]
    finally:
        await client.close()


async def ping(connection: JournalConnection) -> str:
    """Return why a journal system in use does not answer now, as a stable code; empty when somebody is there."""
    question = messages.PingForConfiguration()
    try:
        await client_of(connection).ask(question, messages.PingForConfigurationResponse, fresh=True)
    except CallFailed as failed:
        return "" if failed.failure in failures.SHOWS_LIFE else failed.failure
    return ""


def _questions(connection: JournalConnection) -> Iterator[Message]:
    """Give what is asked: of the contracts that read, those that the connection's capabilities need."""
    unit = connection.logical_address
    first = swedish_time.day_of(clock.now())
    last = first + _DAYS
    yield messages.GetSubjectOfCareSchedule(healthcare_facility=unit, subject_of_care=PATIENT)
    yield messages.GetBookingDetails(healthcare_facility=unit, booking_id=_NOWHERE)
    if connection.can_book:
        yield messages.GetAllTimeTypes(healthcare_facility=unit, subject_of_care=PATIENT)
    if connection.can_book or connection.can_rebook:
        for kind in (messages.GetAvailableDates, messages.GetAvailableTimeslots):
            yield kind(healthcare_facility=unit, subject_of_care=PATIENT, first=first, last=last)
    if connection.can_choose_performer:
        yield messages.GetAllPerformers(healthcare_facility=unit, subject_of_care=PATIENT)
    if connection.can_move:
        yield messages.GetAllHealthcareFacilities(healthcare_facility=unit, subject_of_care=PATIENT)


async def _try(client: Client, question: Message, *, needed: bool) -> Probed:
    contract = CONTRACTS[type(question).__name__]
    began, failure = time.monotonic(), ""
    try:
        await client.ask(question, contract.answer, patient=PATIENT, fresh=True)
    except CallFailed as failed:
        no_such_booking = failed.failure == failures.FAULT and contract.name == "GetBookingDetails"
        failure = "" if no_such_booking else failed.failure
    return Probed(contract.name, failure, round(1000 * (time.monotonic() - began)), needed)
