"""times that staff hold for somebody, as an answer to a request"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HELD = sa.text("status = 'held'")
CHOSEN = sa.text("status = 'held' AND offer_id IS NULL")
ONE_HOLD = "uq_booking_one_hold"


def upgrade() -> None:
    op.create_table(
        "time_offer",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stands_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'accepted', 'declined', 'withdrawn')", name="status"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["request_case.clinic_id", "request_case.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "ix_time_offer_clinic_id_case_id_number",
        "time_offer",
        ["clinic_id", "case_id", "number"],
        unique=True,
    )
    op.create_table(
        "offered_time",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_type_sv", sa.String(), nullable=False),
        sa.Column("time_type_en", sa.String(), nullable=False),
        sa.Column("performer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "offer_id"], ["time_offer.clinic_id", "time_offer.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_offered_time_offer", "offered_time", ["clinic_id", "offer_id", "starts_at"])
    op.add_column("booking", sa.Column("offer_id", sa.Uuid(), nullable=True))
    op.drop_index(ONE_HOLD, "booking")
    op.create_index(
        ONE_HOLD,
        "booking",
        ["clinic_id", "person_id"],
        unique=True,
        postgresql_where=CHOSEN,
        sqlite_where=CHOSEN,
    )
    op.create_index(
        "ix_booking_held", "booking", ["clinic_id", "person_id"], postgresql_where=HELD, sqlite_where=HELD
    )


def downgrade() -> None:
    op.execute("DELETE FROM booking WHERE status = 'held' AND offer_id IS NOT NULL")
    op.drop_index("ix_booking_held", "booking")
    op.drop_index(ONE_HOLD, "booking")
    op.create_index(
        ONE_HOLD,
        "booking",
        ["clinic_id", "person_id"],
        unique=True,
        postgresql_where=HELD,
        sqlite_where=HELD,
    )
    op.drop_column("booking", "offer_id")
    op.drop_table("offered_time")
    op.drop_table("time_offer")
