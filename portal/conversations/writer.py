"""Group commit: all messages that wait at the same moment are stored in one transaction.

There is no timer. What arrives during a commit is the next group, so a lone message waits for
nobody. Each message has its own answer: what is wrong with one leaves its neighbours as they are.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from asyncpg import PostgresError

from portal.announcements import Announcement
from portal.audit.actions import Entry, chain, entry_of
from portal.conversations.actions import news_of, tag_of
from portal.conversations.files import File
from portal.conversations.models import Kind
from portal.conversations.queries import Line, line_from
from portal.conversations.rules import require_writer
from portal.conversations.store import Draft, Found, Place, Stored, look, store
from portal.conversations.streams import Streams
from portal.db import Database
from portal.db_lane import AWAY, Pen
from portal.errors import NotAllowed, NotFound, PortalError, Unavailable
from portal.people.access import reaches
from portal.people.queries import Named
from portal.permissions import Actor, Permission
from portal.sealing import Vault

log = structlog.get_logger()

MOST_WAITING = 4_000
LARGEST_GROUP = 400
TRIES = 3
# PostgreSQL ended this transaction in favour of another one: serialization failure, deadlock; or
# the tables have changed under a statement it had prepared.
AGAIN = {"40001", "40P01", "0A000"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft, who sends it, and from where."""

    actor: Actor
    origin: str | None
    draft: Draft
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """What a transaction made of a group: an answer for each letter, and where they went."""

    answers: list[Stored | PortalError]
    found: list[Found | None]


class Writer:
    """One per process: the only one here who stores what people send."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self._streams = streams
        self._waiting: deque[tuple[Letter, asyncio.Future[Stored]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def send(self, letter: Letter) -> Stored:
        """The message as it is kept, once it is. Whoever stops waiting does not take it back."""
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((letter, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        while self._waiting:
            size = min(len(self._waiting), LARGEST_GROUP)
            group = [self._waiting.popleft() for _ in range(size)]
            try:
                await self._write(group)
            except BaseException:
                for _, answer in group:
                    answer.cancel()
                raise

    async def _write(self, group: Sequence[tuple[Letter, asyncio.Future[Stored]]]) -> None:
        letters = [letter for letter, _ in group]
        try:
            written = await self._commit(letters)
        except Exception as error:
            # A database that is away would only be asked again and again.
            if len(group) == 1 or isinstance(error, AWAY):
                log.warning("writer.cannot_store", error=type(error).__name__, letters=len(group))
                _answer_all(group, [error] * len(group))
                return
            # One of them cannot be stored, for a reason nobody looked at: find out which.
            half = len(group) // 2
            await self._write(group[:half])
            await self._write(group[half:])
            return
        _answer_all(group, written.answers)
        # The writers have their turn first: `sent` comes before the message itself.
        await asyncio.sleep(0)
        self._tell(letters, written)

    async def _commit(self, letters: Sequence[Letter]) -> _Written:
        for _ in range(TRIES - 1):
            try:
                return await self._commit_once(letters)
            except PostgresError as error:
                if error.sqlstate not in AGAIN:
                    raise
        return await self._commit_once(letters)

    async def _commit_once(self, letters: Sequence[Letter]) -> _Written:
        vault = self._database.vault
        return await self._database.together(lambda pen: _write_down(pen, vault, letters))

    def _tell(self, letters: Sequence[Letter], written: _Written) -> None:
        """Hand over to the followers here, then announce to everybody."""
        # Several messages in one conversation change its page once.
        told: dict[Announcement, None] = {}
        for letter, answer, found in zip(letters, written.answers, written.found, strict=True):
            if found and isinstance(answer, Stored) and answer.is_new:
                place = found.place
                if self._streams.is_followed(place.id):
                    self._hand_over(letter, place, answer)
                told.update(dict.fromkeys(news_of(place.kind, place.patient_id, answer)))
        if told:
            self._database.publish(list(told))

    def _hand_over(self, letter: Letter, place: Place, message: Stored) -> None:
        """What cannot be is committed all the same: whoever hears of it looks for it."""
        try:
            self._streams.hand_over(_line(letter, place, message))
        except Exception as error:
            log.critical("writer.cannot_hand_over", error=type(error).__name__)


def _line(letter: Letter, place: Place, message: Stored) -> Line:
    actor = letter.actor
    return line_from(
        place,
        message,
        author=Named(actor.person_id, actor.name, actor.role, actor.time_zone),
        body=letter.draft.text,
        zone=ZoneInfo(place.time_zone),
        before=message.before,
        files=letter.files,
    )


def _answer_all(
    group: Sequence[tuple[Letter, asyncio.Future[Stored]]], answers: Sequence[Stored | Exception]
) -> None:
    for (_, waiting), answer in zip(group, answers, strict=True):
        if waiting.done():  # whoever sent it has stopped waiting
            continue
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)


def _write_down(pen: Pen, vault: Vault, letters: Sequence[Letter]) -> _Written:
    """One transaction: find through the actors, store, note in the trail."""
    found = look(pen, [letter.draft for letter in letters])
    refusals = [_refusal(*pair) for pair in zip(letters, found, strict=True)]
    welcome = [number for number, refusal in enumerate(refusals) if refusal is None]
    drafts = [letters[number].draft for number in welcome]
    stored = store(pen, vault, drafts, [found[number] for number in welcome])
    answers: list[Any] = list(refusals)
    for number, answer in zip(welcome, stored, strict=True):
        answers[number] = answer
    entries = [
        _entry(letter, one.place, answer)
        for letter, one, answer in zip(letters, found, answers, strict=True)
        if one and isinstance(answer, Stored) and answer.is_new
    ]
    if entries:
        chain(pen, vault.audit_key, entries)
    return _Written(answers, found)


def _entry(letter: Letter, place: Place, message: Stored) -> Entry:
    tag, patient_id = tag_of(place.kind), place.patient_id
    return entry_of(letter.actor, letter.origin, tag, patient_id=patient_id, subject=message.id)


def _refusal(letter: Letter, found: Found | None) -> PortalError | None:
    """Why this person may not write there: missing, not theirs and staff-only look the same."""
    actor = letter.actor
    if found is None or not reaches(actor, found.place.patient_id, found.is_on_team):
        return NotFound()
    kind = found.place.kind
    if kind is Kind.NOTES and not actor.may(Permission.NOTE_WRITE):
        return NotFound()
    try:
        require_writer(actor, kind)
    except NotAllowed as refusal:
        return refusal
    return None
