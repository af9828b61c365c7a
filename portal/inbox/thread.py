"""A thread as the care team sees it: messages, the team's notes between them, the patient."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.conversations.actions import mark_read
from portal.conversations.between import Timed, between
from portal.conversations.models import Conversation
from portal.conversations.queries import messages_before, notes_of
from portal.conversations.reading import AFTER_EVERYTHING, LINES_ON_A_PAGE, Reading, read_page
from portal.db import UnitOfWork, clinic_of
from portal.flags.queries import flags_of
from portal.handling.saved import fill, saved_replies
from portal.handling.turning import Turned, turned_of
from portal.inbox.about import About, about_patient
from portal.inbox.desk import Desk, open_desk
from portal.inbox.events import Event
from portal.inbox.laters import Later, laters_of
from portal.people.queries import Named, practitioners_of
from portal.permissions import Actor
from portal.web.times import clock_time, day


@dataclass(frozen=True, slots=True)
class Words:
    """A saved reply as it reads for this patient."""

    id: UUID
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class OpenThread:
    """`between`: the lines of the reading, with notes and flags at their time, by days."""

    conversation: Conversation
    notes: Conversation
    reading: Reading
    between: list[Timed]
    notes_head: int
    about: About
    desk: Desk
    saved: list[Words]
    laters: list[Later]
    team: list[Named]
    turned: dict[UUID, Turned]


async def open_thread(
    work: UnitOfWork,
    actor: Actor,
    conversation: Conversation,
    before: int | None = None,
    *,
    marks: bool = True,
) -> OpenThread:
    """Read a thread that was found through the actor; that it was read is noted. `marks`: also for
    the other side and the list."""
    session, patient_id = work.session, conversation.patient_id
    notes = await notes_of(session, patient_id)
    reading = await read_page(session, actor, conversation, before)
    noted = await messages_before(session, notes, AFTER_EVERYTHING, LINES_ON_A_PAGE)
    flags = await flags_of(session, patient_id)
    about = await about_patient(session, actor, patient_id, flags)
    record(work, "conversation:read", patient_id=patient_id, subject=conversation.id)
    if reading.is_latest and marks:
        await mark_read(work, conversation, actor.person_id, reading.head)
        await mark_read(work, notes, actor.person_id, notes.last_seq)
    return OpenThread(
        conversation=conversation,
        notes=notes,
        reading=reading,
        between=between(reading, [*noted, *(Event(flag) for flag in flags)], about.zone),
        notes_head=noted[-1].seq if noted else 0,
        about=about,
        saved=await words_for(session, about),
        desk=await open_desk(session, actor, conversation, flags),
        laters=await laters_of(session, actor, conversation),
        team=await practitioners_of(session, about.patient),
        turned=await turned_of(session, patient_id, flags),
    )


async def words_for(session: AsyncSession, about: About) -> list[Words]:
    """The saved replies as they read for this patient, with times in the patient's zone."""
    starts_at = about.visit.starts_at if about.visit else None
    values = {
        "patient": about.person.name,
        "first name": about.person.name.partition(" ")[0],
        "next visit": _moment(starts_at, about.zone) if starts_at else None,
        "nurse line": clinic_of(session).nurse_line,
    }
    replies = await saved_replies(session)
    return [Words(one.id, one.name, fill(one.words, values)) for one in replies]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """A day by its date: the words are read later than they are written."""
    return f"{day(at, zone)}, {clock_time(at, zone)}"
