"""The machine that is measured on: its cores, and who else uses them meanwhile."""

import os
import resource
from collections import Counter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
# More than this share of the cores, used by others, makes figures doubtful.
NOISE = 0.05
# In /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. Neither counts as used.
IDLE = {3, 4}


def cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def cpu_of(pid: int) -> tuple[float, int]:
    """Seconds of CPU a process has used, and its parent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[1])


def everybody() -> dict[int, tuple[float, int]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = cpu_of(int(folder.name))
            except OSError:
                continue
    return found


def family(roots: list[int]) -> set[int]:
    """These processes and all below them."""
    processes = everybody()
    return {pid for pid in processes if _is_below(pid, roots, processes)}


def _is_below(pid: int, roots: list[int], processes: dict[int, tuple[float, int]]) -> bool:
    above: int | None = pid
    while above is not None and above not in roots:
        above = processes[above][1] if above in processes else None
    return above is not None


class Watch:
    """Who else used the cores between its making and `seen`; `roots` are ours besides children."""

    def __init__(self, roots: list[int]) -> None:
        self._roots = roots
        self._load = os.getloadavg()
        self._begun, self._used, self._own = monotonic(), self._busy(), self._ours()

    def seen(self) -> dict[str, Any]:
        span = (monotonic() - self._begun) * len(cores())
        others = (self._busy() - self._used) - (self._ours() - self._own)
        return {
            "load average before": [round(load, 2) for load in self._load],
            "load average after": [round(load, 2) for load in os.getloadavg()],
            "share of the cores used by others": round(max(0.0, others) / span, 3),
        }

    def _busy(self) -> float:
        names = {f"cpu{core}" for core in cores()}
        rows = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
        counts = [row[1:9] for row in rows if row[0] in names]
        return sum(int(n) for row in counts for at, n in enumerate(row) if at not in IDLE) / TICKS

    def _ours(self) -> float:
        processes = everybody()
        alive = sum(processes[pid][0] for pid in family(self._roots) if pid in processes)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return alive + ended.ru_utime + ended.ru_stime + sum(os.times()[:2])


def busiest(seconds: float = 0.5) -> list[str]:
    """The names of other programs that use the machine right now, and their share of one core."""
    before, own = everybody(), {os.getpid()}
    sleep(seconds)
    used: Counter[str] = Counter()
    for pid, (cpu, _) in everybody().items():
        if pid not in own and pid in before:
            used[_name(pid)] += round((cpu - before[pid][0]) / seconds * 100)
    return [f"{name} {share} %" for name, share in used.most_common(5) if share >= 5]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "ended"


def is_quiet(row: dict[str, Any]) -> bool:
    return float(row["share of the cores used by others"]) <= NOISE
