"""templates of a week; closed days and deviating times"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


KINDS = ("publish", "copy", "import", "withdraw", "undo", "hand_over")
NEW_KINDS = ("template", "close", "reopen")


def _let_kinds_be(*kinds: str) -> None:
    """Let a change of the schedule be of these kinds. SQLite changes no constraint: the column is made anew."""
    check = ", ".join(f"'{kind}'" for kind in kinds)
    name = "ck_schedule_change_kind"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), "schedule_change", type_="check")
        op.create_check_constraint(op.f(name), "schedule_change", sa.text(f"kind IN ({check})"))
        return
    op.execute(
        "ALTER TABLE schedule_change ADD COLUMN new_kind VARCHAR NOT NULL DEFAULT 'publish'"
        f" CONSTRAINT {name} CHECK (new_kind IN ({check}))"
    )
    op.execute("UPDATE schedule_change SET new_kind = kind")
    op.drop_column("schedule_change", "kind")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN new_kind TO kind")


def upgrade() -> None:
    _let_kinds_be(*KINDS, *NEW_KINDS)
    op.create_table(
        "week_template",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_week_template_clinic_id_name", "week_template", ["clinic_id", "name"], unique=True)
    op.create_table(
        "week_template_slot",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("performer_id", sa.Uuid(), nullable=False),
        sa.Column("time_type_id", sa.Uuid(), nullable=False),
        sa.Column("visit_form", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("start BETWEEN 0 AND 1439", name="start"),
        sa.CheckConstraint("length BETWEEN 1 AND 1440", name="length"),
        sa.CheckConstraint("places BETWEEN 1 AND 500", name="places"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(
            ["clinic_id", "template_id"], ["week_template.clinic_id", "week_template.id"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "ix_week_template_slot_clinic_id_template_id", "week_template_slot", ["clinic_id", "template_id"]
    )
    op.create_table(
        "deviation",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=True),
        sa.Column("to_minute", sa.Integer(), nullable=True),
        sa.Column("performer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name="days"),
        sa.CheckConstraint(
            "(from_minute IS NULL AND to_minute IS NULL)"
            " OR (from_minute >= 0 AND to_minute > from_minute AND to_minute <= 1440)",
            name="minutes",
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_deviation_clinic_id_last_day", "deviation", ["clinic_id", "last_day"])


def downgrade() -> None:
    for table in ("deviation", "week_template_slot", "week_template"):
        op.drop_table(table)
    op.execute("DELETE FROM schedule_change WHERE kind IN ('close', 'reopen')")
    op.execute("UPDATE schedule_change SET kind = 'copy' WHERE kind = 'template'")
    _let_kinds_be(*KINDS)
