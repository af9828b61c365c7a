"""Conversations, messages and read markers."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0007_conversations"
down_revision = "0006_check_ins"
branch_labels = None
depends_on = None

KINDS = sa.Enum(
    "care",
    "notes",
    name="conversation_kind",
    native_enum=False,
    length=32,
    create_constraint=True,
)


def upgrade() -> None:
    _conversation()
    _message()
    _read_marker()


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_conversation_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("patient_id", "kind", name="uq_conversation_patient_id_kind"),
    )
    op.create_index("ix_conversation_patient_id", "conversation", ["patient_id"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_message_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_conversation_id_seq"),
        sa.UniqueConstraint(
            "conversation_id",
            "author_id",
            "client_id",
            name="uq_message_conversation_id_author_id_client_id",
        ),
    )


def _read_marker() -> None:
    op.create_table(
        "read_marker",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_read_marker_conversation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_read_marker_person_id"),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name="pk_read_marker"),
    )
    op.create_index("ix_read_marker_person_id", "read_marker", ["person_id"])


def downgrade() -> None:
    for table in ("read_marker", "message", "conversation"):
        op.drop_table(table)
