"""What raises a rule by one level, and that nothing raises it by two or lowers it."""

from collections.abc import Container

import pytest

from portal.check_ins.answers import Answer
from portal.check_ins.library import RULES
from portal.check_ins.rules import Finding
from portal.symptoms.levels import Level
from tests.check_ins.cases import case, judged, told

SICK: dict[str, Answer] = {"effects": ("nausea",), "nausea": 1}


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1
    return findings[0]


def level_of(rule: str, findings: tuple[Finding, ...]) -> Level:
    return next(finding.level for finding in findings if finding.rule.id == rule)


def test_being_alone_in_the_first_day_raises_a_level() -> None:
    finding = only(judged(case(told(2, who="patient_alone", **SICK))))
    assert finding.level is Level.SOON
    assert finding.raised_by == ("no adult there in the first 24 hours",)


def test_being_alone_later_raises_nothing() -> None:
    assert only(judged(case(told(30, who="patient_alone", **SICK)))).level is Level.ROUTINE


@pytest.mark.parametrize("caution", ["pregnancy", "under_18"])
def test_pregnancy_and_youth_raise_every_rule(caution: str) -> None:
    finding = only(judged(case(told(2, **SICK), cautions=frozenset({caution}))))
    assert finding.level is Level.SOON
    assert "tell the prescriber" in finding.raised_by[0]


def test_dementia_raises_confusion_and_memory_only() -> None:
    both = told(2, effects=("nausea", "foggy_memory"), nausea=1, memory=1)
    findings = judged(case(both, cautions=frozenset({"dementia"})))
    assert level_of("21", findings) is Level.SOON
    assert level_of("13", findings) is Level.ROUTINE


def test_past_addiction_raises_what_is_about_misuse() -> None:
    wish = told(2, effects=("overdose_addiction",), urge=3)
    findings = judged(case(wish, cautions=frozenset({"past_addiction"})))
    assert level_of("26", findings) is Level.URGENT


def test_sedatives_raise_slurred_speech() -> None:
    slurred = told(1, effects=("slurred_speech",), speech=1)
    assert only(judged(case(slurred, cautions=frozenset({"sedatives"})))).level is Level.SOON


def test_two_points_worse_than_last_time_raises_a_level() -> None:
    worse = told(2, effects=("nausea",), nausea=3)
    assert only(judged(case(worse, told(1, **SICK)))).level is Level.SOON
    assert only(judged(case(worse, told(1, effects=("nausea",), nausea=2)))).level is Level.ROUTINE


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"since": ("alcohol",)}, Level.URGENT),
        ({"self_harm": "passing"}, Level.URGENT),
        ({"systolic": 165}, Level.ROUTINE),
    ],
)
def test_only_scores_can_be_two_points_worse(answers: dict[str, Answer], level: Level) -> None:
    finding = only(judged(case(told(2, **answers), told(1, systolic=120))))
    assert finding.level is level


def test_the_same_soon_rule_a_third_time_after_one_dose_is_urgent() -> None:
    hurts = [told(hours, pain=8) for hours in (1, 2, 4)]
    assert only(judged(case(hurts[1], hurts[0]))).level is Level.SOON
    assert only(judged(case(hurts[2], *hurts[:2]))).level is Level.URGENT


def test_several_reasons_raise_by_one_level_and_are_all_named() -> None:
    now = told(2, who="patient_alone", effects=("nausea",), nausea=3)
    finding = only(
        judged(case(now, told(1, who="patient_alone"), cautions=frozenset({"under_18"})))
    )
    assert finding.level is Level.SOON
    assert len(finding.raised_by) == 3


def test_an_emergency_stays_one() -> None:
    finding = only(judged(case(told(1, awake=4, who="patient_alone"))))
    assert finding.level is Level.EMERGENCY
    assert not finding.raised_by


def test_findings_come_gravest_first() -> None:
    now = told(1, awake=2, red_now=("chest",), effects=("nausea",), nausea=2)
    ranks = [finding.level.rank for finding in judged(case(now))]
    assert ranks == sorted(ranks)
    assert len(ranks) == 3


@pytest.mark.parametrize(
    ("modifier", "numbers", "words"),
    [
        ("dementia", range(17, 22), {"w-confusion-early", "w-confusion", "w-memory"}),
        ("past-addiction", range(25, 28), {"w-dose", "w-addiction"}),
        ("sedatives", {1, 2, 3, 4, 15, 16, 17, 18}, {"w-speech-early", "w-speech"}),
    ],
)
def test_a_modifier_names_every_rule_of_its_row_in_section_7(
    modifier: str, numbers: Container[int], words: set[str]
) -> None:
    (named,) = (each.rules for each in RULES.modifiers if each.id == modifier)
    numbered = {rule.id for rule in RULES.rules if number_of(rule.id) in numbers}
    assert named is not None
    assert numbered | words <= named


def number_of(id: str) -> int:
    digits = "".join(sign for sign in id if sign.isdigit())
    return int(digits) if digits else 0
