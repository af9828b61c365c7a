"""Answers in, findings out: pure judgement by the rules of rules.toml.

`judge` never lowers a level and looks at nothing but what it is handed. `rule_file` reads the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.check_ins.conditions import Condition, Value
from portal.check_ins.facts import Case
from portal.check_ins.questionnaires import PageForm
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect

ENGLISH = "en"
SCORES = frozenset({PageForm.SCALE, PageForm.PAIN})


@dataclass(frozen=True, slots=True)
class Words:
    """What the patient reads of a rule, in one language."""

    advice: tuple[str, ...]
    meanwhile: tuple[str, ...] = ()
    heading: str = ""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    level: Level
    when: Condition = field(repr=False)
    about: tuple[str, ...]
    limit: str
    summary: str
    words: Mapping[str, Words]
    why: str
    source: str
    effect: Effect | None
    unless: frozenset[str]
    crisis: bool
    gap: str
    asks_gate: bool = False
    """It contradicts the screening gate, which is then asked again (clinical.md section 3)."""

    @property
    def advice(self) -> tuple[str, ...]:
        """In English, as are `meanwhile` and `heading`."""
        return self.words[ENGLISH].advice

    @property
    def meanwhile(self) -> tuple[str, ...]:
        return self.words[ENGLISH].meanwhile

    @property
    def heading(self) -> str:
        return self.words[ENGLISH].heading

    def words_in(self, language: str) -> Words:
        """In that language; in English where the file has no such language."""
        return self.words.get(language, self.words[ENGLISH])


@dataclass(frozen=True)
class Modifier:
    """Raises the rules it names (all when None) by one level."""

    id: str
    when: Condition = field(repr=False)
    rules: frozenset[str] | None
    why: str


@dataclass(frozen=True, slots=True)
class LevelWords:
    """`headings` by language."""

    target: str
    headings: Mapping[str, str]

    @property
    def heading(self) -> str:
        return self.headings[ENGLISH]

    def heading_in(self, language: str) -> str:
        return self.headings.get(language, self.heading)


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who answers for the file. Unsigned, it may be shown and tried, and says so."""

    signed: bool
    written_by: str
    name: str = ""
    role: str = ""
    on: str = ""


@dataclass(frozen=True)
class RuleSet:
    version: str
    sign_off: SignOff
    rules: tuple[Rule, ...] = field(repr=False)
    modifiers: tuple[Modifier, ...] = field(repr=False)
    levels: Mapping[Level, LevelWords] = field(repr=False)
    text: str = field(repr=False, default="")  # as it was written

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
