"""Clears what is no longer needed (gallring): for each table how long, and no longer (docs/adr/0028).

Several workers may, in one process or many: each takes a few rows at a time, and leaves those alone that another has
locked. What is live or unsettled is in no rule.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    inspect,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import (
    HELD,
    LEFT_UNSENT,
    SETTLED,
    Booking,
    Draft,
    HoldCount,
    JournalHold,
    JournalWrite,
    LoginSession,
    MessageChoice,
    OutboxMessage,
    RequestCase,
    RequestDraft,
    Watch,
    WatchOffer,
)
from webtidbok_app.domain import clock
from webtidbok_app.domain.request import DRAFT_LIFE
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.watch import WatchOfferStatus, WatchStatus
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.logs import report
from webtidbok_app.services.undelivered import SHOWN_FOR
from webtidbok_app.timebook.bookings import HOUR

EVERY = timedelta(hours=1)
AT_A_TIME = 500
GRACE = timedelta(hours=1)
"""How much longer what can still be changed is kept than anybody can: the clocks of several servers differ."""
SUPPORT = timedelta(days=30)
"""How long what has ended is kept for who asks what became of it."""
A_YEAR = timedelta(days=365)
"""How long what was asked of a journal system is kept from its visit on."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """What of a table is past its time: its rows, or what stands in some of their columns."""

    table: type[SQLModel]
    kept: timedelta
    is_past: Callable[[datetime], ColumnElement[bool]]
    """Given the moment ``kept`` ago, the condition for a row to be cleared."""
    emptied: Mapping[str, object] = field(default_factory=dict)
    """The columns that are emptied, where the row itself stays."""


def _is_past_watch(since: datetime) -> ColumnElement[bool]:
    ended = (col(Watch.status) != WatchStatus.WAITING) & (col(Watch.ended_at) <= since)
    return ended | (col(Watch.last_day) < day_of(since))


def _is_past_offer(since: datetime) -> ColumnElement[bool]:
    """An offer that is settled, and whose time is past: until then it is not made again."""
    return (col(WatchOffer.status) != WatchOfferStatus.OPEN) & (col(WatchOffer.starts_at) <= since)


def _is_past_write(since: datetime) -> ColumnElement[bool]:
    """A change that is settled, and whose visit is past: it was a receipt, and said where its resident has booked."""
    return col(JournalWrite.look_at).is_(None) & (col(JournalWrite.starts_at) <= since)


def _has_offers() -> ColumnElement[bool]:
    theirs = (col(WatchOffer.clinic_id) == Watch.clinic_id) & (col(WatchOffer.watch_id) == Watch.id)
    return select(col(WatchOffer.id)).where(theirs).correlate(Watch).exists()


RULES = (
    Rule(Draft, DRAFT_LIFE + GRACE, lambda since: col(Draft.updated_at) <= since),
    Rule(RequestDraft, DRAFT_LIFE + GRACE, lambda since: col(RequestDraft.updated_at) <= since),
    Rule(
        MessageChoice,
        DRAFT_LIFE,
        lambda since: col(MessageChoice.code_at) <= since,
        {"new_channel": None, "new_address": None, "code_hash": "", "code_at": None, "tries": 0},
    ),
    Rule(Booking, GRACE, lambda since: and_(text(HELD), col(Booking.expires_at) <= since)),
    Rule(JournalHold, GRACE, lambda since: col(JournalHold.expires_at) <= since),
    Rule(HoldCount, HOUR, lambda since: col(HoldCount.since) <= since),
    Rule(LoginSession, timedelta(0), lambda since: col(LoginSession.ends_at) <= since),
    Rule(OutboxMessage, SHOWN_FOR, lambda since: and_(text(SETTLED), col(OutboxMessage.settled_at) <= since)),
    Rule(JournalWrite, A_YEAR, _is_past_write),
    Rule(WatchOffer, SUPPORT, _is_past_offer),
    Rule(Watch, SUPPORT, lambda since: _is_past_watch(since) & ~_has_offers()),
    Rule(
        RequestCase,
        SUPPORT,
        lambda since: and_(text(LEFT_UNSENT), col(RequestCase.changed_at) <= since),
        {"unsent": text("''")},  # nothing, sealed, could not be told from something
    ),
)
"""In an order in which nothing is cleared that something else leans on."""


def clearing(database: Database) -> AbstractAsyncContextManager[None]:
    """Clear as long as the ``with`` block lasts: at once, and then about every hour."""
    due = clock.now()

    async def round_() -> bool:
        nonlocal due
        if clock.now() < due:
            return False
        more = await clear_past(database)
        due = clock.now() if more else clock.now() + EVERY
        return more

    return in_rounds(round_, topics.RETENTION)


async def clear_past(database: Database) -> bool:
    """Clear some of what is past its time, by every rule. Returns whether there may be more.

    A rule that fails is reported, and hinders none of the others.
    """
    now, more = clock.now(), False
    for rule in RULES:
        try:
            if await _any_past(database, rule, now):
                more |= await database.transact(partial(_clear, rule=rule, now=now))
        except Exception as error:  # noqa: BLE001  whatever it is, it comes again in an hour
            report(error)
    return more


async def _any_past(database: Database, rule: Rule, now: datetime) -> bool:
    """Whether there is anything to clear by the rule: who only asks keeps nobody from writing."""
    async with database.read() as session:
        return await session.scalar(ask_for_past(rule, now)) is not None


def ask_for_past(rule: Rule, now: datetime) -> Select[Any]:
    """Return the question whether there is anything to clear by the rule."""
    return select(literal(1)).select_from(rule.table).where(rule.is_past(now - rule.kept)).limit(1)


async def _clear(session: AsyncSession, *, rule: Rule, now: datetime) -> bool:
    """Clear some rows by the rule. Returns whether there may be more."""
    keys = [col(getattr(rule.table, key.name)) for key in inspect(rule.table).primary_key]
    past = (
        select(*keys)
        .where(rule.is_past(now - rule.kept))
        .limit(AT_A_TIME)
        .with_for_update(skip_locked=True)
        .cte("past")
    )
    of_them = tuple_(*keys).in_(select(*past.c))
    clear = update(rule.table).values(**rule.emptied) if rule.emptied else delete(rule.table)
    cleared = await session.scalars(
        clear.where(of_them).returning(keys[0]).execution_options(synchronize_session=False)
    )
    count = len(cleared.all())
    _log.info("cleared: %d of %s", count, rule.table.__tablename__)
    return count == AT_A_TIME
