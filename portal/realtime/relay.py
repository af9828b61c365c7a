"""Carries announcements between web processes through Valkey or Redis: topics and ids, no content.

It only makes things quicker. While it is lost everything is stored and acknowledged as before, and
other processes' pages catch up: after every gap each process is told to look for what it missed.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from portal.announcements import Announcement
from portal.realtime.hub import NOBODY, Hub
from portal.realtime.tally import Tally

log = structlog.get_logger()

CHANNEL = "portal:announcements"
TALLIES = "portal:tallies"
MOST_WAITING = 10_000
AT_ONCE = 200
PATIENCE = 3.0
HEALTH_EVERY = 5
TRY_AGAIN_AFTER = 0.5
# How long a process that ends goes on telling what it had still to tell.
LAST_WORDS = 1.0
# While it is lost, open pages look for themselves what other processes have stored.
LOOK_EVERY = 3.0
TELL_EVERY = 0.25
# What pages hear about the line itself; never sent to other processes.
TOPIC, LOST, BACK = "relay", "lost", "back"
AWAY = (RedisError, OSError, TimeoutError)


class _Letter(msgspec.Struct, array_like=True):
    """What one process tells the others; without announcements: look for what you missed."""

    sender: UUID
    announcements: list[tuple[str, str, UUID, UUID | None]]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Letter)


class Relay:
    """One per process. `publish` tells this process at once and the others as soon as it can."""

    def __init__(self, url: str, hub: Hub) -> None:
        self.is_connected = False
        self.tally = Tally(is_shared=True)
        self._hub = hub
        self._name = uuid4()
        self._looked_at = 0.0
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            health_check_interval=HEALTH_EVERY,
        )
        self._waiting: deque[Announcement] = deque(maxlen=MOST_WAITING)
        self._has_gap = False
        self._wake = asyncio.Event()
        self._is_ending = False
        self._said: set[str] = set()

    def publish(self, announcements: Sequence[Announcement]) -> None:
        self._hub.publish(announcements)
        # A full queue drops its oldest: the others are told to look for themselves instead.
        self._has_gap |= len(self._waiting) + len(announcements) > MOST_WAITING
        self._waiting.extend(announcements)
        self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected to the others for as long as the process serves, and until it has told all."""
        speaker, *others = [
            asyncio.create_task(work()) for work in (self._speak, self._listen, self._tell_tallies)
        ]
        try:
            yield
        finally:
            self._is_ending = True
            self._wake.set()
            await asyncio.wait({speaker}, timeout=LAST_WORDS)
            await _stop({speaker, *others})
            await self._redis.aclose()

    async def _speak(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting or self._has_gap:
                try:
                    await self._speak_once()
                    self._said.discard("relay.cannot_speak")
                except AWAY as error:
                    self._say_once("relay.cannot_speak", error)
                    self._has_gap = True
                    await asyncio.sleep(TRY_AGAIN_AFTER)
            if self._is_ending:
                return

    async def _speak_once(self) -> None:
        if self._has_gap:
            # Whoever looks for itself needs none of what waited until now.
            self._waiting.clear()
            await self._send([])
            self._has_gap = False
            return
        several = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        await self._send(several)

    async def _send(self, announcements: list[Announcement]) -> None:
        plain = [(one.topic, one.kind, one.id, one.patient_id) for one in announcements]
        async with asyncio.timeout(PATIENCE):
            await self._redis.publish(CHANNEL, _encoder.encode(_Letter(self._name, plain)))

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as letters:
                    await letters.subscribe(CHANNEL, TALLIES)
                    await self._take_all(letters)
            except AWAY as error:
                self._say_once("relay.cannot_hear", error)
            self._become(is_connected=False)
            await asyncio.sleep(TRY_AGAIN_AFTER)
            self._look_now_and_then()

    def _say_once(self, trouble: str, error: Exception) -> None:
        """Until it is over: the line may be away for hours, and is tried twice a second."""
        if trouble not in self._said:
            self._said.add(trouble)
            log.warning(trouble, error=type(error).__name__)

    def _become(self, *, is_connected: bool) -> None:
        if is_connected != self.is_connected:
            self.is_connected = is_connected
            self._hub.publish([Announcement(TOPIC, BACK if is_connected else LOST, NOBODY)])

    def _look_now_and_then(self) -> None:
        now = monotonic()
        if now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            self._hub.look_for_missed()

    async def _tell_tallies(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            if not self.is_connected or (told := self.tally.news()) is None:
                continue
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(PATIENCE):
                    await self._redis.publish(TALLIES, told)

    async def _take_all(self, letters: PubSub) -> None:
        while True:
            letter = await self._next(letters)
            if letter["type"] == "subscribe":
                if "relay.cannot_hear" in self._said:
                    self._said.clear()
                    log.info("relay.back")
                self._become(is_connected=True)
                self._hub.look_for_missed()
            elif letter["channel"] == TALLIES.encode():
                self.tally.hear(letter["data"])
            elif letter["type"] == "message":
                self._take(letter["data"])

    async def _next(self, letters: PubSub) -> dict[str, Any]:
        """What is said next, or the answer to a ping: a Valkey that is frozen takes all that it is
        told, and never answers. Raises TimeoutError then."""
        if self.is_connected and (letter := await letters.get_message(timeout=HEALTH_EVERY)):
            return dict(letter)
        await letters.ping()
        async with asyncio.timeout(PATIENCE):
            while (letter := await letters.get_message(timeout=PATIENCE)) is None:
                pass
        return dict(letter)

    def _take(self, data: bytes) -> None:
        with contextlib.suppress(msgspec.DecodeError):
            letter = _decoder.decode(data)
            if letter.sender == self._name:
                return
            if letter.announcements:
                self._hub.publish([Announcement(*one) for one in letter.announcements])
            else:
                self._hub.look_for_missed()


async def _stop(tasks: set["asyncio.Task[None]"]) -> None:
    # A time-out that ends at the same moment takes a cancellation for its own.
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=1.0)
