"""How people are reached, and whether it worked."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0016_notices"
down_revision = "0015_care"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


PACE = _one_of("pace", "calm", "prompt", "urgent", "other_way", "companion", "invitation")
STATE = _one_of("state", "open", "sending", "again", "sent", "failed", "not_needed", "in_page")
OPEN = sa.text("state = 'open'")
UNSEEN = sa.text("seen_at IS NULL")


def upgrade() -> None:
    _envelope()
    _notice()
    _attempt()
    _choice()
    _subscription()
    _companion()


def _envelope() -> None:
    op.create_table(
        "envelope",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("pace", PACE, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_envelope_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_envelope"),
    )
    op.create_index("ix_envelope_person_id", "envelope", ["person_id"])
    op.create_index("ix_envelope_state", "envelope", ["state", "due_at"])
    op.create_index(
        "uq_envelope_open",
        "envelope",
        ["person_id", "pace"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("envelope_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id"),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name="fk_notice_envelope_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_person_id", "notice", ["person_id", "last_at"])
    op.create_index("ix_notice_envelope_id", "notice", ["envelope_id"])
    op.create_index(
        "uq_notice_unseen",
        "notice",
        ["person_id", "reason", "subject_id"],
        unique=True,
        sqlite_where=UNSEEN,
        postgresql_where=UNSEEN,
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name="fk_attempt_envelope_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("envelope_id", "number", name="uq_attempt_envelope_id_number"),
    )


def _choice() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.String(length=8), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_choice_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_notice_choice"),
    )


def _subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.LargeBinary(), nullable=False),
        sa.Column("p256dh", sa.String(length=120), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_push_subscription_person_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.UniqueConstraint("endpoint_hash", name="uq_push_subscription_endpoint_hash"),
    )
    op.create_index("ix_push_subscription_person_id", "push_subscription", ["person_id"])


def _companion() -> None:
    """Where the adult with the patient is told, and only while the patient agrees."""
    op.add_column(
        "patient",
        sa.Column("companion_email", sa.String(length=254), nullable=True),
    )
    op.add_column(
        "patient",
        sa.Column("companion_may_hear", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("patient", "companion_may_hear")
    op.drop_column("patient", "companion_email")
    for table in ("push_subscription", "notice_choice", "attempt", "notice", "envelope"):
        op.drop_table(table)
