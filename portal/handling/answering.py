"""Who answers now, and by when: read from what was said in the last days, and what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.queries import byline_of
from portal.db import clinic_of
from portal.handling.answer_time import Expected, Turn, expect, moment, return_time
from portal.handling.duty import on_duty
from portal.handling.models import Handling
from portal.handling.queries import is_last, waiting
from portal.people.models import Patient, Person
from portal.people.queries import name_of, practitioners_of
from portal.permissions import Role

LAST_DAYS = timedelta(days=14)
# Enough of each conversation to judge by, and no more to read the longer it gets.
LAST_MESSAGES = 30


@dataclass(frozen=True, slots=True)
class Answering:
    """For the patient's page; every time is in words, in the patient's zone.

    `owner` has the conversation, and is named in the opening hours and while they are there.
    """

    here: list[str]
    expected: Expected
    by: str
    opens: str
    closes: str
    owner: str | None = None


async def answering_for(session: AsyncSession, patient_id: UUID) -> Answering:
    """The caller has found the patient."""
    patient = await session.get_one(Patient, patient_id)
    zone = ZoneInfo((await name_of(session, patient_id)).time_zone)
    clinic = clinic_of(session)
    now = clock.now()
    waits = await _waiting(session, patient.care_team_id)
    done = await _answered(session, patient.care_team_id, now - LAST_DAYS)
    turns = [*done, *(Turn(asked) for asked in waits.values())]
    expected = expect(turns, waits.get(patient_id), now, clinic)
    here = [byline_of(one) for one in await on_duty(session, patient, now)]
    owner = await _owner(session, patient)
    return Answering(
        owner=owner if expected.is_open or owner in here else None,
        here=here,
        expected=expected,
        by=moment(expected.by, now, zone),
        opens=return_time(expected.opens_at, now, zone),
        closes=moment(expected.closes_at, now, zone) if expected.closes_at else "",
    )


async def _owner(session: AsyncSession, patient: Patient) -> str | None:
    query = (
        select(Handling.owner_id)
        .join(Conversation, col(Conversation.id) == col(Handling.conversation_id))
        .where(
            col(Conversation.patient_id) == patient.id,
            col(Conversation.kind) == Kind.CARE,
            col(Conversation.closed_at).is_(None),
            is_last(),
        )
    )
    owner_id = (await session.exec(query)).first()
    team = await practitioners_of(session, patient) if owner_id else []
    return next((byline_of(one) for one in team if one.id == owner_id), None)


async def _waiting(session: AsyncSession, team_id: UUID) -> dict[UUID, datetime]:
    """Since when this team's patients wait, by patient."""
    found = waiting().add_columns(col(Conversation.patient_id))
    rows = await session.exec(
        found.join(Patient, col(Patient.id) == col(Conversation.patient_id)).where(
            col(Patient.care_team_id) == team_id
        )
    )
    return {patient_id: since for _, since, patient_id in rows.all()}


async def _answered(session: AsyncSession, team_id: UUID, since: datetime) -> list[Turn]:
    """The turns of this team's patients that the team has answered since then."""
    rows = await session.exec(
        select(
            Message.conversation_id,
            Message.seq,
            Message.sent_at,
            col(Person.role) == Role.PATIENT,
        )
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Patient, col(Patient.id) == col(Conversation.patient_id))
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(
            col(Patient.care_team_id) == team_id,
            col(Conversation.kind) == Kind.CARE,
            col(Message.seq) > col(Conversation.last_seq) - LAST_MESSAGES,
            col(Message.sent_at) >= since,
        )
        .order_by(col(Message.conversation_id), col(Message.seq))
    )
    needed_none = await _needed_no_answer(session, team_id, since)
    return turns_of(list(rows.all()), needed_none)


async def _needed_no_answer(
    session: AsyncSession, team_id: UUID, since: datetime
) -> dict[UUID, list[tuple[int, datetime]]]:
    """Up to which message, and when, somebody said that no answer is needed."""
    rows = await session.exec(
        select(Handling.conversation_id, Handling.handled_seq, Handling.at)
        .join(Conversation, col(Conversation.id) == col(Handling.conversation_id))
        .join(Patient, col(Patient.id) == col(Conversation.patient_id))
        .where(
            col(Patient.care_team_id) == team_id,
            col(Handling.handled_seq) > 0,
            col(Handling.at) >= since,
        )
    )
    said: dict[UUID, list[tuple[int, datetime]]] = {}
    for conversation_id, seq, at in rows.all():
        said.setdefault(conversation_id, []).append((seq, at))
    return said


def turns_of(
    rows: list[tuple[UUID, int, datetime, bool]],
    needed_none: dict[UUID, list[tuple[int, datetime]]],
) -> list[Turn]:
    """From the first of a patient's words that needed an answer to the team's next ones."""
    turns: list[Turn] = []
    asked: list[tuple[int, datetime]] = []
    held: UUID | None = None
    for conversation_id, seq, at, is_patient in rows:
        if conversation_id != held:
            asked, held = [], conversation_id
        if is_patient:
            asked.append((seq, at))
            continue
        ended = [to for to, when in needed_none.get(conversation_id, []) if when <= at]
        left = [asked_at for number, asked_at in asked if number > max(ended, default=0)]
        turns += [Turn(first, at) for first in left[:1]]
        asked = []
    return turns
