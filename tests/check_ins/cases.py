"""Short ways to write down a check-in and what came before it."""

from datetime import UTC, datetime, timedelta

from portal.check_ins.answers import Answer, Told
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, RULES
from portal.check_ins.rules import Finding, fired, judge

DOSE_ENDED = datetime(2026, 11, 23, 17, tzinfo=UTC)

WELL: dict[str, Answer] = {
    "who": "patient_with_adult",
    "awake": 0,
    "red_now": (),
    "effects": (),
    "pain": 2,
    "weekday": "monday",
    "weekday_wrong": "no",
    "since": (),
    "self_harm": "none",
}
LATER: dict[str, Answer] = {
    "who": "patient_with_adult",
    "red_now": (),
    "effects": (),
    "pain": 2,
    "urge": 0,
    "doses": (),
    "bladder": "none",
    "self_harm": "none",
}
# What the later ones and the one before a dose ask besides.
NO_SCALES: dict[str, Answer] = {"scales_ok": "no", "gate": (), "today": ()}


def told(hours: float | None, **answers: Answer) -> Told:
    """A check-in so many hours after the dose: nothing wrong but what is said."""
    at = DOSE_ENDED + timedelta(hours=hours or 0)
    usual = WELL if hours is None or hours <= 24 else LATER
    return Told({**usual, **answers}, at, hours)


def before_dose(days: float = 1, **answers: Answer) -> Told:
    """A check-in before the dose: the person's baseline."""
    at = DOSE_ENDED - timedelta(days=days)
    return Told({**LATER, **answers}, at, days * 24, same_dose=False)


def case(now: Told, *earlier: Told, cautions: frozenset[str] = frozenset()) -> Case:
    return Case(now, PAGES, earlier, cautions)


def fired_ids(case: Case) -> set[str]:
    return {rule.id for rule in fired(RULES, case)}


def judged(case: Case) -> tuple[Finding, ...]:
    return judge(RULES, case)
