"""Conversations as plain pages and forms, for browsers without scripts and for fetch."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx2
import pytest
from sqlmodel import select

from portal.audit.models import AuditEvent
from portal.conversations import switchboard
from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after, unread_for
from portal.db import Database
from portal.people.models import Person
from portal.realtime.rates import Rate
from tests.clients import Client
from tests.conversations.people import said

ClientFor = Callable[[Person | None], Awaitable[Client]]


def address(conversation: Conversation) -> str:
    return f"/conversations/{conversation.id}"


async def bodies(database: Database, conversation: Conversation) -> list[str]:
    async with database.read() as session:
        return [line.body for line in await messages_after(session, conversation, 0)]


async def test_a_patient_finds_their_conversation_under_messages(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await client.get("/messages")
    assert (answer.status_code, answer.headers["location"]) == (303, address(care))


async def test_a_patient_without_a_conversation_gets_one(
    client_for: ClientFor, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await client.get((await client.get("/messages")).headers["location"])
    assert "No messages yet." in answer.text


async def test_staff_find_the_inbox_under_messages(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    assert (await client.get("/messages")).headers["location"] == "/inbox"
    assert (await client.get(address(care))).headers["location"] == f"/inbox/{care.id}"


async def test_the_page_shows_words_role_help_and_emergency(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, care, nurse_on_team, "Small sips are fine.")
    answer = await (await client_for(patient)).get(address(care))
    for words in ("Small sips are fine.", "Night nurse", "I need", "Not for emergencies."):
        assert words in answer.text
    assert 'href="tel:911"' in answer.text


async def test_a_plain_form_sends_and_comes_back(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    name = str(uuid4())
    for _ in range(2):
        answer = await client.post(f"{address(care)}/messages", body=" Hello ", client_id=name)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{address(care)}#m-")
    assert await bodies(database, care) == ["Hello"]
    assert "Sent" in (await client.get(address(care))).text


async def test_the_form_works_without_a_name_for_the_message(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    await client.post(f"{address(care)}/messages", body="Hello")
    assert await bodies(database, care) == ["Hello"]


async def fetched(client: Client, care: Conversation, **fields: str) -> httpx2.Response:
    return await client.http.post(
        f"{address(care)}/messages",
        data={"csrf": client.csrf} | fields,
        headers={"hx-request": "true", "accept": "application/json, text/html"},
    )


async def test_fetch_gets_the_message_that_the_page_shows(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await fetched(client, care, body="Hello", client_id=str(uuid4()))
    assert answer.status_code == 200
    assert answer.text in (await client.get(address(care))).text
    assert answer.text in (await client.get(f"{address(care)}/messages?after=0")).text
    assert (await client.get(f"{address(care)}/messages?after=1")).text == ""


async def test_a_refused_message_is_shown_back_with_its_words(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await client.post(f"{address(care)}/messages", body="y" * 8001)
    assert answer.status_code == 422
    assert "y" * 8001 in answer.text
    assert "This is too long." in answer.text
    refused = await fetched(client, care, body=" ")
    assert (refused.status_code, refused.json()["code"]) == (422, "empty")


async def test_the_form_is_held_to_the_same_pace_as_the_socket(
    client_for: ClientFor,
    care: Conversation,
    patient: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(switchboard, "MESSAGES", Rate(per_second=0.01, burst=1))
    client = await client_for(patient)
    await client.post(f"{address(care)}/messages", body="One")
    answer = await client.post(f"{address(care)}/messages", body="Two more")
    assert answer.status_code == 429
    assert "Two more" in answer.text


@pytest.mark.parametrize("who", ["nurse_elsewhere", "other_patient", "admin"])
async def test_outsiders_get_what_is_not_there(
    request: pytest.FixtureRequest,
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    notes: Conversation,
    who: str,
) -> None:
    client = await client_for(request.getfixturevalue(who))
    missing = care.model_copy(update={"id": uuid4()})
    for conversation in (care, notes):
        for path in (address(conversation), f"{address(conversation)}/messages"):
            theirs = await client.get(path)
            absent = await client.get(path.replace(str(conversation.id), str(missing.id)))
            assert theirs.status_code == absent.status_code
            assert theirs.status_code in {303, 403, 404}
        posted = await client.post(f"{address(conversation)}/messages", body="Let me in")
        assert posted.status_code in {403, 404}
        assert await bodies(database, conversation) == []


async def test_a_patient_finds_no_note(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, notes, nurse_on_team, "Hidden note")
    await said(database, care, nurse_on_team, "Hello")
    client = await client_for(patient)
    assert "Hidden note" not in (await client.get(address(care))).text
    for path in (address(notes), f"{address(notes)}/messages?after=0"):
        assert (await client.get(path)).status_code == 404
    assert (await client.post(f"{address(notes)}/messages", body="Hi")).status_code == 404


async def test_older_messages_are_a_page_of_their_own(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, care, nurse_on_team, *(f"Line {n}." for n in range(1, 64)))
    client = await client_for(patient)
    latest = (await client.get(address(care))).text
    assert "Line 63." in latest
    assert "Line 3." not in latest
    assert "?before=4" in latest
    earlier = (await client.get(f"{address(care)}?before=4")).text
    assert "Line 3." in earlier
    assert "Line 4." not in earlier


@pytest.mark.parametrize("query", ["?before=x", "?before=-1", "?before=99999999999", "?after=²"])
async def test_numbers_that_are_none_count_as_absent(
    client_for: ClientFor, care: Conversation, patient: Person, query: str
) -> None:
    client = await client_for(patient)
    assert (await client.get(f"{address(care)}{query}")).status_code == 200
    assert (await client.get(f"{address(care)}/messages{query}")).status_code == 200


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</li></ol><form action=https://elsewhere.example>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{ 7 * 7 }}{% raw %}",
    "<div hx-get='/sign-out' hx-trigger='load'>",
    "<base href='https://elsewhere.example'>",
    "javascript:alert(1)",
    "<template data-state-template></template>",
    "&lt;script&gt;",
    "<hx-partial hx-target='body'>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_write_stays_text(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    payload: str,
) -> None:
    await said(database, care, patient, payload)
    client = await client_for(patient)
    for path in (address(care), f"{address(care)}/messages?after=0"):
        html = (await client.get(path)).text
        words = html.split('class="message__words" dir="auto">')[1].split("</p>")[0]
        assert "<" not in words
        assert ">" not in words
        assert '"' not in words


async def test_a_name_that_is_no_id_is_refused_with_the_words_kept(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    address = f"/conversations/{care.id}/messages"
    answer = await client.post(address, body="I feel sick", client_id="seven")
    assert answer.status_code == 422
    assert "I feel sick" in answer.text


@pytest.mark.parametrize(
    ("method", "site", "unread"),
    [
        ("GET", "same-origin", 0),
        ("GET", "none", 0),
        ("GET", "cross-site", 1),
        ("GET", "same-site", 1),
        ("HEAD", "same-origin", 1),
    ],
)
async def test_only_who_opens_the_page_here_has_read_it(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    method: str,
    site: str,
    unread: int,
) -> None:
    await said(database, care, nurse_on_team, "How are you?")
    client = await client_for(patient)
    answer = await client.http.request(method, address(care), headers={"sec-fetch-site": site})
    assert answer.status_code == 200
    assert client.actor is not None
    async with database.read() as session:
        assert await unread_for(session, client.actor) == unread


@pytest.mark.parametrize("site", ["cross-site", "same-origin"])
async def test_a_page_that_marked_nothing_leaves_it_to_its_script(
    client_for: ClientFor, care: Conversation, patient: Person, nurse_on_team: Person, site: str
) -> None:
    for person, url in ((patient, address(care)), (nurse_on_team, f"/inbox/{care.id}")):
        page = await (await client_for(person)).get(url, sec_fetch_site=site)
        assert ("data-unmarked" in page.text) is (site == "cross-site")


@pytest.mark.parametrize("header", ["sec-purpose", "purpose", "x-moz"])
async def test_a_page_that_nobody_asked_for_yet_is_not_served_and_not_read(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    header: str,
) -> None:
    await said(database, care, nurse_on_team, "How are you?")
    client = await client_for(patient)
    answer = await client.http.get(address(care), headers={header: "prefetch;prerender"})
    assert (answer.status_code, answer.text) == (503, "")
    async with database.read() as session:
        tags = (await session.exec(select(AuditEvent.tag))).all()
    assert "conversation:read" not in tags
