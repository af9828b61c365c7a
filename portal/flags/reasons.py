"""Why a flag is raised, in the words of the rule that asks for it: plain data, no database."""

from dataclasses import dataclass

from portal.symptoms.levels import Level

SUMMARY_LENGTH = 40  # fits the queue row at every width; rules are tested against it


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired.

    `said` is the answer in words, `limit` the sentence that says where the rule begins and the
    hours since the dose, `change` what the last answer was, `effect` one of the watched effects,
    `source` where the rule comes from.
    """

    rule: str
    rule_set: str
    level: Level
    title: str
    said: str
    limit: str
    change: str | None
    effect: str | None
    source: str
