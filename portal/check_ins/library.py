"""The questionnaires and rules that ship, read once from their files at start."""

import tomllib
from pathlib import Path
from typing import Any

from portal.check_ins.own_words import NAMES as OWN_WORDS
from portal.check_ins.questionnaires import (
    Questionnaire,
    joined,
    merged,
    numbers_of,
    questionnaire,
    words_of,
)
from portal.check_ins.rule_file import RuleFileError, rule_set
from portal.check_ins.rules import RuleSet
from portal.check_ins.schedule import OVERDUE, Asks
from portal.languages import ENGLISH, LANGUAGES

FOLDER = Path(__file__).parent
# Every version ever used stays here, so that an old check-in is shown as it was asked. What a
# version asks besides its first file comes before that file's last page.
VERSIONS = {
    "acute-1": ("acute_1.toml",),
    "follow-up-1": ("follow_up_1.toml",),
    "scales-1": ("follow_up_1.toml", "scales_1.toml"),
    "scales-and-gate-1": ("follow_up_1.toml", "scales_1.toml", "gate_1.toml"),
    "before-1": ("follow_up_1.toml", "gate_1.toml", "today_1.toml"),
}


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


_FILES = {
    name: read(name) for name in sorted({each for parts in VERSIONS.values() for each in parts})
}
_WHOLE = {
    version: joined(version, [_FILES[part] for part in parts])
    for version, parts in VERSIONS.items()
}
_BY_LANGUAGE = {
    code: {version: questionnaire(data, code) for version, data in _WHOLE.items()}
    for code in LANGUAGES
}
QUESTIONNAIRES = _BY_LANGUAGE[ENGLISH]
CURRENT = {
    Asks.ACUTE: QUESTIONNAIRES["acute-1"],
    Asks.FOLLOW_UP: QUESTIONNAIRES["follow-up-1"],
    Asks.SCALES: QUESTIONNAIRES["scales-1"],
    Asks.SCALES_AND_GATE: QUESTIONNAIRES["scales-and-gate-1"],
    Asks.BEFORE: QUESTIONNAIRES["before-1"],
}
PAGES_IN = {code: merged(list(each.values())) for code, each in _BY_LANGUAGE.items()}
PAGES = PAGES_IN[ENGLISH]
_ENTRIES = [page for data in _FILES.values() for page in data["page"]]
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
