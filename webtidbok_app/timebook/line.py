"""The line of those who watch for a time (bevaka tid), inside the caller's transaction.

What becomes free is held for whoever is first in line and whom it fits, and nobody else is told; when the offer is
declined or runs out it is held for the next. Nobody in line: it is free for all, at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.after_commit import tell_of_watch
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import (
    IN_LINE,
    STANDING,
    Booking,
    Clinic,
    Slot,
    TimeType,
    Watch,
    WatchOffer,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.errors import SlotTaken, SlotWithdrawn
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.visit import Bookable, BookingStatus
from webtidbok_app.domain.watch import GRACE, WatchOfferStatus, WatchStatus, earliest_start, told_at
from webtidbok_app.timebook import in_line, invitations, places


class _Passing(NamedTuple):
    """A time that is passed on: by which rules, and from when until when whoever gets the offer has it."""

    slot: Slot
    made_at: datetime
    told_at: datetime
    stands_until: datetime
    a_day: int
    by_invitation: bool


async def pass_on(session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, now: datetime) -> bool:
    """Hold a free place of the time for whoever is first in line, and write what tells them. Whether there was anybody.

    Not for those who have had it before, have had as many offers today as the clinic lets, or get no messages; nor
    when it starts too soon for somebody who has to be told first.
    """
    passing = await _passing(session, clinic_id=clinic_id, slot_id=slot_id, now=now)
    if passing is None:
        return False
    passed_over: list[UUID] = []
    while watch := await _first_in_line(session, passing, passed_over, now):
        await places.take_turns(session, person_id=watch.person_id)
        counted = select(in_line.offers_on_day_of(passing.told_at)).select_from(Watch).where(*_is(watch))
        if (await session.scalar(counted) or 0) < passing.a_day:
            offer = _offer(watch, passing)
            if await insert_or_ignore(session, offer):
                return await _hold(session, offer, await told_of(session, watch, now=now), now)
        passed_over.append(watch.id)
    return False


async def decline(session: AsyncSession, offer: WatchOffer, *, now: datetime) -> None:
    """Let an offer go that its resident does not want, chosen already or not; the next in line gets it."""
    await places.let_go_of_choice(
        session, clinic_id=offer.clinic_id, person_id=offer.person_id, slot_id=offer.slot_id
    )
    await _end(session, offer, WatchOfferStatus.DECLINED, now)


async def told_of(session: AsyncSession, watch: Watch, *, now: datetime) -> UUID:
    """Return who is told of what is offered to who watches."""
    told = await session.scalar(select(in_line.told_id(now)).select_from(Watch).where(*_is(watch)))
    return told or watch.person_id


async def is_promised(
    session: AsyncSession, *, clinic_id: UUID, person_id: UUID, slot_id: UUID, now: datetime
) -> bool:
    """Whether the time was offered to the person, who waits still, has taken it, and has until later than ``now``."""
    promised = (
        select(col(WatchOffer.id))
        .join(Watch, (col(Watch.clinic_id) == WatchOffer.clinic_id) & (col(Watch.id) == WatchOffer.watch_id))
        .where(
            col(WatchOffer.clinic_id) == clinic_id,
            col(WatchOffer.person_id) == person_id,
            col(WatchOffer.slot_id) == slot_id,
            col(WatchOffer.status) == WatchOfferStatus.TAKEN,
            col(WatchOffer.stands_until) > now,
            text(f"watch.{IN_LINE}"),
        )
    )
    return await session.scalar(promised.limit(1)) is not None


async def take_back_one(session: AsyncSession, *, now: datetime) -> bool:
    """Pass one offer on that has run out, and return whether there was one."""
    offer = await session.scalar(
        select(WatchOffer)
        .where(text(f"watch_offer.{STANDING}"), col(WatchOffer.stands_until) <= now)
        .order_by(col(WatchOffer.stands_until), col(WatchOffer.starts_at), col(WatchOffer.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if offer is None:
        return False
    await _end(session, offer, WatchOfferStatus.RUN_OUT, now)
    return True


async def stop(session: AsyncSession, watch: Watch, *, now: datetime) -> None:
    """Leave the line; what is offered goes to the next."""
    watch.status, watch.ended_at = WatchStatus.STOPPED, now
    await _let_go_of_offer(session, watch, now)
    tell_of_watch(session, watch.id)


async def stop_all(session: AsyncSession, *, clinic_id: UUID, now: datetime) -> None:
    """End the clinic's line. It has another timebook by now, so that what is offered goes to nobody else."""
    waiting = await session.scalars(
        select(Watch)
        .where(col(Watch.clinic_id) == clinic_id, text(f"watch.{IN_LINE}"))
        .order_by(col(Watch.id))
        .with_for_update()
    )
    for watch in waiting.all():
        await stop(session, watch, now=now)


async def settle(session: AsyncSession, booking: Booking, *, now: datetime) -> None:
    """End the watches of the booking's resident that it fits."""
    waiting = await session.scalars(
        select(Watch)
        .where(
            col(Watch.clinic_id) == booking.clinic_id,
            col(Watch.person_id) == booking.person_id,
            text(f"watch.{IN_LINE}"),
        )
        .with_for_update()  # what is being offered in this moment is told apart from what is not
    )
    if not (watches := waiting.all()):
        return
    slot = await session.get_one(Slot, (booking.clinic_id, booking.slot_id))
    for watch in watches:
        if await _is_answered_by(session, watch, slot):
            watch.status, watch.ended_at = WatchStatus.BOOKED, now
            await _let_go_of_offer(session, watch, now)
            tell_of_watch(session, watch.id)


async def _is_answered_by(session: AsyncSession, watch: Watch, slot: Slot) -> bool:
    """Whether the time is what is watched for, or was when it was offered."""
    if watch.time_type_id != slot.time_type_id:
        return False
    if fits(watch, starts_at=slot.starts_at, performer_id=slot.performer_id):
        return True
    taken = select(col(WatchOffer.id)).where(
        col(WatchOffer.clinic_id) == watch.clinic_id,
        col(WatchOffer.watch_id) == watch.id,
        col(WatchOffer.slot_id) == slot.id,
        col(WatchOffer.status) == WatchOfferStatus.TAKEN,
    )
    return await session.scalar(taken) is not None


async def end_offers_on(session: AsyncSession, *, clinic_id: UUID, slot_ids: Sequence[UUID]) -> None:
    """End what is offered of times that staff take away, and offer them to nobody else."""
    standing = await session.scalars(
        select(WatchOffer)
        .where(
            col(WatchOffer.clinic_id) == clinic_id,
            col(WatchOffer.slot_id).in_(slot_ids),
            text(f"watch_offer.{STANDING}"),
        )
        .order_by(col(WatchOffer.id))
        .with_for_update()
    )
    for offer in standing.all():
        offer.status = WatchOfferStatus.RUN_OUT
        await places.let_go(session, clinic_id=clinic_id, offer_id=offer.id)
        tell_of_watch(session, offer.watch_id)


async def offer_anew(
    session: AsyncSession, *, clinic_id: UUID, slot_ids: Sequence[UUID], since: datetime, now: datetime
) -> None:
    """Pass on what was being offered of times when staff took them away at ``since``: who had it can have it again."""
    ended = await session.scalars(
        delete(WatchOffer)
        .where(
            col(WatchOffer.clinic_id) == clinic_id,
            col(WatchOffer.slot_id).in_(slot_ids),
            col(WatchOffer.status) == WatchOfferStatus.RUN_OUT,
            col(WatchOffer.stands_until) > since,
        )
        .returning(col(WatchOffer.slot_id))
        .execution_options(synchronize_session=False)
    )
    for slot_id in sorted(ended.all()):
        await pass_on(session, clinic_id=clinic_id, slot_id=slot_id, now=now)


def fits(watch: Watch, *, starts_at: datetime, performer_id: UUID) -> bool:
    """Whether a time of the watch's type is what is watched for."""
    return (
        watch.performer_id in (None, performer_id)
        and watch.first_day <= swedish_time.day_of(starts_at) <= watch.last_day
        and watch.part in (None, swedish_time.part_of_day(starts_at))
    )


async def _passing(
    session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, now: datetime
) -> _Passing | None:
    """Return by which rules the time is passed on.

    None when nobody waits for its type, it starts too soon, or it is not open for residents.
    """
    row = (
        await session.execute(
            select(Slot, Clinic, col(TimeType.bookable), *places.OPENING)
            .join(
                TimeType,
                (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id),
            )
            .join(Clinic, col(Clinic.id) == Slot.clinic_id)
            .where(
                col(Slot.clinic_id) == clinic_id,
                col(Slot.id) == slot_id,
                in_line.is_offered(),
                in_line.anybody_for_slot(),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    slot, clinic, bookable, *rule = row
    opening = Opening(*rule)
    notice = {"notice_hours": clinic.watch_notice_hours, "notice_minutes": opening.notice_minutes}
    if slot.starts_at < earliest_start(now, **notice) or not opening.is_open(slot.starts_at, now):
        return None
    told, last_chance = told_at(now), slot.starts_at - timedelta(minutes=opening.notice_minutes)
    until = min(told + timedelta(minutes=clinic.watch_minutes), last_chance)
    return _Passing(slot, now, told, until, clinic.watch_a_day, bookable == Bookable.INVITATION)


async def _first_in_line(
    session: AsyncSession, passing: _Passing, passed_over: Sequence[UUID], now: datetime
) -> Watch | None:
    """Return whoever is first of those whom the time fits, locked; whom somebody else has locked is served already."""
    slot = passing.slot
    had_it = in_line.there_is(
        WatchOffer, col(WatchOffer.person_id) == Watch.person_id, col(WatchOffer.slot_id) == slot.id
    )
    gave_it_back = in_line.there_is(
        Booking,
        col(Booking.slot_id) == slot.id,
        col(Booking.person_id) == Watch.person_id,
        col(Booking.status) != BookingStatus.HELD,
    )
    day = swedish_time.day_of(slot.starts_at)
    return await session.scalar(
        select(Watch)
        .join(Clinic, col(Clinic.id) == Watch.clinic_id)
        .where(
            col(Watch.clinic_id) == slot.clinic_id,
            col(Watch.time_type_id) == slot.time_type_id,
            col(Watch.performer_id).is_(None) | (col(Watch.performer_id) == slot.performer_id),
            col(Watch.part).is_(None) | (col(Watch.part) == swedish_time.part_of_day(slot.starts_at)),
            col(Watch.first_day) <= day,
            col(Watch.last_day) >= day,
            col(Watch.id).not_in(passed_over),
            *in_line.can_be_told(now),
            *([invitations.invites_watcher(day)] if passing.by_invitation else []),
            ~had_it,
            ~gave_it_back,
        )
        .order_by(col(Watch.since), col(Watch.id))
        .limit(1)
        .with_for_update(of=Watch, skip_locked=True)
    )


def _is(watch: Watch) -> tuple[ColumnElement[bool], ...]:
    return col(Watch.clinic_id) == watch.clinic_id, col(Watch.id) == watch.id


def _offer(watch: Watch, passing: _Passing) -> WatchOffer:
    slot = passing.slot
    return WatchOffer(
        clinic_id=watch.clinic_id, id=new_id(), watch_id=watch.id, person_id=watch.person_id, slot_id=slot.id,
        starts_at=slot.starts_at, made_at=passing.made_at,
        told_at=passing.told_at, stands_until=passing.stands_until,
    )  # fmt: skip


async def _hold(session: AsyncSession, offer: WatchOffer, told_id: UUID, now: datetime) -> bool:
    """Hold a place for the offer, or take the offer away again when there is none. Whether it stands."""
    try:
        await places.hold_offered(
            session, clinic_id=offer.clinic_id, slot_id=offer.slot_id, person_id=offer.person_id,
            offer_id=offer.id, until=offer.stands_until + GRACE, now=now,
        )  # fmt: skip
    except (SlotTaken, SlotWithdrawn):
        await session.execute(
            delete(WatchOffer).where(
                col(WatchOffer.clinic_id) == offer.clinic_id, col(WatchOffer.id) == offer.id
            )
        )
        return False
    await outbox.tell_of_reserved(session, offer, told_id=told_id, now=now)
    tell_of_watch(session, offer.watch_id)
    return True


async def _let_go_of_offer(session: AsyncSession, watch: Watch, now: datetime) -> None:
    standing = await session.scalar(
        select(WatchOffer)
        .where(
            col(WatchOffer.clinic_id) == watch.clinic_id,
            col(WatchOffer.watch_id) == watch.id,
            text(f"watch_offer.{STANDING}"),
        )
        .with_for_update()
    )
    if standing is not None:
        await _end(session, standing, WatchOfferStatus.DECLINED, now)


async def _end(session: AsyncSession, offer: WatchOffer, status: WatchOfferStatus, now: datetime) -> None:
    offer.status = status
    await session.flush()
    await places.let_go(session, clinic_id=offer.clinic_id, offer_id=offer.id)
    await pass_on(session, clinic_id=offer.clinic_id, slot_id=offer.slot_id, now=now)
    tell_of_watch(session, offer.watch_id)
