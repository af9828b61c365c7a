"""What must hold for any answers: nothing reported is lost, and worse is never less urgent."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.check_ins.answers import SEVERITIES, Answer, Told, reported_effects, ticked
from portal.check_ins.conditions import parse
from portal.check_ins.facts import Case
from portal.check_ins.library import CURRENT, PAGES, RULES, WORDS
from portal.check_ins.own_words import is_own_words
from portal.check_ins.rule_file import CAUTIONS
from portal.check_ins.rules import SCORES, RuleSet, fired, judge
from portal.check_ins.schedule import Asks
from portal.check_ins.wording import effect_grades, said, summary
from portal.flags.reasons import SUMMARY_LENGTH
from portal.symptoms.levels import Level
from portal.symptoms.understanding import CODES
from portal.symptoms.vocabulary import Effect
from tests.check_ins.cases import DOSE_ENDED, before_dose, case, judged, told

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
    "pain": [0, 2, 4, 5, 7, 8, 10],
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
KINDS = {Asks.ACUTE: (0, 24), Asks.SCALES_AND_GATE: (24, 720)}

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
    asked_on = {"slurred_speech": "speech_now", "confusion": "confusion_now"}
    every = {**every, **{asked_on[tick]: "still" for tick in asked_on if tick in every["effects"]}}
    every["scales_ok"] = "yes"
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


NO_FLAG = 9


def worst_rank(case: Case, rules: RuleSet = RULES) -> int:
    return min((finding.level.rank for finding in judge(rules, case)), default=NO_FLAG)


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


def steps_that_get_milder(name: str, rules: RuleSet = RULES) -> Iterator[object]:
    """Where a worse answer to one question gives a lower level, at any hour, after any answer."""
    for hours in [None, *HOURS[1:]]:
        kind = Asks.ACUTE if hours is None else asked_at(hours)
        past = (hours or 0) / 2
        pasts = [(), *((told(past, **one_answer(name, was, kind)),) for was in SCALES[name])]
        for earlier in pasts:
            steps = [told(hours, **one_answer(name, value, kind)) for value in SCALES[name]]
            ranks = [worst_rank(case(step, *earlier), rules) for step in steps]
            if ranks != sorted(ranks, reverse=True):
                yield hours, earlier, ranks


@pytest.mark.parametrize("name", SCALES)
def test_each_step_of_one_answer_is_as_urgent_or_more_at_any_hour_and_after_any_answer(
    name: str,
) -> None:
    assert not list(steps_that_get_milder(name))


NAMES = {**WORDS, "hours": frozenset[str]()}


def with_rule(id: str, **changes: Any) -> RuleSet:
    rules = (replace(rule, **changes) if rule.id == id else rule for rule in RULES.rules)
    return replace(RULES, rules=tuple(rules))


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("nausea", with_rule("12", when=parse("nausea == 3", NAMES))),
        ("speech", with_rule("15", when=parse("speech == 2 and hours > 2", NAMES))),
        ("self_harm", with_rule("5", level=Level.ROUTINE)),
        ("vomit_count", with_rule("9", level=Level.ROUTINE)),
        ("pain", with_rule("29", when=parse("pain == 8", NAMES))),
        ("systolic", with_rule("31a", level=Level.ROUTINE)),
    ],
)
def test_a_rule_that_counts_a_worse_answer_for_less_is_seen(name: str, rules: RuleSet) -> None:
    assert any(steps_that_get_milder(name, rules))


def test_no_rule_knows_the_route_so_what_holds_for_one_holds_for_all() -> None:
    assert "route" not in WORDS


def unflagged(rules: RuleSet = RULES) -> Iterator[object]:
    """Every way to report an effect at any hour that has no finding of that effect."""
    for name, effect in ASKED_WITH.items():
        for hours in [None, *HOURS]:
            for value in [*SCALES[name], None]:
                answers = {"effects": (effect,), **({} if value is None else {name: value})}
                findings = judge(rules, case(told(hours, **answers)))
                if effect not in {finding.rule.effect for finding in findings}:
                    yield name, hours, value


def test_every_listed_effect_of_1_or_more_gives_a_flag_at_any_hour() -> None:
    assert not list(unflagged())


@pytest.mark.parametrize("id", ["11", "13", "16", "18c", "21", "24", "27b"])
def test_an_effect_that_no_rule_catches_is_seen(id: str) -> None:
    assert any(unflagged(replace(RULES, rules=tuple(r for r in RULES.rules if r.id != id))))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_hours_that_nobody_knows_are_read_as_the_gravest(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    least, most = KINDS[kind]
    hours = data.draw(st.sampled_from([each for each in HOURS if least < each <= most]))
    known = case(told(hours, **data.draw(answers_of(kind))), cautions=data.draw(cautions))
    assert worst_rank(replace(known, now=replace(known.now, hours=None))) <= worst_rank(known)


@pytest.mark.parametrize("name", ["anxiety", "urge", "pain"])
def test_a_baseline_that_nobody_knows_is_read_as_no_trouble_at_all(name: str) -> None:
    """Pain, which whoever comes for it has, as the least since the dose."""
    every = [0, 2, 5, 8] if name == "pain" else range(5)
    for first, last, before in product(every, repeat=3):
        since = [told(30, **graded(name, first)), told(31, **graded(name, last))]
        usual = replace(before_dose(), answers=graded(name, before))
        unknown, known = case(since[1], since[0]), case(since[1], usual, since[0])
        if name != "pain" or before >= min(first, last):
            assert worst_rank(unknown) <= worst_rank(known), (first, last, before)


def graded(name: str, value: int) -> dict[str, Answer]:
    """A later check-in with this grade; 0 of an effect is one that is not ticked."""
    answers = one_answer(name, value, Asks.SCALES_AND_GATE)
    if value == 0 and name in ASKED_WITH:
        return {each: said for each, said in answers.items() if each != name} | {"effects": ()}
    return answers


@pytest.mark.parametrize("code", CODES)
def test_words_never_lower_what_the_form_alone_would_raise(code: str) -> None:
    words: dict[str, Answer] = {"text": (code,), f"said_{code}": "words"}
    for hours, kind in (
        (None, Asks.ACUTE),
        (3, Asks.ACUTE),
        (9, Asks.ACUTE),
        (72, Asks.SCALES_AND_GATE),
    ):
        for name, scale in SCALES.items():
            for value in scale:
                form = told(hours, **one_answer(name, value, kind))
                both = replace(form, answers={**form.answers, **words})
                assert worst_rank(case(both)) <= worst_rank(case(form)), (hours, name, value)


def test_a_rule_is_only_silent_for_one_as_grave_whatever_raises_either() -> None:
    of = {rule.id: rule for rule in RULES.rules}
    for rule in RULES.rules:
        for other in (of[id] for id in rule.unless):
            assert other.level.rank <= rule.level.rank, (rule.id, other.id)
            if other.level is rule.level:
                raised = [m for m in RULES.modifiers if m.rules is not None and rule.id in m.rules]
                assert all(other.id in (modifier.rules or ()) for modifier in raised)
                scores = {
                    name for name in rule.about if name in PAGES and PAGES[name].form in SCORES
                }
                assert scores <= {*other.about}, (rule.id, other.id)


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from(sorted(Effect)))
def test_words_alone_are_never_below_the_mildest_report_of_the_same_effect(
    history: list[Told], effect: Effect
) -> None:
    *earlier, now = history
    written = case(Told({"text": (effect.value,)}, now.at, now.hours), *earlier)
    name = "urge" if effect is Effect.OVERDOSE_ADDICTION else SEVERITIES[effect]
    mildest: dict[str, Answer] = {"effects": (effect.value,), name: 1}
    reports = [mildest, {**mildest, "medicine": "wish"}]
    if (now.hours or 0) > 24 and f"{name}_now" in PAGES:
        reports.append({"effects": (effect.value,), f"{name}_now": "gone"})
    ranks = [
        min(
            finding.rule.level.rank
            for finding in judged(case(Told({**each}, now.at, now.hours), *earlier))
            if finding.rule.effect is effect
        )
        for each in reports
    ]
    assert min(finding.rule.level.rank for finding in judged(written)) <= max(ranks)


@pytest.mark.parametrize(
    ("said", "against"),
    [
        ({"red_now": ("chest",)}, {"red_now": ("chest", "none")}),
        ({"speech": 3}, {"speech": 3, "speech_now": "gone"}),
        ({"confusion": 4}, {"confusion": 4, "confusion_now": "gone"}),
        ({"nausea": 4}, {"nausea": 4, "effects": ()}),
        ({"vomit_count": 6}, {"vomit_count": 6, "effects": (), "sips": "yes"}),
        ({"sips": "no"}, {"sips": "no", "effects": ("nausea",)}),
        ({"since": ("more_than_prescribed",)}, {"since": ("more_than_prescribed", "none")}),
        ({"doses": ("took_more",)}, {"doses": ("took_more",), "medicine": "wish", "urge": 0}),
        ({"awake": 3}, {"awake": 3, "who": "patient_with_adult"}),
        ({"self_harm": "wish"}, {"self_harm": "wish", "text": ()}),
    ],
)
@pytest.mark.parametrize("hours", [None, 1, 9, 72])
def test_of_answers_that_contradict_each_other_the_worse_counts(
    said: dict[str, Answer], against: dict[str, Answer], hours: float | None
) -> None:
    assert worst_rank(case(told(hours, **against))) <= worst_rank(case(told(hours, **said)))


@settings(max_examples=60, deadline=None)
@given(histories(), cautions)
def test_nothing_counts_for_less_than_its_rule_says(
    history: list[Told], held: frozenset[str]
) -> None:
    *earlier, now = history
    findings = judged(case(now, *earlier, cautions=held))
    assert all(
        each.level.rank in {each.rule.level.rank, each.rule.level.rank - 1} for each in findings
    )


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
    assert worst_rank(each) == worst_rank(each, talkative)


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
