"""Reads what patients write: which effects and red flags are there, and which words say so.

Explainable: the phrases of lexicon.toml find mentions; rules about what stands around them decide
whether each is present, negated, or other (over, another person, a question, another meaning).
English and Spanish. It finds things for people to look at; what it misses a person still reads.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal.symptoms.spelling import Plain, plain_text
from portal.symptoms.surroundings import Span, Status, Surroundings

RED_FLAG = "red_flag"
LEXICON = Path(__file__).with_name("lexicon.toml")

MANY = 12
"""So many mentions of one thing are noise; those beyond count as present, unweighed."""

_GAP = r"(?:[\\w']+ ){0,3}"


@dataclass(frozen=True, slots=True)
class Mention:
    """`what` is an effect's code or `red_flag`; `start` and `end` count characters of the text."""

    what: str
    status: Status
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Phrases:
    present: re.Pattern[str]
    other: re.Pattern[str]

    def spans(self, text: str) -> Iterator[Span]:
        """Where the phrases stand, without those that mean something else."""
        covered = [found.span() for found in self.other.finditer(text)]
        passed = 0
        for found in self.present.finditer(text):
            start, end = found.span()
            while passed < len(covered) and covered[passed][1] <= start:
                passed += 1
            if passed == len(covered) or covered[passed][0] >= end:
                yield start, end


def read(text: str) -> list[Mention]:
    """Every mention, in reading order; none in an empty text."""
    plain = plain_text(text)
    spans = {what: list(phrases.spans(plain.text)) for what, phrases in _lexicon().items()}
    effects = sorted(span for what, found in spans.items() if what != RED_FLAG for span in found)
    surroundings = Surroundings(plain.text, effects)
    mentions = [
        _mention(text, plain, what, span, surroundings.status(span, what) if i < MANY else None)
        for what, found in spans.items()
        for i, span in enumerate(found)
    ]
    return sorted(mentions, key=lambda mention: (mention.start, mention.end))


def flags(text: str) -> list[str]:
    """What is present, each once, in the order of the lexicon."""
    present = {mention.what for mention in read(text) if mention.status is Status.PRESENT}
    return [what for what in _lexicon() if what in present]


def _mention(text: str, plain: Plain, what: str, span: Span, status: Status | None) -> Mention:
    start, end = plain.origin(*span)
    return Mention(what, status or Status.PRESENT, start, end, text[start:end])


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, _Phrases]:
    entries = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    words: dict[str, str] = entries.pop("words")
    return {
        what: _Phrases(_any_of(entry["present"], words), _any_of(entry["not"], words))
        for what, entry in entries.items()
    }


def _any_of(phrases: list[str], words: Mapping[str, str]) -> re.Pattern[str]:
    either = "|".join(spelled_out(phrase, words) for phrase in phrases)
    return re.compile(rf"(?<![\w'])(?=[\w:])(?:{either})(?![\w'])")


def spelled_out(phrase: str, words: Mapping[str, str]) -> str:
    """A phrase of the lexicon as a regular expression: `~` and `{name}` replaced."""
    named = re.sub(r"\{([a-z_]+)\}", lambda name: words[name[1]], phrase)
    return re.sub(r" ~ ", f" {_GAP}", named)
