"""Every patient's pages of the demo clinic: they open, they are short, and they read easily."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from sqlmodel import col, select

from portal.db import Database
from portal.demo.data import build
from portal.people.models import Person
from portal.permissions import Role
from tests.check_ins.reading import grade, spanish_grade, words
from tests.conftest import ClientFor, Clock

EVENING = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)
"""Half past seven in the clinic's zone: pages say other words at other hours."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HIDDEN = {"svg", "script", "style", "template", "ol"}
OURS = ("/", "/plan", "/numbers", "/help")
PAGES = (*OURS, "/check-ins", "/visits", "/messages", "/account")


class MainText(HTMLParser):
    """The pieces of text inside main; what a closed details holds is not in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.inside = False
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "main"
        in_details = tag == "details" or (self.closed and "details" in self.closed)
        if tag in HIDDEN - {"ol"} or (in_details and tag in {"details", "ol"}):
            self.closed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        if self.closed and self.closed[-1] == tag:
            self.closed.pop()

    def handle_data(self, data: str) -> None:
        in_sight = not self.closed or self.closed == ["details"]
        if self.inside and in_sight and data.strip():
            self.pieces.append(" ".join(data.split()))


def main_text(html: str) -> list[str]:
    parser = MainText()
    parser.feed(html)
    return parser.pieces


async def patients(database: Database) -> Iterator[Person]:
    async with database.read() as session:
        rows = await session.exec(select(Person).where(col(Person.role) == Role.PATIENT))
        return iter(rows.all())


async def test_every_patients_pages_open_are_short_and_read_at_grade_5(
    client_for: ClientFor, database: Database, clock: Clock
) -> None:
    clock.set(EVENING)
    await build(database, clock.now())
    for person in await patients(database):
        client = await client_for(person)
        for page in PAGES:
            answer = await client.get(page)
            assert answer.status_code in {200, 303}, f"{person.name} {page}"
            if page in OURS:
                text = main_text(answer.text)
                assert words(*text) <= 110, f"{person.name} {page}: {words(*text)} words"
                assert grade(*text) <= 5, f"{person.name} {page}"
        client.http.headers["accept-language"] = "es"
        for page in OURS:
            text = main_text((await client.get(page)).text)
            assert spanish_grade(*text) <= 5, f"{person.name} {page}"


async def test_every_record_of_the_care_team_opens(
    client_for: ClientFor, database: Database, clock: Clock
) -> None:
    clock.set(EVENING)
    await build(database, clock.now())
    async with database.read() as session:
        nurse = (await session.exec(select(Person).where(col(Person.name) == "Day nurse"))).one()
    client = await client_for(nurse)
    for person in await patients(database):
        answer = await client.get(f"/patients/{person.id}")
        expected = 404 if person.name in {"Patient R", "Patient S"} else 200
        assert answer.status_code == expected, person.name
