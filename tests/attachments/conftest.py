"""A patient who sends, and where to."""

from typing import TYPE_CHECKING

import pytest

from portal.attachments.cabinet import Cabinet
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import ClientFor
from tests.conversations.people import opened as conversations_of

if TYPE_CHECKING:
    from portal.app import Portal


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await conversations_of(database, patient))[0]


@pytest.fixture
async def notes(database: Database, patient: Person) -> Conversation:
    return (await conversations_of(database, patient))[1]


@pytest.fixture
async def sender(client_for: ClientFor, patient: Person) -> Client:
    return await client_for(patient)


@pytest.fixture
def cabinet(app: "Portal") -> Cabinet:
    """The application's own."""
    held = Cabinet(app.settings.files, app.state.portal.database.vault)
    app.state.portal.extras["cabinet"] = held
    return held
