"""A message as it goes over the socket: written once, the same bytes for every follower."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.conversations.queries import Line, Mark
from portal.languages import _
from portal.permissions import Actor
from portal.realtime.frames import write_frame
from portal.web.templates import environment
from portal.web.times import clock_time

# Found once: the environment would look for a newer file at every message.
_message = environment.get_template("conversations/_message.html")


@dataclass(frozen=True, slots=True)
class Packet:
    seq: int
    frame: bytes


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
        said=read_words(mark.read_at, zone),
    )


def read_words(read_at: datetime, zone: ZoneInfo) -> str:
    return _("Read %(at)s", at=clock_time(read_at, zone))


def person_of(actor: Actor) -> dict[str, object]:
    return {"id": actor.person_id, "name": actor.name, "role": actor.role}
