"""The frames of the live protocol: what comes in, strictly read, and what goes out."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

LARGEST_FRAME = 64 * 1024
# What a browser's numbers hold exactly; also inside both databases' integers.
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Follow(Struct, frozen=True):
    """Exactly one of `conversation` and `topic`; `after` and `revised` go with a conversation."""

    conversation: UUID | None = None
    topic: str | None = None
    after: Seq | None = None
    revised: Seq | None = None


class Unfollow(Struct, frozen=True):
    conversation: UUID | None = None
    topic: str | None = None


class Send(Struct, frozen=True):
    conversation: UUID
    client_id: UUID
    body: str


class Read(Struct, frozen=True):
    conversation: UUID
    seq: Seq


class Typing(Struct, frozen=True):
    conversation: UUID


class Ping(Struct, frozen=True):
    """`t` is given back as it came."""

    t: Raw = Raw(b"null")


Frame = Follow | Unfollow | Send | Read | Typing | Ping


class _Envelope(Struct, frozen=True):
    type: str


_envelope = msgspec.json.Decoder(_Envelope)
_decoders: dict[str, msgspec.json.Decoder[Frame]] = {
    kind.__name__.lower(): msgspec.json.Decoder(kind)
    for kind in (Follow, Unfollow, Send, Read, Typing, Ping)
}
_encoder = msgspec.json.Encoder()
_TEXT = 0x81


class BadFrame(Exception):
    """A frame we cannot read; `code` and `detail` are answered to whoever sent it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_frame(text: str) -> Frame:
    """One frame from its text; raises BadFrame for anything that is not exactly one of ours."""
    try:
        decoder = _decoders.get(_envelope.decode(text).type)
        if decoder is None:
            raise BadFrame("unknown_type", "We do not know this type of frame.")
        frame = decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        # The decoder's own words may quote what was written, so they are not passed on.
        raise BadFrame("malformed", "This frame could not be read.") from error
    if isinstance(frame, Follow | Unfollow) and (frame.conversation is None) == (
        frame.topic is None
    ):
        raise BadFrame("malformed", "Name either a conversation or a topic.")
    return frame


def write_frame(type: str, /, **fields: object) -> bytes:
    """An outgoing frame as it goes over any socket: UUIDs and aware times as text.

    A server's frames are not masked, so the same bytes are right for every follower.
    """
    return _framed(_encoder.encode({"type": type, **fields}))


def _framed(text: bytes) -> bytes:
    """RFC 6455 section 5.2: one final text frame, its length in 7, 16 or 64 bits."""
    length = len(text)
    if length < 126:
        return bytes((_TEXT, length)) + text
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big") + text
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big") + text
