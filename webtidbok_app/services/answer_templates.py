"""Words that a clinic often answers with, kept once for all its staff."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import AnswerTemplate, Clinic
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.request import MESSAGE_MAX
from webtidbok_app.services.authorise import as_case_handler
from webtidbok_app.services.cases import checked_text

TITLE_MAX = 60
AT_MOST = 50


@dataclass(frozen=True)
class Template:
    """One of a clinic's templates."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Templates:
    """All templates of a clinic, in order of title."""

    clinic: str
    templates: list[Template]


async def list_templates(actor: Actor | None) -> Templates:
    """Return the clinic's templates."""
    _, clinic_id = as_case_handler(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await session.scalars(
            select(AnswerTemplate)
            .where(col(AnswerTemplate.clinic_id) == clinic_id)
            .order_by(func.lower(AnswerTemplate.title), col(AnswerTemplate.id))
        )
        return Templates(clinic.name, [Template(row.id.hex, row.title, row.text) for row in rows])


async def add_template(actor: Actor | None, *, title: str, text: str) -> Templates:
    """Keep a template. Raises InvalidInput (``title``, ``text``), also for a title that there is already."""
    _, clinic_id = as_case_handler(actor)
    name = checked_text(title, "title", most=TITLE_MAX)
    words = checked_text(text, "text", most=MESSAGE_MAX)
    async with get_database().write() as session:
        count = await session.scalar(select(func.count()).where(col(AnswerTemplate.clinic_id) == clinic_id))
        if (count or 0) >= AT_MOST:
            raise InvalidInput({"title": "templates_full"})
        if not await insert_or_ignore(session, AnswerTemplate(clinic_id=clinic_id, title=name, text=words)):
            raise InvalidInput({"title": "title_taken"})
    return await list_templates(actor)


async def remove_template(actor: Actor | None, *, template_id: UUID) -> Templates:
    """Remove a template. One that is gone already stays gone."""
    _, clinic_id = as_case_handler(actor)
    async with get_database().write() as session:
        await session.execute(
            delete(AnswerTemplate).where(
                col(AnswerTemplate.clinic_id) == clinic_id, col(AnswerTemplate.id) == template_id
            )
        )
    return await list_templates(actor)
