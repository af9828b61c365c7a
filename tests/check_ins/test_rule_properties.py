"""What must hold for any answers: nothing reported is lost, and worse is never less urgent."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.check_ins.answers import Answer, Told, reported_effects, ticked
from portal.check_ins.facts import Case
from portal.check_ins.library import CURRENT, PAGES, RULES
from portal.check_ins.own_words import CODES, is_own_words
from portal.check_ins.rule_file import CAUTIONS
from portal.check_ins.rules import fired, judge
from portal.check_ins.schedule import Asks
from portal.check_ins.wording import effect_grades, said, summary
from portal.flags.reasons import SUMMARY_LENGTH
from tests.check_ins.cases import DOSE_ENDED, case, judged, told

# Every answer from best to worst. Lists get worse by one more tick.
SCALES: dict[str, list[Answer]] = {
    "who": ["patient_with_adult", "patient_alone"],
    "awake": [0, 1, 2, 3, 4],
    "vomit_count": [1, 2, 3, 6],
    "sips": ["yes", "no"],
    "nausea": [1, 2, 3, 4],
    "speech": [1, 2, 3, 4],
    "memory": [1, 2, 3, 4],
    "memory_stops": [0, 1, 2, 3, 4],
    "confusion": [1, 2, 3, 4],
    "unsafe": ["no", "yes"],
    "anxiety": [1, 2, 3, 4],
    "anxiety_stops": [0, 1, 2, 3, 4],
    "medicine": ["wish", "unsure", "worried", "took_more"],
    "urge": [0, 1, 2, 3, 4],
    "pain": list(range(11)),
    "weekday_wrong": ["no", "yes"],
    "bladder": ["none", "burning", "blood"],
    "self_harm": ["none", "passing", "wish", "done"],
    "phq_9": [0, 1, 2, 3],
    "systolic": [120, 159, 160, 179, 180, 220],
    "diastolic": [70, 99, 100, 109, 110, 130],
}
TICKED = ("red_now", "effects", "since", "doses", "gate")
LISTS = {name: sorted(PAGES[name].by_value) for name in TICKED}
LISTS["text"] = list(CODES)
HOURS = [0.5, 1, 2, 2.5, 4, 4.5, 8, 9, 24, 25, 48, 72, 168, 720]


# Pages that are asked only when an effect is ticked.
ASKED_WITH = {
    "vomit_count": "vomiting",
    "sips": "vomiting",
    "nausea": "nausea",
    "speech": "slurred_speech",
    "memory": "foggy_memory",
    "memory_stops": "foggy_memory",
    "confusion": "confusion",
    "unsafe": "confusion",
    "anxiety": "anxiety",
    "anxiety_stops": "anxiety",
    "medicine": "overdose_addiction",
}


@st.composite
def answers_of(draw: st.DrawFn, asks: Asks) -> dict[str, Answer]:
    """A well person but for a few answers: with many at once the gravest would hide the rest."""
    every: dict[str, Any] = {name: scale[0] for name, scale in SCALES.items()}
    every |= dict.fromkeys(LISTS, ())
    for name in draw(st.lists(st.sampled_from([*SCALES, *LISTS]), max_size=3, unique=True)):
        if name in LISTS:
            ticks = st.lists(st.sampled_from(LISTS[name]), max_size=2, unique=True)
            every[name] = (*every[name], *draw(ticks))
        else:
            every[name] = draw(st.sampled_from(SCALES[name]))
        if name in ASKED_WITH:
            every["effects"] = (*every["effects"], ASKED_WITH[name])
    return on_path(asks, every)


def on_path(asks: Asks, every: dict[str, Any]) -> dict[str, Answer]:
    every = {**every, "speech_now": "still", "confusion_now": "still", "scales_ok": "yes"}
    facts = Case(Told(every, DOSE_ENDED, None), PAGES)
    asked = {page.id for page in CURRENT[asks].path(facts)}
    every |= {f"said_{code}": "words" for code in every["text"]}
    asked |= {name for name in every if is_own_words(name)} | {"systolic", "diastolic"}
    asked |= {"weekday_wrong"} if asks is Asks.ACUTE else set()
    return {name: answer for name, answer in every.items() if name in asked}


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Up to three check-ins after one dose."""
    hours = sorted(draw(st.lists(st.sampled_from(HOURS), min_size=1, max_size=3, unique=True)))
    return [told(each, **draw(answers_of(asked_at(each)))) for each in hours]


def asked_at(hours: float) -> Asks:
    if hours <= 24:
        return Asks.ACUTE
    return Asks.FOLLOW_UP if hours < 168 else Asks.SCALES_AND_GATE


cautions = st.frozensets(st.sampled_from(sorted(CAUTIONS)), max_size=1)


def worst_rank(case: Case) -> int:
    return min((finding.level.rank for finding in judged(case)), default=len(CAUTIONS))


@st.composite
def worse_pairs(draw: st.DrawFn) -> tuple[Case, Case]:
    """A case, and the same with exactly one answer worse."""
    history = draw(histories())
    now = history[-1]
    name = draw(st.sampled_from([name for name in [*SCALES, *LISTS] if name in now.answers]))
    worse = dict(now.answers)
    if name in LISTS:
        before = ticked(now.answers, name)
        worse[name] = tuple(before | {draw(st.sampled_from(LISTS[name]))})
    else:
        scale = SCALES[name]
        place = scale.index(now.answers[name])
        worse[name] = draw(st.sampled_from(scale[place:]))
    held = draw(cautions)
    better = case(now, *history[:-1], cautions=held)
    return better, replace(better, now=replace(now, answers=worse))


def one_answer(name: str, value: Answer, asks: Asks) -> dict[str, Answer]:
    every: dict[str, Any] = {each: scale[0] for each, scale in SCALES.items()}
    every |= dict.fromkeys(LISTS, ())
    if name in ASKED_WITH:
        every["effects"] = (ASKED_WITH[name],)
    return on_path(asks, {**every, name: value})


@pytest.mark.parametrize("name", SCALES)
def test_each_step_of_one_answer_is_as_urgent_or_more_at_any_hour_and_after_any_answer(
    name: str,
) -> None:
    for hours in HOURS[1:]:
        asks = asked_at(hours)
        pasts = [(), *((told(hours / 2, **one_answer(name, past, asks)),) for past in SCALES[name])]
        for past in pasts:
            steps = [told(hours, **one_answer(name, value, asks)) for value in SCALES[name]]
            ranks = [worst_rank(case(step, *past)) for step in steps]
            assert ranks == sorted(ranks, reverse=True), (hours, past, ranks)


@settings(max_examples=150, deadline=None)
@given(worse_pairs())
def test_a_worse_answer_never_gives_a_lower_level(pair: tuple[Case, Case]) -> None:
    better, worse = pair
    assert worst_rank(worse) <= worst_rank(better)


@settings(max_examples=80, deadline=None)
@given(histories(), cautions)
def test_every_effect_reported_however_mild_has_a_finding(
    history: list[Told], held: frozenset[str]
) -> None:
    *earlier, now = history
    findings = judged(case(now, *earlier, cautions=held))
    effects = {finding.rule.effect for finding in findings}
    reported = reported_effects(now.answers)
    assert reported <= effects
    assert set(effect_grades(case(now, *earlier))) == reported


@settings(max_examples=60, deadline=None)
@given(histories(), cautions)
def test_a_rule_that_falls_silent_for_a_graver_one_never_lowers_the_level(
    history: list[Told], held: frozenset[str]
) -> None:
    *earlier, now = history
    each = case(now, *earlier, cautions=held)
    talkative = replace(
        RULES, rules=tuple(replace(rule, unless=frozenset()) for rule in RULES.rules)
    )
    loudest = min((finding.level.rank for finding in judge(talkative, each)), default=9)
    assert min((finding.level.rank for finding in judge(RULES, each)), default=9) == loudest


@settings(max_examples=60, deadline=None)
@given(histories(), cautions)
def test_what_the_care_team_reads_is_always_there_and_fits(
    history: list[Told], held: frozenset[str]
) -> None:
    *earlier, now = history
    findings = judged(case(now, *earlier, cautions=held))
    if findings:
        assert len(summary(findings)) <= SUMMARY_LENGTH
    assert all(said(PAGES, now.answers, finding) for finding in findings)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_the_same_answers_always_give_the_same_findings(history: list[Told]) -> None:
    *earlier, now = history
    assert judged(case(now, *earlier)) == judged(case(now, *earlier))
    assert fired(RULES, case(now, *earlier)) == fired(RULES, case(now, *earlier))
