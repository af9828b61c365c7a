"""Keys that cannot open what is there stop the start, before anything new is sealed with them."""

import pytest

from portal.cli.opening import require_keys
from portal.cli.refusal import Refusal
from portal.db import Database
from portal.people.models import Person
from portal.sealing import Vault
from portal.settings import Settings
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
