"""What a socket answers to everything that is not a proper frame, and to too much of anything."""

import asyncio
import contextlib
import json
import logging
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from portal.conversations import switchboard
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from portal.realtime.rates import Rate
from portal.settings import Settings
from tests.conftest import _on as on_database
from tests.conversations.people import page_of, said
from tests.serving import Served, serving

# What is wrong with a frame has nothing to do with the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ID = "0190163d-8694-739b-aea5-966c26f8ad91"
MALFORMED = [
    "",
    " ",
    "null",
    "true",
    "1",
    '"send"',
    "[]",
    "{}",
    "{",
    '{"type":}',
    '{"type":null}',
    '{"type":1}',
    '{"type":["send"]}',
    '{"type":"no such type"}',
    '{"type":"__class__"}',
    '{"type":"message"}',
    '{"type":"Send"}',
    '{"type":"ping"} {"type":"ping"}',
    '{"type":"ping",}',
    "{'type':'ping'}",
    '{"type":"ping","t":NaN}',
    '{"type":"ping","t":Infinity}',
    '{"type":"ping","t":"\\ud800"}',
    '{"type":"ping","t":' + "[" * 20_000 + "]" * 20_000 + "}",
    "[" * 60_000,
    '{"type":"follow"}',
    '{"type":"follow","conversation":"1"}',
    '{"type":"follow","conversation":null}',
    '{"type":"follow","conversation":"ID","topic":"inbox"}',
    '{"type":"follow","conversation":"ID","after":-1}',
    '{"type":"follow","conversation":"ID","after":1.5}',
    '{"type":"follow","conversation":"ID","after":"1"}',
    '{"type":"follow","conversation":"ID","after":1e999}',
    '{"type":"follow","conversation":"ID","after":9223372036854775808}',
    '{"type":"follow","conversation":"ID","after":' + "9" * 4000 + "}",
    '{"type":"follow","topic":7}',
    '{"type":"send"}',
    '{"type":"send","conversation":"ID","client_id":"ID"}',
    '{"type":"send","conversation":"ID","body":"x"}',
    '{"type":"send","conversation":"ID","client_id":"x","body":"x"}',
    '{"type":"send","conversation":"ID","client_id":"ID","body":5}',
    '{"type":"send","conversation":"ID","client_id":"ID","body":{"$gt":""}}',
    '{"type":"send","conversation":"ID","client_id":"ID","body":"\\ud83d"}',
    '{"type":"read","conversation":"ID"}',
    '{"type":"read","conversation":"ID","seq":null}',
    '{"type":"typing"}',
    '{"type":"unfollow"}',
]


async def test_each_malformed_frame_is_answered_with_an_error(
    server: Served, patient: Person
) -> None:
    async with page_of(server, patient) as phone:
        for text in MALFORMED:
            await phone.connection.send(text.replace("ID", ID))
            error = await phone.hear()
            assert error["type"] == "error", text[:60]
            assert error["code"] in {"malformed", "unknown_type"}, text[:60]
            # A good frame in between: they are not ten in a row.
            await phone.say("ping", t=1)
            assert (await phone.hear())["type"] == "pong", text[:60]


async def test_unknown_fields_are_ignored(
    server: Served, care: Conversation, patient: Person
) -> None:
    async with page_of(server, patient) as phone:
        await phone.say("follow", conversation=care.id, after=0, colour="red", type_="send")
        assert (await phone.hear())["type"] == "followed"


async def test_nobody_chooses_author_number_or_time(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone:
        await phone.follow(care)
        mine = {"id": str(nurse_on_team.id), "name": "Night nurse", "role": "nurse"}
        claims = {"author": mine, "author_id": mine["id"], "seq": 40, "sent_at": "2001-01-01"}
        await phone.say("send", conversation=care.id, client_id=uuid4(), body="Hello", **claims)
        message = await phone.hear("message")
        assert message["seq"] == 1
        assert message["author"] == phone.hello["person"]
        assert not message["sent_at"].startswith("2001")


async def test_ten_bad_frames_in_a_row_close_the_socket(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        for _ in range(10):
            await phone.connection.send("not a frame")
        heard, code = await phone.rest()
        assert code == 1008
        assert [frame["type"] for frame in heard] == ["error"] * 10


async def test_a_binary_frame_closes_the_socket(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        await phone.connection.send(b'{"type":"ping"}')
        assert await phone.closed() == 1003


async def test_a_frame_over_64_kib_closes_the_socket(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        with contextlib.suppress(ConnectionClosed):
            await phone.connection.send(json.dumps({"type": "ping", "t": "x" * 65_536}))
        assert await phone.closed() == 1009


async def test_fragments_add_up_to_a_frame_too_big(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        with contextlib.suppress(ConnectionClosed):
            await phone.connection.send(["x" * 30_000, "x" * 30_000, "x" * 30_000])
        assert await phone.closed() == 1009


async def test_broken_utf_8_closes_the_socket_and_is_no_failure_of_ours(
    server: Served, patient: Person, caplog: pytest.LogCaptureFixture
) -> None:
    async with page_of(server, patient) as phone:
        for _ in range(3):
            phone.connection.protocol.send_text(b'{"type":"\xff\xfe"}')
        phone.connection.transport.write(b"".join(phone.connection.protocol.data_to_send()))
        assert await phone.closed() == 1007
    assert not caplog.records


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u2060\ufeff", "empty"),
        ("x" * 8001, "too_long"),
        ("with \x00 inside", "not_allowed"),
    ],
)
async def test_words_that_cannot_be_kept_are_refused(
    server: Served, care: Conversation, patient: Person, body: str, code: str
) -> None:
    async with page_of(server, patient) as phone:
        refused = await phone.send(care, body)
        assert (refused["type"], refused["code"]) == ("refused", code)
        assert refused["detail"]
        assert await phone.follow(care, after=0) == []


@pytest.mark.parametrize("sign", ["x", "\U0001f600", '"', "<", "&", "\\", "\u2028", "\x7f"])
async def test_the_longest_message_fits_into_one_frame_whatever_it_is_made_of(
    server: Served, care: Conversation, patient: Person, sign: str
) -> None:
    async with page_of(server, patient) as phone:
        await phone.follow(care)
        text = "." + sign * 7_998 + "."
        frame = {"type": "send", "conversation": str(care.id), "client_id": str(uuid4())}
        raw = json.dumps({**frame, "body": text}, ensure_ascii=False)
        await phone.connection.send(raw)
        await phone.hear("sent")
        received = await phone.connection.recv()
        assert len(str(received).encode()) <= 65_536
        assert json.loads(received)["body"] == text.replace("\x7f", "")


async def refusal(server: Served, headers: dict[str, str] | list[tuple[str, str]]) -> int:
    url = f"{server.url.replace('http', 'ws', 1)}/live"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=headers):
            pass
    return refused.value.response.status_code


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://elsewhere.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "{url}.elsewhere.example",
        "{url}/",
        "HTTPS{rest}",
    ],
)
async def test_a_page_from_elsewhere_opens_no_socket(
    server: Served, patient: Person, origin: str | None
) -> None:
    headers = await server.headers_for(patient)
    del headers["Origin"]
    if origin is not None:
        rest = server.url.removeprefix("http")
        headers["Origin"] = origin.format(url=server.url, rest=rest)
    assert await refusal(server, headers) == 403


async def test_two_origins_open_no_socket(server: Served, patient: Person) -> None:
    headers = [
        *(await server.headers_for(patient)).items(),
        ("Origin", "https://elsewhere.example"),
    ]
    assert await refusal(server, headers) in {400, 403}


async def test_another_host_opens_no_socket(server: Served, patient: Person) -> None:
    headers = await server.headers_for(patient)
    port = server.url.rpartition(":")[2]
    url = f"ws://localhost:{port}/live"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 200])
async def test_nobody_signed_in_opens_no_socket_and_that_is_no_error(
    server: Served, cookie: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Origin": server.url}
    if cookie is not None:
        headers["Cookie"] = f"__Host-session={cookie}"
    assert await refusal(server, headers) == 403
    assert [line.getMessage() for line in caplog.records if line.levelno >= logging.ERROR] == []


async def test_a_session_may_have_ten_pages_open(server: Served, patient: Person) -> None:
    headers = await server.headers_for(patient)
    url = f"{server.url.replace('http', 'ws', 1)}/live"
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            opened = await stack.enter_async_context(connect(url, additional_headers=headers))
            assert json.loads(await opened.recv())["type"] == "hello"
        assert await refusal(server, headers) == 429


async def test_a_flood_of_messages_is_refused_and_the_words_named(
    server: Served, care: Conversation, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "MESSAGES", Rate(per_second=0.01, burst=3))
    async with page_of(server, patient) as phone, page_of(server, patient) as tablet:
        answers = [await page.send(care, "Hello") for page in (phone, tablet) for _ in range(2)]
        assert [answer["type"] for answer in answers] == ["sent", "sent", "sent", "refused"]
        assert answers[3]["code"] == "too_fast"


async def test_a_flood_of_frames_ends_the_socket(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(600):
                await phone.connection.send('{"type":"ping","t":1}')
        assert await phone.closed() in {1008, 1013}


async def test_a_reader_who_stops_reading_delays_nobody(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as stuck, page_of(server, patient) as phone:
        await stuck.follow(care)
        await phone.follow(care)
        stuck.connection.transport.pause_reading()
        loop, slowest = asyncio.get_running_loop(), 0.0
        for _ in range(20):
            begun = loop.time()
            await phone.send(care, "é" * 8000)
            await phone.hear("message")
            slowest = max(slowest, loop.time() - begun)
        assert slowest < 2
        stuck.connection.transport.abort()


async def test_after_a_bad_frame_everybody_else_is_undisturbed(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk, page_of(server, patient) as phone:
        await phone.follow(care)
        for text in MALFORMED[:9]:
            await desk.connection.send(text)
        await said(database, care, nurse_on_team, "Hello")
        assert (await phone.hear("message"))["body"] == "Hello"


async def test_a_database_that_is_away_refuses_and_keeps_the_socket(
    server: Served,
    database: Database,
    care: Conversation,
    patient: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with page_of(server, patient) as phone:
        with monkeypatch.context() as outage:
            outage.setattr(database, "together", _away)
            refused = await phone.send(care, "Hello")
        assert (refused["type"], refused["code"]) == ("refused", "unavailable")
        assert (await phone.send(care, "Hello"))["type"] == "sent"


def _away(*arguments: object) -> None:
    raise OSError("the database is away")


async def test_a_restart_says_so_to_every_open_page(
    settings: Settings, database: Database, care: Conversation, patient: Person
) -> None:
    async with contextlib.AsyncExitStack() as pages:
        async with serving(settings, database, on_database) as server:
            open_pages = [await pages.enter_async_context(page_of(server, patient)) for _ in "12"]
            sent = await open_pages[0].send(care, "Just before")
        assert [await page.closed() for page in open_pages] == [1012, 1012]
    async with (
        serving(settings, database, on_database) as server,
        page_of(server, patient) as page,
    ):
        assert [frame["id"] for frame in await page.follow(care, after=0)] == [sent["id"]]
