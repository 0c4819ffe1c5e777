"""guardians who act for their children"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PEOPLE = (
    ("login_session", "acts_for"),
    ("booking", "booked_by"),
    ("request_case", "sent_by"),
    ("watch", "watched_by"),
)


def upgrade() -> None:
    op.create_table(
        "guardianship",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("guardian_id", "child_id"),
    )
    uuid = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    for table, column in PEOPLE:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {uuid}"
            f" CONSTRAINT fk_{table}_{column} REFERENCES person (id)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in PEOPLE:
            op.drop_column(table, column)
    else:
        for table, column in PEOPLE:
            with op.batch_alter_table(table) as changed:
                changed.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")
                changed.drop_column(column)
    op.drop_table("guardianship")
