"""The free-text reader: finds what is there, shows the words, and stays calm about the rest."""

import json
import re
import time
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.reader import EFFECTS, read_rows, scored
from portal.symptoms import reader
from portal.symptoms.phrases import LEXICON, spelled_out
from portal.symptoms.reader import Mention, flags, read
from portal.symptoms.spelling import mend
from portal.symptoms.surroundings import Status
from portal.symptoms.vocabulary import Effect

HERE = Path(__file__).parent
AUTHORED = read_rows(HERE / "authored.jsonl")
HELD_OUT = read_rows(HERE / "held_out.jsonl")
RED_FLAGS = read_rows(HERE / "red_flags.jsonl")
STRANGERS = read_rows(HERE / "strangers.jsonl")
UNRELATED = [
    "The weather is nice here.",
    "See you on Tuesday at ten.",
    "My blood pressure was 118 over 76.",
    "Hace sol y todo en casa sigue igual.",
    "Is the car park open on Sundays?",
    "We had soup for lunch.",
    "Today the garden looks lovely.",
    "They went to the shops and all of them came home.",
    "No news from the bank, and no letters.",
    "If you call, call after five.",
    "My sister and my mother send their love.",
    "👍",
]
FLAGGED = [row["text"] for row in AUTHORED if flags(row["text"])]


def mention_of(text: str, what: str) -> Mention:
    return next(mention for mention in read(text) if mention.what == what)


def judged(rows: list[dict[str, Any]]) -> Any:
    return scored((row, set(flags(row["text"]))) for row in rows)


@pytest.mark.parametrize("rows", [AUTHORED, HELD_OUT], ids=["authored", "held_out"])
def test_the_scores_hold(rows: list[dict[str, Any]]) -> None:
    score = judged(rows)
    assert score.f1(EFFECTS) >= 0.93
    assert score.macro >= 0.93
    assert score.red_seen == score.red
    assert score.alarms <= score.quiet * 0.05


def test_red_flags_in_odd_words_raise_a_flag_and_what_only_sounds_like_them_does_not() -> None:
    score = judged(RED_FLAGS)
    assert score.red_seen >= score.red * 0.98
    assert score.alarms <= score.quiet * 0.05


def test_texts_by_somebody_who_never_saw_the_reader_stay_found() -> None:
    score = judged(STRANGERS)
    assert score.f1(EFFECTS) >= 0.9
    assert score.red_seen >= score.red * 0.98
    assert score.alarms <= score.quiet * 0.1


def test_the_texts_are_whole() -> None:
    rows = AUTHORED + HELD_OUT + RED_FLAGS + STRANGERS
    assert len({row["id"] for row in rows}) == len(rows)
    assert {effect for row in rows for effect in row["labels"]} == set(EFFECTS)
    assert {status for row in rows for status in row["labels"].values()} <= set(Status)
    assert {row["lang"] for row in rows} == {"en", "es"}


@pytest.mark.parametrize(
    ("text", "what", "words"),
    [
        ("All fine 👍🏽 but I threw up 🙈 twice", "vomiting", "threw up"),
        ("😀😀 so anxios tonight", "anxiety", "anxios"),
        ("Can’t remember a thing", "foggy_memory", "Can’t remember"),
        ("Tengo NÁUSEAS desde ayer", "nausea", "NÁUSEAS"),
        ("Lunch went fine, then 🤮", "vomiting", "🤮"),
        ("she is\u00a0sooooo  confuuuused", "confusion", "confuuuused"),
    ],
)
def test_a_mention_shows_the_patients_own_words(text: str, what: str, words: str) -> None:
    mention = mention_of(text, what)
    assert mention.words == words
    assert text[mention.start : mention.end] == words


def test_a_new_line_ends_a_sentence_also_after_a_space() -> None:
    assert flags("nausea today 🤢\nMy pressure was 118 over 76") == ["nausea"]
    assert flags("nausea today \n My pressure was 118 over 76") == ["nausea"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_one_character_or_two(form: Any) -> None:
    text = unicodedata.normalize(form, "Ayer comí bien. Hoy vomité y tengo náuseas.")
    assert flags(text) == ["vomiting", "nausea"]
    mention = mention_of(text, "nausea")
    assert unicodedata.normalize("NFC", mention.words) in {"náuseas", "tengo náuseas"}
    assert text[mention.start : mention.end] == mention.words


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("no nausea today but I've thrown up twice", {"nausea": "negated", "vomiting": "present"}),
        ("sick of waiting", {}),
        ("My boss is stressed, I am fine", {"anxiety": "other"}),
        ("Is nausea common?", {"nausea": "other"}),
        ("The nausea is gone now", {"nausea": "other"}),
        ("If I get confused, who do I call?", {"confusion": "other"}),
        ("ni náuseas ni vómitos", {"nausea": "negated", "vomiting": "negated"}),
        ("No, I feel sick", {"nausea": "present"}),
        ("not anxious, not confused, just nauseous", {
            "anxiety": "negated", "confusion": "negated", "nausea": "present",
        }),
        ("Nausea: none", {"nausea": "negated"}),
        ("I never had panic attacks before this", {"anxiety": "present"}),
        ("No energy, nausea, headaches", {"nausea": "present"}),
        ("No headache, nausea or dizziness", {"nausea": "negated"}),
        ("It lifted my mood but not the anxiety", {"anxiety": "present"}),
        ("It does nothing for my anxiety", {"anxiety": "present"}),
        ("My anxiety went from an 8 to a 2", {"anxiety": "other"}),
        ("I have OCD and anxiety", {"anxiety": "other"}),
        ("Before Lexapro I worried all day", {"anxiety": "other"}),
        ("I am anxious, which I never used to be", {"anxiety": "present"}),
        ("Nausea the first three days only", {"nausea": "other"}),
        ("The slurring stopped when I took less", {"slurred_speech": "other"}),
        ("Will I feel sick again?", {"nausea": "other"}),
        ("no he comido ni tengo náuseas", {"nausea": "negated"}),
        ("My doctor says there is no withdrawal. Well, there is!", {
            "overdose_addiction": "present",
        }),
        ("I stopped cold turkey and had no problems", {"overdose_addiction": "negated"}),
        ("I take it twice a day", {}),
        ("I forgot how good it feels to laugh", {}),
    ],
)  # fmt: skip
def test_what_stands_around_a_mention_decides(text: str, statuses: dict[str, str]) -> None:
    found = {mention.what: mention.status.value for mention in read(text)}
    assert {what: status for what, status in found.items() if what in EFFECTS} == statuses


@pytest.mark.parametrize(
    "text",
    ["Ran out on Friday and by Sunday I was a wreck.", "Cut my dose too fast, big mistake.",
     "I tried to taper and failed, I am back on it.",
     "It is a week since my last pill and the zaps go on.",
     "I suddenly want beer every night.", "Llevo tres días sin tomarla y tengo temblores."],
)  # fmt: skip
def test_what_leaving_it_off_does_is_heard_in_many_words(text: str) -> None:
    assert "overdose_addiction" in flags(text)


@pytest.mark.parametrize(
    "text",
    ["I stopped taking it after two months because I gained weight.",
     "Went back on it after the baby came.", "My doctor told me to double my dose.",
     "I drink a lot more water on it.", "La tomo todas las mañanas.",
     "I run out of energy by noon."],
)  # fmt: skip
def test_taking_and_stopping_as_it_should_be_is_no_misuse(text: str) -> None:
    assert flags(text) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FLAGGED), st.sampled_from(UNRELATED), st.booleans())
def test_an_unrelated_sentence_never_removes_a_flag(text: str, other: str, first: bool) -> None:
    both = f"{other}\n{text}" if first else f"{text}\n{other}"
    assert set(flags(text)) <= set(flags(both))


@settings(deadline=None)
@given(st.text())
def test_any_text_at_all_is_read_and_quoted_exactly(text: str) -> None:
    for mention in read(text):
        assert text[mention.start : mention.end] == mention.words
        assert mention.words


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "\x00\x07\x1b[2J", "мне хорошо", "今日は元気です", "ﷺ" * 50, "e\u0301" * 20],
)
def test_other_scripts_control_characters_and_nothing_are_quiet(text: str) -> None:
    assert read(text) == []


def test_control_and_invisible_characters_hide_nothing() -> None:
    assert flags("I thr\u200bew\u00ad up\x00") == ["vomiting"]


@pytest.mark.parametrize(
    "piece",
    ["nausea ", "no, ", "if i feel ", "took too many ", "a", "missed a dose and ", "quit and ",
     "trying to stop ", "wine with ", "my dog and my son ", "'", "!?", "🤮🤢", "\n", "zaps when "],
)  # fmt: skip
def test_eight_thousand_characters_of_noise_are_read_quickly(piece: str) -> None:
    text = (piece * 8_000)[:8_000]
    flags("warm up")
    start = time.perf_counter()
    read(text)
    # About 10 ms on an idle machine; a busy one gets room, a catastrophe does not.
    assert time.perf_counter() - start < 1


def test_a_flag_after_much_noise_is_still_found() -> None:
    assert flags("no nausea. " * 500 + "\nI threw up.")[0] == "vomiting"


def test_flags_come_in_the_order_of_the_lexicon() -> None:
    text = "I can't breathe, I'm panicking and I threw up"
    assert flags(text) == ["vomiting", "anxiety", reader.RED_FLAG]


def test_the_lexicon_covers_each_effect_and_every_phrase_compiles() -> None:
    entries = tomllib.loads(LEXICON.read_text("utf-8"))
    words = entries.pop("words")
    effects = [effect.value for effect in Effect]
    assert list(entries) == [*effects, reader.RED_FLAG, *reader.CONDITIONS]
    for entry in entries.values():
        for phrase in [phrase for phrases in entry.values() for phrase in phrases]:
            spelled = re.compile(spelled_out(phrase, words))
            assert not spelled.fullmatch(""), phrase


@pytest.mark.parametrize(
    ("word", "mended"),
    [("naseua", "nausea"), ("vomitting", "vomiting"), ("disorinted", "disoriented"),
     ("confuseddd", "confused"), ("visiting", "visiting"), ("sucede", "sucede"),
     ("blurred", "blurred"), ("sooooo", "so")],
)  # fmt: skip
def test_slips_are_mended_and_real_words_left(word: str, mended: str) -> None:
    assert mend(word) == mended


@pytest.mark.parametrize(
    ("text", "what"),
    [("I thrw up twise", "vomiting"), ("he faitned in the hall", "red_flag"),
     ("she had a seziure", "red_flag"), ("bad chset pain", "red_flag"), ("se desmyó", "red_flag"),
     ("no puedo respiarr", "red_flag"), ("arrasto las palabras", "slurred_speech"),
     ("no recurdo nada", "foggy_memory"), ("he is unconsciuos", "red_flag")],
)  # fmt: skip
def test_a_slip_in_the_one_word_that_tells_it_hides_nothing(text: str, what: str) -> None:
    assert what in flags(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("nausea 0/10", []), ("Nausea: 0/10, anxiety 0/10.", []), ("náuseas 0 de 10", []),
     ("nausea 10/10", ["nausea"]), ("nausea 0/10, now 8/10", ["nausea"]),
     ("N/V since 3pm", ["vomiting", "nausea"]), ("N/V: none", [])],
)  # fmt: skip
def test_a_score_of_zero_is_none_and_any_other_is_some(text: str, found: list[str]) -> None:
    assert flags(text) == found


@pytest.mark.parametrize(
    "text",
    ["I won three games of chess", "She wears a crest, he cheats", "We made stollen while cooking",
     "To my dismay the shop was shut", "Traigo recuerdos y arrastre", "Respiren, dice ella"],
)  # fmt: skip
def test_words_that_are_near_those_stay_what_they_are(text: str) -> None:
    assert flags(text) == []


def test_texts_are_stored_one_object_a_line() -> None:
    for path in HERE.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            assert {"id", "text", "labels", "source", "lang"} <= set(json.loads(line))
