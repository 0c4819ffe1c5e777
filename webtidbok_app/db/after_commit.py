"""What is told once a transaction stands, and never when it does not."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.live.bus import bus

_CHANGED = "changed timebooks"


def tell_of_change(session: AsyncSession, clinic_id: UUID) -> None:
    """Tell the bus, when the transaction is committed, that the clinic's timebook looks different now."""
    session.info.setdefault(_CHANGED, set()).add(clinic_id)


def committed(session: AsyncSession) -> None:
    """Tell what was to be told. Called by the database after its commit."""
    bus.publish(session.info.pop(_CHANGED, ()))
