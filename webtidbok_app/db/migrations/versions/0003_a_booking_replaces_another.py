"""a booking can replace another, calendars know it again, and a video visit has its link"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.add_column("booking", sa.Column("calendar_id", sa.Uuid(), nullable=True))
    op.add_column("booking", sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("time_type", sa.Column("video_url", sa.String(), nullable=False, server_default=""))
    op.create_index("uq_booking_replaces", "booking", ["clinic_id", "replaces_id"], unique=True)
    op.execute("UPDATE booking SET calendar_sequence = 1 WHERE status = 'cancelled'")


def downgrade() -> None:
    op.drop_column("time_type", "video_url")
    op.drop_index("uq_booking_replaces", table_name="booking")
    for name in ("replaces_id", "calendar_id", "calendar_sequence"):
        op.drop_column("booking", name)
