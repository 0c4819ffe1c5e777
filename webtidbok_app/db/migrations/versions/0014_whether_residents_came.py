"""who has come and who has not; the coming day's list; times published from a file"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


KINDS = ("publish", "copy", "withdraw", "undo")


def _let_kinds_be(*kinds: str) -> None:
    """Let a change of the schedule be of these kinds. SQLite changes no constraint: the column is made anew."""
    check = ", ".join(f"'{kind}'" for kind in kinds)
    name = "ck_schedule_change_kind"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), "schedule_change", type_="check")
        op.create_check_constraint(op.f(name), "schedule_change", sa.text(f"kind IN ({check})"))
        return
    op.execute(
        "ALTER TABLE schedule_change ADD COLUMN new_kind VARCHAR NOT NULL DEFAULT 'publish'"
        f" CONSTRAINT {name} CHECK (new_kind IN ({check}))"
    )
    op.execute("UPDATE schedule_change SET new_kind = kind")
    op.drop_column("schedule_change", "kind")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN new_kind TO kind")


def upgrade() -> None:
    _let_kinds_be(*KINDS, "import", "hand_over")
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
    op.execute("UPDATE schedule_change SET kind = 'publish' WHERE kind IN ('import', 'hand_over')")
    _let_kinds_be(*KINDS)
    for name in ("attendance_by_name", "attendance_by", "attendance_at", "attendance"):
        op.drop_column("booking", name)
