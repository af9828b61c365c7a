"""Push messages: where they may go, what is in them, and when a browser is forgotten."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import http_ece
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from uuid_utils.compat import uuid7

from portal.notices.addresses import host_of, public_address
from portal.notices.channels import CannotSend, Device, Letter
from portal.notices.push import AllGone, Pusher, PushKey
from portal.notices.reasons import Pace
from portal.notices.words import words_for
from tests.notices.certificates import certificate

PUBLIC = "93.184.216.34"
SECRET = b"0123456789abcdef"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Phone:
    """A browser with its keys, and the push service in front of it."""

    def __init__(self, *answers: int) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.answers = list(answers) or [201]
        self.requests: list[httpx2.Request] = []

    def device(self, endpoint: str = "https://push.example.org/send/abc") -> Device:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Device(uuid7(), endpoint, encoded(point), encoded(SECRET))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        number = min(len(self.requests), len(self.answers)) - 1
        return httpx2.Response(self.answers[number], headers={"location": "https://10.0.0.1/"})

    def read(self) -> dict[str, str]:
        body = self.requests[-1].content
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=SECRET)
        said: dict[str, str] = json.loads(text)
        return said


def pusher(
    phone: Phone,
    *addresses: str,
    key: str | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Pusher:
    async def look_up(host: str) -> list[str]:
        return list(addresses or [PUBLIC])

    made = PushKey(key or PushKey.make())
    way = transport or httpx2.MockTransport(phone.answer)
    return Pusher(made, "mailto:a@example.org", way, look_up)


def letter(*devices: Device, pace: Pace = Pace.CALM) -> Letter:
    urgent = pace is Pace.URGENT
    return Letter(uuid7(), uuid7(), "push", words_for(pace, 1, True), urgent, devices=devices)


async def test_a_browser_can_read_what_it_gets_and_nobody_else() -> None:
    phone = Phone()
    sent = letter(phone.device(), pace=Pace.URGENT)
    assert await pusher(phone).send(sent) == []
    assert phone.read()["title"] == "We are waiting to hear from you"
    headers = phone.requests[0].headers
    assert (headers["urgency"], headers["topic"]) == ("high", sent.id.hex)
    assert b"waiting" not in phone.requests[0].content


class PushService:
    """A real one, on this machine: reads one request over TLS and answers 201."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self.headers = b""
        self.body = b""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        made = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        async with made as server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.headers = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(self.headers.split(b"content-length: ")[1].split(b"\r\n")[0])
        self.body = await reader.readexactly(length)
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


class ToHere(httpx2.AsyncHTTPTransport):
    """Leads the address that was checked to this machine; TLS and its names stay as they are."""

    def __init__(self, port: int, trusted: Path) -> None:
        super().__init__(verify=ssl.create_default_context(cafile=str(trusted)))
        self._port = port

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.host == PUBLIC
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


async def test_over_the_wire_a_push_service_gets_what_only_the_browser_can_read(
    tmp_path: Path,
) -> None:
    phone, (trusted, tls) = Phone(), certificate(tmp_path, "push.example.org")
    service = PushService(tls)
    async with service.running() as port:
        assert (
            await pusher(phone, transport=ToHere(port, trusted)).send(
                letter(phone.device(), pace=Pace.URGENT)
            )
            == []
        )
    assert service.headers.startswith(b"post /send/abc http/1.1")
    assert b"host: push.example.org" in service.headers
    assert b"waiting" not in service.body
    text = http_ece.decrypt(service.body, private_key=phone.key, auth_secret=SECRET)
    assert json.loads(text)["title"] == "We are waiting to hear from you"


async def test_a_push_service_under_another_name_gets_nothing(tmp_path: Path) -> None:
    phone, (trusted, tls) = Phone(), certificate(tmp_path, "other.example.org")
    service = PushService(tls)
    async with service.running() as port:
        with pytest.raises(CannotSend, match="push_unreachable"):
            await pusher(phone, transport=ToHere(port, trusted)).send(letter(phone.device()))
    assert service.body == b""


async def test_the_request_goes_to_the_address_that_was_checked() -> None:
    phone = Phone()
    await pusher(phone).send(letter(phone.device()))
    (request,) = phone.requests
    assert request.url.host == PUBLIC
    assert request.headers["host"] == "push.example.org"
    assert request.extensions["sni_hostname"] == "push.example.org"


async def test_it_is_signed_for_that_push_service() -> None:
    phone, text = Phone(), PushKey.make()
    await pusher(phone, key=text).send(letter(phone.device()))
    token, _, public = phone.requests[0].headers["authorization"][8:].partition(", k=")
    assert public == PushKey(text).public
    point = base64.urlsafe_b64decode(public + "=")
    jwk = ECKey.import_key(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    claims = jwt.decode(token, jwk, algorithms=["ES256"]).claims
    assert (claims["aud"], claims["sub"]) == ("https://push.example.org", "mailto:a@example.org")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://push.example.org:8443/x",
        "https://user@push.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://localhost/x",
        "https://push.example.org/\nx",
        "https://push.example.org/" + "x" * 1000,
        "https://[/x",
        "ftp://push.example.org/x",
        "",
    ],
)
def test_no_push_service_is_at_such_an_address(endpoint: str) -> None:
    assert host_of(endpoint) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
    ],
)
async def test_nothing_is_sent_into_our_own_network(address: str) -> None:
    phone = Phone()
    with pytest.raises(CannotSend, match="push_private_address"):
        await pusher(phone, PUBLIC, address).send(letter(phone.device()))
    assert phone.requests == []


async def test_a_public_address_is_one() -> None:
    async def look_up(host: str) -> list[str]:
        return [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"]

    assert ip_address(await public_address("push.example.org", look_up)).is_global


@pytest.mark.parametrize(("status", "for_good"), [(503, False), (429, False), (403, True)])
async def test_what_the_push_service_answers_decides_whether_to_try_again(
    status: int, for_good: bool
) -> None:
    phone = Phone(status)
    with pytest.raises(CannotSend) as failed:
        await pusher(phone).send(letter(phone.device()))
    assert (failed.value.code, failed.value.for_good) == (f"push_{status}", for_good)


async def test_a_redirect_is_not_followed() -> None:
    phone = Phone(302)
    with pytest.raises(CannotSend, match="push_302"):
        await pusher(phone).send(letter(phone.device()))
    assert len(phone.requests) == 1


async def test_a_browser_that_is_gone_is_forgotten_and_the_others_are_told() -> None:
    phone = Phone(410, 201)
    gone, here = phone.device(), phone.device()
    assert await pusher(phone).send(letter(gone, here)) == [gone.id]


async def test_when_all_are_gone_the_next_channel_takes_over() -> None:
    phone = Phone(404)
    device = phone.device()
    with pytest.raises(AllGone) as failed:
        await pusher(phone).send(letter(device))
    assert failed.value.for_good
    assert failed.value.devices == [device.id]


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 43, "_" * 43])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not 32 bytes"):
        PushKey(text)
