"""Every address, for every role, on one's own patients and on others': held against access.toml.

The file is the promise; the application lists its own routes, and one that is not in the file
fails here, so nobody can add an address without saying who may use it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.routing import Route, WebSocketRoute

from portal.app import Portal, site_routes
from portal.db import Database
from portal.people.models import CareTeam, Person
from portal.permissions import Role
from portal.web.routing import guard_of
from tests.access.belongings import Ids, Staff, belongings, on_duty, one_more
from tests.attachments.sending import sent_photo
from tests.clients import Client, sign_in
from tests.people import Clinic

TABLE: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("access.toml").read_text()
)
ENDS_THE_SESSION = {"POST /sign-out", "POST /account/sessions/end-others"}
SPEAKS_JSON_ITSELF = {"POST /conversations/{conversation_id}/messages"}
ROLES = ("nobody", "patient", "coordinator", "nurse", "clinician", "admin")


def address(route: Route) -> str:
    return f"{guard_of(route).method} {route.path}"


def addresses() -> list[str]:
    return [address(route) for route in site_routes() if isinstance(route, Route)]


def test_every_address_is_in_the_table_and_every_row_is_an_address() -> None:
    assert sorted(addresses()) == sorted(TABLE)


def test_no_address_is_declared_twice() -> None:
    assert len(addresses()) == len(set(addresses()))


def test_nothing_else_is_served(app: Portal) -> None:
    sockets = [route.path for route in site_routes() if isinstance(route, WebSocketRoute)]
    assert sockets == ["/live"]
    outside = {getattr(route, "path", "") for route in app.routes}
    assert outside == {"/static", "/healthz", "/readyz", "/metrics", ""}


def test_what_is_not_ones_own_reads_like_what_is_not_there() -> None:
    assert [route for route, row in TABLE.items() if row.get("other") != row.get("missing")] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # two thousand visits
async def test_every_role_meets_what_the_table_says(
    app: Portal, database: Database, clinic: Clinic
) -> None:
    wrong = await Walk(app, database, clinic).mismatches()
    assert not wrong, "\n".join(wrong)


class Walk:
    """Visits each address as each role; the order is the table's, as some visits change things."""

    def __init__(self, app: Portal, database: Database, clinic: Clinic) -> None:
        self.app = app
        self.database = database
        self.people: dict[str, Person | None] = {
            "nobody": None,
            "patient": clinic.patient,
            "coordinator": clinic.coordinator_on_team,
            "nurse": clinic.nurse_on_team,
            "clinician": clinic.clinician_on_team,
            "admin": clinic.admin,
        }
        self.clinic = clinic
        self.clients: dict[str, Client] = {}

    async def mismatches(self) -> list[str]:
        objects = await self._objects()
        wrong: list[str] = []
        for route, row in TABLE.items():
            for whose, ids in objects.items():
                expected = row.get(whose)
                if expected is None:
                    continue
                as_page = whose in {"all", "own"} or route in SPEAKS_JSON_ITSELF
                found = [await self._visit(route, role, ids, row, as_page) for role in ROLES]
                if found != expected:
                    wrong.append(f"{route} {whose}: expected {expected}, found {found}")
        return wrong

    async def _objects(self) -> Mapping[str, Ids]:
        clinic = self.clinic
        ours = Staff(clinic.nurse_on_team, clinic.clinician_on_team)
        doctor = await self._more("Doctor elsewhere", Role.CLINICIAN, clinic.other_team)
        theirs = Staff(clinic.nurse_elsewhere, doctor)
        # Somebody the administrator may switch off without spoiling the rest.
        leaver = await self._more("Evening nurse", Role.NURSE, clinic.team)
        own = await belongings(self.database, clinic.patient, ours, leaver)
        other = await belongings(self.database, clinic.other_patient, theirs, leaver)
        for ids, patient in ((own, clinic.patient), (other, clinic.other_patient)):
            client = Client(self.app, *await sign_in(self.database, patient))
            ids["file_id"] = await sent_photo(client, ids["conversation_id"])
        missing: Ids = {name: uuid4() for name in own}
        everything: Ids = {
            "team_id": clinic.team.id,
            "shift_id": await on_duty(self.database, clinic.team, clinic.nurse_on_team),
            "session_id": uuid4(),
            "reply_id": uuid4(),
            "notice_id": uuid4(),
            "subscription_id": uuid4(),
            "token": "x",
            "ticket": "x",
            "table": "weeks",
        }
        more: Ids = {"page": "awake", "step": "times"}
        return {
            "all": own | everything,
            "own": own | everything,
            "other": other | everything,
            "missing": missing | everything | more,
        }

    async def _more(self, name: str, role: Role, team: CareTeam) -> Person:
        return await one_more(self.database, name, role, team)

    async def _visit(
        self, route: str, role: str, ids: Ids, row: Mapping[str, Any], as_page: bool
    ) -> int:
        method, _, path = route.partition(" ")
        client = await self._client(role)
        # What is refused is refused to whoever reads it; said as JSON it costs no page.
        client.http.headers["accept"] = "text/html" if as_page else "application/json"
        url = path.format(**ids)
        if method == "GET":
            return (await client.get(url)).status_code
        status = (await client.post(url, **row.get("form", {}))).status_code
        if route in ENDS_THE_SESSION:
            del self.clients[role]
        return status

    async def _client(self, role: str) -> Client:
        if role not in self.clients:
            person = self.people[role]
            cookie, actor = await sign_in(self.database, person) if person else (None, None)
            self.clients[role] = Client(self.app, cookie, actor)
        return self.clients[role]
