"""Makes a text comparable: lower case, no accents, faces in words, common typos mended.

Every character of the plain text can be followed to where it came from, so that the patient's own
words can be shown for what was found.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

FACES = {
    "🤮": ":vomits:",
    "🤢": ":nauseated:",
    "😰": ":anxious:",
    "😱": ":anxious:",
    "😨": ":anxious:",
    "😵": ":foggy:",
    "🥴": ":foggy:",
    "🔪": ":knife:",
}
# Curly and slanted quotes, and long dashes, by their code points.
QUOTES = dict.fromkeys(map(chr, (0x2018, 0x2019, 0xB4, 0x60)), "'") | {
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
}

LISTS: dict[str, str] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
CORE: frozenset[str] = frozenset(LISTS["core"].split())
REAL: frozenset[str] = frozenset(LISTS["real"].split())

HURRIED: dict[str, str] = dict(pair.split() for pair in LISTS["hurried"].split("|"))

SHORTEST, LONGEST = 4, 18
TWO_SLIPS_FROM = 6
MOST_SIGNS = 16_384
MOST_READ = 16_000
"""Far more than any message has: only thousands of faces, said in words, get so long."""
LONGEST_SIGN = 3
"""Some signs of other scripts unfold into whole sentences."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_CONTRACTED = re.compile(r"(?<=\w)'(?=(?:t|s|m|ve|re)\b)|(?<=s)'(?= )")


_SAME_SIGNS = re.compile(r"([\W_])\1+")
_SPACES = re.compile(r"[ \n]{2,}")


@dataclass(frozen=True)
class Plain:
    """A text made comparable, and what it was made from; `is_cut` when it was far too long."""

    text: str
    original: str
    is_cut: bool = False

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text behind `text[start:end]`."""
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def _places(self) -> Sequence[int]:
        """Where each character came from: only a text in which something is found needs it."""
        return _followed(self.original)


def plain_text(text: str) -> Plain:
    signs = _SAME_SIGNS.sub(r"\1", text).translate(_SIGNS)
    spaced = _SPACES.sub(_space, signs[:MOST_READ])
    plain = _CONTRACTED.sub("", spaced) if "'" in spaced else spaced
    words = _WORD.findall(plain)
    if list(map(mend, words)) != words:
        plain = _WORD.sub(_mended, plain)
    return Plain(plain, text, len(signs) > MOST_READ)


def _space(spaces: re.Match[str]) -> str:
    """One space; a new line, which ends a sentence, if there is one among them."""
    return "\n" if "\n" in spaces[0] else " "


def _mended(word: re.Match[str]) -> str:
    return mend(word[0])


def _followed(text: str) -> Sequence[int]:
    """The steps of `plain_text` one sign at a time, noting where each one stood."""
    signs: list[str] = []
    places: list[int] = []
    before = ""
    for place, sign in enumerate(text):
        if sign == before and not sign.isalnum():
            continue
        before = sign
        if len(signs) > MOST_READ:
            break
        for plain in _SIGNS[ord(sign)]:
            if plain in " \n" and signs and signs[-1] in " \n":
                signs[-1] = max(signs[-1], plain, key="\n".__eq__)
                continue
            signs.append(plain)
            places.append(place)
    plain_signs, places = _uncontracted("".join(signs), places)
    words = ((found.span(), mend(found[0]), found[0]) for found in _WORD.finditer(plain_signs))
    changes = [(span, mended) for span, mended, word in words if mended != word]
    return _replaced(plain_signs, places, changes)[1]


def _plain_sign(sign: str) -> str:
    if sign.isascii() and (sign.isprintable() or sign == "\n"):
        return QUOTES.get(sign, sign.lower())
    if sign in FACES:
        return f" {FACES[sign]} "
    if sign in QUOTES:
        return QUOTES[sign]
    if sign == "\r":
        return "\n"
    return " " if sign.isspace() else _unfolded(sign)


def _unfolded(sign: str) -> str:
    """Without accents and invisible marks; a picture ends a thought."""
    category = unicodedata.category(sign)
    if category == "So":
        return " . "
    if category in {"Cf", "Cc"}:
        return ""
    letters = unicodedata.normalize("NFKD", sign.lower())[:LONGEST_SIGN]
    if letters.isalpha():
        return letters
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


class _Signs(dict[int, str]):
    """What `str.translate` asks for, remembered up to a limit."""

    def __missing__(self, code: int) -> str:
        plain = _plain_sign(chr(code))
        if len(self) < MOST_SIGNS:
            self[code] = plain
        return plain


_SIGNS = _Signs()


def _uncontracted(text: str, places: list[int]) -> tuple[str, list[int]]:
    """`can't` as `cant`, the way many write it anyway."""
    return _replaced(text, places, [(found.span(), "") for found in _CONTRACTED.finditer(text)])


def _replaced(
    text: str, places: list[int], changes: list[tuple[tuple[int, int], str]]
) -> tuple[str, list[int]]:
    parts: list[str] = []
    kept: list[int] = []
    last = 0
    for (start, end), new in changes:
        parts += text[last:start], new
        kept += places[last:start]
        if new:
            kept += [places[min(start + i, end - 1)] for i in range(len(new) - 1)]
            kept.append(places[end - 1])
        last = end
    return "".join([*parts, text[last:]]), [*kept, *places[last:]]


@lru_cache(maxsize=16_384)
def mend(word: str) -> str:
    """The core word that this is a slip of; else the word, not stretched out."""
    short = _STRETCHED.sub(r"\1", word)
    if short in HURRIED:
        return HURRIED[short]
    if not SHORTEST <= len(short) <= LONGEST or short[0] not in _BY_INITIAL:
        return short
    if short in REAL or short in CORE:
        return short
    return next((core for core in _candidates(short) if _is_slip(short, core)), short)


def _is_slip(word: str, core: str) -> bool:
    """One slip; in long words two, when only vowels and doubled letters went wrong."""
    slips = distance(word, core, 2)
    return slips <= 1 or (
        slips == 2
        and min(len(word), len(core)) >= TWO_SLIPS_FROM
        and _skeleton(word) == _skeleton(core)
    )


def _skeleton(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouy]", "", word))


def _candidates(word: str) -> list[str]:
    """Core words with the same first letter and mostly the same others."""
    letters = _letters(word)
    found = [
        core
        for core, others in _BY_INITIAL[word[0]]
        if abs(len(core) - len(word)) <= 2 and (letters ^ others).bit_count() <= 4
    ]
    return sorted(found, key=lambda core: (abs(len(core) - len(word)), core))


def _letters(word: str) -> int:
    """The set of a word's letters, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits


def distance(one: str, other: str, limit: int) -> int:
    """Slips between two words: a letter too many, missing, wrong, or two swapped."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        previous, row = row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (sign != wanted))
            if before and j > 1 and sign == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]


_BY_INITIAL: dict[str, list[tuple[str, int]]] = {}
for _word in CORE:
    _BY_INITIAL.setdefault(_word[0], []).append((_word, _letters(_word)))
