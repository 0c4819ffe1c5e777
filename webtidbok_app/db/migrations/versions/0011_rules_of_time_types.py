"""rules of time types: who books, when times open, how many, questions, handing over"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKED = {
    "bookable": "VARCHAR DEFAULT 'web' NOT NULL {} CHECK (bookable IN ('web', 'staff', 'invitation'))",
    "earliest_days": "INTEGER {} CHECK (earliest_days BETWEEN 1 AND 365)",
    "release_weekday": "INTEGER {} CHECK (release_weekday BETWEEN 0 AND 6)",
    "release_weeks": "INTEGER {} CHECK (release_weeks BETWEEN 1 AND 52)",
    "max_active": "INTEGER {} CHECK (max_active BETWEEN 1 AND 20)",
    "hand_over_hours": "INTEGER {} CHECK (hand_over_hours BETWEEN 1 AND 168)",
}
NEW = ["release_time", "hand_over_to", "questions", "version", *CHECKED]


def upgrade() -> None:
    for name, definition in CHECKED.items():
        constraint = f"CONSTRAINT ck_time_type_{name}"
        op.execute(f"ALTER TABLE time_type ADD COLUMN {name} {definition.format(constraint)}")
    op.add_column("time_type", sa.Column("release_time", sa.Time(), nullable=True))
    op.add_column("time_type", sa.Column("hand_over_to", sa.Uuid(), nullable=True))
    op.add_column("time_type", sa.Column("questions", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("time_type", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute("UPDATE time_type SET bookable = 'invitation' WHERE invited_only")
    op.drop_column("time_type", "invited_only")
    for table in ("booking", "draft"):
        op.add_column(table, sa.Column("answers", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for table in ("booking", "draft"):
        op.drop_column(table, "answers")
    op.add_column(
        "time_type", sa.Column("invited_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("UPDATE time_type SET invited_only = true WHERE bookable <> 'web'")
    for name in reversed(NEW):
        op.drop_column("time_type", name)
