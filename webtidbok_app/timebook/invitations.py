"""Invitations (kallelser), inside the caller's transaction.

One is open as long as its period lasts, staff have not withdrawn it and no live booking answers it. So a booking that
is cancelled opens it again, and nothing has to be kept in step. That it is answered once, the database says.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import engagements
from webtidbok_app.db.tables import LIVE, Booking, Invitation, Slot, TimeType, Watch
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.errors import InvitedOnly, OutsideInvitation
from webtidbok_app.domain.visit import Bookable
from webtidbok_app.timebook import places


def is_answered() -> ColumnElement[bool]:
    """Whether a live booking answers the invitation of the row."""
    return (
        select(col(Booking.id))
        .where(
            col(Booking.clinic_id) == Invitation.clinic_id,
            col(Booking.invitation_id) == Invitation.id,
            text(f"booking.{LIVE}"),
        )
        .correlate(Invitation)
        .exists()
    )


def is_open(today: date) -> ColumnElement[bool]:
    """Whether the invitation of the row can be answered on ``today`` (in Sweden)."""
    lasts = func.coalesce(col(Invitation.last_day) >= today, false())
    return col(Invitation.ended_at).is_(None) & lasts & ~is_answered()


def invites_watcher(day: date) -> ColumnElement[bool]:
    """Whether the watch of the row is of somebody who is invited to such a time on ``day`` and has not answered."""
    return (
        select(col(Invitation.id))
        .where(
            col(Invitation.clinic_id) == Watch.clinic_id,
            col(Invitation.person_id) == Watch.person_id,
            col(Invitation.time_type_id) == Watch.time_type_id,
            col(Invitation.first_day) <= day,
            col(Invitation.last_day) >= day,
            col(Invitation.ended_at).is_(None),
            ~is_answered(),
        )
        .correlate(Watch)
        .exists()
    )


async def open_ones(
    session: AsyncSession, *, person_id: UUID, today: date, clinic_id: UUID | None = None
) -> Sequence[Invitation]:
    """Return the person's open invitations at the clinic, or at all; those that run out first come first.

    None is open at a clinic with a journal system of its own: what can be booked by it is not there.
    """
    here = () if clinic_id is None else (col(Invitation.clinic_id) == clinic_id,)
    found = await session.scalars(
        select(Invitation)
        .where(
            col(Invitation.person_id) == person_id,
            *here,
            is_open(today),
            places.is_ours(col(Invitation.clinic_id)),
        )
        .order_by(col(Invitation.last_day), col(Invitation.id))
    )
    return found.all()


async def answer(session: AsyncSession, booking: Booking) -> None:
    """Let a booking that has come to be answer an open invitation to such a time on such a day, if there is one."""
    if booking.invitation_id is not None:
        return
    day = swedish_time.day_of(booking.starts_at)
    locked = await session.scalars(
        select(col(Invitation.id))
        .join(
            Slot,
            (col(Slot.clinic_id) == Invitation.clinic_id)
            & (col(Slot.time_type_id) == Invitation.time_type_id),
        )
        .where(
            col(Invitation.clinic_id) == booking.clinic_id,
            col(Invitation.person_id) == booking.person_id,
            col(Invitation.first_day) <= day,
            col(Invitation.last_day) >= day,
            col(Invitation.ended_at).is_(None),
            col(Slot.id) == booking.slot_id,
        )
        .with_for_update(of=Invitation)
    )
    if not (ids := locked.all()):
        return
    unanswered = (  # asked when they are locked: what was answered meanwhile is seen
        select(col(Invitation.id))
        .where(col(Invitation.clinic_id) == booking.clinic_id, col(Invitation.id).in_(ids), ~is_answered())
        .order_by(col(Invitation.last_day), col(Invitation.id))
        .limit(1)
    )
    booking.invitation_id = await session.scalar(unanswered)
    await session.flush()


async def withdraw_all(session: AsyncSession, *, clinic_id: UUID, now: datetime) -> None:
    """Take the clinic's open invitations back."""
    still_open = await session.scalars(
        select(Invitation)
        .where(col(Invitation.clinic_id) == clinic_id, is_open(swedish_time.day_of(now)))
        .order_by(col(Invitation.id))
        .with_for_update()
    )
    withdrawn = still_open.all()
    for invitation in withdrawn:
        invitation.ended_at = now
    await engagements.note_engagements(session, clinic_id, {one.id for one in withdrawn})


def require(booking: Booking, time_type: TimeType) -> None:
    """Raise InvitedOnly for a booking that needs an invitation and answers none."""
    if booking.invitation_id is None and time_type.bookable == Bookable.INVITATION:
        raise InvitedOnly


async def refuse_outside(session: AsyncSession, old: Booking, new: Booking) -> None:
    """Raise OutsideInvitation (``first_day``, ``last_day``) when a resident's new time is not as they were invited.

    An invitation to one time binds nobody to days of its own, nor does one that staff have moved its booking out of.
    """
    if old.invitation_id is None:
        return
    invitation = await session.get_one(Invitation, (old.clinic_id, old.invitation_id))
    first, last = invitation.first_day, invitation.last_day
    was, will_be = (swedish_time.day_of(booking.starts_at) for booking in (old, new))
    if first and last and first <= was <= last and not first <= will_be <= last:
        raise OutsideInvitation(first_day=first, last_day=last)


async def hand_over(session: AsyncSession, old: Booking, new: Booking, *, now: datetime) -> None:
    """Let the booking that an old one was exchanged for answer its invitation; at another clinic that ends it."""
    if old.invitation_id is None:
        return
    if new.clinic_id == old.clinic_id:
        new.invitation_id = old.invitation_id
    else:
        invitation = await session.get_one(
            Invitation, (old.clinic_id, old.invitation_id), with_for_update=True
        )
        invitation.ended_at = now
    await session.flush()
