"""Finding words in one conversation. They are sealed, so each message is opened and looked at:
the newest first, a bounded number at a time, away from the event loop."""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation, Message
from portal.conversations.queries import Line, lines_numbered
from portal.conversations.revisions import revised_of
from portal.conversations.store import sealed_for
from portal.sealing import CannotOpen, Vault

AT_ONCE = 200
# One search looks at no more than this; the next one goes on where it ended.
MOST_OPENED = 2_000
MOST_FOUND = 30
LONGEST_QUERY = 100
AROUND = 80


@dataclass(frozen=True, slots=True)
class Found:
    """A line, and the part of its words around the first hit."""

    line: Line
    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Results:
    """`go_on`: the number of the oldest message looked at, when there are older ones."""

    found: list[Found]
    go_on: int | None


async def search(
    session: AsyncSession, conversation: Conversation, wanted: str, before: int
) -> Results:
    """Lines with `wanted` in their present words, newest first, among those before a number.

    The caller has found the conversation through the actor. Case and accents make no difference.
    """
    vault: Vault = session.info["vault"]
    found: list[int] = []
    at, looked = before, 0
    while at > 1 and looked < MOST_OPENED and len(found) < MOST_FOUND:
        messages = await _messages(session, conversation, at)
        if not messages:
            at = 1
            break
        revised = await revised_of(session, messages)
        bodies = {id: one.body or "" for id, one in revised.items()}
        found += await asyncio.to_thread(_matches, vault, conversation, messages, bodies, wanted)
        at, looked = messages[-1].seq, looked + len(messages)
    if len(found) > MOST_FOUND:
        found = found[:MOST_FOUND]
        at = found[-1]
    lines = await lines_numbered(session, conversation, found)
    return Results([_found(line, wanted) for line in lines], at if at > 1 else None)


def says_nothing(wanted: str) -> bool:
    """Nothing is left of it to look for: an accent without a letter is in every message."""
    return not _plain(wanted)[0].strip()


async def _messages(
    session: AsyncSession, conversation: Conversation, before: int
) -> Sequence[Message]:
    rows = await session.exec(
        select(Message)
        .where(col(Message.conversation_id) == conversation.id, col(Message.seq) < before)
        .order_by(col(Message.seq).desc())
        .limit(AT_ONCE)
    )
    return rows.all()


def _matches(
    vault: Vault,
    conversation: Conversation,
    messages: Sequence[Message],
    bodies: dict[Any, str],
    wanted: str,
) -> list[int]:
    """The numbers of those that hold the words; runs in a thread and touches no session."""
    pattern = _pattern(wanted)
    found = []
    for message in messages:
        words = bodies.get(message.id)
        if words is None:
            words = _open(vault, conversation, message)
        if pattern.search(_plain(words)[0]):
            found.append(message.seq)
    return found


def _open(vault: Vault, conversation: Conversation, message: Message) -> str:
    try:
        return vault.open(message.body, *sealed_for(message.id, conversation.patient_id))
    except CannotOpen:
        return ""


def _pattern(wanted: str) -> re.Pattern[str]:
    """What was typed, in its order; any white space stands for any other."""
    parts = _plain(wanted)[0].split()
    return re.compile(r"\s+".join(re.escape(part) for part in parts))


def _plain(text: str) -> tuple[str, list[int]]:
    """Without case and accents, and for each sign where it came from."""
    signs: list[str] = []
    origins: list[int] = []
    for index, sign in enumerate(text):
        for part in unicodedata.normalize("NFKD", sign.casefold()):
            if not unicodedata.combining(part):
                signs.append(part)
                origins.append(index)
    return "".join(signs), origins


def _found(line: Line, wanted: str) -> Found:
    plain, origins = _plain(line.body)
    hit = _pattern(wanted).search(plain)
    if hit is None or hit.end() == hit.start():
        return Found(line, line.body[:AROUND], "", "")
    start, end = origins[hit.start()], origins[hit.end() - 1] + 1
    first, last = max(0, start - AROUND), end + AROUND
    before = ("…" if first else "") + line.body[first:start]
    after = line.body[end:last] + ("…" if last < len(line.body) else "")
    return Found(line, before, line.body[start:end], after)
