"""Where else a booking can be moved: to clinics of the same care provider with the same visit.

What the resident has said comes along, and inner secrecy ends at the care provider (PDL 4 kap.). A visit is the same
when its time type has the same Swedish name. Residents must be able to book it there, without an invitation and
without saying more than they were asked to say before.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.tables import CaseType, Clinic, TimeType
from webtidbok_app.domain.question import unpack_questions
from webtidbok_app.domain.visit import Bookable, CaseTypeKind, ReasonRule

_here, _there = aliased(Clinic), aliased(Clinic)
_mine, _theirs = aliased(TimeType), aliased(TimeType)


async def find_other_units(session: AsyncSession, *, clinic_id: UUID, time_type_id: UUID) -> list[TimeType]:
    """Return the time types of other clinics that a booking can be exchanged for; none if its clinic lets none go."""
    found = await session.scalars(
        select(_theirs)
        .join(_mine, _is_same())
        .join(_there, _offers())
        .join(_here, _has_the_same_owner())
        .where(col(_mine.clinic_id) == clinic_id, col(_mine.id) == time_type_id, col(_here.rebook_elsewhere))
        .order_by(col(_there.name))
    )
    return [one for one in found if not _asks(one)]


def _asks(time_type: TimeType) -> bool:
    """Whether the clinic has a question of its own that must be answered: on the way nothing is asked."""
    return any(question.required for question in unpack_questions(time_type.questions))


async def name_other_units(session: AsyncSession, *, clinic_id: UUID) -> list[str]:
    """Return the names of the clinics that bookings can be moved to, or could be if the clinic let them go."""
    found = await session.execute(
        select(_theirs, col(_there.name))
        .join(_theirs, _offers())
        .join(_mine, _is_same())
        .join(_here, _has_the_same_owner())
        .where(col(_mine.clinic_id) == clinic_id, col(_mine.active))
        .order_by(col(_there.name))
    )
    return list(dict.fromkeys(name for theirs, name in found if not _asks(theirs)))


def _is_same() -> ColumnElement[bool]:
    asks_no_more = (col(_theirs.reason) != ReasonRule.REQUIRED) | (col(_mine.reason) == ReasonRule.REQUIRED)
    return and_(
        col(_theirs.name_sv) == _mine.name_sv,
        col(_theirs.clinic_id) != _mine.clinic_id,
        col(_theirs.active),
        col(_theirs.bookable) == Bookable.WEB,
        asks_no_more,
    )


def _offers() -> ColumnElement[bool]:
    """The time type is the other clinic's, where residents can book."""
    books = select(CaseType).where(
        col(CaseType.clinic_id) == _there.id,
        col(CaseType.kind) == CaseTypeKind.BOOK_DIRECT,
        col(CaseType.active),
    )
    return and_(col(_theirs.clinic_id) == _there.id, books.exists())


def _has_the_same_owner() -> ColumnElement[bool]:
    """The clinics belong to the same care provider and have the same kind of timebook."""
    return and_(
        col(_mine.clinic_id) == _here.id,
        col(_here.care_provider_id) == _there.care_provider_id,
        col(_here.journal) == _there.journal,
    )
