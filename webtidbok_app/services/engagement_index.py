"""Tells the engagement index who has something booked here, so that national services know where to ask.

TKB 1.1.5, 3.4: one engagement for each coming booking and open invitation, taken away when the visit begins. What has
to be told is noted with what it tells (``db/engagements.py``); here it is sent, in order for each, until it has come
through. What is sent is what is true then. Several workers may, in one process or many.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking, Clinic, EngagementUpdate, Invitation, JournalConnection, Person
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.rivta.client import Client
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.logs import report
from webtidbok_app.rivta import messages as riv
from webtidbok_app.settings import EngagementIndex, get_settings
from webtidbok_app.timebook import invitations

AT_ONCE = 20
_OF_INDEX = UUID(int=1)
LEASE = timedelta(minutes=2)
"""How long what a worker has taken is left alone by others: much longer than an answer is waited for."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long to wait after each attempt that failed. The last holds for all that follow: it is never given up."""
DOMAIN, NOT_APPLICABLE = "riv:crm:scheduling", "NA"

_log = logging.getLogger(__name__)


class _NotTold(Exception):
    """The index has not taken it. Its argument is why, and holds nothing of whom it was about."""


@dataclass(frozen=True)
class _Taken:
    row: EngagementUpdate
    known: bool
    """The index knows of it, or may, since before."""


@dataclass(frozen=True, repr=False)
class _Truth:
    """What there is: whose, at which unit, and how new; ``content`` is None when there is nothing any more."""

    number: str
    address: str
    content: datetime | None = None
    over_at: datetime | None = None


@asynccontextmanager
async def telling_engagements(database: Database) -> AsyncIterator[None]:
    """Tell the index as long as the ``with`` block lasts, where there is one."""
    index = get_settings().engagement_index
    if index is None:
        yield
        return
    client = client_of(index)

    async def round_() -> bool:
        return await tell_due(database, index, client) == AT_ONCE

    async with in_rounds(round_, topics.ENGAGEMENTS):
        yield
    await client.close()


async def tell_due(database: Database, index: EngagementIndex, client: Client) -> int:
    """Tell the index up to ``AT_ONCE`` of what it has to be told now, and return how many they were."""
    taken = await _take(database, clock.now())
    told = await asyncio.gather(
        *(_tell(database, index, client, one) for one in taken), return_exceptions=True
    )
    for failure in told:
        if isinstance(failure, Exception):
            report(failure)
    return len(taken)


async def _take(database: Database, now: datetime) -> Sequence[_Taken]:
    """Take what is due. From then on the index may know of it, whatever becomes of the worker."""
    free = or_(col(EngagementUpdate.leased_until).is_(None), col(EngagementUpdate.leased_until) <= now)
    async with database.write() as session:
        rows = await session.scalars(
            select(EngagementUpdate)
            .where(col(EngagementUpdate.due_at) <= now, free)
            .order_by(col(EngagementUpdate.due_at))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        taken = [_Taken(row, row.told) for row in rows]
        for one in taken:
            one.row.told, one.row.leased_until = True, now + LEASE
            one.row.attempts += 1
    return taken


async def _tell(database: Database, index: EngagementIndex, client: Client, taken: _Taken) -> None:
    now = clock.now()
    async with database.read() as session:
        truth = await _truth(session, taken.row, now)
    if truth is None or (truth.content is None and not taken.known):
        await _settle(database, taken.row, None)
        return
    try:
        await _send(index, client, taken.row, truth)
    except Exception as error:  # noqa: BLE001  whatever it is, it is tried again
        why = str(error) if isinstance(error, (_NotTold, CallFailed)) else type(error).__name__
        _log.warning("engagement index not told of %s: %s", taken.row.id, why)
        wait = WAITS[min(taken.row.attempts, len(WAITS)) - 1]
        await _settle(database, taken.row, now + wait, attempts=taken.row.attempts)
    else:
        await _settle(database, taken.row, truth.over_at)


async def _truth(session: AsyncSession, row: EngagementUpdate, now: datetime) -> _Truth | None:
    """Return what there is by that id; None for what the index is never told: reserve numbers are not national."""
    booking = await session.get(Booking, (row.clinic_id, row.id))
    invitation = await session.get(Invitation, (row.clinic_id, row.id))
    about = booking or invitation
    if about is None:
        return None
    number = read_identity((await session.get_one(Person, about.person_id)).number)
    if not isinstance(number, PersonalNumber):
        return None
    address = (await session.get_one(Clinic, row.clinic_id)).hsa_id
    if booking is not None and booking.status == BookingStatus.BOOKED and booking.starts_at > now:
        return _Truth(number.digits, address, booking.starts_at, booking.starts_at)
    if invitation is not None and invitation.last_day and await _is_open(session, invitation, now):
        over_at = swedish_time.span_of_days(invitation.last_day, invitation.last_day)[1]
        return _Truth(number.digits, address, invitation.invited_at, over_at)
    return _Truth(number.digits, address)


async def _is_open(session: AsyncSession, invitation: Invitation, now: datetime) -> bool:
    same = (col(Invitation.clinic_id) == invitation.clinic_id, col(Invitation.id) == invitation.id)
    is_open = invitations.is_open(swedish_time.day_of(now))
    return await session.scalar(select(col(Invitation.id)).where(*same, is_open)) is not None


async def _send(index: EngagementIndex, client: Client, row: EngagementUpdate, truth: _Truth) -> None:
    """Send it. Raises _NotTold and CallFailed."""
    engagement = riv.Engagement(
        subject_of_care=truth.number,
        service_domain=DOMAIN,
        categorization=NOT_APPLICABLE,
        logical_address=truth.address,
        business_object_id=row.id.hex,
        clinical_process_interest_id=NOT_APPLICABLE,
        most_recent_content=truth.content and swedish_time.local(truth.content).replace(tzinfo=None),
        source_system=index.source_system,
        data_controller=index.data_controller,
    )
    change = riv.EngagementTransaction(delete=truth.content is None, engagement=engagement)
    answer = await client.tell(
        riv.Update(transactions=(change,)), riv.UpdateResponse, patient="", correlation_id=str(uuid4())
    )
    if answer.result_code == riv.ResultCode.ERROR:
        raise _NotTold("ERROR")


async def _settle(
    database: Database, row: EngagementUpdate, due_at: datetime | None, *, attempts: int = 0
) -> None:
    """Let it be due again at a moment, or forget it; what has changed meanwhile is due at once, as it was noted."""
    same = (col(EngagementUpdate.clinic_id) == row.clinic_id, col(EngagementUpdate.id) == row.id)
    unchanged = col(EngagementUpdate.changes) == row.changes
    async with database.write() as session:
        if due_at is None:
            await session.execute(delete(EngagementUpdate).where(*same, unchanged))
        else:
            await _change(session, (*same, unchanged), due_at=due_at, attempts=attempts)
        await _change(session, same, leased_until=None)


async def _change(session: AsyncSession, which: Sequence[ColumnElement[bool]], **facts: object) -> None:
    await session.execute(
        update(EngagementUpdate).where(*which).values(**facts).execution_options(synchronize_session=False)
    )


def client_of(index: EngagementIndex) -> Client:
    """Return what calls the index."""
    return Client(
        JournalConnection(
            clinic_id=_OF_INDEX,
            logical_address=index.logical_address,
            address=index.address,
            certificate=index.certificate,
        )
    )
