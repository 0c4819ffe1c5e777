"""Alembic's environment: synchronous, one transaction a run, types compared."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.types import TypeDecorator

from webtidbok_app.db.tables import metadata


def render_plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write what the database stores, so that a migration outlives our own column types."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    stored = item.impl_instance
    zone = "timezone=True" if getattr(stored, "timezone", False) else ""
    return f"sa.{type(stored).__name__}({zone})"


def main() -> None:
    """Run the migrations on the database of the configuration."""
    url = context.config.get_main_option("sqlalchemy.url", "").replace("sqlite+aiosqlite", "sqlite")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, compare_type=True, render_item=render_plain_type
        )
        context.run_migrations()


main()
