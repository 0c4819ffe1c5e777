"""What a clinic of the demo has planned: a week template, and an afternoon when it is closed."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.insert import insert_all, insert_or_ignore
from webtidbok_app.db.tables import ScheduleDeviation, WeekTemplate, WeekTemplateSlot
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.services.week_copy import read_week
from webtidbok_app.timebook.weeks import WeekTime

TEMPLATE = "Vanlig vecka"
CLOSED_IN, CLOSED_FROM, CLOSED_TO = timedelta(weeks=7, days=3), 13 * 60, 16 * 60
"""How long after this week's Monday, and between which minutes of the day."""


async def plan(session: AsyncSession, clinic_id: UUID) -> None:
    """See to it that the clinic has the template, of its coming week, and an afternoon to come when it is closed."""
    now = clock.now()
    today, monday = day_of(now), monday_of(day_of(now))
    template = WeekTemplate(
        clinic_id=clinic_id, name=TEMPLATE, changed_by="demo", changed_by_name="Demo", changed_at=now
    )
    template_id = template.id
    if await insert_or_ignore(session, template):
        week = await read_week(session, clinic_id, monday + timedelta(weeks=1))
        slots = [
            WeekTemplateSlot(clinic_id=clinic_id, template_id=template_id, **vars(WeekTime.of(slot)))
            for slot in week
        ]
        if slots:
            await insert_all(session, WeekTemplateSlot, [slot.model_dump() for slot in slots])
    to_come = select(col(ScheduleDeviation.id)).where(
        col(ScheduleDeviation.clinic_id) == clinic_id, col(ScheduleDeviation.last_day) >= today
    )
    if await session.scalar(to_come.limit(1)) is None:
        day = monday + CLOSED_IN
        session.add(
            ScheduleDeviation(
                clinic_id=clinic_id, first_day=day, last_day=day, from_minute=CLOSED_FROM, to_minute=CLOSED_TO,
                reason="Planeringsdag", added_by="demo", added_by_name="Demo", added_at=now,
            )
        )  # fmt: skip
