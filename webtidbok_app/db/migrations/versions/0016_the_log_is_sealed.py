"""the log says why and by whom in what role, is append-only and sealed; samples of it are kept"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from webtidbok_app.settings import get_settings

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOR_EVER = ("access_log", "log_seal", "log_seal_line")
"""Tables that rows are only added to."""
NEVER_LESS = ("log_check", "log_check_line")
"""Tables that no row is taken from, and none is changed in when its check is signed."""
SIGNED = {
    "log_check": "OLD.signed_at IS NOT NULL",
    "log_check_line": "EXISTS (SELECT 1 FROM log_check WHERE log_check.clinic_id = OLD.clinic_id"
    " AND log_check.id = OLD.check_id AND log_check.signed_at IS NOT NULL)",
}


def upgrade() -> None:
    op.add_column("access_log", sa.Column("actor_name", sa.Text(), server_default="", nullable=False))
    op.add_column("access_log", sa.Column("actor_role", sa.String(), nullable=True))
    op.add_column("access_log", sa.Column("purpose", sa.String(), server_default="care", nullable=False))
    op.add_column("access_log", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("access_log", sa.Column("mac", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_access_log_person_id_at", table_name="access_log")
    op.create_index("ix_access_log_person", "access_log", ["clinic_id", "person_id", "at"])
    op.create_index("ix_access_log_actor", "access_log", ["clinic_id", "actor_kind", "actor_id", "at"])
    op.create_table(
        "log_seal",
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("next_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number"),
    )
    op.create_table(
        "log_seal_line",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log_id"),
    )
    op.create_index("ix_log_seal_line_batch", "log_seal_line", ["chain", "number"])
    _create_checks()
    _sign_what_there_is()
    _keep_for_ever()


def _create_checks() -> None:
    op.create_table(
        "log_check",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_by_name", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_by_name", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("uq_log_check_number", "log_check", ["clinic_id", "number"], unique=True)
    op.create_table(
        "log_check_line",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("judgement", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.String(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("judgement IN ('justified', 'investigate')", name="judgement"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "check_id"], ["log_check.clinic_id", "log_check.id"]),
        sa.ForeignKeyConstraint(["log_id"], ["access_log.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "check_id", "position"),
    )


def _sign_what_there_is() -> None:
    """Sign the lines that are older than signatures, in the first form that a signed line has."""
    log = sa.table(
        "access_log",
        *(sa.column(name, sa.Uuid()) for name in ("id", "clinic_id", "person_id")),
        sa.column("at", sa.DateTime(timezone=True)),
        *(
            sa.column(name, sa.String())
            for name in ("actor_kind", "actor_id", "action", "purpose", "booking_id", "case_id", "mac")
        ),
    )
    secret = get_settings().lookup_key.get_secret_value().encode()
    key = hmac.new(secret, b"webtidbok access log", hashlib.sha256).digest()
    connection = op.get_bind()
    connection.execute(
        sa.update(log)
        .where(log.c.actor_kind != "staff")
        .values(purpose=sa.case((log.c.actor_kind == "system", "system"), else_="own"))
    )
    connection.execute(
        sa.update(log)
        .where(log.c.actor_kind == "staff", log.c.person_id.is_(None))
        .values(purpose="administration")
    )
    for row in connection.execute(sa.select(log)).mappings().all():
        ids = {name: row[name].hex if row[name] else None for name in ("id", "clinic_id", "person_id")}
        at = (row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)).astimezone(UTC)
        said = [
            "line",
            1,
            ids["id"],
            at.isoformat(timespec="microseconds"),
            row["actor_kind"],
            row["actor_id"],
            "",
            None,
            row["action"],
            row["purpose"],
            "",
            ids["clinic_id"],
            ids["person_id"],
            row["booking_id"],
            row["case_id"],
        ]
        mac = hmac.new(key, json.dumps(said, separators=(",", ":")).encode(), hashlib.sha256).hexdigest()
        connection.execute(sa.update(log).where(log.c.id == row["id"]).values(mac=mac))


def _keep_for_ever() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is kept as it was written'; END $$"
        )
    for table in FOR_EVER:
        _refuse(table, "UPDATE")
        _refuse(table, "DELETE")
    for table in NEVER_LESS:
        _refuse(table, "UPDATE", when=SIGNED[table])
        _refuse(table, "DELETE")


def _refuse(table: str, act: str, when: str = "") -> None:
    name = f"{table}_no_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table}{condition}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is kept as it was written'); END"
        )
    elif not when:
        acts = "DELETE OR TRUNCATE" if act == "DELETE" else act
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {acts} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
            f" RAISE EXCEPTION '{table} is kept as it was signed'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table in (*FOR_EVER, *NEVER_LESS):
        for act in ("update", "delete"):
            on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_no_{act}{on}")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("refuse_change", *(f"{table}_no_update" for table in NEVER_LESS)):
            op.execute(f"DROP FUNCTION {function}()")
    for table in ("log_check_line", "log_check", "log_seal_line", "log_seal"):
        op.drop_table(table)
    op.drop_index("ix_access_log_actor", table_name="access_log")
    op.drop_index("ix_access_log_person", table_name="access_log")
    op.create_index("ix_access_log_person_id_at", "access_log", ["person_id", "at"])
    for column in ("mac", "reason", "purpose", "actor_role", "actor_name"):
        op.drop_column("access_log", column)
