"""What was found in a patient's words is kept beside the message, in its transaction."""

from uuid import UUID

from sqlmodel import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.reading_models import MessageReading
from portal.db import UnitOfWork
from portal.db_lane import Pen
from portal.sealing import Vault, seal, unseal
from portal.symptoms.understanding import Understood, from_json, understood

# What an announcement of a kept reading is called; its id is the message's.
TOPIC = "readings"
_KEEP = insert(MessageReading)


def keep_reading(
    pen: Pen, vault: Vault, patient_id: UUID, message_id: UUID, found: Understood
) -> None:
    """Keep what was found in a new message of the patient, in its transaction."""
    sealed = vault.seal(found.as_json(), *_bound(message_id, patient_id))
    row = {"message_id": message_id, "patient_id": patient_id, "found": sealed}
    pen.connection.execute(_KEEP, row)


async def read_again(
    work: UnitOfWork, patient_id: UUID, message_id: UUID, first_words: str, text: str
) -> None:
    """A corrected message of the patient waits to be judged once more, unless its new words are
    quiet. What was found in the first words is not touched."""
    if understood(text).is_quiet:
        return
    row = await work.session.get(MessageReading, message_id, populate_existing=True)
    if row is None:
        found = understood(first_words).as_json()
        sealed = seal(work.session, found, *_bound(message_id, patient_id))
        row = MessageReading(message_id=message_id, patient_id=patient_id, found=sealed)
    row.settled_at = None
    work.session.add(row)
    work.announce(TOPIC, "found", message_id, patient_id)


def opened_reading(session: AsyncSession, row: MessageReading) -> Understood:
    """Raises CannotOpen without the key."""
    bound = _bound(row.message_id, row.patient_id)
    return from_json(unseal(session, row.found, *bound))


def _bound(message_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    return ("message_reading", message_id, patient_id)
