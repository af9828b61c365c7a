"""The one place where messages become rows: numbered without a hole, and each only once.

Many are stored at a time: one look at what is there, one insert. What is wrong with one of them is
that one's answer and leaves the others as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from portal import clock
from portal.conversations.mentions import keep_mentions
from portal.conversations.models import Kind
from portal.conversations.rules import AlreadySaid, Closed
from portal.conversations.understood import keep_reading
from portal.db_lane import Pen, Rows, id_for, id_from, time_for, time_from
from portal.errors import NotFound, PortalError, Unavailable
from portal.ids import new_id
from portal.people.access import is_on_team
from portal.sealing import CannotOpen, Vault
from portal.symptoms.understanding import Understood, understood

# Everything that decides about a message, in one look: its place, the line before it, what was
# said under its name already, and whether a member of staff is on the patient's team.
_LOOK = """
    select c.id, c.patient_id, c.kind, c.last_seq, c.closed_at, p.time_zone,
        before.author_id, before.sent_at, said.id, said.seq, said.sent_at, said.body,
        IS_ON_TEAM, snapshot.last_seq, draft.number
    from DRAFTS
    join conversation c on c.id = draft.conversation_id
    join conversation snapshot on snapshot.id = c.id
    join person p on p.id = c.patient_id
    left join message before on before.conversation_id = c.id and before.seq = c.last_seq
    left join message said on said.conversation_id = c.id
        and said.author_id = draft.author_id and said.client_id = draft.client_id
    """.replace("IS_ON_TEAM", is_on_team(patient="c.patient_id", actor="draft.author_id"))
_LOOK_SQLITE = _LOOK.replace(
    "DRAFTS",
    "(select ? as conversation_id, ? as author_id, ? as client_id, 1 as number) as draft",
)
# Locks the conversations' rows: their writers take turns, so numbers are given in the order of
# commits, and a resend beside the first send meets it. Always in the order of their ids, so that no
# two transactions wait for each other. Whoever had to wait for a lock sees the row as it is now,
# but everything else as it was before: `snapshot.last_seq` tells.
_LOOK_POSTGRESQL = (
    _LOOK.replace(
        "DRAFTS",
        "unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality"
        " as draft(conversation_id, author_id, client_id, number)",
    )
    + "order by c.id for update of c"
)
_KEEP_SQLITE = """
    insert into message (id, conversation_id, seq, author_id, client_id, sent_at, body)
    values (?, ?, ?, ?, ?, ?, ?)"""
_SET_HEAD_SQLITE = "update conversation set last_seq = ? where id = ?"
_KEEP_POSTGRESQL = """
    with kept as (
        insert into message (id, conversation_id, seq, author_id, client_id, sent_at, body)
        select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[],
            $6::timestamptz[], $7::bytea[]))
    update conversation set last_seq = heads.seq
    from unnest($8::int[], $9::uuid[]) as heads(seq, id) where conversation.id = heads.id"""

_COUNT_FILES_SQLITE = "update message set files = ? where id = ?"
_COUNT_FILES_POSTGRESQL = """
    update message set files = counts.files from unnest($1::int[], $2::uuid[]) as counts(files, id)
    where message.id = counts.id"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its writer sent it, tidied, not yet numbered. `sent_at`: None is now;
    `understood`: None when it was not read yet."""

    conversation_id: UUID
    author_id: UUID
    client_id: UUID
    text: str
    sent_at: datetime | None = None
    files: int = 0
    understood: Understood | None = None

    @property
    def name(self) -> tuple[UUID, UUID, UUID]:
        """What makes a resend the same message."""
        return (self.conversation_id, self.author_id, self.client_id)


@dataclass(frozen=True, slots=True)
class Before:
    """Who said the line before, and when."""

    author_id: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation whose row this transaction has locked, its last line, its patient's zone."""

    id: UUID
    patient_id: UUID
    kind: Kind
    last_seq: int
    is_closed: bool
    time_zone: str
    before: Before | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it is kept; `is_new` is False for the answer to a resend, `says_something` True
    when the reader found something in a patient's words."""

    id: UUID
    conversation_id: UUID
    seq: int
    author_id: UUID
    client_id: UUID
    sent_at: datetime
    is_new: bool = False
    before: Before | None = None
    says_something: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What there was before a draft: its place, who may see it, and what has its name already."""

    place: Place
    is_on_team: bool
    first: tuple[Stored, bytes] | None


def look(pen: Pen, drafts: Sequence[Draft]) -> list[Found | None]:
    """Lock every draft's conversation, and what was found there; None where there is none."""
    if pen.is_sqlite:  # its one writer has locked everything
        rows = [pen.fetch(_LOOK_SQLITE, *(part.hex for part in draft.name)) for draft in drafts]
        found: list[Any] = [row[0] if row else None for row in rows]
    else:
        found = [None] * len(drafts)
        for row in _look_in_turn(pen, drafts):
            found[row[14] - 1] = row
    places: dict[Any, Place] = {}
    return [
        row and _found(pen, places, draft, row) for draft, row in zip(drafts, found, strict=True)
    ]


def _look_in_turn(pen: Pen, drafts: Sequence[Draft]) -> Rows:
    names = list(zip(*(draft.name for draft in drafts), strict=True))
    rows = pen.fetch(_LOOK_POSTGRESQL, *names)
    if any(row[3] != row[13] for row in rows):
        rows = pen.fetch(_LOOK_POSTGRESQL, *names)
    return rows


def _found(pen: Pen, places: dict[Any, Place], draft: Draft, row: Sequence[Any]) -> Found:
    place = places.get(row[0])
    if place is None:
        place = places[row[0]] = _place(pen, row)
    if row[8] is None:
        return Found(place, bool(row[12]), None)
    first = Stored(id_from(pen, row[8]), place.id, row[9], *draft.name[1:], time_from(pen, row[10]))
    return Found(place, bool(row[12]), (first, row[11]))


def _place(pen: Pen, row: Sequence[Any]) -> Place:
    id, patient_id, kind, last_seq, closed_at, time_zone, author_id, sent_at = row[:8]
    before = author_id and Before(id_from(pen, author_id), time_from(pen, sent_at))
    return Place(
        *(id_from(pen, id), id_from(pen, patient_id), Kind(kind), last_seq),
        *(closed_at is not None, time_zone, before),
    )


def store(
    pen: Pen, vault: Vault, drafts: Sequence[Draft], found: Sequence[Found | None]
) -> list[Stored | PortalError]:
    """Each draft's message, or why it is none: NotFound, Closed or AlreadySaid."""
    sheet = _Sheet(vault)
    answers = [sheet.answer(*pair) for pair in zip(drafts, found, strict=True)]
    sheet.write(pen)
    _keep_mentions(pen, drafts, found, answers)
    _count_files(pen, drafts, answers)
    return _keep_readings(pen, vault, drafts, found, answers)


def _count_files(
    pen: Pen, drafts: Sequence[Draft], answers: Sequence[Stored | PortalError]
) -> None:
    """Few messages carry files, so the insert of all of them does not know of these."""
    counts = [
        (draft.files, id_for(pen, answer.id))
        for draft, answer in zip(drafts, answers, strict=True)
        if draft.files and isinstance(answer, Stored) and answer.is_new
    ]
    if not counts:
        return
    if pen.is_sqlite:
        pen.each(_COUNT_FILES_SQLITE, counts)
    else:
        pen.fetch(_COUNT_FILES_POSTGRESQL, *zip(*counts, strict=True))


def _keep_mentions(
    pen: Pen,
    drafts: Sequence[Draft],
    found: Sequence[Found | None],
    answers: Sequence[Stored | PortalError],
) -> None:
    for draft, one, answer in zip(drafts, found, answers, strict=True):
        if one and one.place.kind is Kind.NOTES and isinstance(answer, Stored) and answer.is_new:
            named = (answer.id, draft.author_id, draft.text)
            keep_mentions(pen.connection, one.place.patient_id, *named)


def _keep_readings(
    pen: Pen,
    vault: Vault,
    drafts: Sequence[Draft],
    found: Sequence[Found | None],
    answers: list[Stored | PortalError],
) -> list[Stored | PortalError]:
    """Patients' words are read; the care team's are not."""
    for number, (draft, one) in enumerate(zip(drafts, found, strict=True)):
        answer = answers[number]
        if one is None or isinstance(answer, PortalError) or not answer.is_new:
            continue
        patient_id = one.place.patient_id
        if draft.author_id != patient_id:
            continue
        read = draft.understood or understood(draft.text)
        if not read.is_quiet:
            keep_reading(pen, vault, patient_id, answer.id, read)
            answers[number] = replace(answer, says_something=True)
    return answers


def sealed_for(message_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    """What a message's words are bound to."""
    return ("message", message_id, patient_id)


class _Sheet:
    """What one transaction adds to the conversations it has locked."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._now = clock.now()
        self._kept: list[tuple[Stored, bytes]] = []
        self._heads: dict[UUID, tuple[int, Before | None]] = {}
        self._said: dict[tuple[UUID, UUID, UUID], tuple[Stored, bytes]] = {}

    def answer(self, draft: Draft, found: Found | None) -> Stored | PortalError:
        try:
            return self._take(draft, found)
        except PortalError as refusal:
            return refusal

    def _take(self, draft: Draft, found: Found | None) -> Stored:
        if found is None:
            raise NotFound
        if found.place.is_closed:
            raise Closed
        if held := found.first or self._said.get(draft.name):
            first, body = held
            self._require_same_words(first, body, found.place, draft)
            return first
        return self._add(found.place, draft)

    def _require_same_words(self, first: Stored, body: bytes, place: Place, draft: Draft) -> None:
        try:
            words = self._vault.open(body, *sealed_for(first.id, place.patient_id))
        except CannotOpen as error:
            raise Unavailable from error
        if words != draft.text:
            raise AlreadySaid

    def _add(self, place: Place, draft: Draft) -> Stored:
        last_seq, before = self._heads.get(place.id) or (place.last_seq, place.before)
        id, seq, sent_at = new_id(), last_seq + 1, draft.sent_at or self._now
        body = self._vault.seal(draft.text, *sealed_for(id, place.patient_id))
        about = (id, place.id, seq, draft.author_id, draft.client_id, sent_at)
        first = Stored(*about)
        self._kept.append((first, body))
        self._heads[place.id] = (seq, Before(draft.author_id, sent_at))
        self._said[draft.name] = (first, body)
        return Stored(*about, is_new=True, before=before)

    def write(self, pen: Pen) -> None:
        if not self._kept:
            return
        rows = [
            (
                *(id_for(pen, one.id), id_for(pen, one.conversation_id), one.seq),
                *(id_for(pen, one.author_id), id_for(pen, one.client_id)),
                *(time_for(pen, one.sent_at), body),
            )
            for one, body in self._kept
        ]
        heads = [(seq, id_for(pen, place_id)) for place_id, (seq, _) in self._heads.items()]
        if pen.is_sqlite:
            pen.each(_KEEP_SQLITE, rows)
            pen.each(_SET_HEAD_SQLITE, heads)
        else:
            columns = [*zip(*rows, strict=True), *zip(*heads, strict=True)]
            pen.fetch(_KEEP_POSTGRESQL, *columns)
