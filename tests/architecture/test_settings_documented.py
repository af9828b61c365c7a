"""Every setting stands in docs/operating.md, and every setting that stands there is read."""

import re

from tests.architecture.tracked import ROOT

SETTINGS = re.compile(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)"')
ROW = re.compile(r"^\| (`[A-Z].*?) \|", re.MULTILINE)
# The levels and algorithms that a setting may name look like settings.
VALUES = {"INFO", "DEBUG", "WARNING", "ERROR", "RS", "ES", "PS", "RS256", "ES256"}


def read() -> set[str]:
    return set(SETTINGS.findall((ROOT / "portal/settings.py").read_text())) - VALUES


def documented() -> set[str]:
    rows = ROW.findall((ROOT / "docs/operating.md").read_text())
    return {name for row in rows for name in re.findall(r"`([A-Z_0-9]+)`", row)}


def test_every_setting_that_is_read_is_documented_and_the_reverse() -> None:
    assert read() == documented()
