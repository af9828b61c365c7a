"""The second voice: it adds where the lexicon is silent, says why, and never takes away."""

import json
import re
from pathlib import Path

import pytest

from portal.symptoms.hunches import MOST_WORDS, features, hunches, model
from portal.symptoms.reader import RED_FLAG, flags, read
from portal.symptoms.spelling import plain_text
from portal.symptoms.surroundings import Status
from portal.symptoms.vocabulary import Effect

HELD_OUT = Path(__file__).with_name("held_out.jsonl")
TAUGHT = Path(__file__).parents[2] / "bench" / "texts"
ENDS = re.compile(r"[.!?;\n]")
CHATTER = "Thanks, the parcel came and I will be in on Tuesday after work. "


def test_it_knows_every_effect_and_danger() -> None:
    taught = model()
    assert set(taught.whats) == {*Effect, RED_FLAG}
    assert {len(weights) for weights in taught.weights.values()} == {len(taught.whats)}


def test_words_are_marked_after_a_denial_until_the_sentence_or_the_thought_ends() -> None:
    there = features("no pain at all. pain now but no fever")
    assert {"not: pain", "pain", "not: fever", "not: pain at", "pain _ but"} <= set(there)
    assert "not: pain now" not in there


def test_each_word_says_where_it_stands() -> None:
    text = "my chest hurts"
    start, end = features(text)["my chest hurts"]
    assert text[start:end] == text


def test_a_quiet_text_gives_no_hunch() -> None:
    assert hunches(plain_text(CHATTER).text) == []


def test_a_sentence_of_danger_is_heard_however_much_stands_around_it() -> None:
    grave = "he is lying there and i cannot get him to wake up and his lips are a funny colour. "
    alone = {hunch.what for hunch in hunches(plain_text(grave).text)}
    text = CHATTER * (MOST_WORDS // 6) + grave + CHATTER * (MOST_WORDS // 6)
    assert RED_FLAG in alone
    assert RED_FLAG in {hunch.what for hunch in hunches(plain_text(text).text)}


@pytest.mark.parametrize("file", ["fifth_author", "fourth_author"])
def test_what_a_sentence_says_alone_no_calm_one_beside_it_quiets(file: str) -> None:
    rows = (TAUGHT / f"{file}.jsonl").read_text().splitlines()
    plain = [plain_text(json.loads(row)["text"]).text for row in rows if row]
    calm = plain_text(CHATTER).text
    for text in (text for text in plain if not ENDS.search(text.rstrip(" .!?;"))):
        alone = {hunch.what for hunch in hunches(text)}
        assert alone <= {hunch.what for hunch in hunches(f"{calm}{text}")}, text


def test_what_the_lexicon_has_weighed_is_left_as_it_is() -> None:
    mentions = read("No nausea at all today, and I did not throw up.")
    assert {mention.what for mention in mentions} == {"nausea", "vomiting"}
    assert Status.PRESENT not in {mention.status for mention in mentions}


@pytest.mark.parametrize("text", ["", "?", ":-)", "x" * 8_000, "no " * 2_000, "\N{SNOWMAN}" * 500])
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(flags(text), list)


def test_the_set_that_was_put_aside_is_read_no_worse_with_it() -> None:
    rows = [json.loads(line) for line in HELD_OUT.read_text().splitlines()]
    quiet = [
        row for row in rows if not row.get("red_flag") and "present" not in row["labels"].values()
    ]
    assert sum(bool(flags(row["text"])) for row in quiet) <= len(quiet) // 10
