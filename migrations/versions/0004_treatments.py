"""Treatment plans and doses."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0004_treatments"
down_revision = "0003_accounts"
branch_labels = None
depends_on = None

ROUTES = ("infusion", "injection", "lozenge")
STATES = ("active", "paused", "maintenance", "ended")
CURRENT = sa.text("state <> 'ended'")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def upgrade() -> None:
    op.create_table(
        "treatment_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("route", words("route", *ROUTES), nullable=False),
        sa.Column("condition", sa.String(120), nullable=False),
        sa.Column("goal", sa.LargeBinary(), nullable=False),
        sa.Column("steps_total", sa.Integer(), nullable=False),
        sa.Column("doses_planned", sa.Integer(), nullable=False),
        sa.Column("prescribed_by", sa.Uuid(), nullable=False),
        sa.Column("prescription_valid_until", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", words("state", *STATES), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_treatment_plan_patient_id"
        ),
        sa.ForeignKeyConstraint(
            ["prescribed_by"], ["practitioner.id"], name="fk_treatment_plan_prescribed_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_treatment_plan"),
        sa.UniqueConstraint("patient_id", "version", name="uq_treatment_plan_patient_id_version"),
    )
    op.create_index(
        "uq_treatment_plan_current",
        "treatment_plan",
        ["patient_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "dose",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("route", words("route", *ROUTES), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("adult_present", sa.Boolean(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_dose_patient_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name="fk_dose_plan_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_dose_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_dose"),
        sa.UniqueConstraint("patient_id", "number", name="uq_dose_patient_id_number"),
    )
    op.create_index("ix_dose_plan_id", "dose", ["plan_id"])


def downgrade() -> None:
    op.drop_table("dose")
    op.drop_table("treatment_plan")
