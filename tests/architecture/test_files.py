"""What must be true of every tracked file."""

import ast
import re
from pathlib import Path

import pytest

from portal.web.schema import known_revisions
from portal.web.templates import environment
from tests.architecture.tracked import ROOT, named, short, tracked

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".mako",
    ".md",
    ".py",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
}
OTHERS = ("static/vendor/", "static/fonts/")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|farm|tmp|home|Users)/[\w.]")
REGISTRY = re.compile(r"https?://(?:[\w.-]*(?:pypi|pythonhosted|npmjs)[\w.]*)", re.IGNORECASE)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE
)


def ours() -> list[Path]:
    named_or_executable = [p for p in tracked() if p.suffix in TEXT or not p.suffix]
    return [path for path in named_or_executable if not short(path).startswith(OTHERS)]


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{short(path)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    files = [path for path in ours() if path != Path(__file__)]
    assert lines_with(MACHINE, files) == []


def test_no_file_names_a_package_registry() -> None:
    files = [path for path in ours() if path != Path(__file__)]
    assert lines_with(REGISTRY, files) == []


def test_locked_requirements_are_hashed_and_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index-url" not in text
        for block in re.split(r"\n(?=\S)", text):
            if "==" in block.split("\n")[0]:
                assert "--hash=sha256:" in block, block.split("\n")[0]


@pytest.mark.parametrize("below", ["portal/", "static/js/", "static/css/", "tests/", "migrations/"])
def test_files_have_one_subject_and_so_are_short(below: str) -> None:
    lengths = {
        short(path): len(path.read_text().splitlines())
        for path in named(".py", ".js", ".css", below=below)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    long = [
        f"{short(path)}: {node.name} ({_length(node)})"
        for path in named(".py", below="portal/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_template_parses() -> None:
    names = [path.relative_to(ROOT / "templates").as_posix() for path in templates()]
    assert names
    for name in names:
        environment.get_template(name)


def test_no_template_carries_script_or_style() -> None:
    assert lines_with(INLINE, templates()) == []


def templates() -> list[Path]:
    return named(".html", below="templates/")


def test_migrations_are_a_chain_named_after_their_revisions() -> None:
    previous = None
    for revision in known_revisions():
        values = _constants(ROOT / "migrations" / "versions" / f"{revision}.py")
        assert values["revision"] == revision
        assert values["down_revision"] == previous
        previous = revision


def test_migrations_import_nothing_of_the_portal_but_column_types() -> None:
    pattern = re.compile(r"^\s*(?:from|import) portal(?!\.db import)")
    assert lines_with(pattern, named(".py", below="migrations/versions/")) == []


def _constants(path: Path) -> dict[str, object]:
    return {
        target.id: node.value.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
