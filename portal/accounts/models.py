"""Sign-ins: identities at the provider, sessions here, invitations and round trips in between."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id


class Session(SQLModel, table=True):
    """A sign-in on one browser. Only the hash of its cookie is here.

    `id_token` is the provider's, sealed; signing out there asks for it. `provider_session` is the
    hash of what the provider calls its own session, where it says so.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    started_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    browser: str = Field(default="", max_length=120)
    id_token: bytes | None = Field(default=None, sa_type=LargeBinary)
    provider_session: str | None = Field(default=None, max_length=64, index=True)


class Identity(SQLModel, table=True):
    """Whose sign-in at the provider this is. Issuer and subject are compared byte for byte.

    `role_from_provider`: the provider's role claim has set this person's role before, so losing
    the claim means losing the role.
    """

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=255)
    role_from_provider: bool = False
    linked_at: datetime = Field(sa_type=UTCDateTime)


class Invitation(SQLModel, table=True):
    """A link that makes the next new sign-in this person's. Only the hash of its token is here."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Errand(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"


class RoundTrip(SQLModel, table=True):
    """A browser sent to the provider on an errand, and what we must still know when it is back.

    The secrets of the errand are sealed here instead of in a cookie; the row is taken, once, by
    the browser that began.
    """

    __tablename__ = "round_trip"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    errand: Errand = Field(sa_type=enum_type(Errand, "errand"))
    browser_hash: str = Field(max_length=64, index=True)
    state_hash: str = Field(max_length=64, unique=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    ends_at: datetime = Field(sa_type=UTCDateTime, index=True)


class LogoutHeard(SQLModel, table=True):
    """A logout token that was believed; until it is too old anyway, it must not count again."""

    __tablename__ = "logout_heard"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    ends_at: datetime = Field(sa_type=UTCDateTime, index=True)
