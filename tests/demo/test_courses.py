"""The made-up courses: believable, and the same for the same seed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean
from zoneinfo import ZoneInfo

from portal.demo.answers import acute_answers, follow_up_answers
from portal.demo.cast import STORIES, Story
from portal.demo.courses import Course, Report, course_of
from portal.demo.moments import BY_KEY, with_moments
from portal.people.models import Caution
from portal.treatments.models import Route

NOW = datetime(2026, 11, 17, 20, 30, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


def course(story: Story, seed: int = 20) -> Course:
    return with_moments(course_of(story, NOW, ZONE, seed), NOW)


def around_doses(told: Course) -> Iterator[tuple[float, float]]:
    """Mean pain in the week before and the week after each dose."""
    for dose in told.doses:
        week = timedelta(days=7)
        before = [r.pain for r in told.reports if dose.ended_at - week <= r.at < dose.ended_at]
        after = [r.pain for r in told.reports if dose.ended_at < r.at <= dose.ended_at + week]
        if before and len(after) > 4:
            yield fmean(before), fmean(after)


def test_the_cast_has_every_route_and_every_caution() -> None:
    assert len(STORIES) >= 14
    assert {story.route for story in STORIES} == set(Route)
    assert {caution for story in STORIES for caution in story.cautions} == set(Caution)


def test_steps_rise_by_one_at_most() -> None:
    for story in STORIES:
        steps = (0, *story.steps)
        assert all(b - a in {0, 1} for a, b in pairwise(steps)), story.letter
        assert len(story.doses_ago) == len(story.steps) <= story.planned


def test_the_same_seed_tells_the_same_course_and_another_one_does_not() -> None:
    assert course(STORIES[1]) == course(STORIES[1])
    assert course(STORIES[1]) != course(STORIES[1], seed=21)


def test_pain_falls_after_most_doses() -> None:
    changes = [after - before for story in STORIES for before, after in around_doses(course(story))]
    assert sum(change < 0 for change in changes) > 0.75 * len(changes)


def test_relief_fades_between_doses() -> None:
    told = course(next(story for story in STORIES if story.letter == "K"))
    last = told.doses[-1].ended_at
    early = [r.pain for r in told.reports if timedelta(0) < r.at - last <= timedelta(days=10)]
    late = [r.pain for r in told.reports if r.at - last > timedelta(days=35)]
    assert fmean(late) > fmean(early)


def test_nausea_comes_early_after_a_dose() -> None:
    told = [r for story in STORIES for r in course_of(story, NOW, ZONE, 20).reports if r.nausea]
    assert told
    assert all(r.after is not None and r.after <= 8 for r in told)


def test_most_evenings_have_a_check_in_and_some_have_none() -> None:
    days = {r.at.astimezone(ZONE).date() for r in course(STORIES[1]).reports}
    assert 70 < len(days) < 91


def test_nothing_happens_in_the_future() -> None:
    assert all(r.at <= NOW for story in STORIES for r in course(story).reports)


def test_each_moment_is_told_once_and_its_steps_are_past() -> None:
    told = [r for story in STORIES for r in course(story).reports if r.moment]
    assert sorted(r.moment or "" for r in told) == sorted(BY_KEY)
    for report in told:
        steps = BY_KEY[report.moment or ""].steps
        assert all(report.at + timedelta(minutes=step.later) <= NOW for step in steps)


def test_answers_ask_only_about_effects_that_are_there() -> None:
    report = Report(at=NOW, after=4, pain=5, nausea=2)
    answers = acute_answers(report, ZONE)
    assert answers["effects"] == ("nausea",)
    assert answers["nausea"] == 2
    assert "memory" not in answers
    assert answers["weekday"] == "tuesday"


def test_a_later_check_in_asks_whether_the_speech_is_still_slurred() -> None:
    answers = follow_up_answers(Report(at=NOW, after=72, pain=5, speech=2, by_companion=True))
    assert (answers["speech_now"], answers["speech"], answers["who"]) == ("still", 2, "adult")
