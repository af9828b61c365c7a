"""`portal people add` and `portal audit verify`, on both databases."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from portal.accounts.models import Invitation
from portal.db import Database
from portal.people.models import Person
from portal.permissions import Role
from tests.audit.test_chain import disarm, run
from tests.cli.commands import command, settings_for

LINK = re.compile(r"https://portal\.test/invitations/[\w-]{43}\n")
ADD_A_NURSE = ("people", "add", "--name", "Night nurse", "--role", "nurse", "--care-team", "North")


def settings(database_url: str) -> dict[str, str]:
    return settings_for(database_url, PUBLIC_URL="https://portal.test")


async def test_it_prints_a_link_that_is_good_for_seven_days(
    database: Database, database_url: str
) -> None:
    done = await command(*ADD_A_NURSE, **settings(database_url))
    assert (done.code, done.err) == (0, "")
    assert LINK.fullmatch(done.out)
    async with database.read() as session:
        person = (await session.exec(select(Person))).one()
        invitation = (await session.exec(select(Invitation))).one()
    assert (person.name, person.role) == ("Night nurse", Role.NURSE)
    assert (invitation.ends_at - invitation.made_at).days == 7


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--name", " ", "--role", "nurse"], "--name must not be empty"),
        (["--name", "x" * 81, "--role", "nurse"], "--name must be printable and at most 80"),
        (["--name", "N\x1b[2J", "--role", "nurse"], "--name must be printable"),
        (["--name", "N", "--role", "nurse", "--email", "nowhere"], "--email must look like"),
        (["--name", "N", "--role", "nurse", "--email", ""], "--email must not be empty"),
        (["--name", "N", "--role", "nurse", "--care-team", " "], "--care-team must not be empty"),
        (["--name", "Patient A", "--role", "patient"], "A patient needs a care team."),
    ],
)
async def test_what_makes_no_sense_adds_nobody(
    words: list[str], sentence: str, database: Database, database_url: str
) -> None:
    done = await command("people", "add", *words, **settings(database_url))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"portal: {sentence}")
    async with database.read() as session:
        assert (await session.exec(select(Person))).all() == []


async def test_the_audit_trail_is_whole_until_somebody_changes_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    here = settings(database_url) | {"DATA_FOLDER": str(tmp_path)}
    await command(*ADD_A_NURSE, **here)
    whole = await command("audit", "verify", **here)
    assert whole.code == 0
    assert whole.out.startswith("The audit trail is whole: ")
    another = here | {"AUDIT_KEY": "another key than this trail began with 012345"}
    elsewhere = await command("audit", "verify", **another)
    assert (elsewhere.code, elsewhere.err.count("\n")) == (2, 1)
    assert elsewhere.err.startswith("portal: the audit trail was written with another key: set AUD")
    await disarm(database)
    await run(database, "UPDATE audit_event SET tag = 'x' WHERE seq = 2")
    broken = await command("audit", "verify", **here)
    assert (broken.code, broken.out) == (1, "")
    assert broken.err == "portal: audit entry 2: an entry was changed\n"


async def test_a_trail_that_was_cut_off_shows_against_the_end_that_was_noted(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    here = settings(database_url) | {"DATA_FOLDER": str(tmp_path)}
    await command(*ADD_A_NURSE, **here)
    whole = await command("audit", "verify", **here)
    entries = int(whole.out.split(": ")[1].split()[0])
    await disarm(database)
    await run(database, "DELETE FROM audit_event WHERE seq = (SELECT seq FROM audit_head)")
    await run(
        database,
        "UPDATE audit_head SET seq = seq - 1,"
        " mac = (SELECT mac FROM audit_event WHERE audit_event.seq = audit_head.seq - 1)",
    )
    cut = await command("audit", "verify", **here)
    assert (cut.code, cut.err) == (1, f"portal: audit entry {entries}: the end was cut off\n")


async def test_a_lost_key_is_left_behind_on_purpose_only(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await command(*ADD_A_NURSE, **settings(database_url))
    new = settings(database_url) | {"DATA_FOLDER": str(tmp_path), "AUDIT_KEY": "x1y2z3w4" * 5}
    more = ("people", "add", "--name", "Day nurse", "--role", "nurse", "--care-team", "North")
    assert (await command(*more, **new)).code == 2
    assert (await command("audit", "new-key", **new)).code == 0
    assert (await command(*more, **new)).code == 0
    assert (await command("audit", "verify", **new)).err.startswith("portal: audit entry 1: ")
