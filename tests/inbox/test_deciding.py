"""Owner, snooze, resolve and "no reply needed" from the page, with and without scripts."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx2
import pytest

from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import opened, said

ClientFor = Callable[[Person | None], Awaitable[Client]]
SEEN = re.compile(r'name="after" value="(\d+)"><input type="hidden" name="seq" value="(\d+)"')
TOTAL = re.compile(r'data-total="(\w+)">(\d+)<')


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "Sick")
    return care


class Page:
    """The thread in one browser: what it was sent, and the forms on it."""

    def __init__(self, client: Client, care: Conversation) -> None:
        self.client, self.url = client, f"/inbox/{care.id}"
        self.fields: dict[str, str] = {}

    async def look(self) -> str:
        text: str = (await self.client.get(self.url)).text
        found = SEEN.search(text)
        assert found is not None
        self.fields = {"after": found[1], "seq": found[2]}
        return text

    async def post(self, step: str, **fields: str) -> httpx2.Response:
        return await self.client.post(f"{self.url}/{step}", **self.fields, **fields)

    async def totals(self) -> dict[str, int]:
        text = (await self.client.get("/inbox")).text
        return {name: int(total) for name, total in TOTAL.findall(text) if int(total)}


async def page_of(client: Client, care: Conversation) -> Page:
    page = Page(client, care)
    await page.look()
    return page


async def test_the_tabs_count_and_show_what_belongs_to_them(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    assert await page.totals() == {"waiting": 1, "unowned": 1, "open": 1}
    await page.post("owner", owner=str(nurse_on_team.id))
    assert await page.totals() == {"waiting": 1, "mine": 1, "open": 1}
    other = await page_of(await client_for(second_nurse), care)
    assert await other.totals() == {"open": 1}
    await other.post("snooze", **{"for": "60"})
    assert await page.totals() == {"snoozed": 1}
    assert "Patient A" in (await page.client.get("/inbox?view=snoozed")).text
    await page.look()
    await page.post("wake")
    await page.look()
    await page.post("close")
    assert await page.totals() == {"closed": 1}
    assert "Patient A" in (await page.client.get("/inbox?view=closed")).text
    assert "Patient A" not in (await page.client.get("/inbox/rows?view=open")).text


async def test_the_row_and_the_thread_say_the_wait_in_words(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, clock: Clock
) -> None:
    clock.forward(days=8)
    client = await client_for(nurse_on_team)
    for path in ("/inbox", f"/inbox/{care.id}"):
        text = (await client.get(path)).text
        assert "Waits 8 days" in text
        assert re.search(r"\d working days late", text)


async def test_without_scripts_each_step_comes_back_with_its_words(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    answer = await page.post("owner", owner=str(nurse_on_team.id))
    assert (answer.status_code, answer.headers["location"]) == (303, page.url)
    assert "Patient A is yours" in await page.look()
    assert (await page.post("no-reply")).headers["location"] == page.url
    text = await page.look()
    assert "Patient A needs no reply now" in text
    assert "Waits" not in text
    answer = await page.post("snooze", **{"for": "morning"})
    assert answer.headers["location"] == "/inbox"
    assert "Snoozed Patient A until" in (await page.client.get("/inbox")).text
    text = await page.look()
    assert "Snoozed until" in text
    assert "a new message or a new flag" in text


async def test_an_open_page_gets_the_thread_and_a_toast(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    page.client.http.headers["hx-request"] = "true"
    text = (await page.post("close")).text
    assert "<html" not in text
    assert f'data-detail-for="{care.id}"' in text
    assert "Resolved Patient A" in text.split('hx-target="#toast"')[1]
    desk = (await page.client.get(f"{page.url}/desk")).text
    assert "A new message opens it again" in desk
    assert "Sick" not in desk


async def test_the_second_is_told_who_was_first_above_the_thread(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    other = await page_of(await client_for(second_nurse), care)
    await other.post("close")
    answer = await page.post("owner", owner=str(nurse_on_team.id))
    assert answer.status_code == 409
    assert "Day nurse closed this first, at" in answer.text


async def test_words_that_came_meanwhile_are_shown_before_anything_ends(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    await said(database, care, patient, "My chest hurts")
    answer = await page.post("close")
    assert answer.status_code == 409
    assert "A new message has come meanwhile" in answer.text
    assert "My chest hurts" in answer.text


async def test_outsiders_decide_nothing_and_learn_nothing(
    client_for: ClientFor, care: Conversation, nurse_elsewhere: Person, nurse_on_team: Person
) -> None:
    stranger = Page(await client_for(nurse_elsewhere), care)
    stranger.fields = {"after": "0", "seq": "1"}
    owner = {"owner": str(nurse_elsewhere.id)}
    steps = {"owner": owner, "snooze": {"for": "60"}, "wake": {}, "close": {}, "no-reply": {}}
    for step, fields in steps.items():
        assert (await stranger.post(step, **fields)).status_code == 404
    assert (await stranger.client.get(f"{stranger.url}/desk")).status_code == 404
    assert await (await page_of(await client_for(nurse_on_team), care)).totals() == {
        "waiting": 1,
        "unowned": 1,
        "open": 1,
    }


async def test_notes_have_no_state_of_their_own(
    client_for: ClientFor, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    _, notes = await opened(database, patient)
    client = await client_for(nurse_on_team)
    answer = await client.post(f"/inbox/{notes.id}/close", after="0", seq="0")
    assert answer.status_code == 404


async def test_a_form_that_lacks_its_choice_is_refused_in_a_sentence(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    page = await page_of(await client_for(nurse_on_team), care)
    assert (await page.post("owner")).status_code == 422
    assert (await page.post("owner", owner=str(UUID(int=7)))).status_code == 422
    assert (await page.post("snooze", **{"for": "year"})).status_code == 422
