"""Templates use icons and keys that exist, and nothing the page's policy would refuse."""

import re
from pathlib import Path

import pytest

from tests.design.stylesheets import STATIC, TEMPLATES

ICONS = TEMPLATES / "_macros" / "icons.html"
ICON_USES = re.compile(
    r"""\bicon(?:_name|_end)?(?:\(|=)\s*"([\w-]+)\"|\b(?:checks|empty|banner)\([^\n]*"([a-z]+-[a-z-]+)"\)"""
)
STATIC_USES = re.compile(r"static\(['\"]([^'\"]+)['\"]\)")
REFUSED = re.compile(r"""hx-on|\shx-vals=["']js:|hx-trigger="[^"]*\[|eval\(|\sstyle=|\son[a-z]+=""")
# A browser cuts without a word; the form says that it is too long, and keeps it.
CUTS = re.compile(r"(?:text_area\(|<textarea)[^\n]*maxlength")
KEYED = re.compile(r"""button\(\s*"([^"]+)"[^()]*?\bkey="([^"]+)\"""")

# One key, one meaning, everywhere (DESIGN-LANGUAGE, section 5).
MEANINGS = {
    "A": ("Acknowledge", "Accept"),
    "C": ("Call",),
    "E": ("Escalate",),
    "M": ("Message", "Reply", "Write"),
    "N": ("Internal note", "Note"),
    "O": ("Owner", "Take"),
    "R": ("Resolve",),
    "S": ("Snooze",),
    "T": ("This week",),
    "Z": ("Undo",),
    ".": ("Show",),
    "Escape": ("Back", "Keep", "Close"),
}


def pages() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def each(test: object) -> object:
    ids = [path.relative_to(TEMPLATES).as_posix() for path in pages()]
    return pytest.mark.parametrize("page", pages(), ids=ids)(test)


def icons() -> set[str]:
    return set(re.findall(r"^  '([\w-]+)': '<", ICONS.read_text(), re.MULTILINE))


@each
def test_every_icon_exists(page: Path) -> None:
    if page == ICONS:
        return
    used = {one or other for one, other in ICON_USES.findall(page.read_text())}
    assert used - icons() == set()


@each
def test_every_static_file_exists(page: Path) -> None:
    for name in STATIC_USES.findall(page.read_text()):
        assert (STATIC / name).is_file(), name


@each
def test_nothing_needs_code_in_attributes(page: Path) -> None:
    assert [line for line in page.read_text().splitlines() if REFUSED.search(line)] == []


@each
def test_no_text_area_cuts_what_is_pasted_into_it(page: Path) -> None:
    assert CUTS.findall(page.read_text()) == []


@each
def test_what_people_wrote_is_never_marked_safe(page: Path) -> None:
    if page != ICONS:
        assert "|safe" not in page.read_text().replace(" ", "")


@each
def test_a_key_means_one_thing(page: Path) -> None:
    for label, key in KEYED.findall(page.read_text()):
        assert label.startswith(MEANINGS[key]), (label, key)
