"""who may ask over the service contracts, and what the engagement index is told"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "riv_consumer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("hsa_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_riv_consumer_region_id_hsa_id"), "riv_consumer", ["region_id", "hsa_id"], unique=True
    )
    op.create_table(
        "riv_consumer_clinic",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("let_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_in_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["consumer_id"], ["riv_consumer.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "consumer_id"),
    )
    op.create_index(op.f("ix_riv_consumer_clinic_consumer_id"), "riv_consumer_clinic", ["consumer_id"])
    op.create_table(
        "engagement_update",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(op.f("ix_engagement_update_due_at"), "engagement_update", ["due_at"])


def downgrade() -> None:
    for table in ("engagement_update", "riv_consumer_clinic", "riv_consumer"):
        op.drop_table(table)
