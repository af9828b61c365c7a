"""Answers in, findings out: pure judgement by the rules of rules.toml.

`rule_set` refuses a file that names what is never asked, an unknown level, or a rule without
advice; `judge` never lowers a level and looks at nothing but what it is handed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.check_ins.conditions import Condition, ConditionError, Value, parse
from portal.check_ins.facts import Case
from portal.check_ins.questionnaires import PageForm
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect

SUMMARY_LENGTH = 28  # " and 10 more" still fits into the 40 characters of the queue
CAUTIONS = frozenset({"under_18", "pregnancy", "dementia", "past_addiction", "sedatives"})
NEEDED = ("id", "title", "level", "when", "about", "limit", "summary", "advice", "why", "source")
ALL = "all"
SCORES = frozenset({PageForm.SCALE, PageForm.PAIN})


class RuleFileError(ValueError):
    """The rule file cannot be used; the message is the one line that says why."""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    level: Level
    when: Condition = field(repr=False)
    about: tuple[str, ...]
    limit: str
    summary: str
    advice: tuple[str, ...]
    meanwhile: tuple[str, ...]
    why: str
    source: str
    effect: Effect | None
    unless: frozenset[str]
    crisis: bool
    heading: str
    gap: str


@dataclass(frozen=True)
class Modifier:
    """Raises the rules it names (all when None) by one level."""

    id: str
    when: Condition = field(repr=False)
    rules: frozenset[str] | None
    why: str


@dataclass(frozen=True, slots=True)
class LevelWords:
    target: str
    heading: str


@dataclass(frozen=True)
class RuleSet:
    version: str
    rules: tuple[Rule, ...] = field(repr=False)
    modifiers: tuple[Modifier, ...] = field(repr=False)
    levels: Mapping[Level, LevelWords] = field(repr=False)

    def rule(self, id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == id), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, at the level it counts after what raised it."""

    rule: Rule
    level: Level
    raised_by: tuple[str, ...]


def judge(rules: RuleSet, case: Case) -> tuple[Finding, ...]:
    """What the answers mean, gravest first, else in the order of the file."""
    findings = [_finding(rules, rule, case) for rule in fired(rules, case)]
    return tuple(sorted(findings, key=lambda finding: finding.level.rank))


def fired(rules: RuleSet, case: Case) -> list[Rule]:
    """The rules whose condition holds, without those that a graver one speaks for."""
    holding = [rule for rule in rules.rules if rule.when.holds(case)]
    ids = {rule.id for rule in holding}
    return [rule for rule in holding if not rule.unless & ids]


def _finding(rules: RuleSet, rule: Rule, case: Case) -> Finding:
    facts = _Raising(rules, rule, case)
    raised_by = tuple(
        modifier.why
        for modifier in rules.modifiers
        if (modifier.rules is None or rule.id in modifier.rules) and modifier.when.holds(facts)
    )
    if rule.level is Level.EMERGENCY or not raised_by:
        return Finding(rule, rule.level, ())
    return Finding(rule, rule.level.raised(), raised_by)


class _Raising:
    """The facts of a case, with those about the one rule that may be raised."""

    def __init__(self, rules: RuleSet, rule: Rule, case: Case) -> None:
        self.rules = rules
        self.rule = rule
        self.case = case

    def value(self, name: str) -> Value:
        if name == "rise":
            rises = [self.case.rise(item) for item in self.rule.about if self._is_score(item)]
            return max((rise for rise in rises if rise is not None), default=None)
        if name == "fired_before":
            return self._fired_before()
        if name == "base_level":
            return self.rule.level.value
        return self.case.value(name)

    def call(self, function: str, names: tuple[str, ...]) -> Value:
        return self.case.call(function, names)

    def _is_score(self, item: str) -> bool:
        """Ticks and yes or no have a weight too, but cannot go up by two points."""
        page = self.case.pages.get(item)
        return page is not None and page.form in SCORES

    def _fired_before(self) -> int:
        cases = (self.case.at_time_of(place) for place in range(len(self.case.series)))
        return sum(self.rule in fired(self.rules, each) for each in cases)


def rule_set(data: Mapping[str, Any], words: Mapping[str, frozenset[str]]) -> RuleSet:
    """Reads the contents of a rule file; `words` are the names and answers that are asked."""
    known = {**words, "hours": frozenset[str](), "cautions": CAUTIONS}
    version = data.get("version")
    if not version:
        raise RuleFileError("the rule file has no version")
    rules = tuple(_rule(entry, known) for entry in data.get("rule", ()))
    _check_ids(rules)
    modifiers = tuple(_modifier(entry, rules, known) for entry in data.get("modifier", ()))
    return RuleSet(str(version), rules, modifiers, _levels(data.get("levels", {})))


def _rule(entry: Mapping[str, Any], words: Mapping[str, frozenset[str]]) -> Rule:
    name = f"rule {entry.get('id', '?')}"
    missing = [key for key in NEEDED if not entry.get(key)]
    if missing:
        raise RuleFileError(f"{name} has no {missing[0]}")
    if len(entry["summary"]) > SUMMARY_LENGTH:
        raise RuleFileError(f"{name}: the summary is longer than {SUMMARY_LENGTH} characters")
    for item in entry["about"]:
        if item not in words:
            raise RuleFileError(f"{name}: {item} is never asked")
    return Rule(
        id=entry["id"],
        title=entry["title"],
        level=_one_of(Level, entry["level"], name),
        when=_condition(entry["when"], words, name),
        about=tuple(entry["about"]),
        limit=entry["limit"],
        summary=entry["summary"],
        advice=tuple(entry["advice"]),
        meanwhile=tuple(entry.get("meanwhile", ())),
        why=entry["why"],
        source=entry["source"],
        effect=_one_of(Effect, entry["effect"], name) if "effect" in entry else None,
        unless=frozenset(entry.get("unless", ())),
        crisis=entry.get("crisis", False),
        heading=entry.get("heading", ""),
        gap=entry.get("gap", ""),
    )


def _modifier(
    entry: Mapping[str, Any], rules: Sequence[Rule], words: Mapping[str, frozenset[str]]
) -> Modifier:
    name = f"modifier {entry.get('id', '?')}"
    context = {
        "rise": frozenset[str](),
        "fired_before": frozenset[str](),
        "base_level": frozenset(level.value for level in Level),
    }
    named = None if entry["rules"] == ALL else frozenset(entry["rules"])
    unknown = (named or frozenset()) - {rule.id for rule in rules}
    if unknown:
        raise RuleFileError(f"{name} names rule {min(unknown)}, which is not there")
    condition = _condition(entry["when"], {**words, **context}, name)
    return Modifier(entry["id"], condition, named, entry["why"])


def _condition(text: str, words: Mapping[str, frozenset[str]], name: str) -> Condition:
    try:
        return parse(text, words)
    except ConditionError as error:
        raise RuleFileError(f"{name}: {error}") from error


def _check_ids(rules: Sequence[Rule]) -> None:
    ids = [rule.id for rule in rules]
    twice = [id for id in ids if ids.count(id) > 1]
    if twice:
        raise RuleFileError(f"rule {twice[0]} is there twice")
    for rule in rules:
        unknown = rule.unless - set(ids)
        if unknown:
            raise RuleFileError(f"rule {rule.id} names rule {min(unknown)}, which is not there")


def _levels(data: Mapping[str, Any]) -> dict[Level, LevelWords]:
    missing = [level.value for level in Level if level.value not in data]
    if missing:
        raise RuleFileError(f"the level {missing[0]} has no words")
    return {level: LevelWords(**data[level.value]) for level in Level}


def _one_of(kind: Any, value: str, name: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise RuleFileError(f"{name}: there is no {kind.__name__.lower()} {value}") from error
