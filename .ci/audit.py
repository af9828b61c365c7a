"""Known vulnerabilities in the pinned dependencies, where the index gives advisories at all."""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = (
    "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off",
    "--timeout=10", "--format=json", "--requirement=requirements.txt",
)  # fmt: skip


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, *COMMAND], cwd=root, capture_output=True, check=False, text=True
    )
    try:
        asked = json.loads(done.stdout)["dependencies"]
    except ValueError:
        asked = []
    answered = [each for each in asked if "vulns" in each]
    bad = [
        f"{each['name']} {each['version']}: {found['id']}"
        for each in answered
        for found in each["vulns"]
    ]
    print("\n".join(bad) or _verdict(len(answered), len(asked)))
    return 1 if bad else 0


def _verdict(answered: int, asked: int) -> str:
    if answered == 0:
        return "Dependency audit skipped: no advisories can be reached from here."
    return f"No known vulnerability in {answered} of {asked} dependencies."


if __name__ == "__main__":
    sys.exit(main())
