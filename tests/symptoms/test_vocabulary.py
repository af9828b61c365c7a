"""The seven effects have words, anchors and codes, and a site's own file is checked."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from portal.symptoms import vocabulary
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect, codes_of, entries

FILE = Path(vocabulary.__file__).with_name("vocabulary.toml")


def contents() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("effect", Effect)
def test_each_effect_has_words_and_an_anchor_for_each_grade(effect: Effect) -> None:
    assert effect.words
    assert effect.plain
    assert len({effect.anchor(grade) for grade in range(5)}) == 5


def test_codes_are_those_read_in_published_sources() -> None:
    codes = {(code.system, code.code) for code in codes_of(Effect.VOMITING)}
    assert codes == {("snomed", "422400008"), ("meddra", "10047700")}


def test_a_vocabulary_that_lacks_an_effect_is_refused() -> None:
    lacking = {name: entry for name, entry in contents().items() if name != "nausea"}
    with pytest.raises(ValueError, match="the vocabulary lacks nausea"):
        entries(lacking)


def test_a_vocabulary_that_lacks_an_anchor_is_refused() -> None:
    data = contents()
    data["nausea"]["anchors"].pop()
    with pytest.raises(ValueError, match="Nausea needs an anchor"):
        entries(data)


def test_levels_are_ordered_and_rise_by_one() -> None:
    assert sorted(Level, key=lambda level: level.rank) == list(Level)
    assert [level.raised() for level in Level] == [
        Level.EMERGENCY,
        Level.EMERGENCY,
        Level.URGENT,
        Level.SOON,
    ]
