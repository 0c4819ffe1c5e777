"""staff mark who has come and who has not; the coming day's list is written every evening"""

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
    op.create_table(
        "downtime_run",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("evening", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint("problem IN ('', 'not_written', 'not_printed')", name="problem"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "evening"),
    )


def downgrade() -> None:
    op.drop_table("downtime_run")
    for name in ("attendance_by_name", "attendance_by", "attendance_at", "attendance"):
        op.drop_column("booking", name)
