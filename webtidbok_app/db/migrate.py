"""Bring a database to the newest version of its tables. Run before the server starts, never by a worker."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from webtidbok_app.settings import get_settings

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for the database at ``url``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Create or upgrade all tables of the database at ``url``."""
    if url.startswith("sqlite"):
        Path(url.partition("///")[2]).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(url), "head")


if __name__ == "__main__":
    upgrade(get_settings().database_url)
