"""The one place where messages become rows: numbered without a hole, and each only once.

Many are stored at a time: one look at what is there, one insert. What is wrong with one of them is
that one's answer and leaves the others as they are.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, and_, bindparam, text, union_all
from sqlmodel import SQLModel, col, insert, select, update

from portal import clock
from portal.conversations.mentions import keep_mentions
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.rules import AlreadySaid, Closed
from portal.errors import NotFound, PortalError, Unavailable
from portal.ids import new_id
from portal.people.models import Person
from portal.sealing import CannotOpen, Vault


def _table(model: type[SQLModel]) -> Any:
    return model.metadata.tables[str(model.__tablename__)]


def _columns(model: type[SQLModel], *names: str) -> list[Any]:
    return [_table(model).c[name] for name in names]


_NAMES = ("id", "conversation_id", "seq", "author_id", "client_id", "sent_at", "body")
# Built once: putting a statement together costs more than running it.
_LOCK = (
    select(*_columns(Conversation, "id", "patient_id", "kind", "last_seq", "closed_at"))
    .add_columns(col(Person.time_zone))
    .join(Person, col(Person.id) == col(Conversation.patient_id))
    .where(col(Conversation.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Conversation.id))
    .with_for_update(of=_table(Conversation))
)


def _said_before_on(names: str) -> Any:
    """Every place's last message, and what was stored under some names already.

    The names come as JSON: neither database looks up a list of tuples in an index.
    """
    keys = ("conversation_id", "author_id", "client_id")
    wanted = text(names).columns(**dict.fromkeys(keys, Uuid())).subquery()
    message, conversation = _table(Message).c, _table(Conversation).c
    columns = _columns(Message, *_NAMES)
    return union_all(
        select(*columns)
        .select_from(wanted)
        .join(_table(Message), and_(*(message[key] == wanted.c[key] for key in keys))),
        select(*columns)
        .select_from(_table(Conversation))
        .join(
            _table(Message),
            and_(message.conversation_id == conversation.id, message.seq == conversation.last_seq),
        )
        .where(conversation.id.in_(bindparam("ids", expanding=True))),
    )


_SAID_BEFORE = {
    "sqlite": _said_before_on(
        "select json_extract(value, '$[0]') as conversation_id,"
        " json_extract(value, '$[1]') as author_id, json_extract(value, '$[2]') as client_id"
        " from json_each(:names)"
    ),
    "postgresql": _said_before_on(
        "select cast(value ->> 0 as uuid) as conversation_id,"
        " cast(value ->> 1 as uuid) as author_id, cast(value ->> 2 as uuid) as client_id"
        " from json_array_elements(cast(:names as json))"
    ),
}
_KEEP = insert(Message)
_SET_HEAD = (
    update(Conversation)
    .where(col(Conversation.id) == bindparam("at"))
    .values(last_seq=bindparam("head"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its writer sent it, tidied, not yet numbered. `sent_at`: None is now."""

    conversation_id: UUID
    author_id: UUID
    client_id: UUID
    text: str
    sent_at: datetime | None = None

    @property
    def name(self) -> tuple[UUID, UUID, UUID]:
        """What makes a resend the same message."""
        return (self.conversation_id, self.author_id, self.client_id)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation whose row this transaction has locked, and its patient's time zone."""

    id: UUID
    patient_id: UUID
    kind: Kind
    last_seq: int
    closed_at: datetime | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Before:
    """Who said the line before, and when."""

    author_id: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it is kept; `is_new` is False for the answer to a resend."""

    id: UUID
    conversation_id: UUID
    seq: int
    author_id: UUID
    client_id: UUID
    sent_at: datetime
    is_new: bool = False
    before: Before | None = None


def lock(connection: Connection, conversation_ids: Iterable[UUID]) -> dict[UUID, Place]:
    """Lock these conversations' rows: their writers take turns, so numbers are given in the order
    of commits, and a resend beside the first send meets it. Always in the order of their ids, so
    that no two transactions wait for each other."""
    rows = connection.execute(_LOCK, {"ids": sorted(conversation_ids)})
    return {row[0]: Place(row[0], row[1], Kind(row[2]), *row[3:]) for row in rows}


def store(
    connection: Connection, vault: Vault, places: dict[UUID, Place], drafts: Sequence[Draft]
) -> list[Stored | PortalError]:
    """Each draft's message, or why it is none: NotFound, Closed or AlreadySaid."""
    sheet = _Sheet(vault, places, _said_before(connection, places, drafts))
    answers = [sheet.answer(draft) for draft in drafts]
    sheet.write(connection)
    _keep_mentions(connection, places, drafts, answers)
    return answers


def _keep_mentions(
    connection: Connection,
    places: dict[UUID, Place],
    drafts: Sequence[Draft],
    answers: Sequence[Stored | PortalError],
) -> None:
    for draft, answer in zip(drafts, answers, strict=True):
        if isinstance(answer, Stored) and answer.is_new:
            place = places[answer.conversation_id]
            if place.kind is Kind.NOTES:
                named = (answer.id, draft.author_id, draft.text)
                keep_mentions(connection, place.patient_id, *named)


def sealed_for(message_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    """What a message's words are bound to."""
    return ("message", message_id, patient_id)


class _Sheet:
    """What one transaction adds to the conversations it has locked."""

    def __init__(self, vault: Vault, places: dict[UUID, Place], said: Iterable[Any]) -> None:
        self._vault = vault
        self._places = places
        self._now = clock.now()
        self._rows: list[dict[str, Any]] = []
        self._heads: dict[UUID, tuple[int, Before | None]] = {}
        self._said: dict[tuple[UUID, UUID, UUID], tuple[Stored, bytes]] = {}
        last: dict[UUID, Before] = {}
        for id, conversation_id, seq, author_id, client_id, sent_at, body in said:
            stored = Stored(id, conversation_id, seq, author_id, client_id, sent_at)
            self._said[conversation_id, author_id, client_id] = (stored, body)
            if seq == places[conversation_id].last_seq:
                last[conversation_id] = Before(author_id, sent_at)
        for place in places.values():
            self._heads[place.id] = (place.last_seq, last.get(place.id))

    def answer(self, draft: Draft) -> Stored | PortalError:
        try:
            return self._take(draft)
        except PortalError as refusal:
            return refusal

    def _take(self, draft: Draft) -> Stored:
        place = self._places.get(draft.conversation_id)
        if place is None:
            raise NotFound
        if place.closed_at is not None:
            raise Closed
        if held := self._said.get(draft.name):
            first, body = held
            self._require_same_words(first, body, place, draft)
            return first
        return self._add(place, draft)

    def _require_same_words(self, first: Stored, body: bytes, place: Place, draft: Draft) -> None:
        try:
            words = self._vault.open(body, *sealed_for(first.id, place.patient_id))
        except CannotOpen as error:
            raise Unavailable from error
        if words != draft.text:
            raise AlreadySaid

    def _add(self, place: Place, draft: Draft) -> Stored:
        last_seq, before = self._heads[place.id]
        id, seq, sent_at = new_id(), last_seq + 1, draft.sent_at or self._now
        body = self._vault.seal(draft.text, *sealed_for(id, place.patient_id))
        about = (id, place.id, seq, draft.author_id, draft.client_id, sent_at)
        self._rows.append(dict(zip(_NAMES, (*about, body), strict=True)))
        self._heads[place.id] = (seq, Before(draft.author_id, sent_at))
        self._said[draft.name] = (Stored(*about), body)
        return Stored(*about, is_new=True, before=before)

    def write(self, connection: Connection) -> None:
        if not self._rows:
            return
        connection.execute(_KEEP, self._rows)
        heads = [
            {"at": place_id, "head": self._heads[place_id][0]}
            for place_id in sorted({row["conversation_id"] for row in self._rows})
        ]
        connection.execute(_SET_HEAD, heads)


def _said_before(
    connection: Connection, places: dict[UUID, Place], drafts: Sequence[Draft]
) -> list[Any]:
    """Every place's last message, and what was stored under the drafts' names already."""
    names = [
        [part.hex for part in draft.name] for draft in drafts if draft.conversation_id in places
    ]
    query = _SAID_BEFORE[connection.dialect.name]
    found = connection.execute(query, {"names": json.dumps(names), "ids": list(places)})
    return list(found)
