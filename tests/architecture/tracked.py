"""The files that belong to the project: what git tracks, or everything where there is no git."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_BEHIND = {".venv", ".uv", ".browser", ".data", ".git", "dist"}


@cache
def tracked() -> tuple[Path, ...]:
    """Paths below ROOT, in order."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if path.is_file() and not _left_behind(path)]
        return tuple(sorted(found))
    names = [name for name in listed.stdout.split("\0") if name]
    return tuple(sorted(ROOT / name for name in names if (ROOT / name).is_file()))


def named(*suffixes: str, below: str = "") -> list[Path]:
    """Tracked files with one of these endings, below one folder."""
    return [path for path in tracked() if path.suffix in suffixes and short(path).startswith(below)]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _left_behind(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return bool(LEFT_BEHIND & set(parts)) or "__pycache__" in parts or parts[0].endswith("_cache")
