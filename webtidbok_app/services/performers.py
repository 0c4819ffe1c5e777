"""Who or what the clinic's times are with: people and resources. Its administrator writes them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, Performer, Slot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.domain.ids import normalise_hsa_id
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import ADMINISTERS, administers, as_schedule_staff
from webtidbok_app.timebook.schedule_log import lock_schedule

NAME_MAX = 80
TITLE_MAX = 60


@dataclass(frozen=True)
class PerformerFacts:
    """What is said of a performer. Without an HSA-id it is a resource, such as a room or a station."""

    name: str = ""
    title_sv: str = ""
    title_en: str = ""
    hsa_id: str = ""
    active: bool = True


@dataclass(frozen=True)
class PerformerRow:
    """A performer, and how many of its published times are still to come."""

    id: UUID
    facts: PerformerFacts
    coming: int


@dataclass(frozen=True)
class Performers:
    """The clinic's performers in order of name, those in use first, and whether one may change them."""

    clinic: str
    performers: list[PerformerRow]
    may_change: bool


async def list_performers(actor: Actor | None) -> Performers:
    """Return the clinic's performers."""
    staff, clinic_id = as_schedule_staff(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await session.execute(
            select(Performer, func.count(col(Slot.id)))
            .outerjoin(
                Slot,
                (col(Slot.clinic_id) == Performer.clinic_id)
                & (col(Slot.performer_id) == Performer.id)
                & (col(Slot.starts_at) > clock.now())
                & text("slot.withdrawn_at IS NULL"),
            )
            .where(col(Performer.clinic_id) == clinic_id)
            .group_by(*Performer.__table__.columns)  # type: ignore[attr-defined]  # SQLModel's types know no table
        )
        found = [PerformerRow(row.id, _facts(row), coming) for row, coming in rows]
    found.sort(key=lambda one: (not one.facts.active, one.facts.name.casefold()))
    return Performers(clinic.name, found, administers(staff))


async def save_performer(
    actor: Actor | None, *, performer_id: UUID | None, facts: PerformerFacts
) -> Performers:
    """Add a performer, or change one. Who is not in use any more keeps the times that are published.

    Raises NotAllowed for other staff than the administrator, NotFound, and InvalidInput (``name``, ``title_sv``,
    ``title_en``, ``hsa_id``).
    """
    staff, clinic_id = as_schedule_staff(actor, ADMINISTERS)
    tidy = _checked(facts)
    async with get_database().write() as session:
        await lock_schedule(session, clinic_id=clinic_id)
        await _refuse_taken(session, clinic_id, performer_id, tidy.hsa_id)
        if performer_id is None:
            row = Performer(clinic_id=clinic_id, id=new_id(), name=tidy.name)
            session.add(row)
        else:
            row = await _own(session, clinic_id, performer_id)
        row.name, row.title_sv, row.title_en = tidy.name, tidy.title_sv, tidy.title_en
        row.hsa_id, row.active = tidy.hsa_id or None, tidy.active
        audit.record(
            session, staff, "change_performer" if performer_id else "add_performer", clinic_id=clinic_id
        )
        tell_of_change(session, clinic_id, [])
    return await list_performers(actor)


def _facts(row: Performer) -> PerformerFacts:
    return PerformerFacts(row.name, row.title_sv, row.title_en, row.hsa_id or "", row.active)


def _checked(facts: PerformerFacts) -> PerformerFacts:
    problems = {} if facts.name else {"name": "name_missing"}
    if len(facts.name) > NAME_MAX:
        problems["name"] = "name_too_long"
    problems |= {
        field: "too_long" for field in ("title_sv", "title_en") if len(getattr(facts, field)) > TITLE_MAX
    }
    hsa_id = ""
    if facts.hsa_id:
        try:
            hsa_id = normalise_hsa_id(facts.hsa_id)
        except InvalidInput as error:
            problems |= error.problems
    if problems:
        raise InvalidInput(problems)
    return PerformerFacts(facts.name, facts.title_sv, facts.title_en, hsa_id, facts.active)


async def _refuse_taken(
    session: AsyncSession, clinic_id: UUID, performer_id: UUID | None, hsa_id: str
) -> None:
    owner = await session.scalar(
        select(col(Performer.id)).where(
            col(Performer.clinic_id) == clinic_id, col(Performer.hsa_id) == hsa_id
        )
    )
    if hsa_id and owner not in {None, performer_id}:
        raise InvalidInput({"hsa_id": "hsa_id_taken"})


async def _own(session: AsyncSession, clinic_id: UUID, performer_id: UUID) -> Performer:
    row = await session.get(Performer, (clinic_id, performer_id))
    if row is None:
        raise NotFound
    return row
