"""notices with days and a stop for the service, a clinic or a time type; more of a case type's texts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOTICE = ["notice_sv", "notice_en"]
CASE_TYPE = ["not_here_sv", "not_here_en", "care_info_sv", "care_info_en"]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def _days_and_stop() -> list[sa.Column[object]]:
    return [
        sa.Column("notice_from", sa.Date(), nullable=True),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        _text("stopped_by"),
        _text("stopped_by_name"),
    ]


def upgrade() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, NOTICE),
        *_days_and_stop(),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
    )
    op.execute("INSERT INTO service (id) VALUES (1)")
    for column in _days_and_stop():
        op.add_column("clinic", column)
    for column in [*map(_text, NOTICE), *_days_and_stop()]:
        op.add_column("time_type", column)
    for name in CASE_TYPE:
        op.add_column("case_type", _text(name))


def downgrade() -> None:
    for name in CASE_TYPE:
        op.drop_column("case_type", name)
    names = [str(column.name) for column in _days_and_stop()]
    for table, columns in (("time_type", [*NOTICE, *names]), ("clinic", names)):
        for name in columns:
            op.drop_column(table, name)
    op.drop_table("service")
