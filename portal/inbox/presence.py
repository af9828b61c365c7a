"""Who has which thread open now: in memory only, told between processes as an announcement.

An open page says so every 15 seconds; who has been silent for longer than two of these is gone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from starlette.requests import HTTPConnection

from portal import clock
from portal.announcements import Announcement
from portal.realtime.hub import Hub
from portal.web.state import state_of

TOPIC = "presence"
HERE, GONE = "here", "gone"
LASTS = timedelta(seconds=40)

Publish = Callable[[Sequence[Announcement]], None]


class Presence:
    """One per process; hears of every process's pages."""

    def __init__(self, hub: Hub) -> None:
        self._seen: dict[UUID, dict[UUID, datetime]] = {}
        hub.join(TOPIC, self)

    def hear(self, announcement: Announcement) -> None:
        patient_id, person_id = announcement.patient_id, announcement.id
        if patient_id is None:
            return
        here = self._seen.setdefault(patient_id, {})
        if announcement.kind == HERE:
            here[person_id] = clock.now()
        else:
            here.pop(person_id, None)
        self._forget()

    def others(self, patient_id: UUID, me: UUID) -> list[UUID]:
        """Who else has this patient's thread open. The caller has found it through the actor."""
        since = clock.now() - LASTS
        here = self._seen.get(patient_id, {})
        return [who for who, at in here.items() if at >= since and who != me]

    def _forget(self) -> None:
        since = clock.now() - LASTS
        for patient_id, here in tuple(self._seen.items()):
            for person_id in [who for who, at in here.items() if at < since]:
                del here[person_id]
            if not here:
                del self._seen[patient_id]


def presence_of(connection: HTTPConnection) -> Presence:
    """The process's own, made when it is first needed."""
    state = state_of(connection)
    held: Presence | None = state.extras.get(TOPIC)
    if held is None:
        held = state.extras[TOPIC] = Presence(state.hub)
    return held


def say(connection: HTTPConnection, kind: str, person_id: UUID, patient_id: UUID) -> None:
    """This person's page has opened the thread, still has it open, or has left it."""
    presence_of(connection)
    publish: Publish = state_of(connection).database.publish
    publish([Announcement(TOPIC, kind, person_id, patient_id)])
