"""Two clinics in a database, whose timebooks residents and staff use: what they want is done by the program itself."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text, true, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from tests import timebook_model as model
from tests.timebook_model import (
    DONE,
    Act,
    Ask,
    Book,
    BookFor,
    Cancel,
    CancelForResident,
    Close,
    Decline,
    DeclineTimes,
    Extend,
    GiveBack,
    Hold,
    Keep,
    LetGo,
    Offer,
    Outcome,
    Publish,
    Rebook,
    RebookFor,
    Remove,
    Retract,
    StopWatch,
    Take,
    TakeBack,
    TakeWatched,
    Watch,
    Withdraw,
)
from tests.world import World, build_world, provider_of
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import (
    CHOSEN,
    LIVE,
    Booking,
    Clinic,
    MessageChoice,
    OfferedTime,
    OutboxMessage,
    Person,
    RequestCase,
    Service,
    Slot,
    TimeOffer,
    WatchOffer,
    metadata,
)
from webtidbok_app.db.tables import Watch as WatchRow
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import WebtidbokError
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.removal import Choice, Decision
from webtidbok_app.domain.request import OfferStatus
from webtidbok_app.domain.visit import CaseTypeKind, VisitForm
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import (
    desk_booking,
    inbox,
    my_cases,
    my_watches,
    offers,
    publication,
    reception,
    removal,
    removed,
    requests,
    schedule,
    watches,
)
from webtidbok_app.services.removal_impact import weigh_removal
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.timebook.keeper import keep_line
from webtidbok_app.timebook.pattern import Pattern

RESIDENTS = ("Alva", "Bo", "Cecilia", "Dag", "Ebba")
CLERKS = {"Rita": 0, "Rolf": 0, "Ylva": 1}
"""Who works at which of the two clinics."""
HOLD_MINUTES = (10, 5)
CANCEL_HOURS = (24, 72)
"""The times that are published for the day after tomorrow are too near to be cancelled at the second clinic."""
LETS_GO = (True, False)
"""From the first clinic one can rebook to the second, but not back."""
HORIZON = timedelta(days=16)
SAID = BookingDetails(phone="0701740605")


async def _empty(database: Database) -> None:
    """Empty the database of all that was done in it. The log lets nobody take from it, and is made to."""
    kept_for_ever = [name for name in metadata.tables if name.startswith(("access_log", "log_"))]
    async with database.write() as session:
        for table, act in product(kept_for_ever, ("update", "delete")):
            on = f" ON {table}" if session.get_bind().dialect.name == "postgresql" else ""
            await session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}{on}"))
        for table in reversed(metadata.sorted_tables):
            if table.name != Service.__tablename__:
                await session.execute(table.delete())


EVERYTHING = 1_000_000
"""More changes of the schedule than there are: who has seen them all."""


class Clinics:
    """The two clinics in the database: does what somebody wants, and tells what stands there afterwards."""

    def __init__(self, database: Database, worlds: list[World], clock: FixedClock) -> None:
        self.database = database
        self.worlds = worlds
        self.clock = clock
        self.residents = dict(zip(RESIDENTS, worlds[0].residents, strict=True))
        self.names = {one.person_id: name for name, one in self.residents.items()}
        self.journals = [StandaloneJournal(world.clinic_id, database) for world in worlds]
        self.offered: dict[str, tuple[str, str]] = {}
        """By the id of its hold: the watch that a time was offered to, and the offer."""
        self.staff = {name: replace(worlds[clinic].staff, hsa_id=name) for name, clinic in CLERKS.items()}

    @classmethod
    async def open(cls, database: Database, clock: FixedClock) -> "Clinics":
        """Empty the database, and make two new clinics with people to go there."""
        await _empty(database)
        first, second = CANCEL_HOURS
        torget = await build_world(database, residents=len(RESIDENTS), slug="torget", cancel_hours=first)
        provider = await provider_of(torget)
        hamnen = await build_world(
            database, residents=0, slug="hamnen", provider=provider, cancel_hours=second
        )
        worlds = [torget, hamnen]
        async with database.write() as session:
            for world, minutes, lets_go in zip(worlds, HOLD_MINUTES, LETS_GO, strict=True):
                await session.execute(
                    update(Clinic)
                    .where(col(Clinic.id) == world.clinic_id)
                    .values(hold_minutes=minutes, rebook_elsewhere=lets_go)
                )
            session.add_all(
                MessageChoice(person_id=one.person_id, channel=Channel.EMAIL, address="prov@example.se")
                for one in worlds[0].residents
            )
        for world, resident in product(worlds, worlds[0].residents):
            await accept_terms(resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
        return cls(database, worlds, clock)

    async def attempt(self, act: Act) -> Outcome:
        """Do what is wanted, and return what came of it."""
        try:
            if isinstance(act, Keep):
                return await self._keep()
            if act.who in self.staff:
                return await self._for_staff(act, self.staff[act.who])
            return await self._for_resident(act, self.residents[act.who], self.journals[act.clinic])
        except WebtidbokError as refusal:
            return Outcome(refusal.code)

    async def _for_resident(self, act: Act, resident: Resident, journal: StandaloneJournal) -> Outcome:
        match act:
            case Hold():
                return Outcome(DONE, (await journal.hold(resident, act.time.hex)).id)
            case Extend():
                await journal.extend_hold(resident, act.hold)
            case LetGo():
                await journal.release_hold(resident, act.hold)
            case Book():
                await journal.make_booking(resident, act.hold, SAID)
            case Rebook():
                left, journal = journal.clinic_id, self.journals[act.at]
                await journal.rebook_booking(resident, act.hold, act.to, from_clinic=left)
            case Cancel():
                await journal.cancel_booking(resident, act.hold, "")
            case _:
                return await self._with_requests(act, resident, self.worlds[act.clinic].clinic)
        return Outcome(DONE)

    async def _with_requests(self, act: Act, resident: Resident, clinic: str) -> Outcome:
        match act:
            case Ask():
                return Outcome(DONE, await self._ask(act, resident, clinic))
            case Take():
                await offers.take_time(resident, clinic=clinic, case=act.case, time=act.hold)
            case DeclineTimes():
                await offers.decline_offer(resident, clinic=clinic, case=act.case)
            case TakeBack():
                await my_cases.withdraw_case(resident, clinic=clinic, case=act.case)
            case _:
                return await self._in_line(act, resident)
        return Outcome(DONE)

    async def _in_line(self, act: Act, resident: Resident) -> Outcome:
        world = self.worlds[act.clinic]
        match act:
            case Watch():
                today = swedish_time.day_of(self.clock.now())
                watching = watches.start_watch(
                    resident, clinic=world.clinic, time_type=world.time_type, performer="", part="",
                    first_day=today, last_day=today + timedelta(days=300),
                )  # fmt: skip
                return Outcome(DONE, await watching)
            case StopWatch():
                await my_watches.stop_watch(resident, clinic=world.clinic, watch=act.watch)
            case TakeWatched():
                watch, offer = self.offered[act.hold]
                await my_watches.take_watched_time(resident, clinic=world.clinic, watch=watch, offer=offer)
            case Decline():
                watch, offer = self.offered[act.hold]
                await my_watches.decline_watched_time(resident, clinic=world.clinic, watch=watch, offer=offer)
        return Outcome(DONE)

    async def holds_of_offers(self) -> dict[str, str]:
        """Return the holds of what is offered in the line, by what the model calls them."""
        on_offer = (col(Booking.clinic_id) == WatchOffer.clinic_id) & (col(Booking.offer_id) == WatchOffer.id)
        async with self.database.read() as session:
            rows = await session.execute(select(WatchOffer, col(Booking.id)).join(Booking, on_offer))
            found = {hold.hex: offer for offer, hold in rows}
        self.offered |= {hold: (offer.watch_id.hex, offer.id.hex) for hold, offer in found.items()}
        return {f"{offer.watch_id.hex}/{offer.slot_id.hex}": hold for hold, offer in found.items()}

    async def _keep(self) -> Outcome:
        while await keep_line(self.database):
            pass
        return Outcome(DONE)

    async def _for_staff(self, act: Act, staff: Staff) -> Outcome:
        match act:
            case Publish():
                published = await publication.publish(staff, pattern=self._single_time(act))
                made = select(col(Slot.id)).where(col(Slot.change_id) == published.change_id)
                async with self.database.read() as session:
                    return Outcome(DONE, (await session.scalars(made)).one().hex)
            case Withdraw():
                result = await schedule.withdraw(staff, slot_ids=act.times, seen=EVERYTHING)
                return Outcome(frozenset(slot.id for slot in result.kept))
            case Offer():
                return Outcome(DONE, await self._offer(act, staff))
            case Retract():
                await offers.withdraw_offer(staff, case_id=act.case)
            case Close():
                await inbox.close_case(staff, case_id=act.case, version=act.version)
            case CancelForResident():
                await reception.cancel_for_resident(staff, booking_id=act.hold, message="")
            case _:
                return await self._at_the_desk(act, staff)
        return Outcome(DONE)

    async def _remove(self, act: Remove, staff: Staff) -> Outcome:
        impact = await weigh_removal(staff, slot_ids=[act.time])
        if not impact.times:
            return Outcome("nothing")
        booked = sorted(visit.booking_id for visit in impact.booked)
        moves = {booked[0]: act.to} if booked and act.to else {}
        identity = new_id()
        await removal.remove_times(
            staff, removal_id=identity, free=[slot.id for slot in impact.free], seen=impact.seen, message="Sjuk",
            decisions=[
                Decision(one, Choice.MOVE if one in moves else Choice.CANCEL, moves.get(one)) for one in booked
            ],
        )  # fmt: skip
        done = await removed.get_removal(staff, removal_id=identity)
        made = next((visit.new_booking_id for visit in done.visits if visit.new_booking_id), "")
        return Outcome(DONE, f"{identity},{made}")

    async def _at_the_desk(self, act: Act, staff: Staff) -> Outcome:
        made = new_id()
        match act:
            case BookFor():
                await desk_booking.book_for_resident(
                    staff, person_id=self.residents[act.whom].person_id, slot_id=act.time, booking_id=made,
                    said=desk_booking.Said(), extra=act.extra,
                )  # fmt: skip
            case Remove():
                return await self._remove(act, staff)
            case GiveBack():
                await removal.take_back(staff, removal_id=UUID(act.removal))
            case RebookFor():
                await desk_booking.rebook_for_resident(
                    staff, old_id=UUID(act.hold), slot_id=act.time, booking_id=made, extra=act.extra
                )
        return Outcome(DONE, made.hex)

    @staticmethod
    async def _ask(act: Ask, resident: Resident, clinic: str) -> str:
        kind = CaseTypeKind.REQUEST_CHANGE if act.old else CaseTypeKind.REQUEST
        asked: dict[str, Any] = {"clinic": clinic, "kind": kind}
        change = {"booking": act.old, "wish": "rebook"} if act.old else {}
        await requests.keep_request(
            resident, **asked, reason="Ont i knät", can_come="", contact="here", phone="", **change
        )
        form = await requests.open_request(resident, **asked)
        return (await requests.send_request(resident, **asked, draft_id=form.draft_id)).hex

    async def _offer(self, act: Offer, staff: Staff) -> str:
        """Return the offer and its holds in order of time."""
        hours = int(model.ANSWER_STANDS / model.HOUR)
        await offers.offer_times(
            staff, case_id=act.case, version=act.version, text="", slot_ids=act.times, hours=hours
        )
        on_offer = (col(OfferedTime.clinic_id) == TimeOffer.clinic_id) & (
            col(OfferedTime.offer_id) == TimeOffer.id
        )
        made = (
            select(col(OfferedTime.offer_id), col(OfferedTime.id))
            .join(TimeOffer, on_offer)
            .where(col(TimeOffer.case_id) == UUID(act.case), col(TimeOffer.number) == act.version)
            .order_by(col(OfferedTime.starts_at))
        )
        async with self.database.read() as session:
            rows = (await session.execute(made)).all()
        return ",".join([rows[0][0].hex, *(hold.hex for _, hold in rows)])

    async def cases(self) -> dict[str, tuple[Any, ...]]:
        """Return what has become of the requests: owner, status, version, who has it, and whether an offer is open."""
        on_case = (col(TimeOffer.clinic_id) == RequestCase.clinic_id) & (
            col(TimeOffer.case_id) == RequestCase.id
        )
        is_open = on_case & (col(TimeOffer.status) == OfferStatus.OPEN)
        async with self.database.read() as session:
            rows = await session.execute(select(RequestCase, TimeOffer).outerjoin(TimeOffer, is_open))
            return {
                one.id.hex: (
                    self.names[one.person_id], str(one.status), one.version, one.assigned_to or "",
                    offer and offer.stands_until,
                )
                for one, offer in rows
            }  # fmt: skip

    def _single_time(self, act: Publish) -> Pattern:
        world, begin = self.worlds[act.clinic], swedish_time.local(act.start)
        return Pattern(
            time_type_id=world.time_type_id,
            performer_id=world.performer_id,
            visit_form=VisitForm.ON_SITE,
            first_day=begin.date(),
            last_day=begin.date(),
            weekdays=frozenset(range(7)),
            from_time=begin.time(),
            to_time=(begin + model.LENGTH).time(),
            length_minutes=20,
            places=act.places,
            skip_holidays=False,
        )

    async def broken_promises(self) -> dict[str, list[Any]]:
        """Return what in the database must never be."""
        live = text(f"booking.{LIVE}")
        runs = or_(text("booking.status = 'booked'"), col(Booking.expires_at) > self.clock.now())
        on_slot = and_(col(Slot.clinic_id) == Booking.clinic_id, col(Slot.id) == Booking.slot_id)
        with_slot = select(col(Slot.id), func.count()).join(Booking, on_slot).where(live)
        newer: Any = aliased(Booking)
        never: dict[str, Select[*tuple[Any, ...]]] = {
            "more live bookings and holds than places and extras": with_slot.where(runs)
            .group_by(col(Slot.id), col(Slot.places))
            .having(func.count() > col(Slot.places) + model.EXTRAS),
            "two for one place": with_slot.group_by(col(Slot.id), col(Booking.place)).having(
                func.count() > 1
            ),
            "a place that does not exist": with_slot.where(
                ~col(Booking.place).between(1, col(Slot.places) + model.EXTRAS)
            ).group_by(col(Slot.id)),
            "somebody on a withdrawn time": with_slot.where(
                runs, text("slot.withdrawn_at IS NOT NULL")
            ).group_by(col(Slot.id)),
            "a booking that was exchanged and still stands": select(col(Booking.id), col(Booking.replaces_id))
            .join(newer, (newer.replaces_clinic_id == Booking.clinic_id) & (newer.replaces_id == Booking.id))
            .where(live),
            "an offer in the line without a place": select(col(WatchOffer.id))
            .outerjoin(
                Booking,
                (col(Booking.clinic_id) == WatchOffer.clinic_id) & (col(Booking.offer_id) == WatchOffer.id),
            )
            .where(
                text("watch_offer.status = 'open'"),
                col(WatchOffer.stands_until) > self.clock.now(),
                col(Booking.id).is_(None),
            ),
            "an offer to who waits no more": select(col(WatchOffer.id))
            .join(
                WatchRow,
                (col(WatchRow.clinic_id) == WatchOffer.clinic_id) & (col(WatchRow.id) == WatchOffer.watch_id),
            )
            .where(text("watch_offer.status = 'open'"), text("watch.status <> 'waiting'")),
            "an offer that nobody is told of": select(col(WatchOffer.id))
            .outerjoin(OutboxMessage, col(OutboxMessage.offer_id) == WatchOffer.id)
            .where(col(OutboxMessage.id).is_(None)),
            "two open offers in a case": select(col(TimeOffer.case_id))
            .where(text("time_offer.status = 'open'"))
            .group_by(col(TimeOffer.case_id))
            .having(func.count() > 1),
            "an open offer in a case that has ended": select(col(TimeOffer.id))
            .join(
                RequestCase,
                (col(RequestCase.clinic_id) == TimeOffer.clinic_id)
                & (col(RequestCase.id) == TimeOffer.case_id),
            )
            .where(
                text("time_offer.status = 'open'"), text("request_case.status IN ('closed', 'withdrawn')")
            ),
            "an offered time without its place": select(col(OfferedTime.id))
            .join(
                TimeOffer,
                (col(TimeOffer.clinic_id) == OfferedTime.clinic_id)
                & (col(TimeOffer.id) == OfferedTime.offer_id),
            )
            .outerjoin(
                Booking,
                (col(Booking.clinic_id) == OfferedTime.clinic_id) & (col(Booking.id) == OfferedTime.id),
            )
            .where(
                text("time_offer.status = 'open'"),
                col(TimeOffer.stands_until) > self.clock.now(),
                col(Booking.id).is_(None),
            ),
            "a place that is kept for an offer that is over": select(col(Booking.id))
            .join(
                TimeOffer,
                (col(TimeOffer.clinic_id) == Booking.clinic_id) & (col(TimeOffer.id) == Booking.offer_id),
            )
            .where(text("booking.status = 'held'"), text("time_offer.status <> 'open'")),
            "two holds for one resident": select(col(Booking.person_id), func.count())
            .where(text(CHOSEN))
            .group_by(col(Booking.person_id))
            .having(func.count() > 1),
        }
        async with self.database.read() as session:
            found = {
                promise: (await session.execute(statement)).all() for promise, statement in never.items()
            }
        return {promise: list(rows) for promise, rows in found.items() if rows}

    async def bookings(self) -> dict[str, tuple[Any, ...]]:
        """Return who has what, by id, but for holds that have run out: owner, time, status, and who cancelled."""
        statement = select(Booking).where(
            or_(text("booking.status <> 'held'"), col(Booking.expires_at) > self.clock.now())
        )
        async with self.database.read() as session:
            return {
                one.id.hex: (self.names[one.person_id], one.slot_id, str(one.status), one.expires_at, one.cancelled_by)
                for one in await session.scalars(statement)
            }  # fmt: skip

    async def left_by_sql(self) -> dict[str, dict[UUID, int]]:
        """Return how many places of each bookable time each resident can have, counted by the database."""
        now = self.clock.now()
        takes = or_(
            text("booking.status = 'booked'"),
            and_(
                text("booking.status = 'held'"),
                col(Booking.expires_at) > now,
                or_(col(Booking.person_id) != Person.id, text("booking.offer_id IS NOT NULL")),
            ),
        )
        taken = (
            select(func.count())
            .select_from(Booking)
            .where(col(Booking.slot_id) == Slot.id, takes)
            .correlate(Slot, Person)
            .scalar_subquery()
        )
        statement = (
            select(col(Person.id), col(Slot.id), col(Slot.places) - taken)
            .join(Slot, true())
            .where(text("slot.withdrawn_at IS NULL"), col(Slot.starts_at) >= now + model.NOTICE)
        )
        found: dict[str, dict[UUID, int]] = {name: {} for name in RESIDENTS}
        async with self.database.read() as session:
            for person_id, slot_id, left in await session.execute(statement):
                if left > 0:
                    found[self.names[person_id]][slot_id] = left
        return found

    async def left_by_calendar(self, name: str) -> dict[UUID, int]:
        """Return how many places of each free time the resident is shown; the next free one is the first of them."""
        resident, today = self.residents[name], swedish_time.day_of(self.clock.now())
        found: dict[UUID, int] = {}
        for world, journal in zip(self.worlds, self.journals, strict=True):
            shown = await journal.available_timeslots(resident, world.time_type, today, today + HORIZON)
            [*first] = await journal.available_timeslots(
                resident, world.time_type, today, today + HORIZON, limit=1
            )
            assert first == shown[:1]
            found |= {UUID(slot.id): slot.places_left for slot in shown}
        return found
