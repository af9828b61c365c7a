"""What somebody is told, the envelopes it leaves in, each attempt, and what people chose."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id
from portal.notices.reasons import Pace


class Channel(StrEnum):
    """`PAGE` is the bell alone: nothing leaves the portal."""

    MAIL = "mail"
    PUSH = "push"
    PAGE = "page"

    @property
    def words(self) -> str:
        return {"mail": "e-mail", "push": "this device", "page": "the page"}[self.value]


class State(StrEnum):
    """Where an envelope stands. `OPEN` still gathers; `AGAIN` failed once and will be retried."""

    OPEN = "open"
    SENDING = "sending"
    AGAIN = "again"
    SENT = "sent"
    FAILED = "failed"  # every channel was tried
    NOT_NEEDED = "not_needed"  # it was seen in the page first
    IN_PAGE = "in_page"  # the person has, or wants, no other way


class Outcome(StrEnum):
    SENT = "sent"  # the mail server or push service took it
    FAILED = "failed"
    UNKNOWN = "unknown"  # the worker died while sending: it may have gone out


class Envelope(SQLModel, table=True):
    """What goes out to one person at one time, however many notices it stands for.

    `link` is a one-time link, sealed, and gone once it was sent. `leased_until`: a worker that
    has not come back by then is taken for dead.
    """

    __table_args__ = (
        # However many transactions write at once, one envelope gathers.
        Index(
            "uq_envelope_open",
            "person_id",
            "pace",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_envelope_state", "state", "due_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    pace: Pace = Field(sa_type=enum_type(Pace, "pace"))
    state: State = Field(default=State.OPEN, sa_type=enum_type(State, "state"))
    made_at: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    channel: str | None = Field(default=None, max_length=8)
    tries: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    link: bytes | None = None


class Notice(SQLModel, table=True):
    """One line behind the bell. While it is unseen, more of the same only count up.

    `subject_id` points up (a message's conversation, a flag), so it is no key.
    """

    __table_args__ = (
        Index(
            "uq_notice_unseen",
            "person_id",
            "reason",
            "subject_id",
            unique=True,
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
        Index("ix_notice_person_id", "person_id", "last_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    reason: str = Field(max_length=32)
    subject_id: UUID
    number: int = 1
    urgent: bool = False
    made_at: datetime = Field(sa_type=UTCDateTime)
    last_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    envelope_id: UUID | None = Field(default=None, foreign_key="envelope.id", index=True)


class Attempt(SQLModel, table=True):
    """One try to send an envelope. Without an outcome it is under way."""

    __table_args__ = (UniqueConstraint("envelope_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    envelope_id: UUID = Field(foreign_key="envelope.id")
    number: int
    channel: str = Field(max_length=8)
    at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    outcome: str | None = Field(default=None, max_length=8)
    problem: str | None = Field(default=None, max_length=40)  # a code, never a server's words


class NoticeChoice(SQLModel, table=True):
    """How a person wants to be told. `quiet_from` and `quiet_until` are minutes after midnight on
    the wall where they live; equal ones mean no quiet hours."""

    __tablename__ = "notice_choice"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    first: str = Field(default=Channel.PUSH, max_length=8)
    quiet_from: int = 21 * 60
    quiet_until: int = 8 * 60
    changed_at: datetime = Field(sa_type=UTCDateTime)


class PushSubscription(SQLModel, table=True):
    """A browser that may be pushed to. Its address is a secret, so it is sealed."""

    __tablename__ = "push_subscription"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    endpoint_hash: str = Field(max_length=64, unique=True)
    endpoint: bytes
    p256dh: str = Field(max_length=120)
    auth: str = Field(max_length=40)
    browser: str = Field(default="", max_length=80)
    made_at: datetime = Field(sa_type=UTCDateTime)
