"""`portal` processes without the seconds of a core that importing takes: forked, not started.

One process imports the portal and reads its lexicon, then forks for each command. What it forks is
a process like any other: it has the environment and the streams it is given, its pid may be
killed, frozen and waited for, and it ends as an interpreter ends. Where the start is the point,
tests start `python -m portal`.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module

MOST = 1 << 16
NUMBER = 4
MODULES = (
    "portal.cli.audit",
    "portal.cli.demo",
    "portal.cli.migrate",
    "portal.cli.people",
    "portal.cli.serve",
    "portal.cli.worker",
    "portal.worker",
    "alembic.command",
    "alembic.runtime.migration",
    "aiosqlite",
    "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
)


class Warm:
    """A forked command; its methods are those of `subprocess.Popen`."""

    def __init__(
        self, words: Sequence[str], env: Mapping[str, str], stdout: int, stderr: int
    ) -> None:
        request = json.dumps([list(words), dict(env)]).encode()
        self._line, theirs = socket.socketpair()
        self.returncode: int | None = None
        with theirs, _one_at_a_time:
            socket.send_fds(_server()[0], [request], [theirs.fileno(), stdout, stderr])
            self.pid = self._next()

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except BlockingIOError:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or the number of the signal that ended it, negative."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            self.returncode = self._next()
            self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _next(self) -> int:
        said = self._line.recv(NUMBER)
        if not said:
            raise RuntimeError("the process that forks has ended")
        return int.from_bytes(said, signed=True)


Process = Warm | subprocess.Popen[bytes]
Start = Callable[[Sequence[str], Mapping[str, str], int, int], Process]


def cold(
    words: Sequence[str], env: Mapping[str, str], stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    """The same as people start it."""
    command = [sys.executable, "-m", "portal", *words]
    return subprocess.Popen(command, env=env, stdout=stdout, stderr=stderr)


_one_at_a_time = threading.Lock()


@cache
def _server() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """It ends when its line does: with this process."""
    ours, theirs = socket.socketpair()
    with theirs:
        return ours, subprocess.Popen([sys.executable, "-m", "tests.warm"], stdin=theirs.fileno())


def main() -> int:
    """Fork for whoever asks on standard input; only the forked return an exit code of their own."""
    for name in MODULES:
        import_module(name)
    _prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    line = socket.socket(fileno=0)
    while True:
        request, files, *_ = socket.recv_fds(line, MOST, 3)
        if not request:
            return 0
        if os.fork() == 0:
            return _keep(request, *files)
        for file in files:
            os.close(file)


def _prepare() -> None:
    """What a process does once: the lexicon, the mappers, and nothing for the collector to do."""
    from sqlalchemy.orm import configure_mappers

    from portal.symptoms.hunches import model
    from portal.symptoms.phrases import lexicon

    lexicon()
    model()
    configure_mappers()
    gc.collect()
    gc.freeze()


def _keep(request: bytes, line: int, out: int, err: int) -> int:
    """Beside each command a process that waits for it, and says how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(line)
        return _command(request, out, err)
    os.close(out)
    os.close(err)
    os.write(line, pid.to_bytes(NUMBER, signed=True))
    _, status = os.waitpid(pid, 0)
    os.write(line, os.waitstatus_to_exitcode(status).to_bytes(NUMBER, signed=True))
    os._exit(0)


def _command(request: bytes, out: int, err: int) -> int:
    from portal.cli import main

    words, environment = json.loads(request)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, place in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(file, place)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    return main(words)


if __name__ == "__main__":
    sys.exit(main())
