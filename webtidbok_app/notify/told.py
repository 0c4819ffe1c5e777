"""Who is told of what is about a child."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.tables import Guardianship, Person
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.ombud import is_child


async def who_is_told(session: AsyncSession, person_id: UUID, *, about: UUID, at: datetime) -> UUID:
    """Return who is told: the guardian ``person_id`` as long as they may act for the child (aware ``at``), then it."""
    if person_id == about:
        return about
    child = await session.get_one(Person, about)
    known = await session.get(Guardianship, (person_id, about))
    return person_id if known is not None and is_child(PersonalNumber(child.number), at) else about
