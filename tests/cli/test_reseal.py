"""`portal keys reseal`: after it, the first key alone opens everything; until then it is said."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from portal.attachments.cabinet import Cabinet
from portal.cli import sealed
from portal.cli.keys import reseal_all
from portal.cli.opening import require_keys, warn_of_missing_key
from portal.cli.refusal import Refusal
from portal.cli.sealed import SEALED, count_others, reseal
from portal.conversations.files import bound_to
from portal.db import Database
from portal.demo.data import build
from portal.people.models import Person
from portal.sealing import Vault
from portal.settings import Settings
from tests.attachments.sending import rows, sent_photo
from tests.cli.commands import command, settings_for
from tests.conftest import ClientFor
from tests.conversations.people import opened
from tests.keys import ENCRYPTION_KEY

NEW = "a newer encryption key that only the tests know"
EVENING = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)


@pytest.fixture
async def demo(database: Database) -> Database:
    await build(database, EVENING)
    return database


@pytest.fixture
async def new_first(settings: Settings) -> AsyncIterator[Database]:
    both = Database(settings.database_url, Vault([NEW, ENCRYPTION_KEY]))
    yield both
    await both.dispose()


@pytest.fixture
async def new_alone(settings: Settings) -> AsyncIterator[Database]:
    alone = Database(settings.database_url, Vault([NEW]))
    yield alone
    await alone.dispose()


def test_every_column_of_bytes_is_listed() -> None:
    kept = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {(place.table, place.column) for place in SEALED} == kept


async def test_what_was_sealed_before_opens_with_the_first_key_alone(
    demo: Database, new_first: Database, new_alone: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "AT_ONCE", 7)
    with pytest.raises(Refusal, match="ENCRYPTION_KEYS"):
        await require_keys(new_alone)
    seen = 0
    for place in SEALED:
        before = await count_others(new_first, place)
        assert sum([lot async for lot in reseal(new_first, place)]) == before
        assert await count_others(new_first, place) == 0
        async with new_alone.read() as session:
            own = len(place.rows.primary_key.columns)
            everything = place.select_others(b"none")
            for row in (await (await session.connection()).execute(everything)).all():
                new_alone.vault.open_bytes(row[own], *place.bound(row[own + 1 :]))
                seen += 1
    assert seen > 50
    await require_keys(new_alone)


async def test_it_goes_on_where_it_was_interrupted(
    demo: Database, new_first: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "AT_ONCE", 3)
    [messages] = [place for place in SEALED if place.table == "message"]
    there = await count_others(new_first, messages)
    async for done in reseal(new_first, messages):
        assert done == 3
        break
    assert await count_others(new_first, messages) == there - 3
    assert sum([lot async for lot in reseal(new_first, messages)]) == there - 3


async def test_one_old_value_without_its_key_is_said_and_keeps_nobody_from_working(
    demo: Database, new_first: Database, new_alone: Database
) -> None:
    for place in SEALED:
        if place.table != "treatment_plan":
            assert [lot async for lot in reseal(new_first, place)]
    await require_keys(new_alone)
    with capture_logs() as said:
        await warn_of_missing_key(new_alone)
        await warn_of_missing_key(new_first)
    assert [line["event"] for line in said] == ["keys.missing"]


async def test_the_command_says_what_it_did_and_what_no_key_opens(
    demo: Database, database_url: str, tmp_path: Path
) -> None:
    folder = {"DATA_FOLDER": str(tmp_path)}
    lost = settings_for(database_url, ENCRYPTION_KEYS=NEW, **folder)
    assert (await command("keys", "reseal", **lost)).code == 1
    both = settings_for(database_url, ENCRYPTION_KEYS=f"{NEW},{ENCRYPTION_KEY}", **folder)
    done = await command("keys", "reseal", **both)
    assert (done.code, done.err) == (0, "")
    assert "Nothing needs the other keys any more" in done.out
    assert "Sealed with the first key: 0 values" in (await command("keys", "reseal", **lost)).out


async def test_photos_are_sealed_anew_where_they_lie(
    settings: Settings, database: Database, client_for: ClientFor, patient: Person
) -> None:
    care, _ = await opened(database, patient)
    photo = await sent_photo(await client_for(patient), care.id)
    done = await reseal_all(replace(settings, encryption_keys=(NEW, ENCRYPTION_KEY)))
    assert (done.files, done.unreadable) == (2, 0)
    [row] = await rows(database)
    bound = bound_to(photo, patient.id)
    cabinet = Cabinet(settings.files, Vault([NEW]))
    assert (await cabinet.fetch(row.stored_as, *bound, "whole")).startswith(b"\xff\xd8")
    assert row.thumbnail_as
    assert await cabinet.fetch(row.thumbnail_as, *bound, "thumbnail")
    again = await reseal_all(replace(settings, encryption_keys=(NEW,)))
    assert (again.values, again.files, again.unreadable) == (0, 0, 0)
