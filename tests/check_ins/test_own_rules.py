"""A clinic's own rule file: a setting, checked at start, kept by version, shown as signed."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.check_ins.library import RULES, SHIPPED, rules_for, rules_from
from portal.check_ins.rule_set_models import KeptRules
from portal.check_ins.rule_sets import keep_rules
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.cli import main
from portal.db import Database
from portal.people.models import Person
from portal.settings import Clinic, Settings
from portal.symptoms.levels import Level
from tests.check_ins.sending import send
from tests.conftest import ClientFor
from tests.flags.raising import raised
from tests.keys import ENCRYPTION_KEY, SECRET_KEY

TEXT = SHIPPED.read_text("utf-8")
SIGNED = (
    TEXT.replace(RULES.version, "our-clinic-1")
    .replace("signed = false", "signed = true")
    .replace('name = ""', 'name = "Doctor D"')
    .replace('role = ""', 'role = "clinician"')
    .replace('on = ""', "on = 2026-11-20")
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(SIGNED, "utf-8")
    return path


@pytest.fixture
def plain() -> Settings:
    return Settings("sqlite://", "https://x.example", "s" * 40, ("k",))


def run_by(database: Database, rules: RuleSet) -> None:
    database.info["rules"] = rules


def test_a_clinic_is_run_by_its_own_file_where_it_names_one(own: Path, plain: Settings) -> None:
    assert rules_for(plain.clinic, None) is RULES
    rules = rules_for(plain.clinic, own)
    assert (rules.version, rules.sign_off.name, rules.sign_off.on) == (
        "our-clinic-1",
        "Doctor D",
        "2026-11-20",
    )


def test_a_file_that_promises_other_times_than_the_clocks_keep_is_refused(
    own: Path, plain: Settings
) -> None:
    slow = replace(plain, rules_file=own, clinic=Clinic(urgent_minutes=20))
    with pytest.raises(RuleFileError, match="urgent says 15 minutes, and URGENT_MINUTES is 20"):
        rules_for(slow.clinic, slow.rules_file)


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["rehearse"], ["rules", "check"]])
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (SIGNED.replace("awake >= 3", "fever >= 3", 1), "rule 1: fever is never asked"),
        (
            SIGNED.replace('name = "Doctor D"', 'name = ""'),
            "signed without a name, a role and a day",
        ),
        (SIGNED.replace("[[rule]]", "[[rule", 1), "it is not TOML"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_broken_file_starts_nothing_and_says_why_in_one_line(
    own: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    wrong: str | None,
    sentence: str,
) -> None:
    for name, value in {
        "RULES_FILE": str(own),
        "DATABASE_URL": f"sqlite:///{own.parent}/portal.db",
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "portal",
        "PUBLIC_URL": "https://portal.example",
    }.items():
        monkeypatch.setenv(name, value)
    own.unlink() if wrong is None else own.write_text(wrong, "utf-8")
    assert main(command) == 2
    refusal = capsys.readouterr().err
    assert sentence in refusal
    assert refusal.startswith(f"portal: {own}")
    assert refusal.count("\n") == 1


def test_a_good_file_is_said_to_be_one(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", str(own)]) == 0
    said = capsys.readouterr().out
    assert "our-clinic-1" in said
    assert "signed by Doctor D, clinician, 2026-11-20" in said


def test_a_file_at_which_the_portal_would_not_start_is_not_said_to_be_good(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("URGENT_MINUTES", "20")
    assert main(["rules", "check", str(own)]) == 2
    assert "urgent says 15 minutes, and URGENT_MINUTES is 20" in capsys.readouterr().err


async def test_what_is_sent_is_judged_by_the_clinics_own_rules(
    database: Database, patient: Person
) -> None:
    louder = SIGNED.replace('title = "Nausea"\nlevel = "routine"', 'title = "Ours"\nlevel = "soon"')
    run_by(database, rules_from(louder))
    sent = await send(database, patient, effects=("nausea",), nausea=1)
    assert sent.flag is not None
    assert (sent.flag.level, sent.flag.rule_set) == (Level.SOON, "our-clinic-1")
    assert sent.check_in.rule_set == "our-clinic-1"


async def test_each_version_is_kept_once_and_may_not_change_behind_its_name(
    database: Database,
) -> None:
    await keep_rules(database)
    await keep_rules(database)
    run_by(database, rules_from(SIGNED))
    await keep_rules(database)
    async with database.read() as session:
        kept = (await session.exec(select(KeptRules).order_by(col(KeptRules.version)))).all()
        every = (await session.exec(select(AuditEvent.tag))).all()
    assert [row.version for row in kept] == ["our-clinic-1", RULES.version]
    assert [row.signature for row in kept] == [
        "signed by Doctor D, clinician, 2026-11-20",
        "not signed",
    ]
    assert list(every).count("rules:in_force") == 2
    run_by(database, rules_from(SIGNED.replace('why = "Deep', 'why = "Very deep')))
    with pytest.raises(RuleFileError, match="still call themselves our-clinic-1"):
        await keep_rules(database)


async def test_a_flag_shows_the_version_and_signature_and_leads_to_its_rule_as_it_was(
    database: Database, client_for: ClientFor, patient: Person, nurse_on_team: Person
) -> None:
    await keep_rules(database)
    flag = await raised(database, patient)
    run_by(
        database, rules_from(SIGNED.replace('title = "Hard to wake"', 'title = "Will not wake"'))
    )
    nurse = await client_for(nurse_on_team)
    detail = (await nurse.get(f"/triage/{flag.id}")).text
    short = RULES.version.removeprefix("rules-")
    assert f"rule set {short}, not signed" in detail
    assert f'href="/rules?version={RULES.version}#rule-' in detail
    old = (await nurse.get(f"/rules?version={RULES.version}")).text
    assert "This is an earlier rule set" in old
    assert "Hard to wake" in old
    new = (await nurse.get("/rules")).text
    assert "Will not wake" in new
    assert "Doctor D, clinician, 2026-11-20" in new
    assert (await nurse.get("/rules?version=never")).status_code == 404


async def test_the_rules_are_shown_by_effect(client_for: ClientFor, nurse_on_team: Person) -> None:
    nurse = await client_for(nurse_on_team)
    page = (await nurse.get("/rules?effect=vomiting")).text
    about = [rule for rule in RULES.rules if rule.effect == "vomiting"]
    assert page.count('class="why" id="rule-') == len(about)
    assert f"{len(about)} of {len(RULES.rules)} rules" in page
    other = (await nurse.get("/rules?effect=other")).text
    assert 'id="rule-5"' in other
    assert 'id="rule-13"' not in other
