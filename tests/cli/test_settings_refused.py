"""A command that cannot do its work says why in one line and ends with a code of its own."""

import pytest

from portal.cli import main
from tests.cli.commands import GOOD, command, portal, settings_for
from tests.warm import cold


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS is not set"),
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER is not set"),
        ({"PORT": "http"}, "PORT must be a whole number"),
        ({"PUBLIC_URL": "http://clinic.test"}, "PUBLIC_URL must start with https://"),
        ({"OIDC_ISSUER": "https://"}, "OIDC_ISSUER must start with https://"),
        ({"FORWARDED_ALLOW_IPS": "10.0.0.1,proxy"}, "FORWARDED_ALLOW_IPS must list addresses"),
        ({"DATABASE_URL": "postgresql://u@127.0.0.1:9/x?a=b"}, "DATABASE_URL has a parameter"),
        *(
            ({"DATABASE_URL": url}, "DATABASE_URL must name SQLite or PostgreSQL")
            for url in ("mysql://somewhere/x", "nonsense", "postgresql://u@127.0.0.1:99999/x")
        ),
    ],
)
def test_serve_refuses_a_missing_or_weak_setting(
    change: dict[str, str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (GOOD | change).items():
        monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"portal: {sentence}")
    assert err.count("\n") == 1


async def test_the_real_command_ends_with_2_and_one_line() -> None:
    done = await portal("serve", settings=GOOD | {"SECRET_KEY": ""}, start=cold)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("portal: SECRET_KEY is not set")
    assert done.err.count("\n") == 1


async def test_a_database_that_is_not_there_is_one_line_without_its_password() -> None:
    url = "postgresql://portal:hidden-word@127.0.0.1:9/portal"
    done = await command("migrate", **settings_for(url))
    assert done.code == 1
    assert "the database cannot be reached" in done.err
    assert "hidden-word" not in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        [],
        ["people"],
        ["people", "add", "--name", "Patient Z"],
        ["people", "add", "--name", "Patient Z", "--role", "king"],
        ["serve", "--demo"],
        ["audit", "mend"],
    ],
)
def test_words_that_make_no_sense_are_one_line_and_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["serve"],
        ["worker"],
        ["migrate"],
        ["demo"],
        ["people", "add"],
        ["audit", "verify"],
        ["keys", "reseal"],
    ],
)
def test_every_command_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: portal" in capsys.readouterr().out
