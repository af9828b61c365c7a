"""The lexicon: what it lists is looked for only where its rarest words stand.

Most messages hold no word of any phrase, and are done after one look at each of their words. Where
some are there, only the phrases that can match are tried; what they find is what all of them joined
into one expression would find: the leftmost, and of those the first in the list.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from portal.symptoms.families import Family, families
from portal.symptoms.literals import Clause, alternatives, clauses

LEXICON = Path(__file__).with_name("lexicon.toml")

Span = tuple[int, int]

_GAP = r"(?:[\\w']+ ){0,3}"
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, eq=False)
class Phrase:
    """One way to say it; `place` is its place in the list, and `needs` what it cannot be without,
    the rarest first."""

    expression: str
    place: int
    needs: tuple[Clause, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w'])(?=[\w:])(?:{self.expression})(?![\w'])")

    def is_in(self, text: str) -> bool:
        return self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said for one kind of one thing, and what only looks like it; `says`: its family."""

    what: str
    kind: str
    present: Sequence[Phrase]
    other: Sequence[Phrase]
    says: str = ""

    def spans(self, text: str) -> Iterator[Span]:
        """Where its phrases stand, without those that mean something else."""
        covering = _joined(self.other, text)
        covered: Span | None = (0, 0)
        for start, end in _joined(self.present, text):
            while covered is not None and covered[1] <= start:
                covered = next(covering, None)
            if covered is None or covered[0] >= end:
                yield start, end


@dataclass(frozen=True, slots=True)
class _Met:
    """What one word is enough for: the clauses it meets, and the phrases of which it meets the
    rarest."""

    clauses: tuple[Clause, ...]
    present: tuple[Phrase, ...]
    other: tuple[Phrase, ...]


class Lexicon:
    """All entries, with an index from the rarest words of each phrase to the phrase."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.names = list(dict.fromkeys(entry.what for entry in entries))
        self._number_of = {
            phrase: number for number, entry in enumerate(entries) for phrase in entry.present
        }
        present = [phrase for entry in entries for phrase in entry.present]
        other = {phrase for entry in entries for phrase in entry.other}
        self._present = _index(present)
        self._other = _index(other)
        self._clauses = _by_letters(
            {need for phrase in (*present, *other) for need in phrase.needs}
        )
        self._longest = max(map(len, self._clauses))
        # It forgets words that were not seen for long: nobody's text can fill the memory.
        self._met = lru_cache(maxsize=16_384)(self._met_by)

    def possible(self, text: str) -> list[Entry]:
        """The entries of which a phrase matches in a plain text, with the phrases that may."""
        met = [self._met(word) for word in set(_WORD.findall(text))]
        called = set().union(*[each.present for each in met])
        if not called:
            return []
        has = set().union(*[each.clauses for each in met]).issuperset
        present = [phrase for phrase in called if has(phrase.needs) and phrase.is_in(text)]
        if not present:
            return []
        indexed = set().union(*[each.other for each in met])
        return list(self._narrowed(present, {phrase for phrase in indexed if has(phrase.needs)}))

    def _narrowed(self, present: Iterable[Phrase], other: set[Phrase]) -> Iterator[Entry]:
        some: dict[int, list[Phrase]] = {}
        for phrase in present:
            some.setdefault(self._number_of[phrase], []).append(phrase)
        for number in sorted(some):
            entry = self.entries[number]
            covering = other.intersection(entry.other)
            yield Entry(entry.what, entry.kind, some[number], list(covering), entry.says)

    def _met_by(self, word: str) -> _Met:
        marked = f"^{word}$"
        parts = {
            marked[start:end]
            for start in range(len(marked))
            for end in range(start + 1, min(len(marked), start + self._longest) + 1)
        }
        clauses = {clause for part in parts for clause in self._clauses.get(part, ())}
        return _Met(
            tuple(clauses),
            tuple({phrase for clause in clauses for phrase in self._present.get(clause, ())}),
            tuple({phrase for clause in clauses for phrase in self._other.get(clause, ())}),
        )


def _index(phrases: Iterable[Phrase]) -> dict[Clause, list[Phrase]]:
    """By the rarest of what they need."""
    found: dict[Clause, list[Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.needs[0], []).append(phrase)
    return found


def _by_letters(needed: Iterable[Clause]) -> dict[str, list[Clause]]:
    found: dict[str, list[Clause]] = {}
    for clause in needed:
        for letters in clause:
            found.setdefault(letters, []).append(clause)
    return found


def _joined(phrases: Iterable[Phrase], text: str) -> Iterator[Span]:
    """What the phrases joined by `|` would find, one after the other."""
    found = {phrase: phrase.pattern.search(text) for phrase in phrases}
    while there := {phrase: match for phrase, match in found.items() if match is not None}:
        first = min(there, key=lambda phrase: (there[phrase].start(), phrase.place))
        start, end = there[first].span()
        yield start, end
        found = {
            phrase: match if match.start() >= end else phrase.pattern.search(text, end)
            for phrase, match in there.items()
        }


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The one that ships, read at its first use."""
    data = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    words: dict[str, str] = data.pop("words")
    other = {what: _phrases(_ways(kinds.pop("not"), words)) for what, kinds in data.items()}
    listed = [
        Entry(what, kind, _phrases(_ways(lines, words)), other[what])
        for what, kinds in data.items()
        for kind, lines in kinds.items()
    ]
    return Lexicon([*listed, *(e for each in families(words) for e in _entries(each, other))])


def _entries(family: Family, other: Mapping[str, tuple[Phrase, ...]]) -> Iterator[Entry]:
    """One for each flag that the family raises."""
    but_not = _phrases(family.but_not)
    for flag in family.flags:
        what, _, kind = flag.partition(".")
        ways, not_so = _phrases(family.ways), (*other[what], *but_not)
        yield Entry(what, kind or "present", ways, not_so, family.says)


def _ways(lines: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [way for line in lines for way in alternatives(spelled_out(line, words))]


def _phrases(ways: Iterable[str]) -> tuple[Phrase, ...]:
    return tuple(Phrase(each, place, _needs(each)) for place, each in enumerate(ways))


def _needs(expression: str) -> tuple[Clause, ...]:
    found = clauses(expression)
    if not found:
        # It would be looked for in every message.
        raise ValueError(f"this phrase names no word to look for: {expression}")
    return tuple(map(_the_one, found))


@cache
def _the_one(clause: Clause) -> Clause:
    """Equal clauses as one object, so that comparing them never looks into them."""
    return clause


def spelled_out(phrase: str, words: Mapping[str, str]) -> str:
    """A phrase of the lexicon as a regular expression: `~` and `{name}` replaced."""
    named = re.sub(r"\{([a-z_]+)\}", lambda name: words[name[1]], phrase)
    return re.sub(r" ~ ", f" {_GAP}", named)
