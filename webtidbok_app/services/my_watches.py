"""What a resident watches for, and the times that are offered one at a time.

A time that is offered and taken is held like any other that the resident chooses; booking it goes the ordinary way
(``services.booking``, ``services.rebooking``).
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_watch
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    CHOSEN,
    IN_LINE,
    Booking,
    Performer,
    Slot,
    TimeType,
    Watch,
    WatchOffer,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    HoldExpired,
    NotFound,
    Unavailable,
)
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.watch import (
    WatchOfferStatus,
    WatchStatus,
)
from webtidbok_app.journal.port import BookedTime, Text
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic, list_clinics
from webtidbok_app.services.messages import is_reached
from webtidbok_app.services.my_bookings import times_at
from webtidbok_app.services.stops import refuse_if_stopped
from webtidbok_app.timebook import bookings, line


@dataclass(frozen=True)
class OfferedTime:
    """A time that is or was held for the resident. Instants are aware, UTC."""

    id: str
    starts_at: datetime
    performer: str
    stands_until: datetime
    status: WatchOfferStatus
    held_until: datetime | None = None
    """The resident has taken it, and it is held until then, to be booked."""

    def stands(self, now: datetime) -> bool:
        """Whether it can be taken."""
        return self.status == WatchOfferStatus.OPEN and now < self.stands_until


@dataclass(frozen=True)
class MyWatch:
    """One of the resident's watches. Days are days in Sweden."""

    id: str
    clinic: ClinicInfo
    time_type_id: str
    time_type: Text
    performer: str
    first_day: date
    last_day: date
    part: PartOfDay | None
    status: WatchStatus
    ahead: int
    """How many others wait for the same time type and have waited longer."""
    offer: OfferedTime | None
    reached: bool
    paused: bool
    """The clinic offers nothing to those who wait, for now; the place in the line is kept."""
    exchangeable: tuple[BookedTime, ...] = ()
    """The resident's coming times of the same type, which the offered one can be taken instead of."""

    def over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.last_day < today


async def list_watches(actor: Actor | None) -> list[MyWatch]:
    """Return what the resident watches for at every clinic, what is offered now first."""
    resident = as_resident(actor)
    today = swedish_time.day_of(clock.now())
    clinics = {clinic.id: clinic for clinic in await list_clinics()}
    async with get_database().read() as session:
        rows = await session.scalars(
            select(Watch)
            .where(
                col(Watch.person_id) == resident.person_id,
                text(f"watch.{IN_LINE}"),
                col(Watch.last_day) >= today,
            )
            .order_by(col(Watch.since), col(Watch.id))
        )
        mine = [await _told(session, clinics[watch.clinic_id], watch) for watch in rows.all()]
    return sorted(mine, key=lambda one: not (one.offer and one.offer.stands(clock.now())))


async def get_watch(actor: Actor | None, *, clinic: str, watch: str) -> MyWatch:
    """Return one of the resident's watches, ended ones too. Raises NotFound."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    async with get_database().read() as session:
        mine = await _told(session, found, await _find(session, found, resident, watch))
    if mine.offer is None or not mine.offer.stands(clock.now()):
        return mine
    booked = await times_at(resident, found)
    offered = mine.offer.starts_at
    same = (
        time
        for time in booked.times
        if time.time_type_id == mine.time_type_id
        and time.cancel_allowed
        and (time.invited_within is None or time.invited_within.has(offered))
    )
    return MyWatch(**vars(mine) | {"exchangeable": tuple(same)})


async def follow_watch(actor: Actor | None, *, clinic: str, watch: str) -> AsyncGenerator[MyWatch, None]:
    """Yield the watch as it is now, and again after each change. Raises NotFound."""
    await get_watch(actor, clinic=clinic, watch=watch)
    async for _ in bus.changes(topics.watch(parse_id(watch))):
        try:
            found = await get_watch(actor, clinic=clinic, watch=watch)
        except Unavailable as error:
            report(error)
        else:
            yield found


async def stop_watch(actor: Actor | None, *, clinic: str, watch: str) -> None:
    """Watch no more; what is offered goes to the next in line. Done twice it changes nothing more. Raises NotFound."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)

    async def work(session: AsyncSession) -> None:
        row = await _find(session, found, resident, watch, lock=True)
        if row.status == WatchStatus.WAITING:
            await line.stop(session, row, now=clock.now())
            audit.record(session, resident, "stop_watch", clinic_id=found.id, person_id=resident.person_id)

    await get_database().transact(work)


async def take_watched_time(actor: Actor | None, *, clinic: str, watch: str, offer: str) -> str:
    """Make the offered time the resident's choice, to be booked as any other, and return its time type.

    Taken twice it is the same choice. Raises NotFound, BookingStopped, and HoldExpired when the offer has run out.
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    kinds = {kind.id: kind for kind in await found.journal(resident).time_types(resident)}

    async def work(session: AsyncSession) -> str:
        row = await _find(session, found, resident, watch, lock=True)
        offered = await _find_offer(session, row, offer)
        slug = (await session.get_one(TimeType, (found.id, row.time_type_id))).slug
        refuse_if_stopped(found, kinds.get(slug))
        if offered.status == WatchOfferStatus.OPEN:
            await bookings.choose_watched(
                session, clinic_id=found.id, offer_id=offered.id, person_id=resident.person_id,
                until=offered.stands_until, now=clock.now(),
            )  # fmt: skip
            offered.status = WatchOfferStatus.TAKEN
            audit.record(
                session, resident, "take_watched_time", clinic_id=found.id, person_id=resident.person_id
            )
            tell_of_watch(session, row.id)
        elif await _held_until(session, offered) is None:
            raise HoldExpired
        return slug

    return await get_database().transact(work)


async def decline_watched_time(actor: Actor | None, *, clinic: str, watch: str, offer: str) -> None:
    """Let the offered time go to the next in line, taken already or not, and wait on.

    Done twice it changes nothing more, nor when it is booked. Raises NotFound.
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)

    async def work(session: AsyncSession) -> None:
        row = await _find(session, found, resident, watch, lock=True)
        offered = await _find_offer(session, row, offer)
        taken = offered.status == WatchOfferStatus.TAKEN
        if offered.status == WatchOfferStatus.OPEN or (taken and await _held_until(session, offered)):
            await line.decline(session, offered, now=clock.now())
            audit.record(
                session, resident, "decline_watched_time", clinic_id=found.id, person_id=resident.person_id
            )

    await get_database().transact(work)


async def is_promised(resident: Resident, clinic: ClinicInfo, timeslot_id: str) -> bool:
    """Whether the time that the resident has chosen was offered to them in the line, and the promise still holds."""
    if clinic.connected:
        return False
    async with get_database().read() as session:
        return await line.is_promised(
            session, clinic_id=clinic.id, person_id=resident.person_id, slot_id=parse_id(timeslot_id),
            now=clock.now(),
        )  # fmt: skip


async def _find(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, watch: str, *, lock: bool = False
) -> Watch:
    found = await session.get(Watch, (clinic.id, parse_id(watch)), with_for_update=True if lock else None)
    if found is None or found.person_id != resident.person_id:
        raise NotFound
    return found


async def _find_offer(session: AsyncSession, watch: Watch, offer: str) -> WatchOffer:
    found = await session.get(WatchOffer, (watch.clinic_id, parse_id(offer)), with_for_update=True)
    if found is None or found.watch_id != watch.id:
        raise NotFound
    return found


async def _held_until(session: AsyncSession, offer: WatchOffer) -> datetime | None:
    """Return until when the time is held for its resident, who has taken it; None when it is not, or is booked."""
    return await session.scalar(
        select(col(Booking.expires_at)).where(
            col(Booking.clinic_id) == offer.clinic_id,
            col(Booking.person_id) == offer.person_id,
            col(Booking.slot_id) == offer.slot_id,
            text(CHOSEN),
            col(Booking.expires_at) > clock.now(),
        )
    )


async def _told(session: AsyncSession, clinic: ClinicInfo, watch: Watch) -> MyWatch:
    kind = await session.get_one(TimeType, (clinic.id, watch.time_type_id))
    performer = (
        await session.get_one(Performer, (clinic.id, watch.performer_id)) if watch.performer_id else None
    )
    ahead = await session.scalar(
        select(func.count()).where(
            col(Watch.clinic_id) == clinic.id,
            col(Watch.time_type_id) == watch.time_type_id,
            text(f"watch.{IN_LINE}"),
            col(Watch.last_day) >= swedish_time.day_of(clock.now()),
            col(Watch.since) < watch.since,
        )
    )
    told_id = await line.told_of(session, watch, now=clock.now())
    return MyWatch(
        id=watch.id.hex,
        clinic=clinic,
        time_type_id=kind.slug,
        time_type=Text(kind.name_sv, kind.name_en),
        performer=performer.name if performer else "",
        first_day=watch.first_day,
        last_day=watch.last_day,
        part=watch.part,
        status=WatchStatus(watch.status),
        ahead=ahead or 0,
        offer=await _newest_offer(session, watch),
        reached=await is_reached(session, told_id=told_id, about=watch.person_id),
        paused=bool(not (clinic.can_watch and kind.active) or clinic.stop is not None or kind.stopped_at),
    )


async def _newest_offer(session: AsyncSession, watch: Watch) -> OfferedTime | None:
    row = (
        await session.execute(
            select(WatchOffer, col(Performer.name))
            .join(Slot, (col(Slot.clinic_id) == WatchOffer.clinic_id) & (col(Slot.id) == WatchOffer.slot_id))
            .join(
                Performer,
                (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id),
            )
            .where(col(WatchOffer.clinic_id) == watch.clinic_id, col(WatchOffer.watch_id) == watch.id)
            .order_by(
                (col(WatchOffer.status) == WatchOfferStatus.OPEN).desc(),
                col(WatchOffer.made_at).desc(),
                (col(WatchOffer.status) == WatchOfferStatus.TAKEN).desc(),
            )
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    offer, performer = row
    return OfferedTime(
        id=offer.id.hex,
        starts_at=offer.starts_at,
        performer=performer,
        stands_until=offer.stands_until,
        status=WatchOfferStatus(offer.status),
        held_until=await _held_until(session, offer) if offer.status == WatchOfferStatus.TAKEN else None,
    )
