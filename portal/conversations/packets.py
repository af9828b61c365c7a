"""A message as it goes over the socket: written once, the same bytes for every follower."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.conversations.queries import Line, Mark
from portal.languages import ENGLISH, _, reading_in
from portal.permissions import Actor
from portal.realtime.frames import write_frame
from portal.web.templates import environment
from portal.web.times import clock_time, day

# Found once: the environment would look for a newer file at every message.
_message = environment.get_template("conversations/_message.html")

AT_ONCE = 32 * 1024


@dataclass(frozen=True, slots=True)
class Packet:
    seq: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What was said after a number: packet by packet, and joined for those who need all of it."""

    packets: Sequence[Packet]
    joined: Sequence[Packet]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Page":
        packets = [packet_of(line) for line in lines]
        return cls(packets, list(_joined(packets)))


def _joined(packets: Sequence[Packet]) -> Iterator[Packet]:
    """Several frames at a time, as many bytes as a socket takes at once anyway."""
    held: list[bytes] = []
    for packet in packets:
        held.append(packet.frame)
        if packet is packets[-1] or sum(map(len, held)) >= AT_ONCE:
            yield Packet(packet.seq, b"".join(held))
            held = []


def packet_of(line: Line) -> Packet:
    """The `message` frame; `html` is the fragment that the page shows."""
    changed = {"withdrawn": line.is_withdrawn, "revised": line.revised} if line.revised else {}
    frame = write_frame(
        "message",
        conversation=line.conversation_id,
        id=line.id,
        client_id=line.client_id,
        seq=line.seq,
        author={"id": line.author.id, "name": line.author.name, "role": line.author.role},
        sent_at=line.sent_at,
        body=line.body,
        html=fragment_of(line),
        **changed,
    )
    return Packet(line.seq, frame)


def revised_frame_of(line: Line) -> bytes:
    """The `revised` frame: what a message that was sent before says now."""
    return write_frame(
        "revised",
        conversation=line.conversation_id,
        id=line.id,
        seq=line.seq,
        revised=line.revised,
        revised_at=line.revised_at,
        withdrawn=line.is_withdrawn,
        body=line.body,
        html=fragment_of(line),
    )


def fragment_of(line: Line) -> str:
    """For everybody alike, and so in English: a page in another language says it in its own."""
    with reading_in(ENGLISH):
        return _message.render(line=line, zone=line.zone)


def read_frame_of(conversation_id: UUID, mark: Mark, zone: ZoneInfo) -> bytes:
    """The `read` frame. `said` is the status in words, in the patient's time as everywhere."""
    return write_frame(
        "read",
        conversation=conversation_id,
        person=mark.person_id,
        seq=mark.seq,
        role=mark.role,
        read_at=mark.read_at,
        said=_in_english(mark.read_at, zone),
    )


def _in_english(read_at: datetime, zone: ZoneInfo) -> str:
    with reading_in(ENGLISH):
        return read_words(read_at, zone)


def read_words(read_at: datetime, zone: ZoneInfo, sent_at: datetime | None = None) -> str:
    """With the day, where the message stands under another one."""
    at, on = clock_time(read_at, zone), read_at.astimezone(zone).date()
    if sent_at and sent_at.astimezone(zone).date() != on:
        at = f"{day(read_at, zone)}, {at}"
    return _("Read %(at)s", at=at)


def person_of(actor: Actor) -> dict[str, object]:
    return {"id": actor.person_id, "name": actor.name, "role": actor.role}
