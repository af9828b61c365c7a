"""Every place where something sealed is stored, and what it is bound to there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    Row,
    Select,
    Table,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlmodel import col

from portal.conversations.file_models import Attachment
from portal.conversations.files import bound_to
from portal.conversations.models import Conversation
from portal.db import Database
from portal.models import metadata
from portal.sealing import KEY_ID_LENGTH, CannotOpen, Vault

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column, the columns its values are bound by, and the way to the person they are bound to.

    `lasts`: people's words; the rest is forgotten by itself, or asked for anew.
    """

    table: str
    column: str
    ids: tuple[str, ...] = ("id",)
    owner: tuple[str, ...] = ("patient_id",)
    lasts: bool = True

    @property
    def rows(self) -> Table:
        return metadata.tables[self.table]

    @property
    def value(self) -> ColumnElement[bytes]:
        return self.rows.c[self.column]

    @property
    def key_id(self) -> ColumnElement[bytes]:
        return func.substr(self.value, 1, KEY_ID_LENGTH, type_=LargeBinary)

    def bound(self, ids: Sequence[Any]) -> tuple[Any, ...]:
        return self.table, *ids

    def select_others(self, key_id: bytes) -> Select[Any]:
        """The rows' own keys, the value, and what it is bound to; where another key sealed it."""
        source: FromClause = self.rows
        at, owner = self.rows, []
        for name in self.owner:
            column = at.c[name]
            if name == self.owner[-1]:
                owner = [column]
            else:
                [key] = column.foreign_keys
                at = key.column.table
                source = source.join(at, column == key.column)
        bound = [self.rows.c[name] for name in self.ids] + owner
        own = list(self.rows.primary_key.columns)
        return (
            select(*own, self.value, *[each.label(f"bound_{n}") for n, each in enumerate(bound)])
            .select_from(source)
            .where(self.value.is_not(None), self.key_id != key_id)
            .order_by(*own)
            .limit(AT_ONCE)
        )


CONVERSATION = ("conversation_id", "patient_id")
FLAG = ("flag_id", "patient_id")
PERSON = ("person_id",)
VISIT = ("appointment_id", "patient_id")
REQUEST = ("request_id", "patient_id")
SEALED = (
    Sealed("appointment_cancellation", "reason", ("appointment_id",), VISIT),
    Sealed("attachment", "about", owner=CONVERSATION),
    Sealed("booking_draft", "answers"),
    Sealed("booking_request", "details"),
    Sealed("booking_request_end", "reason", ("request_id",), REQUEST),
    Sealed("check_in", "answers"),
    Sealed("disposition", "note", owner=FLAG),
    Sealed("dose", "note"),
    Sealed("envelope", "link", PERSON, PERSON, lasts=False),
    Sealed("flag", "summary"),
    Sealed("flag_reason", "change", owner=FLAG),
    Sealed("flag_reason", "said", owner=FLAG),
    Sealed("flag_step", "words", owner=FLAG),
    Sealed("later_message", "body", owner=CONVERSATION),
    Sealed("message", "body", owner=CONVERSATION),
    Sealed("message_draft", "body", ("person_id", "conversation_id"), CONVERSATION),
    Sealed("message_reading", "found", ("message_id",)),
    Sealed("message_revision", "body", owner=CONVERSATION),
    Sealed("push_subscription", "endpoint", owner=PERSON, lasts=False),
    Sealed("reading_answer", "said"),
    Sealed("reopening", "reason", owner=FLAG),
    Sealed("round_trip", "sealed", owner=(), lasts=False),
    Sealed("session", "id_token", owner=PERSON, lasts=False),
    Sealed("treatment_plan", "goal"),
)


async def has_unknown_key(database: Database) -> bool:
    """Whether words of somebody's were sealed with a key that is not among ours."""
    ours = database.vault.key_ids
    async with database.read() as session:
        connection = await session.connection()
        for place in (place for place in SEALED if place.lasts):
            unknown = place.value.is_not(None), place.key_id.not_in(ours)
            asked = select(literal(1)).select_from(place.rows).where(*unknown).limit(1)
            if (await connection.execute(asked)).first() is not None:
                return True
    return False


async def reseal(database: Database, place: Sealed) -> AsyncIterator[int]:
    """Seal everything there with the first key, some rows in each transaction.

    Yields how many values of each lot were sealed anew. What no key opens stays as it is. What was
    written anew meanwhile is left alone: it has the first key already.
    """
    query, own = place.select_others(database.vault.first_id), place.rows.primary_key.columns
    after: Row[Any] | None = None
    while True:
        asked = query
        if after is not None:
            last = (literal(after[n], each.type) for n, each in enumerate(own))
            asked = query.where(tuple_(*own) > tuple_(*last))
        async with database.work() as work:
            connection = await work.session.connection()
            rows = (await connection.execute(asked)).all()
            done = 0
            for row in rows:
                anew = _resealed(database.vault, place, row, len(own))
                if anew is None:
                    continue
                same = [each == row[n] for n, each in enumerate(own)]
                change = update(place.rows).where(*same, place.value == row[len(own)])
                done += (await connection.execute(change.values({place.column: anew}))).rowcount
        yield done
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]


def _resealed(vault: Vault, place: Sealed, row: Row[Any], own: int) -> bytes | None:
    bound = place.bound(row[own + 1 :])
    try:
        return vault.seal_bytes(vault.open_bytes(row[own], *bound), *bound)
    except CannotOpen:
        return None


async def count_others(database: Database, place: Sealed) -> int:
    """How many values there have another key than the first."""
    others = place.value.is_not(None), place.key_id != database.vault.first_id
    async with database.read() as session:
        connection = await session.connection()
        counted = select(func.count()).select_from(place.rows).where(*others)
        return int((await connection.execute(counted)).scalar_one())


async def kept_files(database: Database) -> list[tuple[str, tuple[Any, ...]]]:
    """The name of each file and thumbnail in the storage, and what it is bound to."""
    query = select(col(Attachment.id), col(Conversation.patient_id), *_NAMES).join(
        Conversation, col(Conversation.id) == col(Attachment.conversation_id)
    )
    async with database.read() as session:
        rows = (await (await session.connection()).execute(query)).all()
    return [
        (name, (*bound_to(id, patient_id), kind))
        for id, patient_id, whole, thumbnail in rows
        for name, kind in ((whole, "whole"), (thumbnail, "thumbnail"))
        if name
    ]


_NAMES = (col(Attachment.stored_as), col(Attachment.thumbnail_as))
