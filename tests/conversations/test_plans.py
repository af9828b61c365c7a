"""PostgreSQL looks up keys for a message, however little it knows about its tables yet."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from portal.conversations.missed import messages_after_each
from portal.conversations.models import Conversation
from portal.conversations.store import Draft, look
from portal.db import Database
from portal.db_lane import Pen, Rows
from portal.people.models import Person

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

# As many as PostgreSQL expects of a list that it does not know, and then some.
SEVERAL = 20


class Explaining:
    """A pen that asks first how each statement will be done."""

    is_sqlite = False

    def __init__(self, pen: Pen, plans: list[str]) -> None:
        self.connection = pen.connection
        self._pen = pen
        self._plans = plans

    def fetch(self, statement: str, *values: Any) -> Rows:
        plan = self._pen.fetch(f"explain {statement}", *values)
        self._plans.append("\n".join(line for (line,) in plan))
        return self._pen.fetch(statement, *values)

    def each(self, statement: str, rows: Rows) -> None:
        self._pen.each(statement, rows)


def explained(database: Database, plans: list[str], way: str) -> None:
    """From now on the database's `way` of asking notes its plans."""
    ask = getattr(database, way)

    async def asked(work: Callable[[Pen], Any]) -> Any:
        return await ask(lambda pen: work(Explaining(pen, plans)))

    setattr(database, way, asked)


def assert_by_keys(plans: list[str]) -> None:
    [plan] = plans
    assert plan.count("Index") >= 5
    assert "Seq Scan" not in plan
    assert "Hash" not in plan


async def test_what_decides_about_a_message_is_looked_up_by_keys(
    database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    plans: list[str] = []
    explained(database, plans, "together")
    drafts = [Draft(care.id, nurse_on_team.id, uuid4(), "Hello") for _ in range(SEVERAL)]
    found = await database.together(lambda pen: look(pen, drafts))
    assert all(one and one.is_on_team for one in found)
    assert_by_keys(plans)


async def test_what_was_missed_is_looked_up_by_keys(database: Database, care: Conversation) -> None:
    plans: list[str] = []
    explained(database, plans, "glance")
    await messages_after_each(database, [(care, 0)] * SEVERAL, 100)
    assert_by_keys(plans)
