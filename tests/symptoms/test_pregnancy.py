"""Pregnant, perhaps, or nursing: heard when told of oneself and now, and printed as no red flag."""

from pathlib import Path

import pytest

from bench.reader import EFFECTS, found_conditions, read_rows
from portal.symptoms.reader import CONDITIONS, RED_FLAG, flags, read
from portal.symptoms.understanding import understood

TEXTS = read_rows(Path(__file__).with_name("pregnancy.jsonl"))
TOLD = [row["text"] for row in TEXTS if row["labels"]]


def test_who_is_or_may_be_is_heard_and_who_is_not_is_left_alone() -> None:
    assert {
        row["text"] for row in TEXTS if found_conditions(row["text"]) != {*row["labels"]}
    } == set()


@pytest.mark.parametrize(
    "text",
    [
        "I'm pregnant", "I think I might be pregnant", "not sure if I'm pregnant",
        "What if I'm pregnant?", "scared I might be pregnant", "No, I'm pregnant",
        "my period is late and the test was positive", "two lines on the test",
        "I didn't know I was pregnant", "My sister thinks I'm pregnant", "im preggo", "im pregnat",
        "typing this for my wife: she's pregnant", "she thinks she might be pregnant",
        "I'm not pregnant but I'm still breastfeeding", "I am nursing my baby", "I'm a nursing mom",
        "estoy embarazada", "creo que estoy embarazada", "No, estoy embarazada", "estoy embarasada",
        "no sé si estoy embarazada", "No me ha bajado la regla", "estoy dando el pecho", "lactando",
    ],
)  # fmt: skip
def test_told_of_oneself_and_now(text: str) -> None:
    assert found_conditions(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not pregnant", "pregnant? no", "the pregnancy test was negative", "never pregnant",
        "I thought I was pregnant but the test was negative", "I'm not pregnant or nursing",
        "my sister is pregnant", "my wife told me she is pregnant", "got my girlfriend pregnant",
        "when I was pregnant", "my first pregnancy was hard", "I stopped breastfeeding in May",
        "can I take this if I get pregnant one day?", "Is ketamine safe in pregnancy?",
        "I want to get pregnant next year", "don't take it if you are pregnant",
        "there was a pregnant pause", "I'm nursing a headache", "the nurse was kind",
        "my mother is in a nursing home", "the nursing team called", "two lines on the covid test",
        "I'm expecting a call from you", "no estoy embarazada ni lactando", "ya no doy el pecho",
        "mi mujer está embarazada", "cuando estaba embarazada", "Qué situación tan embarazosa",
        "¿Puedo tomarla si algún día quedo embarazada?",
    ],
)  # fmt: skip
def test_denied_over_somebody_elses_asked_in_general_or_another_meaning(text: str) -> None:
    assert not found_conditions(text)


def test_it_shows_the_patients_own_words() -> None:
    text = "Todo bien. Creo que estoy EMBARAZADA 🤰"
    assert understood(text).words(text, "pregnancy") == ["EMBARAZADA"]


@pytest.mark.parametrize("text", TOLD)
def test_it_is_never_printed_among_effects_and_red_flags(text: str) -> None:
    assert {*flags(text)} <= {*EFFECTS, RED_FLAG}
    assert {mention.what for mention in read(text)} & {*CONDITIONS}


@pytest.mark.parametrize("text", ["I threw up", "no nausea at all", "I cant breathe", "so anxious"])
@pytest.mark.parametrize("told", ["I'm pregnant.", "I'm not pregnant.", "My sister is pregnant."])
def test_what_else_is_said_beside_it_is_read_as_before(text: str, told: str) -> None:
    assert flags(f"{told} {text}") == flags(text)
    assert flags(f"{text}. {told}") == flags(text)
    assert bool(found_conditions(f"{text}. {told}")) is (told == "I'm pregnant.")
