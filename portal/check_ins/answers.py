"""What one person answered in one check-in: plain data, and its careful reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.symptoms.vocabulary import Effect

Answer = int | str | tuple[str, ...]
Answers = Mapping[str, Answer]

DRUGS = frozenset({"more_than_prescribed", "alcohol", "opioid", "other_drugs"})
SEVERITIES = {
    Effect.VOMITING: "vomit_count",
    Effect.NAUSEA: "nausea",
    Effect.SLURRED_SPEECH: "speech",
    Effect.FOGGY_MEMORY: "memory",
    Effect.CONFUSION: "confusion",
    Effect.ANXIETY: "anxiety",
    Effect.OVERDOSE_ADDICTION: "urge",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One check-in as the rules see it.

    `hours` since the end of the dose it belongs to, None when there was no dose. `same_dose` is
    True when that is the dose of the check-in being judged.
    """

    answers: Answers
    at: datetime
    hours: float | None
    same_dose: bool = True


def ticked(answers: Answers, name: str) -> frozenset[str]:
    """What is ticked in a list. `none` beside a tick does not count: the tick does."""
    answer = answers.get(name, ())
    return frozenset(answer) - {"none"} if isinstance(answer, tuple) else frozenset()


def reported_effects(answers: Answers) -> frozenset[Effect]:
    """The effects somebody reports in any way: ticked, graded, written, or by another answer."""
    named = ticked(answers, "effects") | ticked(answers, "text")
    found = {effect for effect in Effect if effect.value in named}
    found |= {effect for effect, name in SEVERITIES.items() if _number(answers, name) >= 1}
    if "blood_vomit" in ticked(answers, "red_now") or answers.get("sips") == "no":
        found.add(Effect.VOMITING)
    if ticked(answers, "since") & DRUGS or ticked(answers, "doses"):
        found.add(Effect.OVERDOSE_ADDICTION)
    return frozenset(found)


def _number(answers: Answers, name: str) -> int:
    answer = answers.get(name, 0)
    return answer if isinstance(answer, int) else 0
