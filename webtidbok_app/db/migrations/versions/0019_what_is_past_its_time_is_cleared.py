"""what is past its time is found without looking through all there is"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

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


def downgrade() -> None:
    for name, table, *_ in INDEXES:
        op.drop_index(name, table_name=table)
