"""guardians who act for their children"""

import warnings
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import SAWarning

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


DRAFTS = (("draft", ("clinic_id", "person_id")), ("request_draft", ("clinic_id", "person_id", "kind")))


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
    op.add_column("watch", sa.Column("told_until", sa.DateTime(timezone=True), nullable=True))
    for table, key in DRAFTS:
        _change_key(table, add=True, key=(*key, "typed_by"))


def downgrade() -> None:
    for table, key in DRAFTS:
        op.execute(f"DELETE FROM {table} WHERE typed_by <> person_id")  # noqa: S608  our own names
        _change_key(table, add=False, key=key)
    op.drop_column("watch", "told_until")
    for table, column in PEOPLE:
        op.drop_column(table, column)
    op.drop_table("guardianship")


def _change_key(table: str, *, add: bool, key: Sequence[str]) -> None:
    """Add or drop who types to the primary key of a table of drafts. What is there was typed for oneself."""
    if add:
        op.add_column(table, sa.Column("typed_by", sa.Uuid(), nullable=True))
        op.execute(f"UPDATE {table} SET typed_by = person_id")  # noqa: S608  our own names
    sqlite = op.get_bind().dialect.name == "sqlite"
    with (
        warnings.catch_warnings(),
        op.batch_alter_table(table, recreate="always" if sqlite else "never") as changed,
    ):
        warnings.filterwarnings("ignore", "Table .* specifies columns", SAWarning)  # what is done here
        if not sqlite:
            changed.drop_constraint(f"pk_{table}", type_="primary")
        if add:
            changed.alter_column("typed_by", existing_type=sa.Uuid(), nullable=False)
            changed.create_foreign_key(f"fk_{table}_typed_by", "person", ["typed_by"], ["id"])
        else:
            changed.drop_constraint(f"fk_{table}_typed_by", type_="foreignkey")
            changed.drop_column("typed_by")
        changed.create_primary_key(f"pk_{table}", list(key))
