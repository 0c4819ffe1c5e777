"""the schedule keeps a log, bookings know when they start, holds are counted"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIVE = sa.text("status IN ('held', 'booked')")
EPOCH = "1970-01-01 00:00:00"


def upgrade() -> None:
    # Plain ALTER TABLE, which both databases know; SQLite adds a constraint together with its column only.
    op.execute(
        "ALTER TABLE clinic ADD COLUMN hold_minutes INTEGER NOT NULL DEFAULT 10"
        " CONSTRAINT ck_clinic_hold_minutes CHECK (hold_minutes BETWEEN 2 AND 10)"
    )
    op.create_table(
        "hold_count",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_count_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_hold_count")),
    )
    for name in ("phone", "email"):
        op.add_column("draft", sa.Column(name, sa.Text(), nullable=True))
    _publications_become_changes()
    op.add_column("booking", _moment("starts_at"))
    op.execute(
        "UPDATE booking SET starts_at = (SELECT slot.starts_at FROM slot"
        " WHERE slot.clinic_id = booking.clinic_id AND slot.id = booking.slot_id)"
    )
    op.create_index(
        "ix_booking_live_start",
        "booking",
        ["clinic_id", "starts_at", "slot_id", "status"],
        postgresql_where=LIVE,
        sqlite_where=LIVE,
    )


def _publications_become_changes() -> None:
    op.rename_table("publication", "schedule_change")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN published_by TO changed_by")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN published_at TO changed_at")
    op.execute("ALTER TABLE slot RENAME COLUMN publication_id TO change_id")
    op.execute(
        "ALTER TABLE schedule_change ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'publish'"
        " CONSTRAINT ck_schedule_change_kind CHECK (kind IN ('publish', 'copy', 'withdraw', 'undo'))"
    )
    op.add_column(
        "schedule_change", sa.Column("changed_by_name", sa.String(), nullable=False, server_default="")
    )
    op.add_column("schedule_change", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("schedule_change", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    for name, which in (("first_start", "MIN"), ("last_start", "MAX")):
        op.add_column("schedule_change", _moment(name))
        op.execute(
            f"UPDATE schedule_change SET {name} = COALESCE((SELECT {which}(slot.starts_at) FROM slot"  # noqa: S608
            " WHERE slot.clinic_id = schedule_change.clinic_id AND slot.change_id = schedule_change.id), changed_at)"
        )
    op.execute(
        "UPDATE schedule_change SET number = (SELECT COUNT(*) FROM schedule_change AS earlier"
        " WHERE earlier.clinic_id = schedule_change.clinic_id AND (earlier.changed_at, earlier.id)"
        " <= (schedule_change.changed_at, schedule_change.id))"
    )
    op.create_index(
        op.f("ix_schedule_change_clinic_id_number"), "schedule_change", ["clinic_id", "number"], unique=True
    )
    op.create_index(op.f("ix_slot_clinic_id_change_id"), "slot", ["clinic_id", "change_id"], unique=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=EPOCH)


def downgrade() -> None:
    op.drop_index("ix_booking_live_start", table_name="booking", postgresql_where=LIVE, sqlite_where=LIVE)
    op.drop_column("booking", "starts_at")
    op.drop_index(op.f("ix_slot_clinic_id_change_id"), table_name="slot")
    op.drop_index(op.f("ix_schedule_change_clinic_id_number"), table_name="schedule_change")
    op.execute("DELETE FROM schedule_change WHERE kind = 'withdraw' OR kind = 'undo'")
    op.drop_constraint(op.f("ck_schedule_change_kind"), "schedule_change")
    for name in ("kind", "changed_by_name", "number", "undone_at", "first_start", "last_start"):
        op.drop_column("schedule_change", name)
    op.execute("ALTER TABLE slot RENAME COLUMN change_id TO publication_id")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN changed_at TO published_at")
    op.execute("ALTER TABLE schedule_change RENAME COLUMN changed_by TO published_by")
    op.rename_table("schedule_change", "publication")
    for name in ("phone", "email"):
        op.drop_column("draft", name)
    op.drop_table("hold_count")
    op.drop_column("clinic", "hold_minutes")
