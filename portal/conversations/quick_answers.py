"""Answers to press instead of typing, where the team's last words ask for one of a few. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from portal import clock
from portal.conversations.queries import Line
from portal.languages import N_

BETTER_OR_WORSE = (N_("Better"), N_("The same"), N_("Worse"))
YES_OR_NO = (N_("Yes"), N_("No"), N_("Not sure"))
# A question of last week is not answered by a word.
ASKED_LATELY = timedelta(hours=24)

_SENTENCES = re.compile(r"[^.!?\n]+[.!?\n]*")
_BETTER = re.compile(r"\b(?:better or worse|worse or better|mejor o peor|peor o mejor)\b")
_ASKS_YES_OR_NO = re.compile(
    r"(?:am|is|are|was|were|do|does|did|have|has|had|can|could|should|may|shall)\b"
)
# What asks for more than yes or no, whatever it begins with.
_ASKS_MORE = re.compile(
    r"\b(?:or|how|what|when|where|which|who|whose|why)\b"
    r"|\byou (?:please |also )?"
    r"(?:ask|call|describe|give|let|measure|ring|send|show|take|tell|write)\b"
)


@dataclass(frozen=True, slots=True)
class QuickAnswers:
    """Of one question. All are sent under one `client_id`: a question is answered once."""

    conversation_id: UUID
    client_id: UUID
    answers: Sequence[str]


def quick_answers(lines: Sequence[Line]) -> QuickAnswers | None:
    """`lines` are the newest of a conversation, oldest first; None where words are needed."""
    if not lines:
        return None
    last = lines[-1]
    is_lately = last.sent_at > clock.now() - ASKED_LATELY
    if last.side != "team" or last.is_withdrawn or not is_lately:
        return None
    answers = answers_to(last.body)
    if not answers:
        return None
    return QuickAnswers(last.conversation_id, uuid5(last.id, "quick answer"), answers)


def answers_to(words: str) -> Sequence[str]:
    """The few answers to the question that the words end with; none where it asks for more."""
    sentences = _SENTENCES.findall(words.strip().lower())
    last = sentences[-1].strip() if sentences else ""
    if not last.endswith("?"):
        return ()
    if _BETTER.search(last):
        return BETTER_OR_WORSE
    return YES_OR_NO if _ASKS_YES_OR_NO.match(last) and not _ASKS_MORE.search(last) else ()
