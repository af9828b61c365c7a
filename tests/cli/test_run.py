"""`./run` says what it can do before anything is set up."""

import subprocess

from tests.architecture.tracked import ROOT


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "run", *words], capture_output=True, text=True, check=False)


def test_help_on_the_check_says_what_it_checks_and_does_not_begin() -> None:
    done = run("check", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("./run check ")
    assert done.stdout.count("\n") == 1


def test_the_check_refuses_words_in_one_line() -> None:
    done = run("check", "nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
