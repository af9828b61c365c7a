"""What must stand in a text before a regular expression can match in it at all.

`clauses` reads an expression of the lexicon and gives sets of letters in a row; a text can hold a
match only when each set has a member in one of its words. `^` and `$` mark the ends of the word. In
doubt there is no clause: what is asked for too little costs time, what is asked too much, a match.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

from portal.symptoms.spelling import LISTS

Clause = frozenset[str]

MOST_CLAUSES = 4
# An expression is looked for by something rarer than these.
EVERYDAY = [*LISTS["everyday"].split(), *LISTS["todos_los_dias"].split()]

_QUANTIFIER = re.compile(r"(?:[?*+]|\{(?P<least>\d*)(?:,\d*)?\})[?+]?")
# A list of words, or of a few such lists: read once, though hundreds of phrases hold it.
_IN_IT = r"(?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+"
_LIST = re.compile(rf"\(\?:{_IN_IT}\)")
_LOOKS = re.compile(r"\(\?(?:[=!]|<[=!])")
_OPENING = re.compile(r"\((?:\?(?::|P<\w+>))?")
# Letters and spaces that stand for themselves, each of them once.
_PLAIN = re.compile(r"[\w' ]+(?![\w' ?*+{])")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")


@dataclass(frozen=True, slots=True)
class _Group:
    branches: list[list["_Item"]]
    is_optional: bool
    text: str = ""
    """What a list of words was read from."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One sign of a word, or with none: a `border` between words, or anything at all."""

    letter: str = ""
    border: bool = False


_Item = _Group | _Sign
_BORDER = _Sign(border=True)
_ANYTHING = _Sign()


def clauses(expression: str) -> tuple[Clause, ...]:
    """The rarest first; none when nothing is sure. Both ends of a match are ends of words."""
    branches = _Reader(expression).branches()
    found = _of_group(branches, True, True)
    return tuple(sorted(set(found), key=lambda clause: (_cost(clause), sorted(clause))))[
        :MOST_CLAUSES
    ]


def alternatives(expression: str) -> list[str]:
    """The expressions that this one joins by `|`, in their order."""
    borders = _Reader(expression).borders()
    starts = [0, *(border + 1 for border in borders)]
    return [expression[a:b] for a, b in zip(starts, [*borders, None], strict=True)]


class _Reader:
    """The part of regular expressions that the lexicon uses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def branches(self) -> list[list[_Item]]:
        found: list[list[_Item]] = [[]]
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                found.append([])
            else:
                found[-1] += self._item()
        self.at += 1
        return found

    def borders(self) -> list[int]:
        """Where `|` stands outside of all groups."""
        found = []
        while self.at < len(self.text):
            if self.text[self.at] == "|":
                found.append(self.at)
                self.at += 1
            else:
                self._item()
        return found

    def _item(self) -> Sequence[_Item]:
        plain = _PLAIN.match(self.text, self.at)
        if plain:
            self.at = plain.end()
            return _signs(plain[0])
        item, is_seen = self._atom()
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return [item] if is_seen else []
        self.at = found.end()
        if found[0][0] in "?*" or found["least"] in {"", "0"}:
            return [_Group(item.branches, True) if isinstance(item, _Group) else _ANYTHING]
        return [item, _ANYTHING]

    def _atom(self) -> tuple[_Item, bool]:
        """An atom, and whether it takes up room: what only looks around does not."""
        sign = self.text[self.at]
        if sign == "(":
            return self._group()
        if sign == "[":
            found = _CLASS.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)
            return _ANYTHING, True
        if sign == "\\":
            self.at += 2
            return _escaped(self.text[self.at - 1])
        self.at += 1
        if sign in ".^$":
            return _ANYTHING, True
        return _sign(sign), True

    def _group(self) -> tuple[_Item, bool]:
        listed = _LIST.match(self.text, self.at)
        if listed:
            self.at = listed.end()
            return _list(listed[0]), True
        looks = _LOOKS.match(self.text, self.at)
        opening = looks or _OPENING.match(self.text, self.at)
        self.at = opening.end() if opening else self.at + 1
        return _Group(self.branches(), False), looks is None


@lru_cache(maxsize=4_096)
def _list(text: str) -> _Group:
    return _Group(_Reader(text[3:-1]).branches(), False, text)


def _escaped(sign: str) -> tuple[_Item, bool]:
    return (_ANYTHING if sign.isalpha() and sign != "n" else _sign(sign)), True


@lru_cache(maxsize=256)
def _sign(sign: str) -> _Sign:
    return _Sign(sign) if sign.isalnum() or sign in "_'" else _BORDER


@lru_cache(maxsize=16_384)
def _signs(letters: str) -> tuple[_Sign, ...]:
    return tuple(map(_sign, letters))


def _of_group(branches: list[list[_Item]], opens: bool, closes: bool) -> list[Clause]:
    each = [_of_branch(branch, opens, closes) for branch in branches]
    if len(each) == 1:
        return each[0]
    if not all(each):
        return []
    return [frozenset().union(*(min(found, key=_cost) for found in each))]


def _of_item(group: _Group, opens: bool, closes: bool) -> list[Clause]:
    if group.text:
        return _of_list(group.text, opens, closes)
    return _of_group(group.branches, opens, closes)


@lru_cache(maxsize=4_096)
def _of_list(text: str, opens: bool, closes: bool) -> list[Clause]:
    return _of_group(_list(text).branches, opens, closes)


def _of_branch(items: list[_Item], opens: bool, closes: bool) -> list[Clause]:
    """`opens` and `closes`: a word surely begins before it, and ends after it."""
    found: list[Clause] = []
    run, at_border = "", opens
    for place, item in enumerate(items):
        if isinstance(item, _Sign) and item.letter:
            run = (run or ("^" if at_border else "")) + item.letter
            at_border = False
            continue
        if run:
            found.append(frozenset({run + ("$" if _begins_with_border(item) else "")}))
            run = ""
        if isinstance(item, _Group):
            rest = items[place + 1 :]
            ends = _begins_with_border(rest[0]) if rest else closes
            if not item.is_optional:
                found += _of_item(item, at_border, ends)
            stays = at_border or not item.is_optional
            at_border = stays and _ends_with_border(item)
        else:
            at_border = item.border
    if run:
        found.append(frozenset({run + ("$" if closes else "")}))
    return found


def _begins_with_border(item: _Item) -> bool:
    if isinstance(item, _Sign):
        return item.border
    return not item.is_optional and all(
        branch and _begins_with_border(branch[0]) for branch in item.branches
    )


def _ends_with_border(item: _Item) -> bool:
    if isinstance(item, _Sign):
        return item.border
    lasts = [branch[-1] if branch else _ANYTHING for branch in item.branches]
    return all(
        not (isinstance(last, _Group) and last.is_optional) and _ends_with_border(last)
        for last in lasts
    )


def _cost(clause: Clause) -> float:
    return sum(map(_frequency, clause))


def _frequency(letters: str) -> float:
    """About how often these letters stand in a word: rough, for it only saves time."""
    return _in_everyday_words()[letters] + 0.4 ** len(letters)


@cache
def _in_everyday_words() -> Counter[str]:
    """In how many of them each run of letters stands."""
    marked = (f"^{word}$" for word in EVERYDAY)
    return Counter(part for word in marked for part in set(_parts(word)))


def _parts(word: str) -> Iterator[str]:
    for start, end in combinations(range(len(word) + 1), 2):
        yield word[start:end]
