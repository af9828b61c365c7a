"""What may be recorded under a plan: pure, and never a dose.

"Doses start low and rise stepwise, only on prescription; relief lasts up to three months."
"""

from datetime import date, datetime, timedelta

from portal.treatments.models import Dose, PlanState, TreatmentPlan

MAY_GIVE = frozenset({PlanState.ACTIVE, PlanState.MAINTENANCE})
LATEST_ENTRY = timedelta(days=14)


def prescription_refusal(plan: TreatmentPlan | None, on: date) -> str | None:
    """Why no dose may be given on this day, with what to do about it; None when one may."""
    if plan is None:
        return "There is no treatment plan. A clinician signs one first."
    if plan.state is PlanState.PAUSED:
        return "The plan is paused. Ask the prescriber before going on."
    if plan.state not in MAY_GIVE:
        return "The plan has ended. A clinician signs a new one first."
    if plan.prescription_valid_until < on:
        return "The prescription is no longer valid on that day. Ask the prescriber to renew it."
    return None


def step_refusal(
    plan: TreatmentPlan, before: Dose | None, step: int, *, safety_flag_open: bool
) -> str | None:
    """Why this step may not follow the dose before; None when it may."""
    last = before.step if before else 0
    if not 1 <= step <= plan.steps_total:
        return f"The plan has steps 1 to {plan.steps_total}."
    if step > last + 1:
        return f"A step rises by one at most. The next step is {last + 1}."
    if step > last and safety_flag_open:
        return "An emergency or urgent flag is open. Resolve it before the step rises."
    return None


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
    return f"Step {step} of {total}"
