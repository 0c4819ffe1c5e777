"""a booking can be rebooked to another clinic, where its own clinic lets it"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "uq_booking_replaces"


def upgrade() -> None:
    op.add_column(
        "clinic", sa.Column("rebook_elsewhere", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("booking", sa.Column("replaces_clinic_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE booking SET replaces_clinic_id = clinic_id WHERE replaces_id IS NOT NULL")
    op.drop_index(INDEX, table_name="booking")
    op.create_index(INDEX, "booking", ["replaces_clinic_id", "replaces_id"], unique=True)


def downgrade() -> None:
    op.execute("UPDATE booking SET replaces_id = NULL WHERE replaces_clinic_id <> clinic_id")
    op.drop_index(INDEX, table_name="booking")
    op.create_index(INDEX, "booking", ["clinic_id", "replaces_id"], unique=True)
    op.drop_column("booking", "replaces_clinic_id")
    op.drop_column("clinic", "rebook_elsewhere")
