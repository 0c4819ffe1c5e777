"""times are taken away with what is booked on them: what became of each, and who is to be phoned"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "removal",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_by_name", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.String(), nullable=True),
        sa.Column("taken_back_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(
            ["clinic_id", "change_id"], ["schedule_change.clinic_id", "schedule_change.id"]
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        op.f("ix_removal_clinic_id_change_id"), "removal", ["clinic_id", "change_id"], unique=True
    )
    op.create_table(
        "removed_slot",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("removal_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "removal_id"], ["removal.clinic_id", "removal.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "slot_id"], ["slot.clinic_id", "slot.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "removal_id", "slot_id"),
    )
    op.create_table(
        "removal_line",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("removal_id", sa.Uuid(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("new_booking_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("call_because", sa.String(), nullable=False),
        sa.Column("phoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phoned_by", sa.String(), nullable=True),
        sa.Column("phoned_by_name", sa.String(), nullable=False),
        sa.Column("left_as_wished", sa.Boolean(), nullable=False),
        sa.CheckConstraint("choice IN ('move', 'invite', 'cancel')", name="choice"),
        sa.CheckConstraint("call_because IN ('', 'no_message', 'soon', 'taken_back')", name="call_because"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "removal_id"], ["removal.clinic_id", "removal.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "booking_id"], ["booking.clinic_id", "booking.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "new_booking_id"], ["booking.clinic_id", "booking.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "invitation_id"], ["invitation.clinic_id", "invitation.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(op.f("ix_removal_line_clinic_id_removal_id"), "removal_line", ["clinic_id", "removal_id"])


def downgrade() -> None:
    for table in ("removal_line", "removed_slot", "removal"):
        op.drop_table(table)
