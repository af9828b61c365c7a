"""Rule sets that were in force, as they were written: a flag can always be held against its own."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime


class KeptRules(SQLModel, table=True):
    """One version, from the first start with it on. Who signed it is part of its text, too."""

    __tablename__ = "rule_set"

    version: str = Field(primary_key=True, max_length=64)
    text: str = Field(sa_type=Text)
    signed: bool
    name: str = Field(max_length=200)
    role: str = Field(max_length=200)
    signed_on: str = Field(max_length=32)
    at: datetime = Field(sa_type=UTCDateTime)

    @property
    def signature(self) -> str:
        """`signed by Day doctor, clinician, 2026-11-23`"""
        return (
            f"signed by {self.name}, {self.role}, {self.signed_on}" if self.signed else "not signed"
        )
