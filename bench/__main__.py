"""`./run bench [--quick] [--only NAME ...]`: the portal beside the bare limit, on each database.

`./run bench reader [FILE ...]`: how well free text is read, by source and language.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench import machine, reader
from bench.servers import KINDS, Broken, measure
from bench.sizes import QUICK, WHOLE, Sizes
from bench.table import table

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    if sys.argv[1:2] == ["reader"]:
        return reader.main(sys.argv[2:])
    arguments = _arguments()
    chosen = [name for name in KINDS if all(word in name for word in arguments.only)]
    if not chosen:
        say(f"bench: no server is called {' '.join(arguments.only)}; there are: {'; '.join(KINDS)}")
        return 2
    sizes = QUICK if arguments.quick else WHOLE
    found, broken = measured(chosen, sizes)
    if found:
        say(f"{written(found, sizes)}")
        print(table(found))
    for line in broken:
        say(line)
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds; figures are rough")
    parser.add_argument("--only", nargs="*", default=[], help="words in the name of a server")
    return parser.parse_args()


def measured(names: list[str], sizes: Sizes) -> tuple[dict[str, Any], list[str]]:
    """The figures of each server, and a line for each that has none."""
    found, broken = {}, []
    for name in names:
        others = machine.busiest()
        say(f"{name} …")
        try:
            row = measure(KINDS[name], sizes)
        except Broken as error:
            broken.append(f"bench: {name}: {error}")
            say(broken[-1])
            continue
        row["machine"]["ran before"] = others
        found[name] = row
        if not machine.is_quiet(row["machine"]):
            say(f"    WARNING: the machine was not quiet: {row['machine']}")
    return found, broken


def written(found: dict[str, Any], sizes: Sizes) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps({"sizes": sizes.plain(), "servers": found}, indent=1))
    return path


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
