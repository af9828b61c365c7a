"""Web push (RFC 8030, 8291, 8292): encrypted for one browser, signed with the portal's own key."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from portal import clock
from portal.notices.addresses import Resolve, host_of, public_address, resolve
from portal.notices.channels import CannotSend, Device, Letter

TIMEOUT = 15.0
GONE = {404, 410}
ORDER = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)
SCALAR = 32
KEEP_CALM, KEEP_URGENT = timedelta(days=1), timedelta(hours=1)


def is_installed() -> bool:
    """Whether the optional part for push is there."""
    return find_spec("pywebpush") is not None


class PushKey:
    """The portal's own key: a private number on P-256, written as base64url in PUSH_KEY."""

    def __init__(self, text: str) -> None:
        """Raises ValueError when this is no such number."""
        number = int.from_bytes(data := _decoded(text), "big")
        if len(data) != SCALAR or not 0 < number < ORDER:
            raise ValueError("not 32 bytes below the curve's order")
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        self._jwk = ECKey.import_key(self._key)

    @classmethod
    def make(cls) -> str:
        """A new one, as it is written in the setting."""
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return _encoded(number.to_bytes(SCALAR, "big"))

    @property
    def public(self) -> str:
        """What a browser asks for when it subscribes."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _encoded(point)

    def authorization(self, endpoint: str, subject: str) -> str:
        """The header that proves to the push service of `endpoint` who sends."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"https://{parts.hostname}",
            "exp": int((clock.now() + timedelta(hours=6)).timestamp()),
            "sub": subject,
        }
        token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self._jwk)
        return f"vapid t={token}, k={self.public}"


class Pusher:
    """Sends to all browsers of a person; one that takes it is enough."""

    def __init__(
        self,
        key: PushKey,
        subject: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        look_up: Resolve = resolve,
    ) -> None:
        self._key = key
        self._subject = subject
        self._transport = transport
        self._look_up = look_up

    async def send(self, letter: Letter) -> Sequence[UUID]:
        gone, problem, sent = list[UUID](), CannotSend("push_no_device", for_good=True), False
        async with httpx2.AsyncClient(timeout=TIMEOUT, transport=self._transport) as client:
            for device in letter.devices:
                try:
                    await self._push(client, device, letter)
                    sent = True
                except Gone:
                    gone.append(device.id)
                except CannotSend as error:
                    problem = error
        if not sent and len(gone) == len(letter.devices):
            raise AllGone(gone)
        if not sent:
            raise problem
        return gone

    async def _push(self, client: httpx2.AsyncClient, device: Device, letter: Letter) -> None:
        host = host_of(device.endpoint)
        if host is None:
            raise CannotSend("push_bad_address", for_good=True)
        address = await public_address(host, self._look_up)
        try:
            async with client.stream(
                "POST",
                _at(device.endpoint, address),
                content=encrypted(device, letter),
                headers=self._headers(device, letter) | {"Host": host},
                extensions={"sni_hostname": host},
            ) as answer:
                status = answer.status_code
        except httpx2.HTTPError as error:
            raise CannotSend("push_unreachable") from error
        if status in GONE:
            raise Gone
        if not 200 <= status < 300:
            raise CannotSend(f"push_{status}", for_good=status in {400, 401, 403, 413})

    def _headers(self, device: Device, letter: Letter) -> dict[str, str]:
        keep = KEEP_URGENT if letter.urgent else KEEP_CALM
        return {
            "Authorization": self._key.authorization(device.endpoint, self._subject),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(keep.total_seconds())),
            "Urgency": "high" if letter.urgent else "normal",
            # A second one of the same replaces the first while the phone is away.
            "Topic": letter.id.hex,
        }


class Gone(CannotSend):
    """The browser does not want to be pushed to any more."""

    def __init__(self) -> None:
        super().__init__("push_gone", for_good=True)


class AllGone(Gone):
    """None is left; `devices` are to be forgotten."""

    def __init__(self, devices: Sequence[UUID]) -> None:
        super().__init__()
        self.devices = devices


def encrypted(device: Device, letter: Letter) -> bytes:
    """The words for this browser alone (aes128gcm)."""
    from pywebpush import WebPusher

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    pusher = WebPusher({"endpoint": device.endpoint, "keys": keys})
    body: bytes = pusher.encode(json.dumps(push_words(letter)).encode())["body"]
    return body


def push_words(letter: Letter) -> dict[str, str | bool]:
    """All that a push message holds."""
    return {"title": letter.words.title, "body": letter.words.body, "urgent": letter.urgent}


def is_public_key(text: str) -> bool:
    """Whether a browser's `p256dh` is a point on the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError:
        return False
    return True


def is_secret(text: str) -> bool:
    """Whether a browser's `auth` is 16 bytes."""
    try:
        return len(_decoded(text)) == 16
    except ValueError:
        return False


def _at(endpoint: str, address: str) -> str:
    """The same address by its number, so that nothing is looked up again."""
    parts = urlsplit(endpoint)
    number = f"[{address}]" if ":" in address else address
    return parts._replace(netloc=number).geturl()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), "-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
