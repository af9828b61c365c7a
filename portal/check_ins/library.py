"""The questionnaires and rules that ship, read once from their files at start."""

import tomllib
from pathlib import Path
from typing import Any

from portal.check_ins.own_words import NAMES as OWN_WORDS
from portal.check_ins.questionnaires import (
    Questionnaire,
    merged,
    numbers_of,
    questionnaire,
    words_of,
)
from portal.check_ins.rule_file import RuleFileError, rule_set
from portal.check_ins.rules import RuleSet
from portal.check_ins.schedule import OVERDUE
from portal.languages import ENGLISH, LANGUAGES

FOLDER = Path(__file__).parent
# Every version ever used stays here, so that an old check-in is shown as it was asked.
VERSIONS = ("acute_1.toml", "follow_up_1.toml")


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


_FILES = [read(name) for name in VERSIONS]
_BY_LANGUAGE = {
    code: {each.version: each for each in (questionnaire(data, code) for data in _FILES)}
    for code in LANGUAGES
}
QUESTIONNAIRES = _BY_LANGUAGE[ENGLISH]
CURRENT = {each.kind: each for each in QUESTIONNAIRES.values()}
PAGES_IN = {code: merged(list(each.values())) for code, each in _BY_LANGUAGE.items()}
PAGES = PAGES_IN[ENGLISH]
_ENTRIES = [page for data in _FILES for page in data["page"]]
WORDS = {**words_of(_ENTRIES), **OWN_WORDS, **OVERDUE}
NUMBERS = numbers_of(_ENTRIES)


def questionnaire_in(language: str, version: str) -> Questionnaire:
    """The same pages and choices in that language: only their words differ."""
    return _BY_LANGUAGE[language][version]


RULES = rule_set(read("rules.toml"), WORDS, NUMBERS)


def rules_from(text: str) -> RuleSet:
    """A rule file that somebody wants to try; raises RuleFileError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"it is not TOML: {error}") from error
    try:
        return rule_set(data, WORDS, NUMBERS)
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise RuleFileError("it does not have the form of a rule file") from error
