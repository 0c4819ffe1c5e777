"""What is told once a transaction stands, and never when it does not."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus

_CHANGED = "what has changed"
_ALL = "everything has changed"


def tell_of_change(session: AsyncSession, clinic_id: UUID, starts: Iterable[datetime]) -> None:
    """Tell the bus, when the transaction is committed, that the clinic's times that start then look different now."""
    session.info.setdefault(_CHANGED, set()).update(topics.of_times(clinic_id, starts))


def tell_everybody(session: AsyncSession) -> None:
    """Tell the bus, when the transaction is committed, that everything looks different."""
    session.info[_ALL] = True


def tell_of_visit(session: AsyncSession, clinic_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that what staff see of the clinic's day looks different.

    Its times are free and taken as they were, so those who look for one are not woken.
    """
    session.info.setdefault(_CHANGED, set()).add(clinic_id)


def tell_of_message(session: AsyncSession) -> None:
    """Tell the bus, when the transaction is committed, that there are messages to send."""
    session.info.setdefault(_CHANGED, set()).add(topics.OUTBOX)


def tell_of_engagement(session: AsyncSession) -> None:
    """Tell the bus, when the transaction is committed, that there is something to tell the engagement index."""
    session.info.setdefault(_CHANGED, set()).add(topics.ENGAGEMENTS)


def tell_of_case(session: AsyncSession, clinic_id: UUID, case_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that a case of the clinic's looks different."""
    session.info.setdefault(_CHANGED, set()).update({topics.inbox(clinic_id), topics.case(case_id)})


def tell_of_time_types(session: AsyncSession, clinic_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that the rules of the clinic's time types are others."""
    told = {topics.time_types(clinic_id), clinic_id, topics.LINE}
    session.info.setdefault(_CHANGED, set()).update(told)


def tell_of_line(session: AsyncSession) -> None:
    """Tell the bus, when the transaction is committed, that something may be free for those who watch for a time."""
    session.info.setdefault(_CHANGED, set()).add(topics.LINE)


def tell_of_watch(session: AsyncSession, watch_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that a watch looks different."""
    session.info.setdefault(_CHANGED, set()).update({topics.LINE, topics.watch(watch_id)})


def tell_of_write(session: AsyncSession, write_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that more is known of a change in a journal system."""
    session.info.setdefault(_CHANGED, set()).update({topics.write(write_id), topics.WRITES})


def committed(session: AsyncSession) -> None:
    """Tell what was to be told. Called by the database after its commit."""
    bus.publish(session.info.pop(_CHANGED, ()))
    if session.info.pop(_ALL, False):
        bus.publish_all()
