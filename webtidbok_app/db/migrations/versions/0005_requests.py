"""requests that staff answer: drafts, cases and what is written in them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _words() -> list[sa.Column[object]]:
    texts = ("time_type", "time_type_sv", "time_type_en", "booking_id")
    sealed = ("which", "reason", "can_come", "phone")
    return [
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wish", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in sealed),
    ]


def upgrade() -> None:
    op.create_table(
        "request_draft",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_words(),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "person_id", "kind"),
    )
    op.create_index("ix_request_draft_updated_at", "request_draft", ["updated_at"])
    op.create_table(
        "request_case",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *_words(),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.Column("assigned_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('sent', 'read', 'answered', 'closed', 'withdrawn')", name="status"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_request_case_clinic_id_number", "request_case", ["clinic_id", "number"], unique=True)
    op.create_index("ix_request_case_inbox", "request_case", ["clinic_id", "status", "changed_at"])
    op.create_index("ix_request_case_person", "request_case", ["person_id"])
    op.create_table(
        "request_message",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("staff_hsa_id", sa.String(), nullable=True),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("author IN ('resident', 'staff', 'note')", name="author"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["request_case.clinic_id", "request_case.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "ix_request_message_clinic_id_case_id_number",
        "request_message",
        ["clinic_id", "case_id", "number"],
        unique=True,
    )
    op.create_table(
        "answer_template",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "ix_answer_template_clinic_id_title", "answer_template", ["clinic_id", "title"], unique=True
    )
    op.execute(
        "ALTER TABLE clinic ADD COLUMN answer_days INTEGER NOT NULL DEFAULT 2"
        " CONSTRAINT ck_clinic_answer_days CHECK (answer_days BETWEEN 1 AND 10)"
    )
    op.add_column("clinic", sa.Column("cases", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("access_log", sa.Column("case_id", sa.String(), nullable=True))
    op.add_column("outbox_message", sa.Column("case_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "case_id")
    op.drop_column("access_log", "case_id")
    op.drop_column("clinic", "cases")
    op.drop_column("clinic", "answer_days")
    for table in ("answer_template", "request_message", "request_case", "request_draft"):
        op.drop_table(table)
