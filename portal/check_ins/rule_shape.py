"""What the parts of a rule file may hold: a name that is not known here is a slip of the pen, and
would be lost without a word.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple


class RuleFileError(Exception):
    """The rule file cannot be used; the message is the one line that says why."""


class Kind(NamedTuple):
    words: str
    fits: Callable[[Any], bool]


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


TEXT = Kind("words in quotes", lambda value: isinstance(value, str))
LIST = Kind("a list of words in quotes", _is_list)
LIST_OR_ALL = Kind(
    'a list of words in quotes, or "all"', lambda value: value == "all" or _is_list(value)
)
YES_OR_NO = Kind("true or false", lambda value: isinstance(value, bool))
DAY = Kind("a day", lambda value: isinstance(value, str | date))
NUMBER_OR_TEXT = Kind("words in quotes", lambda value: isinstance(value, str | float | int))
TABLE = Kind("a table of its own", lambda value: isinstance(value, dict))
RULES = Kind("tables, each headed [[rule]]", _are_tables)
MODIFIERS = Kind("tables, each headed [[modifier]]", _are_tables)

FILE = {
    "version": NUMBER_OR_TEXT,
    "sign_off": TABLE,
    "levels": TABLE,
    "rule": RULES,
    "modifier": MODIFIERS,
}
SIGN_OFF = {"signed": YES_OR_NO, "written_by": TEXT, "name": TEXT, "role": TEXT, "on": DAY}
LEVEL = {"target": TEXT, "heading": TEXT, "es": TABLE}
LEVEL_IN_A_LANGUAGE = {"heading": TEXT}
RULE_IN_A_LANGUAGE = {"advice": LIST, "meanwhile": LIST, "heading": TEXT}
RULE = {
    **dict.fromkeys(("id", "title", "level", "when", "limit", "summary", "why", "source"), TEXT),
    **dict.fromkeys(("effect", "gap"), TEXT),
    **dict.fromkeys(("about", "unless"), LIST),
    **dict.fromkeys(("crisis", "asks_gate"), YES_OR_NO),
    **RULE_IN_A_LANGUAGE,
    "es": TABLE,
}
MODIFIER = {"id": TEXT, "when": TEXT, "rules": LIST_OR_ALL, "why": TEXT}


def require_shape(part: Mapping[str, Any], shape: Mapping[str, Kind], name: str) -> None:
    """Raises RuleFileError for what has no place in this part, or is no such thing."""
    for key, value in part.items():
        if key not in shape:
            raise RuleFileError(f"{name}: {key} is not known")
        if not shape[key].fits(value):
            raise RuleFileError(f"{name}: {key} must be {shape[key].words}")
        if shape[key] is LIST and not all(each.strip() for each in value):
            raise RuleFileError(f"{name}: a line of {key} is empty")


def missing_of(part: Mapping[str, Any], needed: tuple[str, ...]) -> str | None:
    """The first that is not there, or empty."""
    return next((key for key in needed if not _says_something(part.get(key))), None)


def _says_something(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
