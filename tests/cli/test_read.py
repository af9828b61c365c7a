"""`portal read`: lines of JSON in, flags out; a bad line is named by its number, never repeated."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.cli import main

SECRET = "I threw up twice"


def lines(*entries: object) -> str:
    return "".join(f"{json.dumps(entry)}\n" for entry in entries)


def written(folder: Path, contents: str | bytes) -> str:
    path = folder / "in.jsonl"
    path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
    return str(path)


def test_it_prints_the_flags_of_each_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = lines(
        {"id": "a", "text": SECRET},
        {"id": "b", "text": "all good"},
        {"id": 3, "text": "I can't breathe", "lang": "en"},
    )
    assert main(["read", "--jsonl", written(tmp_path, f"\ufeff{entries}\n")]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"id": "a", "flags": ["vomiting"]},
        {"id": "b", "flags": []},
        {"id": 3, "flags": ["red_flag"]},
    ]


def test_it_reads_what_is_piped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piped = io.BytesIO(lines({"id": "ñ", "text": "tengo náuseas"}).encode())
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=piped))
    assert main(["read", "--jsonl", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": "ñ", "flags": ["nausea"]}


def test_nothing_in_is_nothing_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--jsonl", written(tmp_path, "\n \n")]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "bad",
    [
        f'{{"id": "b", "text": "{SECRET}"',
        f'{{"id": "b", "words": "{SECRET}"}}',
        f'{{"text": "{SECRET}"}}',
        f'{{"id": ["{SECRET}"], "text": "{SECRET}"}}',
        '{"id": "b", "text": 7}',
        f'["{SECRET}"]',
        SECRET,
        "[" * 100_000,
        SECRET.encode("utf-16"),
        b'{"id": "b", "text": "\xff"}',
    ],
)
def test_a_bad_line_is_named_and_never_repeated(
    bad: str | bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = bad.encode() if isinstance(bad, str) else bad.replace(b"\n", b"")
    file = written(tmp_path, b'{"id": "a", "text": "hello"}\n\n' + line)
    assert main(["read", "--jsonl", file]) == 2
    said = capsys.readouterr().err
    assert said == 'portal: line 3 is not a JSON object with an "id" and a "text".\n'


def test_a_file_that_is_not_there_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "--jsonl", str(tmp_path / "nothing")]) == 2
    said = capsys.readouterr().err
    assert said.endswith("nothing cannot be read: No such file or directory.\n")
    assert said.count("\n") == 1


def test_a_lone_surrogate_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contents = '{"id": "\\ud800", "text": "I threw up \\ud83d"}\n'
    assert main(["read", "--jsonl", written(tmp_path, contents)]) == 0
    assert json.loads(capsys.readouterr().out)["flags"] == ["vomiting"]
