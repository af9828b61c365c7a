"""What the design language rules out, looked for in the stylesheets themselves."""

import re
from pathlib import Path

import pytest

from tests.design.stylesheets import STATIC, colours, stylesheets

RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(")
MOVEMENT = re.compile(r"animation|@keyframes|(?<!over)scroll-behavior|view-transition")
TRANSITION = re.compile(r"transition:([^;]+);")
LAYER = re.compile(r"@layer (reset|tokens|base|layout|components|utilities)\b")
SCRIM = "rgb(11 16 15 / 45%)"


def each(test: object) -> object:
    return pytest.mark.parametrize("sheet", stylesheets(), ids=lambda path: path.name)(test)


@each
def test_only_tokens_hold_colours(sheet: Path) -> None:
    if sheet.name != "tokens.css":
        text = sheet.read_text().replace(SCRIM, "")
        assert [line for line in text.splitlines() if RAW_COLOUR.search(line)] == []


@each
def test_nothing_moves_but_colours_that_fade(sheet: Path) -> None:
    text = sheet.read_text()
    assert MOVEMENT.findall(text) == []
    for given in TRANSITION.findall(text):
        for part in given.split(","):
            assert re.fullmatch(r"\s*(background-color|color|border-color) var\(--fade\)", part)


@each
def test_every_rule_is_in_a_layer_and_every_brace_closes(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
    assert LAYER.search(text)


@each
def test_used_tokens_exist(sheet: Path) -> None:
    everything = "".join(path.read_text() for path in stylesheets())
    defined = set(re.findall(r"(--[\w-]+):", everything))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet.read_text())) - defined == set()


def test_each_colour_has_a_value_for_the_day_and_one_for_the_night() -> None:
    assert len(colours()) >= 45
    for token, (light, dark) in colours().items():
        assert len(light) == len(dark) == 6, token


def test_a_first_visit_carries_little() -> None:
    """Bytes before compression; with the font and htmx a patient's page stays far below 90 kB."""
    patient = ("tokens", "base", "controls", "components", "patient", "messages", "charts")
    size = sum((STATIC / "css" / f"{name}.css").stat().st_size for name in patient)
    assert size < 60_000
    assert (STATIC / "fonts" / "atkinson-hyperlegible-next-latin.woff2").stat().st_size < 35_000
