"""The recipe of portal/symptoms/hunches.tsv: `python -m bench.hunches` teaches it anew.

Logistic regression, one for each effect and for danger, by stochastic gradient descent with AdaGrad
steps and a decay of weights; standard library, the same texts and seed give the same file. Takes
about a minute. Taught with the texts of bench/texts and tests/symptoms, all written for this
project; a text is taught once, however many files hold it.
"""

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from portal.symptoms.hunches import WEIGHTS, features
from portal.symptoms.spelling import plain_text
from portal.symptoms.vocabulary import Effect

FOLDERS = ("bench/texts", "tests/symptoms")
# Set aside, so that there is something to judge by; and what the second voice has no word for.
NOT_TAUGHT = {"held_out.jsonl", "pregnancy.jsonl"}
WHATS = (*(effect.value for effect in Effect), "red_flag")
FEWEST = 2
EPOCHS, RATE, DECAY, FOR_PRESENT, SEED = 12, 0.1, 0.05, 2.0, 7
# In tenths, as they are kept.
LEAST_WEIGHT = 2

Row = tuple[list[int], dict[str, bool]]


def main() -> int:
    texts = list(_texts(Path(__file__).parents[1]))
    taught = [(features(plain_text(one["text"]).text), _there(one)) for one in texts]
    counts = Counter(name for named, _ in taught for name in named)
    numbers = {name: n for n, name in enumerate(sorted(k for k in counts if counts[k] >= FEWEST))}
    rows = [([numbers[name] for name in named if name in numbers], y) for named, y in taught]
    columns = [_taught(rows, what, len(numbers)) for what in WHATS]
    weights = {
        name: _tenths(column[number] for column, _ in columns) for name, number in numbers.items()
    }
    weights = {name: each for name, each in weights.items() if any(each)}
    biases = [round(bias * 10) for _, bias in columns]
    lines = [("", *WHATS), ("", *biases), *((name, *each) for name, each in weights.items())]
    WEIGHTS.write_text("".join("\t".join(map(str, line)) + "\n" for line in lines))
    sys.stdout.write(f"{len(texts)} texts, {len(weights)} of {len(numbers)} features weigh\n")
    return 0


def _tenths(weights: Iterable[float]) -> list[int]:
    tenths = [round(weight * 10) for weight in weights]
    return [each if abs(each) >= LEAST_WEIGHT else 0 for each in tenths]


def _texts(root: Path) -> Iterable[dict[str, Any]]:
    seen = set()
    paths = sorted(path for folder in FOLDERS for path in (root / folder).glob("*.jsonl"))
    for path in paths:
        for line in path.read_text().splitlines() if path.name not in NOT_TAUGHT else ():
            one = json.loads(line)
            if one["text"] not in seen:
                seen.add(one["text"])
                yield one


def _there(one: dict[str, Any]) -> dict[str, bool]:
    there = {what: one["labels"].get(what) == "present" for what in WHATS}
    return there | {"red_flag": bool(one.get("red_flag"))}


def _taught(rows: Sequence[Row], what: str, size: int) -> tuple[list[float], float]:
    weights, squares = [0.0] * size, [0.01] * size
    bias, of_bias = 0.0, 0.01
    order, dice = list(range(len(rows))), random.Random(SEED)
    for _ in range(EPOCHS):
        dice.shuffle(order)
        for row in order:
            numbers, there = rows[row]
            total = bias + sum(weights[number] for number in numbers)
            wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - there[what]
            step = wrong * (FOR_PRESENT if there[what] else 1.0)
            if step * step < 1e-7:
                continue
            of_bias += step * step
            bias -= RATE * step / math.sqrt(of_bias)
            for number in numbers:
                squares[number] += step * step
                slope = step + DECAY * weights[number]
                weights[number] -= RATE * slope / math.sqrt(squares[number])
    return weights, bias


if __name__ == "__main__":
    sys.exit(main())
