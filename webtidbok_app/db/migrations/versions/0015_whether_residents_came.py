"""staff mark who has come and who has not"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE booking ADD COLUMN attendance VARCHAR"
        " CONSTRAINT ck_booking_attendance CHECK (attendance IN ('arrived', 'no_show'))"
    )
    op.add_column("booking", sa.Column("attendance_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booking", sa.Column("attendance_by", sa.String(), nullable=True))
    op.add_column("booking", sa.Column("attendance_by_name", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("attendance_by_name", "attendance_by", "attendance_at", "attendance"):
        op.drop_column("booking", name)
