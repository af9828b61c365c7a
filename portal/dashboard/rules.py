"""What the patient's home says, decided from plain facts: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.languages import _, gettext

MORNING, AFTERNOON, EVENING, NIGHT = 5, 12, 17, 22
LONG_AFTER = 21


class NextStep(StrEnum):
    """The one thing to do next, the most pressing first."""

    CARE = "care"
    BEFORE = "before"
    CHECK_IN = "check_in"
    GO_ON = "go_on"
    OFFER = "offer"
    MESSAGE = "message"
    VISIT = "visit"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the patient. `care`: they told of something grave and nobody took it yet;
    `before`: a dose comes within a day, and its check-in was not sent."""

    care: bool = False
    before: bool = False
    check_in: bool = False
    begun: bool = False
    offer: bool = False
    message: bool = False
    visit: bool = False


def next_step(waiting: Waiting) -> NextStep:
    """Advice that cannot wait, then a check-in: it is the one thing that can show danger. The one
    before a dose comes first, for the dose starts the others anew."""
    if waiting.care:
        return NextStep.CARE
    if waiting.before:
        return NextStep.BEFORE
    if waiting.check_in:
        return NextStep.CHECK_IN
    if waiting.begun:
        return NextStep.GO_ON
    if waiting.offer:
        return NextStep.OFFER
    if waiting.message:
        return NextStep.MESSAGE
    return NextStep.VISIT if waiting.visit else NextStep.NOTHING


def greeting(local: datetime) -> str:
    """By the patient's own clock. At night nobody needs to be told that it is night."""
    if MORNING <= local.hour < AFTERNOON:
        return _("Good morning")
    if AFTERNOON <= local.hour < EVENING:
        return _("Good afternoon")
    return _("Good evening") if EVENING <= local.hour < NIGHT else _("Hello")


def dose_line(number: int, route: str, ended_on: date, today: date) -> str:
    """Where the patient stands: "Day 1 after infusion 4"."""
    days = (today - ended_on).days
    if days <= 0:
        return _("Today you had %(dose)s %(number)s", dose=gettext(route), number=number)
    if days < LONG_AFTER:
        return _("Day %(n)s after %(dose)s %(number)s", n=days, dose=gettext(route), number=number)
    weeks = days // 7
    return _("%(n)s weeks after %(dose)s %(number)s", n=weeks, dose=gettext(route), number=number)


def course_line(given: int, planned: int, plural: str) -> str:
    """How far the treatment is: "4 of 6 infusions done"."""
    if given >= planned:
        return _("All %(n)s %(doses)s done", n=planned, doses=gettext(plural))
    return _("%(n)s of %(of)s %(doses)s done", n=given, of=planned, doses=gettext(plural))


def after_dose(
    change: tuple[int, int] | None, days_since: int, feelings: list[str], happened: list[str]
) -> str:
    """One dose in the patient's words: what it did to the pain, and what else was felt."""
    if days_since < 7:
        return _("We look at your pain in one week.")
    if change is None:
        return _("No pain score that week.")
    before, after = change
    if before == after:
        pain = _("Pain stayed at %(pain)s.", pain=after)
    else:
        pain = _("Pain went from %(before)s to %(after)s.", before=before, after=after)
    felt = [*_felt(feelings), *happened]
    return " ".join([pain, *(felt or [_("No problems.")])])


def _felt(feelings: list[str]) -> list[str]:
    if not feelings:
        return []
    most, last = ", ".join(feelings[:-1]), feelings[-1]
    if most:
        return [_("Felt %(these)s and %(last)s.", these=most, last=last)]
    return [_("Felt %(these)s.", these=last)]
