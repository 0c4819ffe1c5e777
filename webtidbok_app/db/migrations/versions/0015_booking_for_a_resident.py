"""staff book for residents: invitations, and people with a reserve number"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIVE = sa.text("status IN ('held', 'booked')")


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_type_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("invited_by_name", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="whole_period"),
        sa.CheckConstraint("first_day <= last_day", name="period"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(op.f("ix_invitation_clinic_id_invited_at"), "invitation", ["clinic_id", "invited_at"])
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"])
    op.create_table(
        "reserve_person",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("birth_hash", sa.String(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "person_id"),
    )
    op.create_index(
        op.f("ix_reserve_person_clinic_id_birth_hash"), "reserve_person", ["clinic_id", "birth_hash"]
    )
    op.add_column("booking", sa.Column("invitation_id", sa.Uuid(), nullable=True))
    op.create_index(
        "uq_booking_invitation",
        "booking",
        ["clinic_id", "invitation_id"],
        unique=True,
        postgresql_where=LIVE,
        sqlite_where=LIVE,
    )
    op.add_column("outbox_message", sa.Column("invitation_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "invitation_id")
    op.drop_index("uq_booking_invitation", table_name="booking")
    op.drop_column("booking", "invitation_id")
    op.drop_table("reserve_person")
    op.drop_table("invitation")
