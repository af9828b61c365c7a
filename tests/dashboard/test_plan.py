"""The plan as a line of doses, from plain facts."""

from dataclasses import replace
from datetime import date, timedelta

from portal.dashboard.plan import Given, ahead, bar, done
from portal.symptoms.vocabulary import Effect
from portal.treatments.models import Route
from portal.web.trends import DoseMark, Score

TODAY = date(2026, 11, 17)
MARKS = [DoseMark(TODAY - timedelta(days=15), 1), DoseMark(TODAY - timedelta(days=1), 2)]
SCORES = [Score(TODAY - timedelta(days=n), 7 if n > 15 else 5) for n in range(30)]
GIVEN = Given(Route.INFUSION, 4, MARKS, SCORES, {1: [Effect.NAUSEA]}, TODAY, None)


def test_a_dose_done_says_its_day_what_it_did_and_what_was_felt() -> None:
    first = done(GIVEN)[0]
    assert (first.title, first.words) == ("2 November", "Pain went from 7 to 5. Felt sick.")


def test_a_fresh_dose_is_named_by_its_day() -> None:
    assert done(GIVEN)[1].title == "Yesterday, 16 November"
    assert done(GIVEN)[1].words == "We look at your pain in one week."


def test_the_next_dose_may_be_asked_for_until_it_is_booked() -> None:
    assert [(node.state, node.may_ask) for node in ahead(GIVEN)] == [
        ("next", True),
        ("later", False),
    ]
    booked = ahead(replace(GIVEN, visit_on=date(2026, 11, 23)))[0]
    assert (booked.title, booked.may_ask) == ("Monday 23 November", False)


def test_a_lozenge_needs_no_visit() -> None:
    assert not any(node.may_ask for node in ahead(replace(GIVEN, route=Route.LOZENGE)))


def test_the_bar_has_a_piece_for_each_dose() -> None:
    assert bar(GIVEN) == ["done", "done", "next", "later"]
    assert bar(replace(GIVEN, planned=2)) == ["done", "done"]


def test_a_plan_that_has_not_begun_starts_with_the_first_dose() -> None:
    fresh = replace(GIVEN, marks=[])
    assert done(fresh) == []
    assert ahead(fresh)[0].number == 1
