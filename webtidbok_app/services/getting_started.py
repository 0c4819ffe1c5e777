"""From a timebook that has just been given to a clinic to its first bookable time: what is done, and what is left."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, SQLColumnExpression, literal, select
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import CaseType, Clinic, Performer, Slot, Terms, TimeType
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.services.authorise import HANDLES_TIMES, administers, as_clinic_staff

Condition = ColumnElement[bool] | SQLColumnExpression[bool]
_Table = Performer | TimeType | Terms | CaseType | Slot


class Step(StrEnum):
    """What has to be there before a resident can book, in the order in which it is easiest."""

    ABOUT = "about"
    PERFORMERS = "performers"
    TIME_TYPES = "time_types"
    TERMS = "terms"
    CASE_TYPES = "case_types"
    TIMES = "times"


_OF_TIMES = frozenset({Step.PERFORMERS, Step.TIME_TYPES, Step.TIMES})


@dataclass(frozen=True)
class Start:
    """How far the clinic has come, and what of it who asked can do."""

    clinic: str
    slug: str
    steps: tuple[Step, ...]
    """What there is to do; where the times stand in a journal system of its own, only what is decided here."""
    done: frozenset[Step]
    may_set_up: bool
    may_publish: bool


async def get_start(actor: Actor | None) -> Start:
    """Return what is there of what has to be there."""
    staff, clinic_id = as_clinic_staff(actor)
    there: dict[Step, tuple[type[_Table], tuple[Condition, ...]]] = {
        Step.PERFORMERS: (Performer, (col(Performer.active),)),
        Step.TIME_TYPES: (TimeType, (col(TimeType.active),)),
        Step.TERMS: (
            Terms,
            (col(Terms.kind) == CaseTypeKind.BOOK_DIRECT, col(Terms.valid_from) <= clock.now()),
        ),
        Step.CASE_TYPES: (CaseType, (col(CaseType.kind) == CaseTypeKind.BOOK_DIRECT, col(CaseType.active))),
        Step.TIMES: (Slot, ()),
    }
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        done = {
            step
            for step, (table, conditions) in there.items()
            if await session.scalar(
                select(literal(1))
                .select_from(table)
                .where(col(table.clinic_id) == clinic_id, *conditions)
                .limit(1)
            )
        }
    if clinic.hours_sv and clinic.phone:
        done.add(Step.ABOUT)
    steps = tuple(step for step in Step if not (staff.connected and step in _OF_TIMES))
    return Start(
        clinic.name, clinic.slug, steps, frozenset(done), administers(staff), staff.role in HANDLES_TIMES
    )
