"""The audit trail, only ever added to."""

import sqlalchemy as sa
from alembic import op

from portal.db import PortableJSON, UTCDateTime

revision = "0002_audit"
down_revision = "0001_people"
branch_labels = None
depends_on = None

REFUSAL = "the audit trail is only ever added to"


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(16), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", PortableJSON(), nullable=False),
        sa.Column("origin", sa.String(64), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
        sa.UniqueConstraint("seq", name="uq_audit_event_seq"),
    )
    op.create_index("ix_audit_event_actor_id", "audit_event", ["actor_id"])
    op.create_index("ix_audit_event_patient_id", "audit_event", ["patient_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute("insert into audit_head (id, seq, mac) values (1, 0, '')")
    if op.get_context().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _guard_on_postgresql() -> None:
    op.execute(
        "create function audit_event_refuse() returns trigger language plpgsql as "
        f"$$ begin raise exception '{REFUSAL}'; end $$"
    )
    op.execute(
        "create trigger audit_event_append_only before update or delete or truncate "
        "on audit_event for each statement execute function audit_event_refuse()"
    )


def _guard_on_sqlite() -> None:
    for verb in ("update", "delete"):
        op.execute(
            f"create trigger audit_event_no_{verb} before {verb} on audit_event "
            f"begin select raise(abort, '{REFUSAL}'); end"
        )


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_event")
    if op.get_context().dialect.name == "postgresql":
        op.execute("drop function audit_event_refuse()")
