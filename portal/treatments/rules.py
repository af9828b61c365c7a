"""What may be recorded under a plan: pure, and never a dose.

"Doses start low and rise stepwise, only on prescription; relief lasts up to three months."
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from portal.languages import _
from portal.people.models import Caution
from portal.treatments.models import Dose, PlanState, TreatmentPlan

LATEST_ENTRY = timedelta(days=14)


def prescription_refusal(plan: TreatmentPlan | None, on: date) -> str | None:
    """Why no dose may be given on this day, with what to do about it; None when one may."""
    if plan is None:
        return "There is no treatment plan. A clinician signs one first."
    if plan.state is PlanState.PAUSED:
        return "The plan is paused. Ask the prescriber before going on."
    if not plan.state.allows_doses:
        return "The plan has ended. A clinician signs a new one first."
    if plan.prescription_valid_until < on:
        return "The prescription is no longer valid on that day. Ask the prescriber to renew it."
    return None


def step_refusal(
    plan: TreatmentPlan, before: Dose | None, step: int, *, safety_flag_open: bool
) -> str | None:
    """Why this step may not follow the dose before; None when it may."""
    last = last_step(plan, before)
    if not 1 <= step <= plan.steps_total:
        return f"The plan has steps 1 to {plan.steps_total}."
    if step > last + 1:
        return f"A step rises by one at most. The next step is {last + 1}."
    if step > last and safety_flag_open:
        return "An emergency or urgent flag is open. Resolve it before the step rises."
    return None


def last_step(plan: TreatmentPlan | None, before: Dose | None) -> int:
    """The step that the next one rises from. Another route has steps of its own: it starts low."""
    return before.step if plan and before and before.route is plan.route else 0


def supervision_words(cautions: Iterable[Caution]) -> str:
    """Why somebody must answer for this treatment; under these it never goes without."""
    words = " and ".join(caution.words.lower() for caution in sorted(cautions))
    return f"This needs medical supervision ({words})."


def time_refusal(ended_at: datetime, before: Dose | None, now: datetime) -> str | None:
    """Why this end time cannot be right; None when it can."""
    if ended_at > now:
        return "This time is in the future. Enter when the dose ended."
    if ended_at < now - LATEST_ENTRY:
        return f"This is more than {LATEST_ENTRY.days} days ago. Check the date."
    if before is not None and ended_at <= before.ended_at:
        return "A later dose is already recorded. Check the date and time."
    return None


def step_words(step: int, total: int) -> str:
    """A step above the plan's last was given under an earlier version."""
    if step <= total:
        return _("Step %(step)s of %(total)s", step=step, total=total)
    return _("Step %(step)s", step=step)
