"""Watching for a time (bevaka tid): a resident waits in line, and is offered one time at a time that fits.

Only where the clinic's timebook is our own and so can hold. A time that is offered and taken is held like any other
that the resident chooses; booking it goes the ordinary way (``services.booking``, ``services.rebooking``).
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_watch
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
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
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    HoldExpired,
    InvalidInput,
    MessagesNeeded,
    NotFound,
    StaleVersion,
    Unavailable,
)
from webtidbok_app.domain.ombud import ombud_until
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.domain.watch import (
    WATCH_DAYS,
    WATCH_DAYS_MAX,
    WatchOfferStatus,
    WatchStatus,
)
from webtidbok_app.journal.port import BookedTime, Text, TimeTypeInfo
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic, list_clinics
from webtidbok_app.services.messages import is_reached
from webtidbok_app.services.my_bookings import times_at
from webtidbok_app.services.stops import refuse_if_stopped
from webtidbok_app.services.terms import require_accepted_terms
from webtidbok_app.services.time_types import enter
from webtidbok_app.timebook import bookings, line

SEEN_BEFORE = timedelta(days=60)
"""How far back one looks for who usually has times of a type."""


@dataclass(frozen=True)
class WatchForm:
    """What one can watch for at a clinic, as filled in already or to begin with. Days are days in Sweden."""

    clinic: ClinicInfo
    time_type: TimeTypeInfo
    performers: list[tuple[str, str]]
    reached: bool
    """The resident gets messages: without them nobody can be told of a time."""
    first_day: date
    last_day: date
    performer_id: str = ""
    part: PartOfDay | None = None
    running: bool = False
    """The resident watches for such a time already; it is changed, and the place in the line kept."""


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


async def open_watch(actor: Actor | None, *, clinic: str, time_type: str) -> WatchForm:
    """Return what can be watched for.

    Raises NotFound, CapabilityMissing (``phone``), AgeOutside, InvitedOnly and TermsNotAccepted.
    """
    resident, found, kind = await _enter(actor, clinic, time_type)
    today = swedish_time.day_of(clock.now())
    async with get_database().read() as session:
        time_type_id = await _time_type_id(session, found, kind)
        performers = await _performers(session, found, time_type_id)
        reached = await is_reached(session, told_id=resident.told_id, about=resident.person_id)
        watch = await _running(session, found, resident, time_type_id)
    begun = WatchForm(found, kind, performers, reached, today, today + timedelta(days=WATCH_DAYS))
    if watch is None or watch.last_day < today:
        return begun
    return WatchForm(
        found, kind, performers, reached, watch.first_day, watch.last_day,
        watch.performer_id.hex if watch.performer_id else "", watch.part, running=True,
    )  # fmt: skip


async def start_watch(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    performer: str,
    first_day: date | None,
    last_day: date | None,
    part: str,
) -> str:
    """Watch for a time, from now on or changed, and return the watch. Whoever waits already keeps their place.

    Raises what ``open_watch`` raises, MessagesNeeded, and InvalidInput (``first_day``, ``last_day``, ``performer``,
    ``part``; days are None where none was told).
    """
    resident, found, kind = await _enter(actor, clinic, time_type)
    now = clock.now()
    problems = _day_problems(first_day, last_day, swedish_time.day_of(now))
    if part and part not in set(PartOfDay):
        problems["part"] = "watch_part"
    async with get_database().write() as session:
        time_type_id = await _time_type_id(session, found, kind)
        if performer and performer not in dict(await _performers(session, found, time_type_id)):
            problems["performer"] = "watch_performer"
        if problems:
            raise InvalidInput(problems)
        if not await is_reached(session, told_id=resident.told_id, about=resident.person_id):
            raise MessagesNeeded
        assert first_day
        assert last_day
        watch = await _begin(session, found, resident, time_type_id, first_day, last_day, now)
        watch.first_day, watch.last_day = first_day, last_day
        watch.part, watch.watched_by = PartOfDay(part) if part else None, resident.ombud_id
        watch.told_until = ombud_until(resident.number) if resident.by else None
        watch.performer_id = UUID(hex=performer) if performer else None
        audit.record(session, resident, "start_watch", clinic_id=found.id, person_id=resident.person_id)
        tell_of_watch(session, watch.id)
        return watch.id.hex


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
    same = (time for time in booked.times if time.time_type_id == mine.time_type_id and time.cancel_allowed)
    return MyWatch(**vars(mine) | {"exchangeable": tuple(same)})


async def follow_watch(actor: Actor | None, *, clinic: str, watch: str) -> AsyncGenerator[MyWatch, None]:
    """Yield the watch as it is now, and again after each change. Raises NotFound."""
    await get_watch(actor, clinic=clinic, watch=watch)
    async for _ in bus.changes(topics.watch(_parse_id(watch))):
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
    async with get_database().read() as session:
        return await line.is_promised(
            session, clinic_id=clinic.id, person_id=resident.person_id, slot_id=_parse_id(timeslot_id),
            now=clock.now(),
        )  # fmt: skip


async def _enter(
    actor: Actor | None, clinic: str, time_type: str
) -> tuple[Resident, ClinicInfo, TimeTypeInfo]:
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type)
    if not found.can_watch:
        raise CapabilityMissing(phone=found.phone)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.BOOK_DIRECT)
    return resident, found, kind


def _day_problems(first: date | None, last: date | None, today: date) -> dict[str, str]:
    problems = {}
    if first is None:
        problems["first_day"] = "watch_day"
    if last is None:
        problems["last_day"] = "watch_day"
    elif last < today:
        problems["last_day"] = "watch_past"
    elif last > today + timedelta(days=WATCH_DAYS_MAX):
        problems["last_day"] = "watch_far"
    elif first is not None and last < first:
        problems["last_day"] = "watch_order"
    return problems


async def _time_type_id(session: AsyncSession, clinic: ClinicInfo, kind: TimeTypeInfo) -> UUID:
    found = await session.scalar(
        select(col(TimeType.id)).where(col(TimeType.clinic_id) == clinic.id, col(TimeType.slug) == kind.id)
    )
    if found is None:
        raise NotFound
    return found


async def _performers(session: AsyncSession, clinic: ClinicInfo, time_type_id: UUID) -> list[tuple[str, str]]:
    """Return who has times of the type, coming ones or lately, by name."""
    have = (
        select(col(Slot.id))
        .where(
            col(Slot.clinic_id) == Performer.clinic_id,
            col(Slot.performer_id) == Performer.id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) > clock.now() - SEEN_BEFORE,
            text("slot.withdrawn_at IS NULL"),
        )
        .correlate(Performer)
    )
    rows = await session.scalars(
        select(Performer)
        .where(col(Performer.clinic_id) == clinic.id, col(Performer.active), have.exists())
        .order_by(col(Performer.name))
    )
    return [(performer.id.hex, performer.name) for performer in rows]


async def _running(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, time_type_id: UUID, *, lock: bool = False
) -> Watch | None:
    waiting = select(Watch).where(
        col(Watch.clinic_id) == clinic.id,
        col(Watch.person_id) == resident.person_id,
        col(Watch.time_type_id) == time_type_id,
        text(f"watch.{IN_LINE}"),
    )
    return await session.scalar(waiting.with_for_update() if lock else waiting)


async def _begin(
    session: AsyncSession,
    clinic: ClinicInfo,
    resident: Resident,
    time_type_id: UUID,
    first_day: date,
    last_day: date,
    now: datetime,
) -> Watch:
    """Return the watch to change, begun now or waiting already; one whose last day has passed begins anew."""
    fresh = Watch(
        clinic_id=clinic.id, id=new_id(), person_id=resident.person_id, time_type_id=time_type_id,
        first_day=first_day, last_day=last_day, since=now,
    )  # fmt: skip
    await insert_or_ignore(session, fresh)  # two tabs may begin at the same moment
    watch = await _running(session, clinic, resident, time_type_id, lock=True)
    if watch is None:
        raise StaleVersion  # the one that was there ended in this very moment
    if watch.last_day < swedish_time.day_of(now):
        watch.since = now
    return watch


async def _find(
    session: AsyncSession, clinic: ClinicInfo, resident: Resident, watch: str, *, lock: bool = False
) -> Watch:
    found = await session.get(Watch, (clinic.id, _parse_id(watch)), with_for_update=True if lock else None)
    if found is None or found.person_id != resident.person_id:
        raise NotFound
    return found


async def _find_offer(session: AsyncSession, watch: Watch, offer: str) -> WatchOffer:
    found = await session.get(WatchOffer, (watch.clinic_id, _parse_id(offer)), with_for_update=True)
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


def _parse_id(text_id: str) -> UUID:
    try:
        return UUID(hex=text_id)
    except ValueError:
        raise NotFound from None
