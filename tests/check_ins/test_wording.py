"""What the care team reads about a check-in."""

import pytest

from portal.check_ins.library import CURRENT, PAGES
from portal.check_ins.schedule import Asks
from portal.check_ins.wording import (
    Line,
    change,
    effect_grades,
    limit,
    lines,
    said,
    summary,
)
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect
from tests.check_ins.cases import case, judged, told

SICK_TWICE = told(5, effects=("vomiting",), vomit_count=2, sips="no")


def test_a_finding_quotes_the_answers_it_is_about() -> None:
    finding = judged(case(SICK_TWICE))[0]
    assert finding.rule.id == "9"
    quote = said(PAGES, SICK_TWICE.answers, finding)
    assert quote == "Threw up 2 times, water does not stay down"


def test_an_effect_without_grade_is_quoted_by_its_name() -> None:
    now = told(1, effects=("nausea",))
    assert (
        said(PAGES, now.answers, judged(case(now))[0])
        == "Feeling sick to the stomach, but not how bad"
    )


@pytest.mark.parametrize("name", sorted(page.id for page in PAGES.values() if page.skip))
def test_a_skipped_answer_is_told_by_what_was_ticked(name: str) -> None:
    page = PAGES[name]
    effects = (page.effect.value,) if page.effect else ()
    now = told(1, effects=effects, **{name: "skipped"})
    for finding in judged(case(now)):
        words = said(PAGES, now.answers, finding)
        assert finding.rule.effect
        assert words == f"{finding.rule.effect.plain.capitalize()}, but not how bad"


@pytest.mark.parametrize("hours", [1, 72])
@pytest.mark.parametrize("effect", Effect)
def test_a_tick_with_nothing_more_is_always_quoted(effect: Effect, hours: float) -> None:
    now = told(hours, effects=(effect.value,))
    for finding in judged(case(now)):
        assert said(PAGES, now.answers, finding).startswith(effect.plain.capitalize())


def test_too_much_or_more_is_never_told_back_as_no_wish() -> None:
    now = told(72, effects=("overdose_addiction",), medicine="took_more", urge=0)
    [finding] = judged(case(now))
    assert (finding.rule.id, finding.level) == ("25", Level.URGENT)
    assert said(PAGES, now.answers, finding) == "Took too much, or may have"


def test_a_wish_without_strength_is_told_back_as_a_wish() -> None:
    now = told(72, effects=("overdose_addiction",), medicine="wish", urge=0)
    [finding] = judged(case(now))
    assert said(PAGES, now.answers, finding) == "Wants more"


def test_a_wrong_weekday_is_quoted_with_the_day_said() -> None:
    now = told(5, weekday="sunday", weekday_wrong="yes")
    assert said(PAGES, now.answers, judged(case(now))[0]) == "Said Sunday, which is not right"


def test_the_change_since_the_last_check_in_is_said() -> None:
    finding = judged(case(SICK_TWICE, told(4)))[0]
    assert change(case(SICK_TWICE, told(4)), finding) == "At the last check-in: not there"
    before = told(4, effects=("vomiting",), vomit_count=1, sips="yes")
    assert change(case(SICK_TWICE, before), finding) == "At the last check-in: threw up 1 time"
    assert change(case(SICK_TWICE), finding) is None


def test_the_change_is_that_of_the_answer_that_tells_of_it() -> None:
    """Not that of another answer of the same rule, which says now as before that nothing is."""
    asked = case(told(168, phq_9=1), told(72))
    [finding] = judged(asked)
    assert (finding.rule.id, change(asked, finding)) == ("28a", None)
    risen = case(told(336, phq_9=2), told(168, phq_9=1))
    assert (
        change(risen, judged(risen)[0]) == "At the last check-in: better off dead, on several days"
    )


def test_of_several_answers_one_that_changed_is_told() -> None:
    now = told(5, effects=("vomiting",), vomit_count=2, sips="no")
    before = told(4, effects=("vomiting",), vomit_count=2, sips="yes")
    found = case(now, before)
    assert change(found, judged(found)[0]) == "At the last check-in: small sips stay down"
    assert change(case(now, now), judged(found)[0]) == "The same as at the last check-in"


def test_what_raised_a_level_stands_beside_the_limit() -> None:
    now = told(1, who="patient_alone", effects=("nausea",), nausea=1)
    assert limit(judged(case(now))[0]).endswith(
        "Raised one level: no adult there in the first 24 hours"
    )


def test_the_line_of_the_queue_says_how_many_more() -> None:
    assert summary(judged(case(SICK_TWICE))) == "Cannot keep water down"
    both = told(5, effects=("vomiting",), vomit_count=2, sips="no", pain=9)
    assert summary(judged(case(both))) == "Cannot keep water down and 1 more"


def test_the_whole_check_in_is_read_in_the_order_asked() -> None:
    now = told(5, effects=("nausea",), nausea=3, systolic=150, diastolic=90)
    each = case(now, told(4))
    path = [page for page in CURRENT[Asks.ACUTE].path(each) if page.id != "pain"]
    found = {line.name: line for line in lines(each, path)}
    assert found["nausea"] == Line("nausea", "Nausea", "Very sick to the stomach", 3, 3, None)
    assert found["red_now"].said == "None of these"
    assert found["weekday"].said == "Monday, right"
    assert found["systolic"].said == "150"


def test_a_skipped_question_says_so() -> None:
    now = told(5, effects=("nausea",))
    path = CURRENT[Asks.ACUTE].path(case(now))
    assert next(line for line in lines(case(now), path) if line.name == "nausea").said == "Skipped"


def test_the_grade_of_vomiting_counts_water_that_does_not_stay_down() -> None:
    assert effect_grades(case(SICK_TWICE)) == {Effect.VOMITING: 4}


def test_an_effect_whose_grade_was_skipped_has_none() -> None:
    assert effect_grades(case(told(1, effects=("nausea",)))) == {Effect.NAUSEA: None}


def test_a_number_beside_its_label_does_not_say_the_label_again() -> None:
    now = case(told(80, pain=7), told(60, pain=5))
    found = {line.name: line for line in lines(now, CURRENT[Asks.FOLLOW_UP].path(now))}
    assert (found["pain"].label, found["pain"].said, found["pain"].was) == (
        "Pain",
        "7 of 10",
        "5 of 10",
    )


def test_no_thoughts_of_self_harm_are_not_told_back_beside_those_of_item_nine() -> None:
    now = told(7 * 24, self_harm="none", phq_9=1)
    [finding] = judged(case(now))
    assert said(PAGES, now.answers, finding) == "Better off dead, on several days"
    now = told(7 * 24, self_harm="passing", phq_9=0)
    [finding] = judged(case(now))
    assert said(PAGES, now.answers, finding) == "Passing thoughts of self-harm"
