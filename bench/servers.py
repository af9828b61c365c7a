"""The servers that are measured: each started with its database on one core."""

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import clinic, machine
from bench.sizes import Sizes
from portal.settings import Settings
from tests import services

START_WITHIN = 60.0


class Broken(Exception):
    """A measurement that came to nothing, and why, in one line."""


@dataclass(frozen=True)
class Kind:
    """A server: its module, the database it commits to, and how many processes share the load."""

    module: str
    database: str = "sqlite"
    bare: str = ""
    processes: int = 1
    has_valkey: bool = False


RELAY, BARE = "relay only", "bare, a commit a message, "
KINDS = {
    RELAY: Kind("bench.bare", bare="relay"),
    BARE + "SQLite": Kind("bench.bare", bare="sqlite"),
    "portal, SQLite": Kind("bench.server"),
    BARE + "PostgreSQL": Kind("bench.bare", "postgresql", bare="postgresql"),
    "portal, PostgreSQL": Kind("bench.server", "postgresql"),
    "portal, PostgreSQL + Valkey": Kind("bench.server", "postgresql", has_valkey=True),
    "portal, PostgreSQL + Valkey, 2 processes": Kind(
        "bench.server", "postgresql", processes=2, has_valkey=True
    ),
}


@dataclass(frozen=True)
class Given:
    """Running servers to use; None is started for the measurement, and durable."""

    postgresql: str | None = None
    valkey: str | None = None


def measure(kind: Kind, sizes: Sizes, given: Given = Given()) -> dict[str, Any]:
    """Every figure of one server; raises Broken when it or the load does not come to an end."""
    cores = machine.cores()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # What is started from here on stays on this core; the load takes the other by itself.
        os.sched_setaffinity(0, {cores[0]})
        stack.callback(os.sched_setaffinity, 0, set(cores))
        settings = _environment(kind, folder, stack, given)
        people = asyncio.run(clinic.made(Settings.from_env(settings), sizes))
        ports = [_free_port() for _ in range(kind.processes)]
        web = [stack.enter_context(_started(kind, {**settings, "PORT": port})) for port in ports]
        os.sched_setaffinity(0, set(cores))
        roots = [*web, *_children(but=web)]
        watch = machine.Watch(roots)
        plan = {"clinic": people, "ports": [int(port) for port in ports], "web": web}
        plan |= {"origin": settings["PUBLIC_URL"], "processes": roots, "sizes": sizes.plain()}
        return _loaded(plan, sizes.longest) | {"machine": watch.seen()}


def _loaded(plan: dict[str, Any], longest: float) -> dict[str, Any]:
    try:
        load = subprocess.run(
            [sys.executable, "-m", "bench.cases"],
            input=json.dumps(plan),
            stdout=subprocess.PIPE,
            text=True,
            timeout=longest,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Broken(f"the load did not end within {longest:g} s") from error
    if load.returncode != 0:
        raise Broken(load.stdout.strip().splitlines()[-1] if load.stdout else "the load failed")
    found: dict[str, Any] = json.loads(load.stdout)
    return found


def _environment(kind: Kind, folder: Path, stack: ExitStack, given: Given) -> dict[str, str]:
    url = f"sqlite:///{folder}/portal.db"
    if kind.database == "postgresql":
        url = given.postgresql or stack.enter_context(services.postgresql(durable=True))
    more = {}
    if kind.has_valkey:
        more["REDIS_URL"] = given.valkey or stack.enter_context(services.valkey())
    return more | {
        "DATABASE_URL": url,
        "DATA_FOLDER": str(folder),
        # All processes answer to one address, as behind a proxy.
        "PUBLIC_URL": f"http://127.0.0.1:{_free_port()}",
        "SECRET_KEY": os.urandom(32).hex(),
        "ENCRYPTION_KEYS": os.urandom(32).hex(),
        "OIDC_ISSUER": "https://provider.invalid",
        "OIDC_CLIENT_ID": "portal",
        "BENCH_KIND": kind.bare,
    }


@contextmanager
def _started(kind: Kind, environment: dict[str, str]) -> Iterator[int]:
    command = [sys.executable, "-m", kind.module]
    environment = {**os.environ, **environment}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            there, _, _ = select.select([process.stdout], [], [], START_WITHIN)
            if not there or process.stdout.readline() != b"ready\n":
                raise Broken("the server did not start")
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def _children(but: list[int]) -> list[int]:
    """What else this process has started: the databases."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [int(pid) for pid in children if int(pid) not in but]
