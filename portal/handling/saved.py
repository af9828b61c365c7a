"""Saved replies: the team's own words, put into the reply box and read before they are sent."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Conflict, NotFound
from portal.handling.models import SavedReply

# What a reply may name, and what it stands for.
VARIABLES = {
    "patient": "the patient's name",
    "first name": "the patient's first name",
    "next visit": "day and time of the next visit",
    "nurse line": "the number of the nurse line, where somebody is on call",
}
_NAMED = re.compile(r"\{([^{}]*)\}")
_LEFT_OPEN = re.compile(rf"\[({'|'.join(VARIABLES)})\]|\{{({'|'.join(VARIABLES)})\}}")


def fill(words: str, values: Mapping[str, str | None]) -> str:
    """The words with what the variables stand for. What is not known stays in square brackets, for
    whoever reads it before sending."""
    return _NAMED.sub(lambda found: values.get(found[1]) or f"[{found[1]}]", words)


def left_open(words: str) -> list[str]:
    """The variables that still stand in the words, filled in by nobody."""
    return [found[0] or found[1] for found in _LEFT_OPEN.findall(words)]


def unknown_variables(words: str) -> list[str]:
    return [name for name in _NAMED.findall(words) if name not in VARIABLES]


async def saved_replies(session: AsyncSession) -> Sequence[SavedReply]:
    """Those in use, by name."""
    rows = await session.exec(
        select(SavedReply)
        .where(col(SavedReply.retired_at).is_(None))
        .order_by(col(SavedReply.name))
    )
    return rows.all()


async def saved_reply(session: AsyncSession, reply_id: UUID) -> SavedReply:
    """One in use; raises NotFound."""
    found = await session.get(SavedReply, reply_id)
    if found is None or found.retired_at is not None:
        raise NotFound
    return found


async def add_reply(work: UnitOfWork, author_id: UUID, name: str, words: str) -> SavedReply:
    await _require_free(work.session, name)
    reply = SavedReply(name=name, words=words, changed_by=author_id, changed_at=clock.now())
    work.session.add(reply)
    record(work, "saved_reply:add", subject=reply.id)
    return reply


async def change_reply(
    work: UnitOfWork, author_id: UUID, reply: SavedReply, name: str, words: str
) -> None:
    """The old words are retired with their row, so that the trail can show what was used when."""
    if name.lower() != reply.name.lower():
        await _require_free(work.session, name)
    retire_reply(work, reply)
    changed = SavedReply(name=name, words=words, changed_by=author_id, changed_at=clock.now())
    work.session.add(changed)
    record(work, "saved_reply:change", subject=changed.id, detail={"before": str(reply.id)})


def retire_reply(work: UnitOfWork, reply: SavedReply) -> None:
    reply.retired_at = clock.now()
    work.session.add(reply)
    record(work, "saved_reply:retire", subject=reply.id)


async def _require_free(session: AsyncSession, name: str) -> None:
    same = select(SavedReply.id).where(
        func.lower(col(SavedReply.name)) == name.lower(), col(SavedReply.retired_at).is_(None)
    )
    if (await session.exec(same)).first() is not None:
        raise Conflict("There is a saved reply of this name already.")
