"""INSERT … ON CONFLICT on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, literal
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


async def insert_or_ignore(session: AsyncSession, row: SQLModel) -> bool:
    """Insert ``row`` unless a unique index refuses it. Returns whether it was inserted.

    Waits for an unfinished transaction that is about to decide the same thing.
    """
    statement = _insert(session, row).on_conflict_do_nothing().returning(literal(1))
    return (await session.execute(statement)).first() is not None


async def insert_or_lock(session: AsyncSession, row: SQLModel) -> None:
    """Insert ``row`` unless there is one with its primary key. Either is locked until the transaction ends."""
    statement = _insert(session, row)
    keys = [column.name for column in statement.table.primary_key.columns]
    as_it_is = {keys[0]: getattr(statement.excluded, keys[0])}
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=as_it_is))


async def insert_all_or_ignore(
    session: AsyncSession, model: type[SQLModel], rows: Sequence[dict[str, object]]
) -> None:
    """Insert the rows into the model's table, but for those that a unique index refuses."""
    await session.execute(_insert_into(session, model).on_conflict_do_nothing(), rows)


async def insert_all(session: AsyncSession, model: type[SQLModel], rows: Sequence[dict[str, object]]) -> None:
    """Insert the rows, at least one, into the model's table. All have the same columns; the others are empty."""
    await session.execute(_insert_into(session, model), rows)


async def insert_or_change(
    session: AsyncSession,
    row: SQLModel,
    change: dict[str, ColumnElement[Any]],
    *,
    returning: Sequence[SQLColumnExpression[Any]],
) -> Row[*tuple[Any, ...]]:
    """Insert ``row``, or ``change`` the one that has its primary key, and return columns of what stands then.

    The row is locked until the transaction ends.
    """
    statement = _insert(session, row)
    keys = [column.name for column in statement.table.primary_key.columns]
    changed = statement.on_conflict_do_update(index_elements=keys, set_=change).returning(*returning)
    return (await session.execute(changed)).one()


def _insert(session: AsyncSession, row: SQLModel) -> Any:
    return _insert_into(session, type(row)).values(**row.model_dump())


def _insert_into(session: AsyncSession, model: type[SQLModel]) -> Any:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    table: Any = model  # its table: the ORM's own INSERT does much that nobody asks for here
    return insert(table.__table__)
