"""A second voice, which only adds: where the lexicon says nothing, other people's words may.

For each effect and for danger a linear model over words, pairs and triples of words, each marked
when it is denied. It was taught with texts written for this project (`bench/hunches.py` is the
recipe, `bench/texts` the texts). Its weights are a list that can be read, and the words that weigh
most are its reason.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import maxsize

from portal.symptoms.phrases import Span

WEIGHTS = Path(__file__).with_name("hunches.tsv")
# In tenths of the logarithm of the odds: 0 is as likely as not, 11 is three in four. Chosen on
# texts that were set aside: danger may be wrong more often than an effect.
LEAST = {"red_flag": 0}
LEAST_FOR_EFFECTS = 11
REACH = 6
"""Words that a denial reaches across."""
MOST_WORDS = 40
"""What it was taught with is no longer; a longer text is heard sentence by sentence."""

_TOKEN = re.compile(r":\w+:|[\w']+|[.!?;\n]")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_ENDS = frozenset(".!?;\n")
_TURNS = frozenset({"but", "though", "however", "pero", "aunque"})
_DENIALS = frozenset(
    {"no", "not", "never", "without", "dont", "didnt", "doesnt", "isnt", "wasnt", "wont", "havent"}
    | {"hasnt", "cant", "zero", "nor", "none", "neither", "denies", "sin", "ni", "nunca", "nada"}
    | {"cero"}
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Hunch:
    """`span` counts characters of the plain text: the words that weighed most."""

    what: str
    span: Span


@dataclass(frozen=True, slots=True)
class Model:
    """`weights`: of each feature, in tenths, for each of `whats`; negative ones speak against."""

    whats: tuple[str, ...]
    biases: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]


@cache
def model() -> Model:
    head, biases, *lines = WEIGHTS.read_text().splitlines()
    rows = (line.split("\t") for line in lines)
    return Model(
        tuple(head.split("\t")[1:]),
        tuple(map(int, biases.split("\t")[1:])),
        {name: tuple(map(int, weights)) for name, *weights in rows},
    )


def hunches(plain: str, but: Collection[str] = ()) -> list[Hunch]:
    """What may be there, other than what is named in `but`, each once."""
    found: dict[str, Hunch] = {}
    for there in _pieces(plain):
        for hunch in _heard(there, {*but, *found}):
            found[hunch.what] = hunch
    return list(found.values())


def features(plain: str, start: int = 0, end: int = maxsize) -> dict[str, Span]:
    """Words, pairs, triples and pairs with a gap between these places of the text, with where each
    first stands."""
    found: dict[str, Span] = {}
    keep = found.setdefault
    one = two = ""
    first = second = denied = 0
    for token in _TOKEN.finditer(plain, start, end):
        word = token[0]
        if word in _ENDS:
            one, two, denied = "", "", 0
            continue
        if word in _TURNS:
            denied = 0
        if word[0].isdigit():
            word = _DIGITS.sub("0", word)
        mark = "not: " if denied else ""
        here, until = token.span()
        keep(f"{mark}{word}", (here, until))
        if two:
            keep(f"{mark}{two} {word}", (second, until))
        if one:
            keep(f"{mark}{one} {two} {word}", (first, until))
            keep(f"{mark}{one} _ {word}", (first, until))
        one, first, two, second = two, second, word, here
        denied = REACH if word in _DENIALS else max(0, denied - 1)
    return found


def _pieces(plain: str) -> Iterator[dict[str, Span]]:
    """The features of a text of usual length whole, then of each of its sentences, so that what one
    says alone is not quieted by the others; of a longer one only those of its sentences."""
    sentences = [features(plain, *found.span()) for found in _SENTENCE.finditer(plain)]
    if len(sentences) > 1 and plain.count(" ") < MOST_WORDS:
        whole: dict[str, Span] = {}
        for sentence in sentences:
            whole |= sentence | whole  # what was said before stands where it was said first
        yield whole
    yield from sentences


def _heard(there: dict[str, Span], but: Collection[str]) -> Iterator[Hunch]:
    taught = model()
    known = filter(None, map(taught.weights.get, there))
    for number, total in enumerate(map(sum, zip(taught.biases, *known, strict=True))):
        what = taught.whats[number]
        if total >= LEAST.get(what, LEAST_FOR_EFFECTS) and what not in but:
            yield Hunch(what, _reason(there, number))


def _reason(there: dict[str, Span], number: int) -> Span:
    """Where the feature stands that weighs most; of those that weigh alike the longest."""
    weights = model().weights
    best = max(there, key=lambda name: (weights[name][number] if name in weights else 0, len(name)))
    return there[best]
