"""Two do not answer at once: what others wrote after the last message that a writer has seen."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Message
from portal.errors import Conflict
from portal.people.models import Person
from portal.permissions import Actor


class WrittenMeanwhile(Conflict):
    code = "meanwhile"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has written meanwhile. Read it, then send yours.")


async def require_all_seen(
    session: AsyncSession, actor: Actor, conversation_id: UUID, seen: int, client_id: UUID
) -> None:
    """Raises WrittenMeanwhile when somebody else has written after message number `seen`.

    What was stored under `client_id` before is only sent again, and never asked about. The caller
    has found the conversation through the actor.
    """
    rows = await session.exec(
        select(Message.author_id, Message.client_id, Person.name)
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(col(Message.conversation_id) == conversation_id, col(Message.seq) > seen)
        .order_by(col(Message.seq).desc())
    )
    since = rows.all()
    if (actor.person_id, client_id) in {(author, name) for author, name, _ in since}:
        return
    others = [name for author, _, name in since if author != actor.person_id]
    if others:
        raise WrittenMeanwhile(others[0])
