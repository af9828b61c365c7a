"""Reads the clinician's document and refuses what cannot be right, in one line that names the rule.

Refused are a part that is not known (`rule_shape`), a name or an answer that is never asked, an
unknown level or effect, a rule without advice or without its translation, a rule or modifier that
can never be heard, and a signature without a name.
What the rules together must do is asked of them in `sane`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.check_ins.conditions import Condition, ConditionError, parse
from portal.check_ins.reachable import can_hold
from portal.check_ins.rule_shape import (
    FILE,
    LEVEL,
    LEVEL_IN_A_LANGUAGE,
    MODIFIER,
    RULE,
    RULE_IN_A_LANGUAGE,
    SIGN_OFF,
    RuleFileError,
    missing_of,
    require_shape,
)
from portal.check_ins.rules import (
    ENGLISH,
    LevelWords,
    Modifier,
    Rule,
    RuleSet,
    SignOff,
    Words,
)
from portal.settings import Clinic
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect

SUMMARY_LENGTH = 28  # " and 10 more" still fits into the 40 characters of the queue
CAUTIONS = frozenset({"under_18", "pregnancy", "dementia", "past_addiction", "sedatives"})
NEEDED = ("id", "title", "level", "when", "about", "limit", "summary", "advice", "why", "source")
ALL = "all"
# It stands in addresses, and in a column of this width.
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
LINES = ("advice", "meanwhile")
LANGUAGES = {"es": "Spanish"}


Answers = Mapping[str, frozenset[str]]
Numbers = Mapping[str, Sequence[int]]


def rule_set(data: Mapping[str, Any], words: Answers, numbers: Numbers) -> RuleSet:
    """Reads the contents of a rule file. `words` are the names that are asked, each with the words
    that may answer it, `numbers` the numbers that may answer those with no others."""
    known = {**words, "hours": frozenset[str](), "cautions": CAUTIONS}
    version = data.get("version")
    if not version:
        raise RuleFileError("the rule file has no version")
    require_shape(data, FILE, "the rule file")
    if not VERSION.fullmatch(str(version)):
        raise RuleFileError(
            "the version may only have letters, digits, dots and dashes, at most 40"
        )
    sign_off = _sign_off(data.get("sign_off"))
    rules = tuple(_rule(entry, known) for entry in data.get("rule", ()))
    _check_ids(rules)
    _check_heard(rules, known, numbers)
    modifiers = tuple(_modifier(entry, rules, known, numbers) for entry in data.get("modifier", ()))
    _require_once("modifier", [modifier.id for modifier in modifiers])
    levels = _levels(data.get("levels", {}))
    return RuleSet(str(version), sign_off, rules, modifiers, levels)


def _sign_off(data: Mapping[str, Any] | None) -> SignOff:
    if not data or "signed" not in data or not data.get("written_by"):
        raise RuleFileError("the rule file does not say who wrote and who signed it")
    require_shape(data, SIGN_OFF, "the sign-off")
    found = SignOff(**{**data, "on": str(data.get("on", ""))})
    if found.signed and not (found.name and found.role and found.on):
        raise RuleFileError("the rule file is signed without a name, a role and a day")
    return found


def _rule(entry: Mapping[str, Any], words: Answers) -> Rule:
    name = f"rule {entry.get('id', '?')}"
    _require_whole(entry, NEEDED, name)
    require_shape(entry, RULE, name)
    if not ID.fullmatch(entry["id"]):
        raise RuleFileError(f"{name}: an id may only have letters, digits and dashes, at most 32")
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
        words=_words(entry, name),
        why=entry["why"],
        source=entry["source"],
        effect=_one_of(Effect, entry["effect"], name) if "effect" in entry else None,
        unless=frozenset(entry.get("unless", ())),
        crisis=entry.get("crisis", False),
        gap=entry.get("gap", ""),
        asks_gate=entry.get("asks_gate", False),
    )


def _require_whole(part: Mapping[str, Any], needed: tuple[str, ...], name: str) -> None:
    missing = missing_of(part, needed)
    if missing:
        raise RuleFileError(f"{name} has no {missing}")


def _words(entry: Mapping[str, Any], name: str) -> dict[str, Words]:
    """What is there in English is there in every language, line by line."""
    found = {ENGLISH: _words_in(entry)}
    for code, language in LANGUAGES.items():
        translated = entry.get(code, {})
        missing = missing_of(translated, tuple(key for key in RULE_IN_A_LANGUAGE if entry.get(key)))
        if missing:
            raise RuleFileError(f"{name} has no {missing} in {language}")
        require_shape(translated, RULE_IN_A_LANGUAGE, f"{name} in {language}")
        for key in LINES:
            here, there = len(entry.get(key, ())), len(translated.get(key, ()))
            if here != there:
                raise RuleFileError(f"{name} has {here} lines of {key}, and {there} in {language}")
        found[code] = _words_in(translated)
    return found


def _words_in(entry: Mapping[str, Any]) -> Words:
    advice, meanwhile = tuple(entry.get("advice", ())), tuple(entry.get("meanwhile", ()))
    return Words(advice, meanwhile, _heading(entry.get("heading", "")))


def _heading(text: str) -> str:
    try:
        text.format(**vars(Clinic()))
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise RuleFileError(f"a heading cannot be filled in: {text}") from error
    return text


def _modifier(
    entry: Mapping[str, Any], rules: Sequence[Rule], words: Answers, numbers: Numbers
) -> Modifier:
    name = f"modifier {entry.get('id', '?')}"
    _require_whole(entry, tuple(MODIFIER), name)
    require_shape(entry, MODIFIER, name)
    context = {
        "rise": frozenset[str](),
        "fired_before": frozenset[str](),
        "base_level": frozenset(level.value for level in Level),
    }
    named = None if entry["rules"] == ALL else frozenset(entry["rules"])
    unknown = (named or frozenset()) - {rule.id for rule in rules}
    if unknown:
        raise RuleFileError(f"{name} names rule {min(unknown)}, which is not there")
    known = {**words, **context}
    condition = _condition(entry["when"], known, name)
    if not can_hold(condition, (), known, numbers):
        raise RuleFileError(f"{name} can never be heard, whatever is answered")
    return Modifier(entry["id"], condition, named, entry["why"])


def _condition(text: str, words: Answers, name: str) -> Condition:
    try:
        return parse(text, words)
    except ConditionError as error:
        raise RuleFileError(f"{name}: {error}") from error


def _check_ids(rules: Sequence[Rule]) -> None:
    ids = [rule.id for rule in rules]
    _require_once("rule", ids)
    for rule in rules:
        unknown = rule.unless - set(ids)
        if unknown:
            raise RuleFileError(f"rule {rule.id} names rule {min(unknown)}, which is not there")


def _require_once(kind: str, ids: Sequence[str]) -> None:
    twice = [id for id in ids if ids.count(id) > 1]
    if twice:
        raise RuleFileError(f"{kind} {twice[0]} is there twice")


def _check_heard(rules: Sequence[Rule], words: Answers, numbers: Numbers) -> None:
    of = {rule.id: rule for rule in rules}
    for rule in rules:
        graver = [of[id].when for id in sorted(rule.unless)]
        if not can_hold(rule.when, graver, words, numbers):
            raise RuleFileError(f"rule {rule.id} can never be heard, whatever is answered")


def _levels(data: Mapping[str, Any]) -> dict[Level, LevelWords]:
    missing = [level.value for level in Level if level.value not in data]
    if missing:
        raise RuleFileError(f"the level {missing[0]} has no words")
    unknown = set(data) - {level.value for level in Level}
    if unknown:
        raise RuleFileError(f"there is no level {min(unknown)}")
    return {level: _level_words(level, data[level.value]) for level in Level}


def _level_words(level: Level, data: Mapping[str, Any]) -> LevelWords:
    name = f"the level {level}"
    _require_whole(data, ("target", "heading"), name)
    require_shape(data, LEVEL, name)
    every = {ENGLISH: data["heading"]}
    for code, language in LANGUAGES.items():
        translated = data.get(code, {})
        require_shape(translated, LEVEL_IN_A_LANGUAGE, f"{name} in {language}")
        if missing_of(translated, ("heading",)):
            raise RuleFileError(f"{name} has no heading in {language}")
        every[code] = translated["heading"]
    return LevelWords(data["target"], {code: _heading(each) for code, each in every.items()})


def _one_of(kind: Any, value: str, name: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise RuleFileError(f"{name}: there is no {kind.__name__.lower()} {value}") from error
