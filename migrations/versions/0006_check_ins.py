"""Check-ins and symptom reports."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0006_check_ins"
down_revision = "0005_flags"
branch_labels = None
depends_on = None

KINDS = ("acute", "follow_up")
ANSWERED_BY = ("patient", "adult")
CUT_SHORT = ("at_once", "left")
EFFECTS = (
    "vomiting",
    "nausea",
    "slurred_speech",
    "foggy_memory",
    "confusion",
    "anxiety",
    "overdose_addiction",
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def upgrade() -> None:
    _check_ins()
    _symptom_reports()


def _check_ins() -> None:
    op.create_table(
        "check_in",
        sa.Column("kind", words("kind", *KINDS), nullable=False),
        sa.Column("answered_by", words("answered_by", *ANSWERED_BY), nullable=True),
        sa.Column("cut_short", words("cut_short", *CUT_SHORT), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=True),
        sa.Column("series", sa.String(36), nullable=False),
        sa.Column("point", sa.String(8), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("questionnaire", sa.String(32), nullable=False),
        sa.Column("adult_present", sa.Boolean(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("hours_since_dose", sa.Float(), nullable=True),
        sa.Column("rule_set", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_check_in_patient_id"),
        sa.ForeignKeyConstraint(["dose_id"], ["dose.id"], name="fk_check_in_dose_id"),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint(
            "patient_id",
            "series",
            "point",
            "round",
            name="uq_check_in_patient_id_series_point_round",
        ),
    )
    op.create_index("ix_check_in_dose_id", "check_in", ["dose_id"])
    op.create_index("ix_check_in_left_at", "check_in", ["left_at"])
    op.create_index("ix_check_in_submitted", "check_in", ["patient_id", "submitted_at"])


def _symptom_reports() -> None:
    op.create_table(
        "symptom_report",
        sa.Column("effect", words("effect", *EFFECTS), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_in.id"], name="fk_symptom_report_check_in_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_symptom_report_patient_id"
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_symptom_report_flag_id"),
        sa.PrimaryKeyConstraint("id", name="pk_symptom_report"),
        sa.UniqueConstraint("check_in_id", "effect", name="uq_symptom_report_check_in_id_effect"),
    )
    op.create_index("ix_symptom_report_patient_id", "symptom_report", ["patient_id"])
    op.create_index("ix_symptom_report_flag_id", "symptom_report", ["flag_id"])


def downgrade() -> None:
    op.drop_table("symptom_report")
    op.drop_table("check_in")
