"""Keys that cannot open what is there stop the start, before anything new is sealed with them."""

import pytest

from portal.audit.actions import record
from portal.cli.opening import require_audit_key, require_keys
from portal.cli.refusal import Refusal
from portal.db import Database
from portal.people.models import Person
from portal.sealing import Vault
from portal.settings import Settings
from tests.audit.test_chain import disarm, run
from tests.conversations.people import opened, said


async def with_keys(settings: Settings, *keys: str) -> None:
    database = Database(settings.database_url, Vault(keys))
    try:
        await require_keys(database)
    finally:
        await database.dispose()


async def test_an_empty_clinic_starts_with_any_key(settings: Settings) -> None:
    await with_keys(settings, "a key that nobody used before today")


async def test_another_key_than_the_one_in_use_is_refused_in_one_line(
    settings: Settings, database: Database, patient: Person
) -> None:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "I feel sick")
    with pytest.raises(Refusal, match="ENCRYPTION_KEYS"):
        await with_keys(settings, "a key that nobody used before today")


async def test_a_new_first_key_beside_the_old_one_is_fine(
    settings: Settings, database: Database, patient: Person
) -> None:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "I feel sick")
    await with_keys(settings, "a key that nobody used before today", *settings.encryption_keys)


@pytest.mark.parametrize("entries", [1, 2, 5])
async def test_another_audit_key_is_refused_before_it_breaks_the_trail(
    settings: Settings, database: Database, entries: int
) -> None:
    await require_audit_key(database)  # nothing is written yet: any key will do
    for _ in range(entries):
        async with database.work() as work:
            record(work, "session:start")
    await require_audit_key(database)
    other = Database(settings.database_url, Vault(settings.encryption_keys, "another secret key"))
    try:
        with pytest.raises(Refusal, match="set AUDIT_KEY to that one") as refused:
            await require_audit_key(other)
    finally:
        await other.dispose()
    assert refused.value.code == 2


@pytest.mark.parametrize(
    "forge",
    [
        "update audit_event set tag = 'x' where seq = 1",
        "update audit_event set tag = 'x' where seq = 3",
    ],
)
async def test_one_forged_entry_stops_no_start(database: Database, forge: str) -> None:
    for _ in range(3):
        async with database.work() as work:
            record(work, "session:start")
    await disarm(database)
    await run(database, forge)
    await require_audit_key(database)
