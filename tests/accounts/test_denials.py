"""Who asks for what is not theirs stands in the trail; what they asked with does not."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from portal.accounts import denials
from portal.audit.models import AuditEvent
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from portal.realtime.rates import Rate
from tests.conftest import ClientFor
from tests.conversations.people import opened
from tests.security.conftest import one_database

if TYPE_CHECKING:
    from portal.app import Portal

pytestmark = one_database


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


async def denied(database: Database) -> list[tuple[UUID | None, UUID | None, dict[str, Any]]]:
    """(who, about what, how) of each denial, in their order."""
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.tag) == "access:deny")
            .order_by(col(AuditEvent.seq))
        )
        return [(row.actor_id, row.subject_id, row.detail) for row in rows.all()]


async def test_another_teams_nurse_who_asks_is_noted_with_what_was_asked(
    client_for: ClientFor, database: Database, care: Conversation, nurse_elsewhere: Person
) -> None:
    nurse = await client_for(nurse_elsewhere)
    missing = uuid4()
    assert (await nurse.get(f"/inbox/{care.id}?q=dizzy")).status_code == 404
    assert (await nurse.post(f"/inbox/{missing}/close", note="dizzy")).status_code == 404
    assert await denied(database) == [
        (
            nurse_elsewhere.id,
            care.id,
            {"asked": "GET /inbox/{conversation_id}", "code": "not_found"},
        ),
        (
            nurse_elsewhere.id,
            missing,
            {"asked": "POST /inbox/{conversation_id}/close", "code": "not_found"},
        ),
    ]


async def test_a_patient_on_a_page_of_the_team_is_noted(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    assert (await (await client_for(patient)).get("/triage")).status_code == 403
    assert await denied(database) == [
        (patient.id, None, {"asked": "GET /triage", "code": "not_allowed"})
    ]


async def test_what_is_ones_own_or_asked_by_nobody_is_no_denial(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    nurse, nobody = await client_for(nurse_on_team), await client_for(None)
    assert (await nurse.get(f"/inbox/{care.id}")).status_code == 200
    assert (await nurse.get("/figures/unknown.csv")).status_code == 403
    assert (await nobody.get(f"/inbox/{care.id}")).status_code == 303
    assert (await nurse.get("/no-such-page")).status_code == 404
    assert [how["asked"] for _, _, how in await denied(database)] == ["GET /figures/{table}.csv"]


async def test_whoever_tries_without_end_fills_no_trail(
    client_for: ClientFor,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    nurse_elsewhere: Person,
) -> None:
    monkeypatch.setattr(denials, "NOTED", Rate(per_second=0.001, burst=3))
    nurse = await client_for(nurse_elsewhere)
    for _ in range(5):
        assert (await nurse.get(f"/inbox/{uuid4()}")).status_code == 404
    assert len(await denied(database)) == 3


async def test_a_trail_that_cannot_be_written_changes_no_answer(
    app: "Portal",
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    nurse_elsewhere: Person,
) -> None:
    def away(*_: object) -> None:
        raise OSError

    nurse = await client_for(nurse_elsewhere)
    monkeypatch.setattr(app.state.portal.database, "work", away)
    assert (await nurse.get(f"/inbox/{uuid4()}/about")).status_code == 404
