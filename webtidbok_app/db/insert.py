"""INSERT … ON CONFLICT DO NOTHING on both databases."""

from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


async def insert_or_ignore(session: AsyncSession, row: SQLModel) -> bool:
    """Insert ``row`` unless a unique index refuses it. Returns whether it was inserted.

    Waits for an unfinished transaction that is about to decide the same thing.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing().returning(literal(1))
    return (await session.execute(statement)).first() is not None
