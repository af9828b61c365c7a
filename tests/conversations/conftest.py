"""A patient's two conversations, open."""

import pytest

from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.conversations.people import opened


@pytest.fixture
async def conversations(database: Database, patient: Person) -> tuple[Conversation, Conversation]:
    return await opened(database, patient)


@pytest.fixture
def care(conversations: tuple[Conversation, Conversation]) -> Conversation:
    """The patient's conversation with the care team."""
    return conversations[0]


@pytest.fixture
def notes(conversations: tuple[Conversation, Conversation]) -> Conversation:
    """What the care team notes about the patient."""
    return conversations[1]
