"""`./run bench [--quick] [--only NAME ...]`: the portal beside the bare limit, on each database.

`./run bench reader [FILE ...]`: how well free text is read, by source and language.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import clinic, reader
from portal.settings import Settings
from tests import services

RESULTS = Path(__file__).parent / "results"
# Each server, and the database it commits to.
SERVERS = {
    "relay only": ("bench.bare", "relay", "sqlite"),
    "bare, a commit a message, SQLite": ("bench.bare", "sqlite", "sqlite"),
    "portal, SQLite": ("bench.server", "", "sqlite"),
    "bare, a commit a message, PostgreSQL": ("bench.bare", "postgresql", "postgresql"),
    "portal, PostgreSQL": ("bench.server", "", "postgresql"),
}


def main() -> None:
    if sys.argv[1:2] == ["reader"]:
        reader.main(sys.argv[2:])
        return
    arguments = _arguments()
    cores = sorted(os.sched_getaffinity(0))
    # The server and its database on one core; the load takes the other by itself.
    chosen = [name for name in SERVERS if all(word in name for word in arguments.only)]
    found = {}
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = _measure(*SERVERS[name], cores, arguments.quick)
    _write(found)
    print(table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds; figures are rough")
    parser.add_argument("--only", nargs="*", default=[], help="words in the name of a server")
    return parser.parse_args()


def _measure(module: str, kind: str, backend: str, cores: list[int], quick: bool) -> Any:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.sched_setaffinity(0, {cores[0]})
        url = f"sqlite:///{folder}/portal.db"
        if backend == "postgresql":
            url = stack.enter_context(services.postgresql(durable=True))
        settings = _environment(url, folder)
        people = asyncio.run(clinic.made(Settings.from_env(settings)))
        more = {"BENCH_KIND": kind, "BENCH_DATABASE": url}
        server = stack.enter_context(_started(module, {**os.environ, **settings, **more}))
        os.sched_setaffinity(0, set(cores))
        plan = {
            "clinic": people,
            "port": int(settings["PORT"]),
            "processes": [server, *_databases(os.getpid(), server)],
            "quick": quick,
            "seconds": 1.0 if quick else 4.0,
        }
        load = subprocess.run(
            [sys.executable, "-m", "bench.cases"],
            input=json.dumps(plan),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(load.stdout)


def _environment(url: str, folder: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    return {
        "DATABASE_URL": url,
        "PORT": port,
        "DATA_FOLDER": str(folder),
        "SECRET_KEY": os.urandom(32).hex(),
        "ENCRYPTION_KEYS": os.urandom(32).hex(),
        "OIDC_ISSUER": "https://provider.invalid",
        "OIDC_CLIENT_ID": "portal",
    }


@contextmanager
def _started(module: str, environment: dict[str, str]) -> Iterator[int]:
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", "the server did not start"
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)


def _databases(parent: int, server: int) -> list[int]:
    """What else this process has started: PostgreSQL."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if int(pid) != server]


def _write(found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(found, indent=1))
    print(f"{path}", file=sys.stderr)


def table(found: dict[str, Any]) -> str:
    """Markdown, so that it can be kept as it is printed."""
    lines = [
        "| server | messages/s | at 200/s: answer p50/p95/p99, last receiver p50/p95/p99, ms "
        "| CPU s per 1,000 | one change to 500, ms (worst) | 500 back, s | KiB a socket |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in found.items():
        slow = row["at 200/s"]
        answer, last = ("/".join(map(str, slow[part])) for part in ("answer", "last"))
        change = "{} ({})".format(*row["one change to 500, ms"])
        cells = [f"{row['highest']:,}", f"{answer}, {last}", row["cpu s per 1,000"], change]
        cells += [row["500 back, s"][len(row["500 back, s"]) // 2], row["KiB a socket"]]
        lines.append(f"| {name} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, "", *ratios(found)])


def ratios(found: dict[str, Any]) -> Iterator[str]:
    for backend in ("SQLite", "PostgreSQL"):
        portal, bare = (
            found.get(name)
            for name in (f"portal, {backend}", f"bare, a commit a message, {backend}")
        )
        if portal and bare:
            more = portal["highest"] / max(1, bare["highest"])
            cpu = portal["cpu s per 1,000"] / bare["cpu s per 1,000"]
            slow = portal["at 200/s"]["last"][2] / bare["at 200/s"]["last"][2]
            yield (
                f"{backend}: the portal takes {more:.2f} times the messages of the bare server, "
                f"{cpu:.2f} times its CPU a message, {slow:.2f} times its p99 at 200/s."
            )


if __name__ == "__main__":
    main()
