"""Real processes that can be killed, frozen and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Protocol

from bench.machine import family
from tests.services import Program
from tests.warm import Process as Started
from tests.warm import Warm

START_WITHIN = 60.0
EXIT_WITHIN = 30.0


class Victim(Protocol):
    """Something that can go wrong."""

    name: str

    async def start(self) -> None: ...
    async def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


class Process(ABC):
    """One process and all it has started, under a signal's power."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: Started | None = None

    async def start(self) -> None:
        self.process = await asyncio.to_thread(self._start)

    @abstractmethod
    def _start(self) -> Started: ...

    async def kill(self) -> None:
        """-9 to all of it, at once."""
        self._signal(signal.SIGKILL)
        await self._end()

    async def terminate(self) -> float:
        """SIGTERM, and the seconds until it has ended."""
        begun = time.monotonic()
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
        await self._end()
        return time.monotonic() - begun

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        for pid in family([self.process.pid]):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    async def _end(self) -> None:
        if self.process is not None:
            await asyncio.to_thread(self.process.wait, EXIT_WITHIN)
            self.process = None


class Service(Process):
    """PostgreSQL or Valkey."""

    def __init__(self, name: str, program: Program) -> None:
        super().__init__(name)
        self._program = program

    @property
    def url(self) -> str:
        return self._program.url

    def _start(self) -> subprocess.Popen[bytes]:
        return self._program.start()


class Web(Process):
    """`portal serve` on a port of its own; several answer to one public address."""

    def __init__(self, name: str, settings: dict[str, str], folder: Path) -> None:
        super().__init__(name)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        self._environment = kept | settings | {"PORT": str(self.port)}
        self.log = folder / f"{name}.log"

    def _start(self) -> Warm:
        with self.log.open("ab") as log:
            begin = log.tell()
            process = Warm(["serve"], self._environment, log.fileno(), log.fileno())
        end = time.monotonic() + START_WITHIN
        while b"serve.started" not in self.log.read_bytes()[begin:]:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise RuntimeError(f"{self.name} did not start: {self.log.read_text()[-500:]}")
            time.sleep(0.02)
        return process
