"""changes in journal systems are looked for as long as anything can be found; bookings are moved between clinics"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_journal_write_look_at"


def _index(where: str) -> None:
    op.drop_index(INDEX, table_name="journal_write")
    op.create_index(
        INDEX, "journal_write", ["look_at"], postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )


def upgrade() -> None:
    op.add_column("journal_write", sa.Column("from_clinic_id", sa.Uuid(), nullable=True))
    _index("look_at IS NOT NULL")


def downgrade() -> None:
    _index("outcome IN ('sent', 'unknown')")
    op.drop_column("journal_write", "from_clinic_id")
