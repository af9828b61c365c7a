"""What is logged: tags, ids, types and places; never words that somebody typed."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from portal.cli import logs

WORDS = "I threw up twice"


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().err.splitlines()[-1])
    return line


def fail() -> None:
    raise ValueError(WORDS)


def test_an_exception_is_its_type_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "INFO")
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("worker.failed", job="lapse_holds")
    line = last_line(capsys)
    assert line["event"] == "worker.failed"
    assert line["error"] == "builtins.ValueError"
    assert line["at"][0].endswith(" fail")
    assert WORDS not in json.dumps(line)


def test_a_group_of_exceptions_is_their_types(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "INFO")
    group = ExceptionGroup(WORDS, [ValueError(WORDS), KeyError(WORDS)])
    structlog.get_logger().error("live.failed", exc_info=group)
    line = last_line(capsys)
    assert line["error"] == "ExceptionGroup(builtins.ValueError, builtins.KeyError)"
    assert WORDS not in json.dumps(line)


def test_other_libraries_are_held_to_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "INFO")
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("In the application\n%s", WORDS)
    line = last_line(capsys)
    assert (line["event"], line["logger"]) == ("In the application", "uvicorn.error")
    assert WORDS not in json.dumps(line)


def test_a_terminal_gets_readable_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("console", "INFO")
    structlog.get_logger().info("worker.did", rows=2)
    assert "worker.did" in capsys.readouterr().err


def test_a_level_that_a_server_left_behind_silences_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    logs.set_up("json", "INFO")
    logging.getLogger("uvicorn.error").error("In the application")
    assert last_line(capsys)["event"] == "In the application"


def test_a_line_that_cannot_be_written_is_not_told_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    gone = io.StringIO()
    handler.setStream(gone)
    gone.close()
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("worker.failed")
    assert capsys.readouterr() == ("", "")
