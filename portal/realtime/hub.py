"""Who listens to which topic in this process. Announcements go out after the commit."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from portal.announcements import Announcement

# The kind of an announcement that stands for any number of lost ones.
MISSED = "missed"
NOBODY = UUID(int=0)
PERSON = "person:"


class Listener(Protocol):
    """Takes an announcement without waiting; a full queue is the listener's own affair."""

    def hear(self, announcement: Announcement) -> None: ...


class Hub:
    """Topic to listeners, in memory."""

    def __init__(self) -> None:
        # How often this process has heard that somebody's rights changed.
        self.changes = 0
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def join(self, topic: str, listener: Listener) -> None:
        self._listeners[topic].add(listener)

    def leave(self, topic: str, listener: Listener) -> None:
        listeners = self._listeners.get(topic)
        if listeners is None:
            return
        listeners.discard(listener)
        if not listeners:
            del self._listeners[topic]

    def publish(self, announcements: Sequence[Announcement]) -> None:
        for announcement in announcements:
            self.changes += announcement.topic.startswith(PERSON)
            for listener in tuple(self._listeners.get(announcement.topic, ())):
                listener.hear(announcement)

    def look_for_missed(self) -> None:
        """Announcements may have been lost: everybody looks at what they listen for."""
        self.changes += 1
        for topic, listeners in tuple(self._listeners.items()):
            for listener in tuple(listeners):
                listener.hear(Announcement(topic, MISSED, NOBODY))
