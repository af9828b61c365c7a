"""The patient's steps: what was typed is kept, right or wrong; what is wrong is said beside it."""

from collections.abc import Callable, Collection
from datetime import date

from portal.bookings.details import Answers, Details
from portal.bookings.kinds import WINDOWS_AT_MOST, Health, Kind, Part, Window
from portal.bookings.steps import STEPS, Step, other_days
from portal.languages import N_, _
from portal.web.forms import PHONE_ASKED, Form, is_phone

NONE_OF_THESE = "none"
LONGEST_WORDS = 2000
LONGEST_PLACE = 200
LONGEST_PHONE = 40

Errors = dict[str, str]


def codes_of(days: Collection[date]) -> list[str]:
    return [Window(day, part).code for day in days for part in Part]


def read_times(form: Form, answers: Answers, days: Collection[date]) -> None:
    """`days` are those on the page; what was picked on other pages stays picked."""
    shown = codes_of(days)
    answers.windows = other_days(answers.windows, shown) + form.many("windows", shown)


def read_place(form: Form, answers: Answers) -> None:
    answers.where = form.raw("where") if form.raw("where") in {"home", "other"} else ""
    answers.place = form.text("place", longest=LONGEST_PLACE)
    read_phone(form, answers)


def read_phone(form: Form, answers: Answers) -> None:
    answers.phone = form.text("phone", longest=LONGEST_PHONE)


def read_health(form: Form, answers: Answers) -> None:
    answers.health = form.many("health", [*Health, NONE_OF_THESE])


def read_words(form: Form, answers: Answers) -> None:
    answers.words = form.text("words", longest=LONGEST_WORDS)


READERS: dict[Step, Callable[[Form, Answers], None]] = {
    Step.PLACE: read_place,
    Step.PHONE: read_phone,
    Step.HEALTH: read_health,
    Step.WORDS: read_words,
}


def problems(step: Step, answers: Answers) -> Errors:
    """What is missing or wrong in this step, by field."""
    return {name: words for name, words in CHECKS[step](answers).items() if words}


def _times(answers: Answers) -> Errors:
    count = len(answers.windows)
    if count > WINDOWS_AT_MOST:
        return {
            "windows": _("You picked %(n)s. Keep the best %(best)s.", n=count, best=WINDOWS_AT_MOST)
        }
    return {"windows": "" if count else N_("Pick at least one time.")}


def _place(answers: Answers) -> Errors:
    elsewhere = answers.where == "other" and not answers.place
    return {
        "where": "" if answers.where else N_("Choose where we should come."),
        "place": N_("Add the address we should come to.") if elsewhere else "",
        "phone": _phone_problem(answers, N_("Add a phone number the nurse can call at the door")),
    }


def _phone(answers: Answers) -> Errors:
    return {"phone": _phone_problem(answers, N_("Add a phone number we can call"))}


def _phone_problem(answers: Answers, missing: str) -> str:
    phone = answers.phone or ""
    if not phone:
        return missing
    return "" if is_phone(phone) and len(phone) <= LONGEST_PHONE else PHONE_ASKED


def _health(answers: Answers) -> Errors:
    if not answers.health:
        return {"health": N_("Tick all that fit, or None of these.")}
    both = NONE_OF_THESE in answers.health and len(answers.health) > 1
    return {
        "health": N_("You ticked None of these and something else. Untick one.") if both else ""
    }


def _words(answers: Answers) -> Errors:
    missing = answers.wanted is Kind.DOSE_QUESTION and not answers.words
    if len(answers.words) > LONGEST_WORDS:
        return {"words": _("Use %(most)s characters or fewer.", most=f"{LONGEST_WORDS:,}")}
    return {"words": N_("Write your question.") if missing else ""}


CHECKS: dict[Step, Callable[[Answers], Errors]] = {
    Step.TIMES: _times,
    Step.PLACE: _place,
    Step.PHONE: _phone,
    Step.HEALTH: _health,
    Step.WORDS: _words,
}


def first_unfinished(answers: Answers, kind: Kind) -> Step | None:
    """The first step that still has a problem: somebody came by a shortcut."""
    return next((step for step in STEPS[kind] if problems(step, answers)), None)


def details_from(answers: Answers, kind: Kind) -> Details:
    """Only what this kind asks: leftovers of another kind stay behind."""
    at_home = kind.is_at_home
    ticked = [code for code in answers.health if code != NONE_OF_THESE] if at_home else []
    return Details(
        words=answers.words,
        phone=answers.phone or "",
        place=answers.place if at_home and answers.where == "other" else "",
        health=tuple(Health(code) for code in ticked),
    )


def windows_from(answers: Answers, kind: Kind) -> list[Window]:
    return answers.picked() if Step.TIMES in STEPS[kind] else []
