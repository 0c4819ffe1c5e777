"""what is past its time is found without looking through all there is"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_A_LINE = ("booking_id", "new_booking_id")
INDEXES = (
    ("ix_outbox_message_settled", "outbox_message", "settled_at", "status <> 'waiting'"),
    ("ix_message_choice_code", "message_choice", "code_at", "code_at IS NOT NULL"),
    (
        "ix_request_case_unsent",
        "request_case",
        "changed_at",
        "status IN ('closed', 'withdrawn') AND unsent <> ''",
    ),
)


def upgrade() -> None:
    for name, table, column, which in INDEXES:
        op.create_index(name, table, [column], postgresql_where=sa.text(which), sqlite_where=sa.text(which))
    for column in OF_A_LINE:
        op.create_index(op.f(f"ix_removal_line_clinic_id_{column}"), "removal_line", ["clinic_id", column])


def downgrade() -> None:
    for column in OF_A_LINE:
        op.drop_index(op.f(f"ix_removal_line_clinic_id_{column}"), table_name="removal_line")
    for name, table, *_ in INDEXES:
        op.drop_index(name, table_name=table)
