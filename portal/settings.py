"""Settings come from the environment once, at start, and never change afterwards."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal import reaching

ROOT = Path(__file__).resolve().parent
BUNDLE = ROOT / "_bundle"
HOME = BUNDLE if BUNDLE.is_dir() else ROOT.parent

WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "password", "development", "demo"})
SHORTEST_SECRET = 32
SATURDAY = 5
LEAP_YEAR = 2000
CLOSED_DAYS_AT_MOST = 100


class SettingsError(Exception):
    """A setting is missing or wrong; the message is the one line the operator reads."""


@dataclass(frozen=True)
class Clinic:
    """What a site fills in: its name, telephone numbers, clock, and what it promises.

    `answer_hours`: working hours within which a message is answered. `silent_minutes`: for how long
    the owner of a waiting conversation may be silent before it goes back to the queue.
    `emergency_minutes`, `urgent_minutes`, `soon_minutes`: by when somebody must have taken a flag.
    `correct_minutes`: for how long one may correct or withdraw one's own message.
    `closed_days`: `2026-11-26` for one day, `12-25` for that day of every year.
    """

    name: str = "Home Infusion Care"
    nurse_line: str = "555 010 0142"
    emergency_number: str = "911"
    crisis_line: str = "988"
    time_zone: str = "America/New_York"
    opens: int = 8
    closes: int = 18
    answer_hours: int = 4
    silent_minutes: int = 60
    emergency_minutes: int = 5
    urgent_minutes: int = 15
    soon_minutes: int = 240
    correct_minutes: int = 15
    closed_days: frozenset[str] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def works_on(self, day: date) -> bool:
        """Monday to Friday, and no day on which the clinic is closed."""
        written = day.isoformat()
        closed = not self.closed_days.isdisjoint({written, written[-len("12-25") :]})
        return day.weekday() < SATURDAY and not closed


@dataclass(frozen=True)
class Oidc:
    """The OpenID Provider; `issuer` is compared byte for byte with what tokens say."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str | None = field(default=None, repr=False)
    scopes: str = "openid profile email"
    algs: tuple[str, ...] = ("RS256", "ES256")
    role_claim: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    leeway: int = 30


@dataclass(frozen=True)
class Files:
    """Where photos and files are kept, how large and how many, and what looks for harm in them.

    With `s3_url` they are kept in that bucket, else in `folder`. `scan` is `clamd://host:port`,
    `clamd:/socket` or `command:program arguments`.
    """

    folder: Path = Path(".data/files")
    s3_url: str | None = None
    s3_key: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    s3_region: str = "us-east-1"
    scan: str | None = None
    megabytes: int = 10
    most_at_once: int = 4
    most_a_day: int = 60

    @property
    def accept(self) -> str:
        """What a browser offers to choose from; what comes is looked at by its content."""
        return "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"

    @property
    def most_bytes(self) -> int:
        return self.megabytes << 20


@dataclass(frozen=True)
class Settings:
    """Everything the portal reads from outside. Times are in seconds."""

    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    audit_key: str = field(default="", repr=False)
    data_folder: Path = Path(".data")
    rules_file: Path | None = None
    redis_url: str | None = None
    demo: bool = False
    oidc: Oidc = field(default_factory=Oidc)
    clinic: Clinic = field(default_factory=Clinic)
    files: Files = field(default_factory=Files)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    push_key: str | None = field(default=None, repr=False)
    notices_days: int = 90
    log_format: str = "console"
    log_level: str = "INFO"
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 1
    forwarded_allow_ips: str = ""
    metrics_token: str | None = field(default=None, repr=False)
    idle_patient: int = 30 * 60
    idle_staff: int = 15 * 60
    session_length: int = 12 * 3600

    @property
    def audit_secret(self) -> str:
        """Kept apart from SECRET_KEY by AUDIT_KEY, so that changing the first keeps the chain."""
        return self.audit_key or self.secret_key

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host_header(self) -> str:
        return urlsplit(self.public_url).netloc.lower()

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, *, demo: bool = False) -> "Settings":
        """Read and check all settings; raises SettingsError with one clear line."""
        source = os.environ if env is None else env
        port = _whole(source, "PORT", 8000, most=65535)
        host = _text(source, "HOST", "127.0.0.1")
        here = f"http://127.0.0.1:{port}"
        public_url = _checked(reaching.public_url, _text(source, "PUBLIC_URL", here))
        data_folder = Path(_text(source, "DATA_FOLDER", ".data"))
        return cls(
            database_url=_text(source, "DATABASE_URL", f"sqlite:///{data_folder}/portal.db"),
            public_url=public_url,
            secret_key=_secret(source, "SECRET_KEY", demo, data_folder),
            encryption_keys=_secrets(source, "ENCRYPTION_KEYS", demo, data_folder),
            audit_key=_strong("AUDIT_KEY", source.get("AUDIT_KEY", "")),
            data_folder=data_folder,
            rules_file=rules_file_from(source),
            redis_url=_checked(reaching.redis_url, _text(source, "REDIS_URL", "")) or None,
            demo=demo,
            oidc=_oidc(source, public_url, demo),
            clinic=clinic_from(source),
            files=_files(source, data_folder),
            smtp_url=_checked(reaching.smtp_url, _text(source, "SMTP_URL", "")) or None,
            mail_from=_mail_from(source),
            push_key=_push_key(source, demo, data_folder),
            notices_days=_whole(source, "NOTICES_DAYS", 90, most=3650, least=7),
            log_format=_choice(source, "LOG_FORMAT", _log_formats()),
            log_level=_choice(source, "LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
            host=host,
            port=port,
            processes=_whole(source, "WEB_CONCURRENCY", 1, most=64),
            forwarded_allow_ips=_checked(
                reaching.proxies, _text(source, "FORWARDED_ALLOW_IPS", "")
            ),
            metrics_token=_strong("METRICS_TOKEN", source.get("METRICS_TOKEN", "")) or None,
            idle_patient=_whole(source, "IDLE_MINUTES_PATIENT", 30, most=24 * 60) * 60,
            idle_staff=_whole(source, "IDLE_MINUTES_STAFF", 15, most=24 * 60) * 60,
            session_length=_whole(source, "SESSION_HOURS", 12, most=24) * 3600,
        )


def _log_formats() -> tuple[str, str]:
    """The first is the default: lines for people at a terminal, JSON for machines elsewhere."""
    return ("console", "json") if sys.stderr.isatty() else ("json", "console")


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(name, "").strip() or default


def _whole(env: Mapping[str, str], name: str, default: int, most: int, least: int = 1) -> int:
    text = _text(env, name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def _choice(env: Mapping[str, str], name: str, options: tuple[str, ...]) -> str:
    text = _text(env, name, options[0])
    for option in options:
        if text.lower() == option.lower():
            return option
    raise SettingsError(f"{name} must be one of {', '.join(options)}")


def _push_key(env: Mapping[str, str], demo: bool, folder: Path) -> str | None:
    key = env.get("PUSH_KEY", "").strip()
    if not key and demo:
        return reaching.key_of(bytes.fromhex(_demo_secret(folder, "PUSH_KEY")))
    return _checked(reaching.push_key, key) or None


def _mail_from(env: Mapping[str, str]) -> str | None:
    address = _checked(reaching.mail_from, _text(env, "MAIL_FROM", ""))
    if env.get("SMTP_URL") and not address:
        raise SettingsError("MAIL_FROM is not set; SMTP_URL needs the address that mails come from")
    return address or None


def _checked(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _secret(env: Mapping[str, str], name: str, demo: bool, folder: Path) -> str:
    return _strong(name, env.get(name, "")) or _made_up(name, demo, folder)


def _secrets(env: Mapping[str, str], name: str, demo: bool, folder: Path) -> tuple[str, ...]:
    given = env.get(name, "").split(",")
    keys = tuple(_strong(name, key) for key in given if key.strip())
    return keys or (_made_up(name, demo, folder),)


def _strong(name: str, given: str) -> str:
    value = given.strip()
    is_weak = value.lower() in WEAK_SECRETS or len(value) < SHORTEST_SECRET or len(set(value)) < 8
    if value and is_weak:
        raise SettingsError(f"{name} is too weak: use {SHORTEST_SECRET} random characters or more")
    return value


def _made_up(name: str, demo: bool, folder: Path) -> str:
    if demo:
        return _demo_secret(folder, name)
    raise SettingsError(f"{name} is not set; make one with: openssl rand -base64 48")


def _demo_secret(folder: Path, name: str) -> str:
    """A secret of this demo's own, kept beside its data so that a second start can read it."""
    path = folder / f"{name.lower()}.demo"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(os.urandom(48).hex())
    return path.read_text().strip()


def _files(env: Mapping[str, str], data_folder: Path) -> Files:
    return Files(
        folder=Path(_text(env, "FILES_FOLDER", str(data_folder / "files"))),
        s3_url=_bucket(env),
        s3_key=env.get("FILES_S3_KEY", "").strip(),
        s3_secret=env.get("FILES_S3_SECRET", "").strip(),
        s3_region=_text(env, "FILES_S3_REGION", Files.s3_region),
        scan=_scan(env),
        megabytes=_whole(env, "FILE_MEGABYTES", Files.megabytes, most=50),
        most_at_once=_whole(env, "FILES_AT_ONCE", Files.most_at_once, most=10),
        most_a_day=_whole(env, "FILES_A_DAY", Files.most_a_day, most=1000),
    )


def _bucket(env: Mapping[str, str]) -> str | None:
    if not (url := env.get("FILES_S3_URL", "").strip()):
        return None
    parts = urlsplit(url)
    if not (parts.scheme == "https" or reaching.is_here(url)) or not parts.path.strip("/"):
        raise SettingsError("FILES_S3_URL must look like https://s3.example.org/bucket")
    if not env.get("FILES_S3_KEY") or not env.get("FILES_S3_SECRET"):
        raise SettingsError("FILES_S3_KEY and FILES_S3_SECRET are needed with FILES_S3_URL")
    return url


def _scan(env: Mapping[str, str]) -> str | None:
    how = env.get("FILES_SCAN", "").strip()
    if how and not re.fullmatch(r"clamd:/\S+|command:\s*\S.*", how):
        raise SettingsError(
            "FILES_SCAN must be clamd://host:3310, clamd:/the/socket or command:program"
        )
    return how or None


def _oidc(env: Mapping[str, str], public_url: str, demo: bool) -> Oidc:
    if not (issuer := env.get("OIDC_ISSUER", "").strip()):
        if demo:
            return Oidc(issuer=f"{public_url}/demo-provider", client_id="portal", algs=("ES256",))
        raise SettingsError("OIDC_ISSUER is not set; it is the address of your OpenID Provider")
    _checked(reaching.issuer, issuer)
    if not (client_id := env.get("OIDC_CLIENT_ID", "").strip()):
        raise SettingsError("OIDC_CLIENT_ID is not set; your OpenID Provider gave you one")
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        client_secret=env.get("OIDC_CLIENT_SECRET") or None,
        scopes=_scopes(env),
        algs=_algs(env),
        role_claim=env.get("OIDC_ROLE_CLAIM") or None,
        roles=_roles(env),
        leeway=_whole(env, "OIDC_LEEWAY", 30, most=60),
    )


def _scopes(env: Mapping[str, str]) -> str:
    scopes = _text(env, "OIDC_SCOPES", "openid profile email").replace(",", " ").split()
    if "openid" not in scopes:
        raise SettingsError("OIDC_SCOPES must contain openid")
    return " ".join(scopes)


def _algs(env: Mapping[str, str]) -> tuple[str, ...]:
    known = {f"{kind}{size}" for kind in ("RS", "ES", "PS") for size in (256, 384, 512)} | {"EdDSA"}
    algs = tuple(_text(env, "OIDC_ALGS", "RS256,ES256").replace(",", " ").split())
    if not algs or not set(algs) <= known:
        raise SettingsError(f"OIDC_ALGS may only name {', '.join(sorted(known))}")
    return algs


def _roles(env: Mapping[str, str]) -> dict[str, str]:
    """`claim-value=role` pairs, in order of precedence: the first that matches is the role."""
    staff = ("admin", "clinician", "nurse", "coordinator")
    roles: dict[str, str] = {}
    for pair in filter(None, map(str.strip, _text(env, "OIDC_ROLES", "").split(","))):
        value, _, role = pair.partition("=")
        role = role or value
        if role not in staff:
            raise SettingsError(f"OIDC_ROLES maps to {', '.join(staff)} only, as value=role")
        roles[value] = role
    return roles


def rules_file_from(env: Mapping[str, str]) -> Path | None:
    """The clinic's own rules; None for those that ship."""
    return Path(text) if (text := _text(env, "RULES_FILE", "")) else None


def clinic_from(env: Mapping[str, str]) -> Clinic:
    """What a site fills in, without the rest; raises SettingsError with one clear line."""
    zone = _text(env, "CLINIC_TIME_ZONE", Clinic.time_zone)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError("CLINIC_TIME_ZONE must be a name such as America/New_York") from error
    opens = _whole(env, "CLINIC_OPENS", Clinic.opens, most=23)
    closes = _whole(env, "CLINIC_CLOSES", Clinic.closes, most=24)
    if closes <= opens:
        raise SettingsError("CLINIC_CLOSES must be later than CLINIC_OPENS")
    return Clinic(
        name=_text(env, "CLINIC_NAME", Clinic.name),
        nurse_line=_text(env, "NURSE_LINE", Clinic.nurse_line),
        emergency_number=_text(env, "EMERGENCY_NUMBER", Clinic.emergency_number),
        crisis_line=_text(env, "CRISIS_LINE", Clinic.crisis_line),
        time_zone=zone,
        opens=opens,
        closes=closes,
        answer_hours=_whole(env, "INBOX_ANSWER_HOURS", Clinic.answer_hours, most=80),
        silent_minutes=_whole(env, "INBOX_SILENT_MINUTES", Clinic.silent_minutes, most=7 * 24 * 60),
        emergency_minutes=_whole(env, "EMERGENCY_MINUTES", Clinic.emergency_minutes, most=60),
        urgent_minutes=_whole(env, "URGENT_MINUTES", Clinic.urgent_minutes, most=4 * 60),
        soon_minutes=_whole(env, "SOON_MINUTES", Clinic.soon_minutes, most=24 * 60),
        correct_minutes=_whole(env, "CORRECT_MINUTES", Clinic.correct_minutes, most=24 * 60),
        closed_days=_closed_days(env),
    )


def _closed_days(env: Mapping[str, str]) -> frozenset[str]:
    days = _text(env, "CLINIC_CLOSED_DAYS", "").replace(",", " ").split()
    for written in days:
        full = written if len(written) > len("12-25") else f"{LEAP_YEAR}-{written}"
        try:
            understood = date.fromisoformat(full).isoformat() == full
        except ValueError:
            understood = False
        if not understood or len(days) > CLOSED_DAYS_AT_MOST:
            raise SettingsError("CLINIC_CLOSED_DAYS must list days such as 2026-11-26 or 12-25")
    return frozenset(days)
