"""Publishing the times of a week template: what it would do, doing it. For staff of the clinic."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import StaleVersion
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import ScheduleChangeKind
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.publication import Preview, Published, publish_planned, weigh_plan
from webtidbok_app.services.week_templates import read_template
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.weeks import MAX_EVERY, Filling, WeekPlan, check_filling, plan_weeks

__all__ = ["MAX_EVERY", "MAX_WEEKS", "Filling", "apply_week_template", "preview_template"]

MAX_WEEKS = 53
"""Weeks that a template may fill at once: a whole year."""


async def preview_template(
    actor: Actor | None, *, template_id: UUID, version: int, filling: Filling
) -> Preview:
    """Return what using the template would do, changing nothing. Raises NotFound, StaleVersion and InvalidInput."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        plan = await _plan(session, clinic_id, template_id, version, filling)
        return await weigh_plan(session, clinic_id=clinic_id, plan=plan)


async def apply_week_template(
    actor: Actor | None, *, template_id: UUID, version: int, filling: Filling, seen: int
) -> Published:
    """Publish the template's times in one transaction, those left out that clash with published times.

    ``seen`` and ``version`` are those of the preview. Raises NotFound, InvalidInput, StaleVersion when the template
    is another by now, and ScheduleChanged when staff have changed the weeks that it fills.
    """
    staff, clinic_id = as_time_handler(actor)

    async def plan(session: AsyncSession) -> Sequence[NewSlot]:
        audit.record(session, staff, "apply_week_template", clinic_id=clinic_id)
        return (await _plan(session, clinic_id, template_id, version, filling)).slots

    return await publish_planned(
        staff,
        clinic_id,
        ScheduleChangeKind.TEMPLATE,
        plan,
        seen=seen,
        spans=[(monday, monday + timedelta(days=6)) for monday in filling.mondays],
    )


async def _plan(
    session: AsyncSession, clinic_id: UUID, template_id: UUID, version: int, filling: Filling
) -> WeekPlan:
    template = await read_template(session, clinic_id, template_id)
    if template.version != version:
        raise StaleVersion
    times = [one for one in template.publishable if one.performer_id in filling.performer_ids]
    now = clock.now()
    check_filling(filling, len(times), most_weeks=MAX_WEEKS, today=day_of(now))
    return plan_weeks(times, filling, now=now)
