"""Two clinics in a database, whose timebooks residents and staff use: what they want is done by the program itself."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, text, true, update
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
    Person,
    RequestCase,
    Service,
    Slot,
    TimeOffer,
    WatchOffer,
    metadata,
)
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

WORDS = f"""
    WITH live AS (SELECT * FROM booking WHERE {LIVE}),
    chosen AS (SELECT * FROM booking WHERE {CHOSEN}),
    taken AS (SELECT * FROM live WHERE status = 'booked' OR expires_at > :now),
    time AS (SELECT slot.*, places + {model.EXTRAS} AS most FROM slot)
"""  # noqa: S608  our own constants
NEVER = {
    "more live bookings and holds than places and extras": """
        SELECT time.id FROM time JOIN taken ON taken.clinic_id = time.clinic_id AND taken.slot_id = time.id
        GROUP BY time.id, time.most HAVING count(*) > time.most""",
    "two for one place": """
        SELECT slot_id, place FROM live GROUP BY slot_id, place HAVING count(*) > 1""",
    "a place that does not exist": """
        SELECT live.id FROM live JOIN time ON time.clinic_id = live.clinic_id AND time.id = live.slot_id
        WHERE live.place NOT BETWEEN 1 AND time.most""",
    "somebody on a withdrawn time": """
        SELECT taken.id FROM taken JOIN time ON time.clinic_id = taken.clinic_id AND time.id = taken.slot_id
        WHERE time.withdrawn_at IS NOT NULL""",
    "a booking that was exchanged and still stands": """
        SELECT live.id FROM live
        JOIN booking newer ON newer.replaces_clinic_id = live.clinic_id AND newer.replaces_id = live.id""",
    "an offer in the line without a place": """
        SELECT offer.id FROM watch_offer offer
        LEFT JOIN booking ON booking.clinic_id = offer.clinic_id AND booking.offer_id = offer.id
        WHERE offer.status = 'open' AND offer.stands_until > :now AND booking.id IS NULL""",
    "an offer to who waits no more": """
        SELECT offer.id FROM watch_offer offer
        JOIN watch ON watch.clinic_id = offer.clinic_id AND watch.id = offer.watch_id
        WHERE offer.status = 'open' AND watch.status <> 'waiting'""",
    "an offer that nobody is told of": """
        SELECT offer.id FROM watch_offer offer LEFT JOIN outbox_message message ON message.offer_id = offer.id
        WHERE message.id IS NULL""",
    "two open offers in a case": """
        SELECT case_id FROM time_offer WHERE status = 'open' GROUP BY case_id HAVING count(*) > 1""",
    "an open offer in a case that has ended": """
        SELECT offer.id FROM time_offer offer
        JOIN request_case ON request_case.clinic_id = offer.clinic_id AND request_case.id = offer.case_id
        WHERE offer.status = 'open' AND request_case.status IN ('closed', 'withdrawn')""",
    "an offered time without its place": """
        SELECT offered.id FROM offered_time offered
        JOIN time_offer offer ON offer.clinic_id = offered.clinic_id AND offer.id = offered.offer_id
        LEFT JOIN booking ON booking.clinic_id = offered.clinic_id AND booking.id = offered.id
        WHERE offer.status = 'open' AND offer.stands_until > :now AND booking.id IS NULL""",
    "a place that is kept for an offer that is over": """
        SELECT booking.id FROM booking
        JOIN time_offer offer ON offer.clinic_id = booking.clinic_id AND offer.id = booking.offer_id
        WHERE booking.status = 'held' AND offer.status <> 'open'""",
    "two holds for one resident": """
        SELECT person_id FROM chosen GROUP BY person_id HAVING count(*) > 1""",
}
"""The rows that must never be in the database, by what they would mean."""
BROKEN = text(
    WORDS + " UNION ALL ".join(f"SELECT '{promise}' WHERE EXISTS ({rows})" for promise, rows in NEVER.items())
)
"""Which of those there are, in one question."""


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
        offer = (col(WatchOffer.watch_id), col(WatchOffer.id), col(WatchOffer.slot_id))
        async with self.database.read() as session:
            found = (await session.execute(select(col(Booking.id), *offer).join(WatchOffer, on_offer))).all()
        self.offered |= {hold.hex: (watch.hex, offered.hex) for hold, watch, offered, _ in found}
        return {f"{watch.hex}/{time.hex}": hold.hex for hold, watch, _, time in found}

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
        case = (col(RequestCase.status), col(RequestCase.version), col(RequestCase.assigned_to))
        statement = select(
            col(RequestCase.id), col(RequestCase.person_id), *case, col(TimeOffer.stands_until)
        ).outerjoin(TimeOffer, is_open)
        async with self.database.read() as session:
            return {
                identity.hex: (self.names[person_id], status, version, assigned_to or "", stands_until)
                for identity, person_id, status, version, assigned_to, stands_until
                in await session.execute(statement)
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
        now = self.clock.now()
        broken = [promise for (promise,) in await self.database.ask(BROKEN, now=now)]
        return {promise: await self.database.ask(text(WORDS + NEVER[promise]), now=now) for promise in broken}

    async def bookings(self) -> dict[str, tuple[Any, ...]]:
        """Return who has what, by id, but for holds that have run out: owner, time, status, and who cancelled."""
        said = (col(Booking.slot_id), col(Booking.status), col(Booking.expires_at), col(Booking.cancelled_by))
        statement = select(col(Booking.id), col(Booking.person_id), *said).where(
            or_(text("booking.status <> 'held'"), col(Booking.expires_at) > self.clock.now())
        )
        async with self.database.read() as session:
            return {
                identity.hex: (self.names[person_id], *facts)
                for identity, person_id, *facts in await session.execute(statement)
            }

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
