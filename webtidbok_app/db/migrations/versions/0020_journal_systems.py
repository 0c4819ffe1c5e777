"""clinics whose timebook is a journal system of their own"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNSETTLED = "outcome IN ('sent', 'unknown')"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    flags = ("can_book", "can_cancel", "can_rebook", "can_message", "can_choose_performer", "can_move")
    op.create_table(
        "journal_connection",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        _text("logical_address"),
        _text("address"),
        sa.Column("addresses", sa.JSON(), nullable=False),
        _text("certificate"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in flags),
        _moment("tested_at"),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id"),
    )
    op.create_table(
        "journal_hold",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("slot_key"),
        sa.Column("place", sa.Integer(), nullable=False),
        _text("time_type"),
        sa.Column("timeslot", sa.JSON(), nullable=False),
        _moment("starts_at", nullable=False),
        _moment("held_at", nullable=False),
        _moment("expires_at", nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        op.f("ix_journal_hold_clinic_id_slot_key_place"), "journal_hold", ["clinic_id", "slot_key", "place"],
        unique=True,
    )  # fmt: skip
    op.create_index(
        op.f("ix_journal_hold_clinic_id_person_id"), "journal_hold", ["clinic_id", "person_id"], unique=True
    )
    op.create_index(op.f("ix_journal_hold_expires_at"), "journal_hold", ["expires_at"])
    op.create_index(op.f("ix_journal_hold_person_id"), "journal_hold", ["person_id"])
    op.create_table(
        "journal_write",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("kind"),
        _text("outcome"),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        _text("booking_id"),
        _text("new_booking_id"),
        _text("time_type"),
        _text("time_type_name"),
        sa.Column("timeslot", sa.JSON(), nullable=False),
        _moment("starts_at", nullable=False),
        _moment("ends_at", nullable=False),
        _moment("old_starts_at"),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        _text("correlation_id"),
        _moment("sent_at", nullable=False),
        _moment("look_at"),
        sa.Column("looks", sa.Integer(), nullable=False),
        _moment("settled_at"),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("result_text", sa.Text(), nullable=False),
        _moment("seen_at"),
        sa.CheckConstraint("kind IN ('make', 'update', 'cancel')", name="kind"),
        sa.CheckConstraint(
            "outcome IN ('sent', 'unknown', 'done', 'refused', 'not_done', 'given_up')", name="outcome"
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_journal_write_person", "journal_write", ["person_id", "clinic_id"])
    op.create_index("ix_journal_write_hold", "journal_write", ["clinic_id", "hold_id"])
    op.create_index(
        "ix_journal_write_look_at", "journal_write", ["look_at"],
        postgresql_where=sa.text(UNSETTLED), sqlite_where=sa.text(UNSETTLED),
    )  # fmt: skip
    op.add_column("outbox_message", sa.Column("write_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "write_id")
    for table in ("journal_write", "journal_hold", "journal_connection"):
        op.drop_table(table)
