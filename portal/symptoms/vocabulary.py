"""The seven effects watched for, with plain words, what each grade means, and codes as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

GRADES = range(5)


class Effect(StrEnum):
    """What every check-in asks about. Any of them, however mild, is flagged."""

    VOMITING = "vomiting"
    NAUSEA = "nausea"
    SLURRED_SPEECH = "slurred_speech"
    FOGGY_MEMORY = "foggy_memory"
    CONFUSION = "confusion"
    ANXIETY = "anxiety"
    OVERDOSE_ADDICTION = "overdose_addiction"

    @property
    def words(self) -> str:
        """For the care team: `Foggy memory`."""
        return _ENTRIES[self].words

    @property
    def plain(self) -> str:
        """For patients, inside a sentence: `throwing up`."""
        return _ENTRIES[self].plain

    def anchor(self, grade: int) -> str:
        """What a grade from 1 to 4 means; 0 is that it is not there."""
        return _ENTRIES[self].anchors[grade - 1] if grade else "Not there"


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of a code system; `checked` when it was read in a published source."""

    system: str
    code: str
    name: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Entry:
    words: str
    plain: str
    anchors: tuple[str, ...]
    codes: tuple[Code, ...]


def entries(data: Mapping[str, Any]) -> dict[Effect, Entry]:
    """A site's own vocabulary in the form of vocabulary.toml; raises ValueError when one lacks."""
    missing = [effect.value for effect in Effect if effect.value not in data]
    if missing:
        raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
    return {effect: _entry(data[effect.value]) for effect in Effect}


def codes_of(effect: Effect) -> tuple[Code, ...]:
    return _ENTRIES[effect].codes


def _entry(data: Mapping[str, Any]) -> Entry:
    anchors = tuple(data["anchors"])
    if len(anchors) != len(GRADES) - 1:
        raise ValueError(f"{data['words']} needs an anchor for each grade from 1 to 4")
    codes = tuple(Code(**code) for code in data["codes"])
    return Entry(data["words"], data["plain"], anchors, codes)


_ENTRIES = entries(tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8")))
