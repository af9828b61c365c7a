"""What is done about a flag, its clocks, and who is on duty."""

import sqlalchemy as sa
from alembic import op

from portal.db import PortableJSON, UTCDateTime

revision = "0015_care"
down_revision = "0014_readings"
branch_labels = None
depends_on = None


def checked(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


DUTIES = ("nurse", "second", "on_call")
DID = (
    "note",
    "call",
    "message",
    "snooze",
    "wake",
    "hand_over",
    "take",
    "told",
    "close",
    "link",
    "undo",
)


def upgrade() -> None:
    _shift()
    _gap_warning()
    _flag_step()
    _escalation()
    _close_what_ended()


def _shift() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("duty", checked("duty", *DUTIES), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_not_backwards")),
        sa.ForeignKeyConstraint(["care_team_id"], ["care_team.id"], name="fk_shift_care_team_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_shift_person_id"),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name="fk_shift_added_by"),
        sa.ForeignKeyConstraint(["removed_by"], ["person.id"], name="fk_shift_removed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
    )
    op.create_index("ix_shift_person_id", "shift", ["person_id"])
    op.create_index("ix_shift_ends_at", "shift", ["ends_at"])


def _gap_warning() -> None:
    op.create_table(
        "gap_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_team_id", sa.Uuid(), nullable=False),
        sa.Column("duty", checked("duty", *DUTIES), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["care_team_id"], ["care_team.id"], name="fk_gap_warning_care_team_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gap_warning"),
        sa.UniqueConstraint(
            "care_team_id", "duty", "starts_at", name="uq_gap_warning_care_team_id_duty_starts_at"
        ),
    )


def _flag_step() -> None:
    op.create_table(
        "flag_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("did", checked("did", *DID), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("to_duty", checked("to_duty", *DUTIES), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("callee", checked("callee", "patient", "companion"), nullable=True),
        sa.Column("result", checked("result", "no_answer", "reached", "left_word"), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("undone", sa.String(length=20), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_flag_step_flag_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_flag_step_by_id"),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name="fk_flag_step_to_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flag_step"),
    )
    op.create_index("ix_flag_step_flag_id", "flag_step", ["flag_id"])
    op.create_index("ix_flag_step_by_id", "flag_step", ["by_id"])


def _escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("lap", sa.Integer(), nullable=False),
        sa.Column("rung", checked("rung", "duty", "second", "on_call", "admin"), nullable=False),
        sa.Column("told", PortableJSON(), nullable=False),
        sa.Column("is_uncovered", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_escalation_flag_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_escalation_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_escalation"),
        sa.UniqueConstraint(
            "flag_id", "round", "lap", "rung", name="uq_escalation_flag_id_round_lap_rung"
        ),
    )


def _close_what_ended() -> None:
    """Before this, resolving was the end: nobody is to be told now of what ended months ago."""
    op.execute(
        "INSERT INTO flag_step (id, flag_id, round, did, at) "
        "SELECT id, flag_id, round, 'close', at FROM disposition"
    )


def downgrade() -> None:
    op.drop_table("escalation")
    op.drop_table("flag_step")
    op.drop_table("gap_warning")
    op.drop_table("shift")
