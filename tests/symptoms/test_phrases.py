"""The quick way to look for phrases finds what the plain way finds: all of them joined by `|`."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reader import read_rows
from portal.symptoms.literals import alternatives, clauses
from portal.symptoms.phrases import Entry, Phrase, Span, lexicon
from portal.symptoms.spelling import plain_text

HERE = Path(__file__).parent
# Texts that may not be in this repository can be named when the tests are run.
ELSEWHERE = os.environ.get("READER_TEXTS", "")
FILES = [HERE / f"{name}.jsonl" for name in ("authored", "held_out", "red_flags", "strangers")]
TEXTS = [row["text"] for path in FILES for row in read_rows(path)]


Name = tuple[str, str, str]


@cache
def joined(name: Name, part: str) -> re.Pattern[str]:
    phrases: Sequence[Phrase] = getattr(BY_NAME[name], part)
    either = "|".join(phrase.expression for phrase in phrases)
    return re.compile(rf"(?<![\w'])(?=[\w:])(?:{either})(?![\w'])")


def name_of(entry: Entry) -> Name:
    return entry.what, entry.kind, entry.says


BY_NAME = {name_of(entry): entry for entry in lexicon().entries}


def slowly(name: Name, text: str) -> Iterator[Span]:
    covered = [found.span() for found in joined(name, "other").finditer(text)]
    for found in joined(name, "present").finditer(text):
        start, end = found.span()
        if not any(first < end and start < last for first, last in covered):
            yield start, end


def quickly(text: str) -> dict[Name, list[Span]]:
    found = {name_of(entry): list(entry.spans(text)) for entry in lexicon().possible(text)}
    return {name: spans for name, spans in found.items() if spans}


def same(text: str, names: Sequence[Name]) -> None:
    plain = plain_text(text).text
    wanted = {name: list(slowly(name, plain)) for name in names}
    found = quickly(plain)
    assert {name: found.get(name, []) for name in names} == wanted, text


def jumbled(texts: Sequence[str], count: int) -> list[str]:
    """Their words in another order, always the same one."""
    words = sorted((word for text in texts for word in text.split()), key=_scattered)
    return [" ".join(words[start::count][:20]) for start in range(count)]


def _scattered(word: str) -> bytes:
    return sha256(word.encode()).digest()


def test_every_text_and_its_words_in_any_order_are_found_alike() -> None:
    lists = [name for name, entry in BY_NAME.items() if not entry.says]
    for text in [*TEXTS, *jumbled(TEXTS, 400), *texts_from_elsewhere()]:
        same(text, lists)


def test_families_are_found_alike_in_some_texts() -> None:
    """Trying each of their ways takes a quarter of a second for each text."""
    families = [name for name, entry in BY_NAME.items() if entry.says]
    for text in [*TEXTS[::70], *jumbled(TEXTS, 400)[::40]]:
        same(text, families)


def texts_from_elsewhere() -> list[str]:
    """More, where READER_TEXTS names a file of them."""
    if not ELSEWHERE:
        return []
    texts = [row["text"] for row in read_rows(Path(ELSEWHERE))]
    return [*texts, *jumbled(texts, 2_000)]


def test_a_message_about_something_else_calls_no_phrase() -> None:
    quiet = ["See you on Tuesday at ten.", "Gracias por la visita de ayer.", "Is the car here?"]
    assert [lexicon().possible(plain_text(text).text) for text in quiet] == [[], [], []]


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("nausea", [{"^nausea$"}]),
        (r"nause(?:a|ous)", [{"^nause"}, {"a$", "ous$"}]),
        (r"(?:\w+ ){0,2}slept", [{"^slept$"}]),
        (r"(?:cold|warm) sweat", [{"^sweat$"}, {"^cold$", "^warm$"}]),
        (r"blue (?:lips )?(?!moon)skin", [{"^blue$"}, {"^skin$"}]),
        (r"pills?", [{"^pill"}]),
        (r"(?:un)?well-kept", [{"well$"}, {"^kept$"}]),
        (r"[ab]c+d{2}", [{"c"}, {"d"}]),
        (r"(?:\w+|sick)", []),
    ],
)
def test_a_phrase_needs_what_every_match_of_it_holds(
    expression: str, needed: list[set[str]]
) -> None:
    assert {frozenset(each) for each in needed} == set(clauses(expression))


@given(st.sampled_from([phrase for entry in lexicon().entries for phrase in entry.present]))
@settings(max_examples=40)
def test_phrases_are_taken_apart_only_outside_their_groups(phrase: Phrase) -> None:
    assert alternatives(phrase.expression) == [phrase.expression]
    assert alternatives(f"{phrase.expression}|(?:a|b)") == [phrase.expression, "(?:a|b)"]


@given(st.text(alphabet="can't NAUSEAé\u0301\u200b_🤮🤢😀’' \n\tß", max_size=40))
def test_every_sign_of_a_plain_text_can_be_followed_back(text: str) -> None:
    plain = plain_text(text)
    ends = [plain.origin(i, i + 1) for i in range(len(plain.text))]
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(text) for start, end in ends)
