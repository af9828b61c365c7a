"""What the patient is told after sending, from the flag as it was raised; before, a crisis line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.check_ins.answers import Answers, Told
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, PAGES_IN
from portal.check_ins.rules import Rule, RuleSet, fired
from portal.check_ins.wording import said_of
from portal.flags.reasons import Reason
from portal.languages import ENGLISH, language
from portal.settings import Clinic
from portal.symptoms.levels import Level

MOST_TIPS = 3


@dataclass(frozen=True, slots=True)
class Advice:
    """The page after a check-in that raised a flag. Sentences are ready to be shown."""

    level: Level
    heading: str
    told: str
    sentences: tuple[str, ...]
    meanwhile: tuple[str, ...]
    crisis: bool
    due_at: datetime


def advice(
    rule_set: RuleSet,
    reasons: Sequence[Reason],
    due_at: datetime,
    clinic: Clinic,
    answers: Answers | None = None,
) -> Advice:
    """From the reasons of one flag, gravest first. Tips come from the gravest rules only.

    `answers` say in the reader's own language what the flag has in English.
    """
    first = reasons[0]
    gravest = [reason for reason in reasons if reason.level is first.level]
    rules = [rule for reason in gravest if (rule := rule_set.rule(reason.rule))]
    return Advice(
        level=first.level,
        heading=_heading(rule_set, first, rules).format(**vars(clinic)),
        told=_told(rule_set, gravest, answers),
        sentences=rules[0].words_in(language()).advice if rules else (),
        meanwhile=_tips(rules),
        crisis=any(rule.crisis for reason in reasons if (rule := rule_set.rule(reason.rule))),
        due_at=due_at,
    )


def needs_crisis_line(rule_set: RuleSet, answers: Answers, at: datetime) -> bool:
    """Whether these answers alone, given at that time, call for it, whatever came before."""
    return any(rule.crisis for rule in fired(rule_set, Case(Told(answers, at, None), PAGES)))


def _heading(rule_set: RuleSet, first: Reason, rules: Sequence[Rule]) -> str:
    """The rule's own, unless something raised it above the level that was written for."""
    own = rules[0].words_in(language()).heading if rules and rules[0].level is first.level else ""
    return own or rule_set.levels[first.level].heading_in(language())


def _told(rule_set: RuleSet, reasons: Sequence[Reason], answers: Answers | None) -> str:
    """Two reasons at most: the rest is one tap away, and the page must stay short."""
    parts = list(dict.fromkeys(_said(rule_set, reason, answers) for reason in reasons))[:2]
    return ", ".join(each[:1].lower() + each[1:] for each in parts)


def _said(rule_set: RuleSet, reason: Reason, answers: Answers | None) -> str:
    rule = rule_set.rule(reason.rule)
    if language() == ENGLISH or rule is None or answers is None:
        return reason.said
    return said_of(PAGES_IN[language()], answers, rule) or reason.said


def _tips(rules: Sequence[Rule]) -> tuple[str, ...]:
    tips = [tip for rule in rules for tip in rule.words_in(language()).meanwhile]
    return tuple(dict.fromkeys(tips))[:MOST_TIPS]
