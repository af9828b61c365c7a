"""Reads what patients write: which effects and red flags are there, and which words say so.

Explainable: the phrases of lexicon.toml find mentions; rules about what stands around them decide
whether each is present, negated, or other (over, another person, a question, another meaning).
English and Spanish. It finds things for people to look at; what it misses a person still reads.
"""

from dataclasses import dataclass
from itertools import islice

from portal.symptoms.phrases import Span, lexicon
from portal.symptoms.spelling import Plain, plain_text
from portal.symptoms.surroundings import Status, Surroundings

RED_FLAG = "red_flag"

MANY = 12
"""So many mentions of one thing are noise; those beyond count as present, unweighed."""
MOST = 40
"""After so many mentions of one thing no more are looked for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`what` is an effect's code or `red_flag`; `start` and `end` count characters of the text."""

    what: str
    status: Status
    start: int
    end: int
    words: str


def read(text: str) -> list[Mention]:
    """Every mention, in reading order; none in an empty text."""
    plain = plain_text(text)
    possible = lexicon().possible(plain.text)
    found = {entry.what: list(islice(entry.spans(plain.text), MOST)) for entry in possible}
    if not any(found.values()):
        return []
    effects = sorted(span for what, each in found.items() if what != RED_FLAG for span in each)
    surroundings = Surroundings(plain.text, effects)
    mentions = [
        _mention(text, plain, what, span, surroundings.status(span, what) if i < MANY else None)
        for what, each in found.items()
        for i, span in enumerate(each)
    ]
    return sorted(mentions, key=lambda mention: (mention.start, mention.end))


def flags(text: str) -> list[str]:
    """What is present, each once, in the order of the lexicon."""
    present = {mention.what for mention in read(text) if mention.status is Status.PRESENT}
    return [what for what in lexicon().names if what in present]


def _mention(text: str, plain: Plain, what: str, span: Span, status: Status | None) -> Mention:
    start, end = plain.origin(*span)
    return Mention(what, status or Status.PRESENT, start, end, text[start:end])
