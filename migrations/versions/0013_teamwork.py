"""Mentions, messages to be sent later, and what a message was turned into."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0013_teamwork"
down_revision = "0012_corrections"
branch_labels = None
depends_on = None

FATE = sa.Enum(
    "sent",
    "cancelled",
    "stopped",
    "no_access",
    "closed",
    "unreadable",
    name="fate",
    native_enum=False,
    length=32,
    create_constraint=True,
)
STILL_OPEN = sa.text("fate IS NULL")


def upgrade() -> None:
    _mention()
    _later_message()
    op.add_column("booking_request", sa.Column("message_id", sa.Uuid(), nullable=True))
    op.create_index("uq_booking_request_message_id", "booking_request", ["message_id"], unique=True)


def _mention() -> None:
    op.create_table(
        "mention",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_mention_message_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mention_person_id"),
        sa.PrimaryKeyConstraint("message_id", "person_id", name="pk_mention"),
    )
    op.create_index("ix_mention_person_id", "mention", ["person_id"])


def _later_message() -> None:
    op.create_table(
        "later_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("send_at", UTCDateTime(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("held_at", UTCDateTime(), nullable=True),
        sa.Column("fate", FATE, nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_later_message_conversation_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_later_message_author_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name="fk_later_message_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_later_message"),
        sa.UniqueConstraint("author_id", "name", name="uq_later_message_author_id_name"),
    )
    op.create_index("ix_later_message_conversation_id", "later_message", ["conversation_id"])
    op.create_index(
        "ix_later_message_due",
        "later_message",
        ["send_at"],
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )


def downgrade() -> None:
    op.drop_index("uq_booking_request_message_id", "booking_request")
    op.drop_column("booking_request", "message_id")
    op.drop_table("later_message")
    op.drop_table("mention")
