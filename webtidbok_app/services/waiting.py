"""How many wait for a time to become free. For staff of the clinic; who they are is not told."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import IN_LINE, TimeType, Watch
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.services.authorise import as_schedule_staff


@dataclass(frozen=True)
class Waiting:
    """How many residents wait for a time of a type."""

    time_type: str
    count: int


async def count_waiting(actor: Actor | None) -> list[Waiting]:
    """Return how many wait for each of the clinic's time types that anybody waits for, by name."""
    _, clinic_id = as_schedule_staff(actor)
    async with get_database().read() as session:
        rows = await session.execute(
            select(col(TimeType.name_sv), func.count())
            .join(
                Watch,
                (col(Watch.clinic_id) == TimeType.clinic_id) & (col(Watch.time_type_id) == TimeType.id),
            )
            .where(
                col(Watch.clinic_id) == clinic_id,
                text(f"watch.{IN_LINE}"),
                col(Watch.last_day) >= swedish_time.day_of(clock.now()),
            )
            .group_by(col(TimeType.name_sv))
            .order_by(col(TimeType.name_sv))
        )
        return [Waiting(name, count) for name, count in rows]
