"""`portal people add` and `portal audit verify`, on both databases."""

import re

import pytest
from sqlmodel import select

from portal.accounts.models import Invitation
from portal.db import Database
from portal.people.models import Person
from portal.permissions import Role
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
    database: Database, database_url: str
) -> None:
    await command(*ADD_A_NURSE, **settings(database_url))
    whole = await command("audit", "verify", **settings(database_url))
    assert whole.code == 0
    assert whole.out.startswith("The audit trail is whole: ")
    another = settings(database_url) | {
        "AUDIT_KEY": "another key than this trail began with 012345"
    }
    elsewhere = await command("audit", "verify", **another)
    assert (elsewhere.code, "AUDIT_KEY" in elsewhere.err) == (1, True)
    if database.is_sqlite:
        await _forge(database, "DROP TRIGGER audit_event_no_update")
    else:
        await _forge(database, "ALTER TABLE audit_event DISABLE TRIGGER ALL")
    await _forge(database, "UPDATE audit_event SET tag = 'x' WHERE seq = 2")
    broken = await command("audit", "verify", **settings(database_url))
    assert (broken.code, broken.out) == (1, "")
    assert broken.err == "portal: audit entry 2: an entry was changed\n"


async def _forge(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(statement)
