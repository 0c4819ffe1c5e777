"""watches: who waits for a time, and what is offered to them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

IN_LINE = sa.text("status = 'waiting'")
STANDING = sa.text("status = 'open'")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE clinic ADD COLUMN watch_minutes INTEGER DEFAULT 30 NOT NULL"
        " CONSTRAINT ck_clinic_watch_minutes CHECK (watch_minutes BETWEEN 5 AND 240)"
    )
    op.add_column("clinic", sa.Column("watch", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("clinic", sa.Column("watch_notice_hours", sa.Integer(), server_default="2", nullable=False))
    op.add_column("clinic", sa.Column("watch_a_day", sa.Integer(), server_default="3", nullable=False))
    op.add_column("outbox_message", sa.Column("offer_id", sa.Uuid(), nullable=True))
    op.create_table(
        "watch",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_type_id", sa.Uuid(), nullable=False),
        sa.Column("performer_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'booked', 'stopped')", name="status"),
        sa.CheckConstraint("last_day >= first_day", name="period"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "uq_watch_one_of_a_kind",
        "watch",
        ["clinic_id", "person_id", "time_type_id"],
        unique=True,
        postgresql_where=IN_LINE,
        sqlite_where=IN_LINE,
    )
    op.create_index(
        "ix_watch_line",
        "watch",
        ["clinic_id", "time_type_id", "since"],
        postgresql_where=IN_LINE,
        sqlite_where=IN_LINE,
    )
    op.create_index("ix_watch_person", "watch", ["person_id"])
    op.create_table(
        "watch_offer",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stands_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open', 'taken', 'declined', 'run_out')", name="status"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "watch_id"], ["watch.clinic_id", "watch.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "slot_id"], ["slot.clinic_id", "slot.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("uq_watch_offer_slot", "watch_offer", ["clinic_id", "watch_id", "slot_id"], unique=True)
    op.create_index(
        "uq_watch_offer_one",
        "watch_offer",
        ["clinic_id", "watch_id"],
        unique=True,
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )
    op.create_index(
        "ix_watch_offer_due",
        "watch_offer",
        ["stands_until"],
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )
    op.create_index("ix_watch_offer_told", "watch_offer", ["clinic_id", "person_id", "told_at"])


def downgrade() -> None:
    op.execute("DELETE FROM booking WHERE status = 'held' AND offer_id IN (SELECT id FROM watch_offer)")
    op.execute("DELETE FROM outbox_message WHERE kind = 'reserved'")
    op.drop_column("outbox_message", "offer_id")
    op.drop_table("watch_offer")
    op.drop_table("watch")
    for column in ("watch_minutes", "watch", "watch_notice_hours", "watch_a_day"):
        op.drop_column("clinic", column)
