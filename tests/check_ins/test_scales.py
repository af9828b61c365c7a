"""PHQ-9, GAD-7 and the three items about pain, scored by their authors' rules."""

import pytest

from portal.check_ins.answers import Answer
from portal.check_ins.scales import SCALES, scored
from portal.check_ins.wording import scores

PHQ, GAD, PAIN = SCALES


def phq(*items: int) -> dict[str, Answer]:
    return {f"phq_{number}": item for number, item in enumerate(items, 1)}


@pytest.mark.parametrize(
    ("scale", "score", "words"),
    [
        (PHQ, 0, "0 of 27, minimal"),
        (PHQ, 4, "4 of 27, minimal"),
        (PHQ, 5, "5 of 27, mild"),
        (PHQ, 9, "9 of 27, mild"),
        (PHQ, 10, "10 of 27, moderate"),
        (PHQ, 15, "15 of 27, moderately severe"),
        (PHQ, 19, "19 of 27, moderately severe"),
        (PHQ, 20, "20 of 27, severe"),
        (GAD, 4, "4 of 21, minimal"),
        (GAD, 5, "5 of 21, mild"),
        (GAD, 10, "10 of 21, moderate"),
        (GAD, 15, "15 of 21, severe"),
        (PAIN, 4.3, "4.3 of 10"),
    ],
)
def test_a_score_is_said_with_its_band(scale: object, score: float, words: str) -> None:
    assert isinstance(scale, type(PHQ))
    assert scale.words(score) == words


def test_a_scale_is_the_sum_of_its_items_and_the_one_of_pain_their_mean() -> None:
    answers = phq(3, 3, 3, 3, 3, 3, 3, 3, 3) | {"pain_week": 5, "pain_joy": 4, "pain_tasks": 4}
    assert scored(answers) == [(PHQ, 27), (PAIN, 4.3)]


def test_a_scale_with_an_item_skipped_has_no_score() -> None:
    assert scored(phq(1, 1, 1, 1) | {"phq_5": "skipped"} | phq()) == []
    assert scored({**phq(1, 1, 1, 1, 1, 1, 1, 1, 1), "phq_5": "skipped"}) == []


def test_a_score_stands_beside_the_one_before() -> None:
    now, then = phq(2, 2, 2, 2, 2, 2, 2, 2, 0), phq(1, 1, 1, 1, 1, 0, 0, 0, 0)
    (line,) = scores(now, [phq(3), then, {}])
    assert (line.label, line.said, line.was) == (
        "PHQ-9",
        "16 of 27, moderately severe",
        "5 of 27, mild",
    )
