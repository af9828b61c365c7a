"""Who is called in an internal note: `@` and a name of the patient's care team.

Nobody else can be called: a name that is not on the team is a word like any other.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import col, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.mention_models import Mention
from portal.conversations.models import Conversation, Kind, Message, ReadMarker
from portal.people.access import is_visible
from portal.people.queries import team_names
from portal.permissions import Actor

SIGN = "@"
_KEEP = insert(Mention)


def called_in(text: str, team: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """Those whose whole name follows an `@`. The longest name counts, in any case of letters; two
    people of one name are both called."""
    people = [(who, name.casefold()) for who, name in team]
    called: set[UUID] = set()
    for rest in _after_signs(text.casefold()):
        fitting = [(who, name) for who, name in people if _begins_with(rest, name)]
        longest = max((len(name) for _, name in fitting), default=0)
        called.update(who for who, name in fitting if len(name) == longest)
    return called


def _after_signs(text: str) -> Iterable[str]:
    """What follows each `@` that begins a word: an address in a mail calls nobody."""
    for at, sign in enumerate(text):
        if sign == SIGN and not (at and text[at - 1].isalnum()):
            yield text[at + 1 :]


def _begins_with(rest: str, name: str) -> bool:
    return rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()


def keep_mentions(
    connection: Connection, patient_id: UUID, message_id: UUID, author_id: UUID, text: str
) -> None:
    """Note whom a new note about this patient calls, in the note's transaction."""
    if SIGN not in text:
        return
    called = called_in(text, team_names(connection, patient_id)) - {author_id}
    if called:
        connection.execute(_KEEP, [_row(message_id, person_id) for person_id in sorted(called)])


def _row(message_id: UUID, person_id: UUID) -> dict[str, UUID]:
    return {"message_id": message_id, "person_id": person_id}


async def mentioned_for(session: AsyncSession, actor: Actor) -> dict[UUID, int]:
    """In how many notes that they have not read the actor is called, by patient."""
    mine = (col(ReadMarker.conversation_id) == col(Conversation.id)) & (
        col(ReadMarker.person_id) == actor.person_id
    )
    rows = await session.exec(
        select(Conversation.patient_id, func.count())
        .join(Message, col(Message.conversation_id) == col(Conversation.id))
        .join(Mention, col(Mention.message_id) == col(Message.id))
        .outerjoin(ReadMarker, mine)
        .where(
            col(Mention.person_id) == actor.person_id,
            col(Conversation.kind) == Kind.NOTES,
            col(Message.seq) > func.coalesce(col(ReadMarker.seq), 0),
            is_visible(actor, Conversation.patient_id),
        )
        .group_by(col(Conversation.patient_id))
    )
    return dict(rows.all())
