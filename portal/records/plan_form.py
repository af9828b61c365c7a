"""What a clinician fills in to sign a plan. Steps are counted here; no dose is named or suggested.

"Doses start low and rise stepwise, only on prescription; relief lasts up to three months."
"""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.treatments.actions import Prescribed
from portal.treatments.models import PlanState, Route
from portal.web.forms import Form

LONGEST_CONDITION = 120
LONGEST_GOAL = 500
MOST_STEPS = 20
MOST_DOSES = 60
FURTHEST = timedelta(days=366)
"""Bounds against slips of the finger, not clinical limits."""


@dataclass(frozen=True, slots=True)
class Course:
    """What has been so far, and the patient's today: a new version must fit both."""

    today: date
    doses_given: int


def prescribed(form: Form, course: Course) -> Prescribed | None:
    """What was typed, or None with the sentences in the form's errors."""
    route = form.choice("route", list(Route), "Choose how the medicine is given.")
    condition = form.text(
        "condition",
        longest=LONGEST_CONDITION,
        required="Say what is treated, in words the patient would use.",
    )
    goal = form.text("goal", longest=LONGEST_GOAL, required="Write the goal of the treatment.")
    steps = _number(form, "steps_total", MOST_STEPS)
    doses = _number(form, "doses_planned", MOST_DOSES)
    if 0 < doses < course.doses_given:
        given = f"{course.doses_given} doses are" if course.doses_given > 1 else "1 dose is"
        form.errors["doses_planned"] = f"{given} already given. Plan at least as many."
    state = form.choice("state", list(PlanState), "Choose where the treatment stands.")
    valid_until = _valid_until(form, course.today, state)
    if form.errors or valid_until is None:
        return None
    return Prescribed(
        Route(route), condition, goal, steps, doses, valid_until, state=PlanState(state)
    )


def _number(form: Form, name: str, most: int) -> int:
    """A count from 1, or 0 with its sentence in the errors."""
    text = form.raw(name).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= number <= most:
        form.errors[name] = f"Enter a whole number from 1 to {most}."
        return 0
    return number


def _valid_until(form: Form, today: date, state: str) -> date | None:
    try:
        on = date.fromisoformat(form.raw("valid_until").strip())
    except ValueError:
        form.errors["valid_until"] = "Enter the last day on which the prescription is valid."
        return None
    may_be_over = state and not PlanState(state).allows_doses
    if on < today and not may_be_over:
        form.errors["valid_until"] = (
            "This day is over. Enter the last day of a prescription valid now."
        )
    elif on > today + FURTHEST:
        form.errors["valid_until"] = "This is more than a year from now. Check the year."
    return on
