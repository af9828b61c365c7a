"""The stylesheets as the tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"

TOKEN = re.compile(r"--([\w-]+): light-dark\(#([0-9A-Fa-f]{6}), #([0-9A-Fa-f]{6})\);")


def stylesheets() -> list[Path]:
    return sorted((STATIC / "css").glob("*.css"))


def colours() -> dict[str, tuple[str, str]]:
    """Each colour token: its light and its dark value, six hex digits."""
    text = (STATIC / "css" / "tokens.css").read_text()
    return {name: (light, dark) for name, light, dark in TOKEN.findall(text)}


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
