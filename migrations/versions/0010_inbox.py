"""How conversations are dealt with, saved replies and drafts."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0010_inbox"
down_revision = "0009_provider_sessions"
branch_labels = None
depends_on = None

DID = sa.Enum(
    "assign",
    "release",
    "return",
    "snooze",
    "wake",
    "close",
    "reopen",
    "no_reply",
    name="did",
    native_enum=False,
    length=32,
    create_constraint=True,
)


def upgrade() -> None:
    _handling()
    _saved_reply()
    _message_draft()


def _handling() -> None:
    op.create_table(
        "handling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("did", DID, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("handled_seq", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", UTCDateTime(), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_handling_conversation_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_handling_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_handling_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handling"),
        sa.UniqueConstraint("conversation_id", "number", name="uq_handling_conversation_id_number"),
    )
    op.create_index("ix_handling_owner_id", "handling", ["owner_id"])


def _saved_reply() -> None:
    op.create_table(
        "saved_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_saved_reply_changed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_reply"),
    )


def _message_draft() -> None:
    op.create_table(
        "message_draft",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_draft_conversation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_message_draft_person_id"),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name="pk_message_draft"),
    )
    op.create_index("ix_message_draft_person_id", "message_draft", ["person_id"])


def downgrade() -> None:
    op.drop_table("message_draft")
    op.drop_table("saved_reply")
    op.drop_table("handling")
