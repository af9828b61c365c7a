"""How well and how fast the free-text reader reads: scores by source and by language.

usage: python -m bench.reader [FILE ...]

Each FILE holds lines like those in tests/symptoms; without one, those are judged, and the sealed
ones: score them, but do not read them, or they say nothing any more.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.symptoms import reader
from portal.symptoms.understanding import understood
from portal.symptoms.vocabulary import Effect

TEXTS = Path(__file__).parent.parent / "tests" / "symptoms"
NAMES = ("authored", "held_out", "red_flags", "strangers")
SEALED = sorted(Path(__file__).with_name("sealed").glob("*.jsonl"))
PREGNANCY = TEXTS / "pregnancy.jsonl"
OURS = [*(TEXTS / f"{name}.jsonl" for name in NAMES), *SEALED]
EFFECTS = [effect.value for effect in Effect]

Row = dict[str, Any]


@dataclass
class Score:
    """Counts over some texts: hits, false flags and misses for each effect, and red flags."""

    texts: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    red: int = 0
    red_found: int = 0
    red_seen: int = 0
    quiet: int = 0
    alarms: int = 0

    def add(self, row: Row, flags: set[str]) -> None:
        due = {effect for effect, status in row["labels"].items() if status == "present"}
        found = flags - {reader.RED_FLAG}
        self.texts += 1
        self.hits.update(due & found)
        self.false.update(found - due)
        self.missed.update(due - found)
        if row.get("red_flag"):
            self.red += 1
            self.red_found += reader.RED_FLAG in flags
            self.red_seen += bool(flags)
        elif not due:
            self.quiet += 1
            self.alarms += bool(flags)

    def f1(self, effects: Sequence[str]) -> float | None:
        """None when there is nothing to find and nothing was found."""
        hits, false, missed = (
            sum(counts[effect] for effect in effects)
            for counts in (self.hits, self.false, self.missed)
        )
        return 2 * hits / (2 * hits + false + missed) if hits + false + missed else None

    @property
    def macro(self) -> float | None:
        """The mean over the effects that are there to be found."""
        there = [effect for effect in EFFECTS if self.hits[effect] + self.missed[effect]]
        scores = [self.f1([effect]) or 0.0 for effect in there]
        return sum(scores) / len(scores) if scores else None

    @property
    def line(self) -> str:
        return (
            f"{self.texts:6}  {_shown(self.f1(EFFECTS))}  {_shown(self.macro)}"
            f"  {self.red_seen:3}/{self.red:<3} {self.red_found:3}/{self.red:<3}"
            f"  {self.alarms:3}/{self.quiet}"
        )


HEAD = f"{'':26}{'texts':>6}  micro  macro  any    strict   false alarms"


def main(names: Sequence[str]) -> int:
    for path in [Path(name) for name in names] or OURS:
        say(report(path.name, read_rows(path)))
    if not names:
        say(conditions(PREGNANCY.name, read_rows(PREGNANCY)))
    return 0


def conditions(name: str, rows: list[Row]) -> str:
    """Pregnant or nursing is no effect and no red flag, and is counted by itself."""
    told = [row for row in rows if row["labels"]]
    heard = sum(found_conditions(row["text"]) == set(row["labels"]) for row in told)
    taken = sum(bool(found_conditions(row["text"])) for row in rows if not row["labels"])
    return (
        f"{name}: heard {heard}/{len(told)} who are, or may be; "
        f"false alarms {taken}/{len(rows) - len(told)}"
    )


def found_conditions(text: str) -> set[str]:
    return {*reader.CONDITIONS}.intersection(understood(text).found)


def report(name: str, rows: list[Row]) -> str:
    for row in rows:
        reader.flags(row["text"])
    # As in a process that has run for a while: each phrase is put together at its first use.
    found = [timed(row["text"]) for row in rows]
    judged = [(row, flags) for row, (flags, _) in zip(rows, found, strict=True)]
    groups = {
        "all": scored(judged),
        **grouped("source", judged),
        **grouped("lang", judged),
    }
    whole = groups["all"]
    return "\n".join(
        [
            f"{name}: {percentiles([spent for _, spent in found])}",
            HEAD,
            *(f"  {group:24}{score.line}" for group, score in groups.items()),
            *(f"  {effect:24}{'':6}  {_shown(whole.f1([effect]))}" for effect in EFFECTS),
            "",
        ]
    )


def timed(text: str) -> tuple[set[str], float]:
    """What is found, and how many microseconds of this process that took."""
    start = time.process_time_ns()
    flags = set(reader.flags(text))
    return flags, (time.process_time_ns() - start) / 1000


def percentiles(spent: Sequence[float]) -> str:
    ordered = sorted(spent) or [0.0]
    half, most = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    return f"half of the texts took at most {half:.0f} µs, 99 of 100 at most {most:.0f} µs"


def grouped(key: str, judged: list[tuple[Row, set[str]]]) -> dict[str, Score]:
    values = sorted({str(row.get(key, "?")) for row, _ in judged})
    return {f"{key} {value}": scored(judged, _is(key, value)) for value in values}


def scored(
    judged: Iterable[tuple[Row, set[str]]], wanted: Callable[[Row], bool] = lambda row: True
) -> Score:
    score = Score()
    for row, flags in judged:
        if wanted(row):
            score.add(row, flags)
    return score


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _is(key: str, value: str) -> Callable[[Row], bool]:
    return lambda row: str(row.get(key, "?")) == value


def _shown(score: float | None) -> str:
    return "    –" if score is None else f"{score:5.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
