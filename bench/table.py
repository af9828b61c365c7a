"""The figures as Markdown, the portal's with their ratios to the bare server of the same run."""

from collections.abc import Callable
from typing import Any

from bench.servers import BARE

Row = dict[str, Any]
HEAD = (
    "| server | messages/s | answer at 200/s, p50/p95/p99 ms | last receiver at 200/s, ms "
    "| CPU s per 1,000 | one change to 500, ms (worst) | 500 back, s | KiB a socket | noise |"
)


def table(found: dict[str, Row]) -> str:
    lines = [HEAD, "|---" * (HEAD.count("|") - 1) + "|"]
    for name, row in found.items():
        lines.append(f"| {name} | " + " | ".join(cells(row, found.get(bare_of(name)))) + " |")
    return "\n".join(
        [
            *lines,
            "",
            "In brackets with ×: the portal's figure divided by that of the bare server with the "
            "same database, in this run (of three figures, the p99). Noise: the share of the "
            "cores that other programs used.",
        ]
    )


def bare_of(name: str) -> str:
    """The bare server that a portal is set beside; none for what is bare itself."""
    if not name.startswith("portal"):
        return ""
    return BARE + ("PostgreSQL" if "PostgreSQL" in name else "SQLite")


def cells(row: Row, bare: Row | None) -> list[str]:
    def beside(shown: str, figure: Callable[[Row], float]) -> str:
        if bare is None or not figure(bare):
            return shown
        return f"{shown} (×{figure(row) / figure(bare):.2f})"

    change = "{} ({})".format(*row["one change to 500, ms"])
    return [
        beside(f"{row['highest']:,}", lambda r: float(r["highest"])),
        beside(_three(row["at 200/s"]["answer"]), lambda r: float(r["at 200/s"]["answer"][2])),
        beside(_three(row["at 200/s"]["last"]), lambda r: float(r["at 200/s"]["last"][2])),
        beside(str(row["cpu s per 1,000"]), lambda r: float(r["cpu s per 1,000"])),
        beside(change, lambda r: float(r["one change to 500, ms"][0])),
        beside(_back(row), _median),
        beside(str(row["KiB a socket"]), lambda r: float(r["KiB a socket"])),
        f"{row['machine']['share of the cores used by others']:.0%}",
    ]


def _three(figures: list[float]) -> str:
    return "/".join(map(str, figures))


def _back(row: Row) -> str:
    away = row["turned away on the way back"]
    return f"{_median(row)}, {away} turned away" if away else str(_median(row))


def _median(row: Row) -> float:
    times = row["500 back, s"]
    return float(times[len(times) // 2])
