"""roles by the field's names, with a name beside the HSA-id and a record of who gave which"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_REGION = sa.text("clinic_id IS NULL")


def upgrade() -> None:
    # both have answered requests until now: nobody loses a right by night, the administrator narrows them
    for table in ("staff_role", "login_session"):
        op.execute(f"UPDATE {table} SET role = 'case_handler' WHERE role IN ('receptionist', 'nurse')")  # noqa: S608  our own names
    # where there is one region, it is the superadmins'; where there are several, somebody has to say which
    op.execute(
        "UPDATE staff_role SET region_id = (SELECT id FROM region)"
        " WHERE clinic_id IS NULL AND region_id IS NULL AND (SELECT count(*) FROM region) = 1"
    )
    op.add_column("staff_role", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "uq_staff_role_of_region",
        "staff_role",
        ["hsa_id"],
        unique=True,
        sqlite_where=OF_REGION,
        postgresql_where=OF_REGION,
    )
    op.create_table(
        "role_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_by_name", sa.Text(), nullable=False),
        sa.Column("hsa_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_role_change_clinic_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_role_change_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_change")),
    )
    for owner in ("clinic_id", "region_id"):
        op.create_index(op.f(f"ix_role_change_{owner}_changed_at"), "role_change", [owner, "changed_at"])


def downgrade() -> None:
    op.drop_table("role_change")
    op.drop_index("uq_staff_role_of_region", table_name="staff_role")
    op.drop_column("staff_role", "name")
    for table in ("staff_role", "login_session"):
        op.execute(f"DELETE FROM {table} WHERE role = 'read_only'")  # noqa: S608  our own names
        op.execute(f"UPDATE {table} SET role = 'receptionist' WHERE role = 'case_handler'")  # noqa: S608  our own names
        op.execute(f"UPDATE {table} SET role = 'nurse' WHERE role = 'clinician'")  # noqa: S608  our own names
