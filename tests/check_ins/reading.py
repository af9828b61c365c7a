"""The school grade a text needs: by Flesch and Kincaid, and for Spanish by Crawford.

Crawford's formula (1989) is the one made for Spanish texts of primary school; like the English one
it answers with a grade.
"""

import sys
from collections.abc import Iterable
from types import ModuleType

# textstat 0.7.3 imports pkg_resources, which setuptools no longer has, for a measure we do not use.
sys.modules.setdefault("pkg_resources", ModuleType("pkg_resources"))

from textstat import textstat  # noqa: E402  (after the stand-in)

NUMBERS = {"emergency_number": "911", "crisis_line": "988", "nurse_line": "555 010 0142"}


def grade(*sentences: str) -> float:
    """Of sentences that may lack their full stop, such as buttons."""
    return float(textstat.flesch_kincaid_grade(_text(sentences)))


def spanish_grade(*sentences: str) -> float:
    textstat.set_lang("es")
    try:
        return float(textstat.crawford(_text(sentences)))
    finally:
        textstat.set_lang("en_US")


def _text(sentences: Iterable[str]) -> str:
    text = " ".join(each if each[-1:] in ".?!" else f"{each}." for each in sentences if each)
    return text.format(**NUMBERS)


def words(*sentences: str) -> int:
    return sum(len(each.split()) for each in sentences)
