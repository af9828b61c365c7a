"""What was understood from somebody's words, as it is kept and judged: plain data.

`found` is what the rules see: the effects that are there, for overdose and red flags the kind, and
what must be known before a dose (pregnant, nursing).
`marks` say which words led there. What cannot be read (another script or language, noise) is
`unread`: nothing found in it means nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.symptoms.reader import CONDITIONS, RED_FLAG, Mention, read_plain
from portal.symptoms.spelling import LISTS, plain_text
from portal.symptoms.surroundings import Status
from portal.symptoms.vocabulary import Effect

KINDS = ("danger", "self_harm", "too_much", "addiction", "no_fluids", "hunch", *CONDITIONS)
CODES = (*(effect.value for effect in Effect), *KINDS)

FEWEST_WORDS = 6
LEAST_KNOWN = 0.12
FEWEST_FOREIGN = 3
MOST_FOREIGN = 0.2

_KNOWN = frozenset(f"{LISTS['everyday']} {LISTS['todos_los_dias']}".split())
_WORD = re.compile(r"[a-z']{2,}")
_LONG = re.compile(r"[a-z]{41}")
_FOREIGN = re.compile(r"[^\W\d_a-z]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that led to `what`; `start` and `end` count characters of the text."""

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understood:
    found: tuple[str, ...]
    marks: tuple[Mark, ...]
    unread: bool

    @property
    def is_quiet(self) -> bool:
        """Nothing was found, and there was nothing that could not be read."""
        return not self.found and not self.unread

    def words(self, text: str, what: str) -> list[str]:
        """What was written about it, each once, in the writer's own words."""
        return list(dict.fromkeys(text[m.start : m.end] for m in self.marks if m.what == what))

    def as_json(self) -> str:
        marks = [[mark.what, mark.start, mark.end] for mark in self.marks]
        return json.dumps({"found": self.found, "marks": marks, "unread": self.unread})


QUIET = Understood((), (), unread=False)


def understood(text: str) -> Understood:
    plain = plain_text(text)
    mentions = read_plain(plain)
    unread = plain.is_cut or _is_foreign_or_noise(plain.text, bool(mentions))
    present = [mention for mention in mentions if mention.status is Status.PRESENT]
    if not present:
        return Understood((), (), unread) if unread else QUIET
    marks = tuple(mark for mention in present for mark in _marks(mention))
    there = {mark.what for mark in marks}
    found = tuple(what for what in CODES if what in there)
    return Understood(found, marks, unread)


def from_json(text: str) -> Understood:
    data = json.loads(text)
    marks = tuple(Mark(*mark) for mark in data["marks"])
    return Understood(tuple(data["found"]), marks, data["unread"])


def pieces(text: str, marks: Iterable[Mark]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it led to something; together they are the text."""
    ends = sorted({(mark.start, mark.end) for mark in marks})
    found: list[tuple[str, bool]] = []
    at = 0
    for start, end in ends:
        start = max(start, at)
        if start >= min(end, len(text)):
            continue
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [part for part in [*found, (text[at:], False)] if part[0]]


def _marks(mention: Mention) -> Iterator[Mark]:
    if mention.what != RED_FLAG:
        yield Mark(mention.what, mention.start, mention.end)
    if mention.kind in KINDS:
        yield Mark(mention.kind, mention.start, mention.end)


def _is_foreign_or_noise(plain: str, is_found: bool) -> bool:
    if _LONG.search(plain):
        return True
    if not plain.isascii() and _is_foreign(plain):
        return True
    if is_found:
        return False
    words = _WORD.findall(plain)
    return (
        len(words) >= FEWEST_WORDS
        and sum(map(_KNOWN.__contains__, words)) < len(words) * LEAST_KNOWN
    )


def _is_foreign(plain: str) -> bool:
    foreign = len(_FOREIGN.findall(plain))
    return foreign >= FEWEST_FOREIGN and foreign > len(plain) * MOST_FOREIGN
