"""Reads what patients write: which effects and red flags are there, and which words say so.

Explainable: the phrases of lexicon.toml find mentions; rules about what stands around them decide
whether each is present, negated, or other (over, another person, a question, another meaning).
English and Spanish. It finds things for people to look at; what it misses a person still reads.
"""

from dataclasses import dataclass
from itertools import islice

from portal.symptoms.hunches import Hunch, hunches
from portal.symptoms.phrases import Entry, Span, lexicon
from portal.symptoms.pregnancy import told_now
from portal.symptoms.spelling import Plain, plain_text
from portal.symptoms.surroundings import Status, Surroundings

RED_FLAG = "red_flag"
HUNCH = "hunch"
"""The kind of a red flag that no phrase says, but the words together."""
CONDITIONS = ("pregnancy", "nursing")
"""Neither effects nor red flags: what the prescriber must know before the next dose."""

MANY = 12
"""So many mentions of one thing are noise; those beyond count as present, unweighed."""
MOST = 40
"""After so many mentions of one thing no more are looked for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`what` is an effect's code, `red_flag` or one of CONDITIONS, `kind` which of its lists in the
    lexicon said so; `start` and `end` count characters of the text."""

    what: str
    kind: str
    status: Status
    start: int
    end: int
    words: str


def read(text: str) -> list[Mention]:
    """Every mention, in reading order; none in an empty text."""
    return read_plain(plain_text(text))


def read_plain(plain: Plain) -> list[Mention]:
    mentions = _weighed(plain)
    # What the lexicon has found it has also weighed; only danger that it calls none is heard again.
    but = {one.what for one in mentions if one.what != RED_FLAG or one.status is Status.PRESENT}
    heard = {_heard(plain, hunch) for hunch in hunches(plain.text, but)}
    return sorted(mentions | heard, key=_place)


def _weighed(plain: Plain) -> set[Mention]:
    """What the phrases of the lexicon find, and what their surroundings make of it."""
    found = [
        (entry, list(islice(entry.spans(plain.text), MOST)))
        for entry in lexicon().possible(plain.text)
    ]
    if not any(spans for _, spans in found):
        return set()
    no_effects = {RED_FLAG, *CONDITIONS}
    effects = sorted(
        span for entry, spans in found if entry.what not in no_effects for span in spans
    )
    surroundings = Surroundings(plain.text, effects)
    return {
        _mention(plain, entry, span, _status(surroundings, entry, span, i))
        for entry, spans in found
        for i, span in enumerate(spans)
    }


def _place(mention: Mention) -> tuple[int, int, str, str, str]:
    return mention.start, mention.end, mention.what, mention.kind, mention.status


def flags(text: str) -> list[str]:
    """Effects and red flags that are present, each once, in the order of the lexicon."""
    present = {mention.what for mention in read(text) if mention.status is Status.PRESENT}
    return [what for what in lexicon().names if what in present - {*CONDITIONS}]


def _status(around: Surroundings, entry: Entry, span: Span, number: int) -> Status:
    if number >= MANY:
        return Status.PRESENT
    if entry.what in CONDITIONS:
        return told_now(around, span, entry.kind)
    return around.status(span, entry.what)


def _heard(plain: Plain, hunch: Hunch) -> Mention:
    start, end = plain.origin(*hunch.span)
    kind = HUNCH if hunch.what == RED_FLAG else ""
    return Mention(hunch.what, kind, Status.PRESENT, start, end, plain.original[start:end])


def _mention(plain: Plain, entry: Entry, span: Span, status: Status) -> Mention:
    start, end = plain.origin(*span)
    words = plain.original[start:end]
    return Mention(entry.what, entry.kind, status, start, end, words)
