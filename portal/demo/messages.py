"""Conversations as rows: every patient has two, and each side has read all but the last few."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from portal.conversations.models import Conversation, Kind, Message, ReadMarker
from portal.conversations.store import sealed_for
from portal.demo.cast import STAFF, STORIES, TEAM, Story
from portal.demo.saved_replies import SAVED_REPLIES
from portal.demo.stage import Stage
from portal.demo.threads import STEPS, THREADS, Said, Thread
from portal.handling.models import Did, Handling, SavedReply
from portal.ids import new_id
from portal.sealing import seal

A_DAY = 24.0
NOW: Said = (0.0, "", "")
BY_LETTER = {thread.letter: thread for thread in THREADS}


async def set_conversations(stage: Stage) -> None:
    conversations: list[Conversation] = []
    messages: list[Message] = []
    markers: list[ReadMarker] = []
    for story in STORIES:
        thread = BY_LETTER[story.letter]
        for kind, said in ((Kind.CARE, thread.said), (Kind.NOTES, thread.notes)):
            conversation = _conversation(stage, story, kind, len(said))
            conversations.append(conversation)
            messages += _messages(stage, story, conversation, said)
            markers += _markers(stage, story, conversation, thread)
    for rows in (conversations, messages, markers):
        await stage.add(rows)
    await stage.add(_handlings(stage, conversations))
    await stage.add(_saved_replies(stage))


def _conversation(stage: Stage, story: Story, kind: Kind, count: int) -> Conversation:
    return Conversation(
        id=new_id(),
        patient_id=stage.patient_id(story),
        kind=kind,
        last_seq=count,
        opened_at=stage.ago(story.started_days_ago * 24 * 60 + 600),
    )


def _messages(
    stage: Stage, story: Story, conversation: Conversation, said: Sequence[Said]
) -> Iterator[Message]:
    oldest_first = sorted(said, key=lambda one: -one[0])
    for seq, (hours, author, words) in enumerate(oldest_first, start=1):
        id = new_id()
        bound = sealed_for(id, conversation.patient_id)
        yield Message(
            id=id,
            conversation_id=conversation.id,
            seq=seq,
            author_id=stage.ids[story.key if author == "p" else author],
            client_id=new_id(),
            body=seal(stage.session, words, *bound),
            sent_at=stage.ago(hours * 60),
        )


def _markers(
    stage: Stage, story: Story, conversation: Conversation, thread: Thread
) -> Iterator[ReadMarker]:
    """The writer of the last words has seen all; the other side lacks what is still unread."""
    if conversation.last_seq == 0:
        return
    is_care = conversation.kind is Kind.CARE
    last_by_patient = is_care and min(thread.said)[1] == "p"
    seen_by_team = conversation.last_seq - (thread.unread if last_by_patient else 0)
    team = [member.key for member in STAFF if member.team == story.team]
    for key in team:
        yield _marker(stage, conversation, stage.ids[key], seen_by_team)
    if is_care:
        seen = conversation.last_seq - (0 if last_by_patient else thread.unread)
        yield _marker(stage, conversation, stage.patient_id(story), seen)


def _saved_replies(stage: Stage) -> Iterator[SavedReply]:
    author, at = stage.ids["day-nurse"], stage.ago(40 * 24 * 60)
    for name, words in SAVED_REPLIES.items():
        yield SavedReply(name=name, words=words, changed_by=author, changed_at=at)


def _handlings(stage: Stage, conversations: Sequence[Conversation]) -> Iterator[Handling]:
    """What the team did about each conversation, in order."""
    care = {one.patient_id: one for one in conversations if one.kind is Kind.CARE}
    for story in STORIES:
        conversation = care[stage.patient_id(story)]
        rows = [*_needed_no_reply(stage, story, conversation), *_steps(stage, story, conversation)]
        for number, row in enumerate(rows, start=1):
            row.number = number
            yield row


def _needed_no_reply(stage: Stage, story: Story, conversation: Conversation) -> Iterator[Handling]:
    """A word of thanks that nobody answered within the day: a nurse read it and said so."""
    said = sorted(BY_LETTER[story.letter].said, key=lambda one: -one[0])
    for seq, ((hours, author, _), after) in enumerate(pairwise([*said, NOW]), start=1):
        if author == "p" and hours - after[0] > A_DAY:
            yield Handling(
                conversation_id=conversation.id,
                number=0,
                did=Did.NO_REPLY,
                by_id=stage.ids["day-nurse" if story.team == TEAM else "other-nurse"],
                owner_id=None,
                seen_seq=seq,
                handled_seq=seq,
                at=stage.ago(hours * 60 - 50),
            )


def _steps(stage: Stage, story: Story, conversation: Conversation) -> Iterator[Handling]:
    """Who of the team has it now. Such a step stands between the last words and now."""
    for step in STEPS:
        if step.letter == story.letter:
            closes = step.did is Did.CLOSE
            yield Handling(
                conversation_id=conversation.id,
                number=0,
                did=step.did,
                by_id=stage.ids[step.by],
                owner_id=None if closes else stage.ids[step.by],
                seen_seq=conversation.last_seq,
                handled_seq=conversation.last_seq if closes else 0,
                snoozed_until=stage.local(1, 8) if step.did is Did.SNOOZE else None,
                is_closed=closes,
                at=stage.ago(step.minutes),
            )


def _marker(stage: Stage, conversation: Conversation, who: UUID, seq: int) -> ReadMarker:
    read_at: datetime = stage.ago(1)
    return ReadMarker(conversation_id=conversation.id, person_id=who, seq=seq, read_at=read_at)
