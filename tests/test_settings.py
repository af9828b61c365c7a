"""A wrong setting is one clear line; a right one is understood."""

from datetime import date
from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError

GOOD = {
    "SECRET_KEY": "k3Jd9sLq0ZxWv7NbT5yRf2HgM8cPa1Ue",
    "ENCRYPTION_KEYS": "k3Jd9sLq0ZxWv7NbT5yRf2HgM8cPa1Ue",
    "OIDC_ISSUER": "https://login.example.org",
    "OIDC_CLIENT_ID": "portal",
    "PUBLIC_URL": "https://portal.example.org",
}


def test_production_settings_are_read() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.origin == "https://portal.example.org"
    assert settings.host_header == "portal.example.org"
    assert settings.oidc.algs == ("RS256", "ES256")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "secret"),
        ("SECRET_KEY", "x" * 64),
        ("ENCRYPTION_KEYS", ""),
        ("ENCRYPTION_KEYS", "short"),
        ("ENCRYPTION_KEYS", f"{GOOD['SECRET_KEY']},short"),
        ("AUDIT_KEY", "short"),
        ("METRICS_TOKEN", "short"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://127.0.0.1:99999"),
        ("OIDC_ISSUER", ""),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "http://127.0.0.1.example.org"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_SCOPES", "profile"),
        ("OIDC_ALGS", "none"),
        ("OIDC_ALGS", "HS256"),
        ("OIDC_ROLES", "doctors=patient"),
        ("PUBLIC_URL", "portal.example.org"),
        ("PUBLIC_URL", "http://portal.example.org"),
        ("PUBLIC_URL", "https://portal.example.org/path"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp://mail.example.org:no"),
        ("SMTP_URL", "smtps://mail.example.org"),  # and no MAIL_FROM
        ("MAIL_FROM", "Clinic <notices@example.org>"),
        ("MAIL_FROM", "notices"),
        ("PUSH_KEY", "short"),
        ("NOTICES_DAYS", "6"),
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "0"),
        ("LOG_FORMAT", "xml"),
        ("CLINIC_TIME_ZONE", "Nowhere/Land"),
        ("CLINIC_CLOSES", "7"),
        ("INBOX_ANSWER_HOURS", "0"),
        ("INBOX_SILENT_MINUTES", "soon"),
        ("FILES_S3_URL", "http://s3.example.org/bucket"),
        ("FILES_S3_URL", "https://s3.example.org"),
        ("FILES_S3_URL", "https://s3.example.org/bucket-without-a-key"),
        ("FILES_SCAN", "clamav"),
        ("FILES_SCAN", "command:"),
        ("FILE_MEGABYTES", "500"),
        ("CLINIC_CLOSED_DAYS", "Christmas"),
        ("CLINIC_CLOSED_DAYS", "2026-11-26,25-12"),
        ("CLINIC_CLOSED_DAYS", " ".join(["12-25"] * 101)),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({**GOOD, name: value})
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_refusal_does_not_repeat_the_secret() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({**GOOD, "SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(refusal.value)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.from_env({**GOOD, "OIDC_CLIENT_SECRET": "very-private"})
    assert GOOD["SECRET_KEY"] not in repr(settings)
    assert "very-private" not in repr(settings)


def test_the_demo_makes_its_own_secrets_and_keeps_them(tmp_path: Path) -> None:
    env = {"DATA_FOLDER": str(tmp_path)}
    first, second = (Settings.from_env(env, demo=True) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert first.oidc.issuer == "http://127.0.0.1:8000/demo-provider"


def test_a_secret_of_the_demo_is_never_open_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, modes = Path.write_text, []

    def written(path: Path, text: str) -> int:
        modes.append(path.stat().st_mode & 0o777 if path.exists() else None)
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", written)
    Settings.from_env({"DATA_FOLDER": str(tmp_path)}, demo=True)
    assert set(modes) == {0o600}


def test_roles_from_the_provider_keep_their_order_of_precedence() -> None:
    settings = Settings.from_env({**GOOD, "OIDC_ROLES": "doctors=clinician, rn=nurse"})
    assert list(settings.oidc.roles.items()) == [("doctors", "clinician"), ("rn", "nurse")]


def test_what_the_inbox_promises_is_a_setting() -> None:
    assert Settings.from_env(GOOD).clinic.answer_hours == 4
    assert Settings.from_env(GOOD).clinic.silent_minutes == 60
    named = {**GOOD, "INBOX_ANSWER_HOURS": "2", "INBOX_SILENT_MINUTES": "15"}
    clinic = Settings.from_env(named).clinic
    assert (clinic.answer_hours, clinic.silent_minutes) == (2, 15)


def test_closed_days_are_of_one_year_or_of_every_year() -> None:
    clinic = Settings.from_env({**GOOD, "CLINIC_CLOSED_DAYS": "2026-11-26, 12-25"}).clinic
    open_on = [clinic.works_on(date.fromisoformat(day)) for day in DAYS]
    assert open_on == [True, False, True, False, False]


DAYS = ("2026-11-25", "2026-11-26", "2027-11-26", "2026-12-25", "2028-12-25")
