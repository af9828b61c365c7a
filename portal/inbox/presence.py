"""Who has which thread open now: in memory only, told between processes as an announcement.

An open page gives its visit a name and says every 15 seconds that it lasts. One that has been
silent for longer than two of these is over; so is one that said so, whatever of it comes in later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
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


@dataclass(slots=True)
class _Visit:
    patient_id: UUID
    at: datetime
    is_over: bool


class Presence:
    """One per process; hears of every process's pages."""

    def __init__(self, hub: Hub) -> None:
        # By person and the page's name for it: nobody ends a visit of somebody else's.
        self._visits: dict[tuple[UUID, str], _Visit] = {}
        hub.join(TOPIC, self)

    def hear(self, announcement: Announcement) -> None:
        if announcement.patient_id is None:
            return
        kind, _, name = announcement.kind.partition(":")
        visit = self._visits.setdefault(
            (announcement.id, name), _Visit(announcement.patient_id, clock.now(), is_over=False)
        )
        visit.at = clock.now()
        visit.is_over |= kind == GONE
        self._forget()

    def here(self, patient_id: UUID) -> set[UUID]:
        """Who has this patient's thread open. The caller has found it through the actor."""
        since = clock.now() - LASTS
        return {
            person_id
            for (person_id, _), visit in self._visits.items()
            if visit.patient_id == patient_id and visit.at >= since and not visit.is_over
        }

    def _forget(self) -> None:
        since = clock.now() - LASTS
        for key in [key for key, visit in self._visits.items() if visit.at < since]:
            del self._visits[key]


def presence_of(connection: HTTPConnection) -> Presence:
    return cast("Presence", state_of(connection).extras[TOPIC])


def say(
    connection: HTTPConnection, kind: str, person_id: UUID, patient_id: UUID, visit: UUID
) -> bool:
    """This person's page has the thread open, or has left it; whether that changes who is here."""
    presence, publish = presence_of(connection), _publish_of(connection)
    before = presence.here(patient_id)
    publish([Announcement(TOPIC, f"{kind}:{visit}", person_id, patient_id)])
    return presence.here(patient_id) != before


def tell_open_pages(connection: HTTPConnection, person_id: UUID, notes_id: UUID) -> None:
    """Who has the thread open follows the notes, which a patient does not have."""
    _publish_of(connection)([Announcement(f"conversation:{notes_id}", HERE, person_id)])


def _publish_of(connection: HTTPConnection) -> Publish:
    publish: Publish = state_of(connection).database.publish
    return publish
