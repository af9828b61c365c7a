"""The way through a questionnaire depends on answers only, and its file is checked at start."""

from copy import deepcopy
from typing import Any

import pytest

from portal.check_ins.answers import Answer, Told
from portal.check_ins.facts import Case
from portal.check_ins.library import CURRENT, PAGES, QUESTIONNAIRES, read
from portal.check_ins.questionnaires import QuestionnaireError, questionnaire
from portal.check_ins.schedule import Asks
from portal.symptoms.vocabulary import Effect
from tests.check_ins.cases import DOSE_ENDED

SAFETY = {
    "who", "awake", "red_now", "effects", "vomit_count", "sips", "speech", "speech_now",
    "confusion", "confusion_now", "unsafe", "anxiety", "urge", "weekday", "since", "doses",
    "bladder", "self_harm", "medicine", "phq_9", "gate", "today",
}  # fmt: skip


def path(asks: Asks, **answers: Answer) -> list[str]:
    facts = Case(Told(answers, DOSE_ENDED, None), PAGES)
    return [page.id for page in CURRENT[asks].path(facts)]


def test_an_uneventful_first_day_has_nine_pages() -> None:
    assert path(Asks.ACUTE, effects=()) == [
        "who", "awake", "red_now", "effects", "pain", "weekday", "since", "self_harm", "last",
    ]  # fmt: skip


def test_an_uneventful_follow_up_has_nine_pages() -> None:
    assert path(Asks.FOLLOW_UP, effects=()) == [
        "who", "red_now", "effects", "pain", "urge", "doses", "bladder", "self_harm", "last",
    ]  # fmt: skip


def test_the_scales_are_asked_of_the_patient_who_agrees_and_of_nobody_else() -> None:
    agreed = path(Asks.SCALES, effects=(), who="patient_alone", scales_ok="yes")
    assert len(agreed) == 9 + 1 + 3 + 9 + 7
    assert agreed[-1] == "last"
    assert "phq_9" not in path(Asks.SCALES, effects=(), who="patient_alone", scales_ok="no")
    assert "scales_ok" not in path(Asks.SCALES, effects=(), who="adult", scales_ok="yes")


def test_before_a_dose_the_gate_is_asked_and_after_ninety_days_again() -> None:
    assert {"gate", "today", "pain", "self_harm"} <= set(path(Asks.BEFORE, effects=()))
    again = path(Asks.SCALES_AND_GATE, effects=(), who="adult")
    assert "gate" in again
    assert "today" not in again


@pytest.mark.parametrize("asks", Asks)
@pytest.mark.parametrize("effect", Effect)
def test_each_of_the_seven_effects_is_asked_and_then_how_bad(asks: Asks, effect: Effect) -> None:
    ticks = path(asks, effects=(effect.value,), speech_now="still", confusion_now="still")
    assert any(PAGES[name].effect is effect for name in ticks)
    assert effect.value in PAGES["effects"].by_value


def test_unsafe_behaviour_is_asked_when_confusion_is_grave() -> None:
    assert "unsafe" not in path(Asks.ACUTE, effects=("confusion",), confusion=2)
    assert "unsafe" in path(Asks.ACUTE, effects=("confusion",), confusion=3)


def test_no_safety_question_may_be_skipped() -> None:
    pages = [page for each in QUESTIONNAIRES.values() for page in each.pages]
    assert {page.id for page in pages if page.skip} & SAFETY == set()


@pytest.fixture
def file() -> dict[str, Any]:
    return deepcopy(read("acute_1.toml"))


def refusal(file: dict[str, Any]) -> str:
    with pytest.raises(QuestionnaireError) as caught:
        questionnaire(file)
    return str(caught.value)


def test_a_question_without_title_or_choices_is_refused(file: dict[str, Any]) -> None:
    del file["page"][1]["choice"]
    assert refusal(file) == "acute-1: awake has no choices"
    del file["page"][1]["title"]
    assert refusal(file) == "acute-1: title is missing"


def test_a_page_that_waits_for_an_unknown_answer_is_refused(file: dict[str, Any]) -> None:
    file["page"][4]["when"] = "fever in effects"
    assert refusal(file) == "acute-1: medicine: effects has no answer fever"


def test_an_unknown_kind_or_form_is_refused(file: dict[str, Any]) -> None:
    assert "weekly" in refusal({**file, "kind": "weekly"})
    file["page"][0]["form"] = "slider"
    assert "slider" in refusal(file)
