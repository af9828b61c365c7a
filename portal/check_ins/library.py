"""The questionnaires and rules that ship, read once at start, and a clinic's own rules."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.own_words import NAMES as OWN_WORDS
from portal.check_ins.questionnaires import (
    Questionnaire,
    joined,
    merged,
    numbers_of,
    questionnaire,
    words_of,
)
from portal.check_ins.rule_file import rule_set
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.check_ins.sane import require_sane
from portal.check_ins.schedule import OVERDUE, Asks
from portal.flags.due import minutes_by_level
from portal.languages import ENGLISH, LANGUAGES
from portal.settings import Clinic

FOLDER = Path(__file__).parent
# Every version ever used stays here, so that an old check-in is shown as it was asked. What a
# version asks besides its first file comes before that file's last page.
VERSIONS = {
    "acute-1": ("acute_1.toml",),
    "follow-up-1": ("follow_up_1.toml",),
    "scales-1": ("follow_up_1.toml", "scales_1.toml"),
    "scales-and-gate-1": ("follow_up_1.toml", "scales_1.toml", "gate_1.toml"),
    "follow-up-and-gate-1": ("follow_up_1.toml", "gate_1.toml"),
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
    Asks.FOLLOW_UP_AND_GATE: QUESTIONNAIRES["follow-up-and-gate-1"],
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


def rules_from(text: str) -> RuleSet:
    """A rule file's contents, checked; raises RuleFileError."""
    found = _parsed(text)
    require_sane(found, PAGES)
    return found


def _parsed(text: str) -> RuleSet:
    try:
        return replace(rule_set(tomllib.loads(text), WORDS, NUMBERS), text=text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"it is not TOML: {error}") from error
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise RuleFileError("it does not have the form of a rule file") from error


def rules_at(path: Path) -> RuleSet:
    """A rule file, checked; raises RuleFileError with the file's name."""
    try:
        return rules_from(path.read_text("utf-8"))
    except OSError as error:
        raise RuleFileError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleFileError(f"{path} is not a text file") from error
    except RuleFileError as error:
        raise RuleFileError(f"{path}: {error}") from error


def _at_import(path: Path) -> RuleSet:
    """What ships is held to `sane` and to much more by the tests, not again at every start."""
    try:
        return _parsed(path.read_text("utf-8"))
    except RuleFileError as error:
        raise RuleFileError(f"{path}: {error}") from error


SHIPPED = FOLDER / "rules.toml"
RULES = _at_import(SHIPPED)


def rules_for(clinic: Clinic, file: Path | None) -> RuleSet:
    """Those by which this clinic is run: its own file, else the one that ships. Raises
    RuleFileError when its own promises other times than the clocks keep."""
    if file is None:
        return RULES
    rules = rules_at(file)
    for level, minutes in minutes_by_level(clinic).items():
        target, kept = rules.levels[level].target, (f"{minutes} minutes", f"{minutes / 60:g} hours")
        if target not in kept:
            name = f"{level.upper()}_MINUTES"
            raise RuleFileError(f"{file}: the level {level} says {target}, and {name} is {minutes}")
    return rules


def rules_of(session: AsyncSession) -> RuleSet:
    """The rules in force, as `rules_for` gave them to the database."""
    return session.info.get("rules") or RULES
