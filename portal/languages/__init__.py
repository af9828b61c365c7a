"""The language somebody reads, and our sentences in it.

A sentence is written in English where it is said: `_("Saved.")`, with what varies by name:
`_("Use %(most)s characters or fewer.", most=2000)`. `N_` marks one that stands in a constant and
is translated where it is shown. `<code>/LC_MESSAGES/portal.po` says it in the other languages;
`./run check` fails while one is missing. What people wrote, and what is stored, is never
translated.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from portal.languages.catalogue import Catalogue, read_catalogue

ENGLISH = "en"
SPANISH = "es"
# By their own names: somebody who landed in the wrong language finds theirs.
LANGUAGES = {ENGLISH: "English", SPANISH: "Español"}
FOLDER = Path(__file__).parent


def catalogue_file(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / "portal.po"


catalogues = {
    ENGLISH: Catalogue(),
    SPANISH: read_catalogue(catalogue_file(SPANISH)),
}
_reading: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The code of the language being read now; English where nobody reads, as in the worker."""
    return _reading.get()


def read_in(code: str) -> None:
    """From here on, for this request."""
    _reading.set(code if code in catalogues else ENGLISH)


@contextmanager
def reading_in(code: str) -> Iterator[None]:
    """For what is written to one person outside their own request, such as a mail."""
    token = _reading.set(code if code in catalogues else ENGLISH)
    try:
        yield
    finally:
        _reading.reset(token)


def gettext(sentence: str, **values: object) -> str:
    said = catalogues[language()].gettext(sentence) if sentence else ""
    return said % values if values else said


def ngettext(one: str, more: str, n: int, **values: object) -> str:
    """`n` counts, and is a value by that name."""
    return catalogues[language()].ngettext(one, more, n) % {"n": n, **values}


_ = gettext


def N_(sentence: str) -> str:
    """Only a mark for the catalogue."""
    return sentence


@cache
def _script_words(code: str) -> str:
    said = catalogues[code]
    return json.dumps({each: said.gettext(each) for each in sorted(said.scripts)})


def script_words() -> str:
    """What the page's scripts say, as JSON by the English sentence; "" for English itself."""
    return _script_words(language()) if language() != ENGLISH else ""


def accepted(header: str | None) -> str:
    """The best of our languages for an Accept-Language header; English when it names none."""
    for code in _by_wish(header or ""):
        if code in LANGUAGES:
            return code
    return ENGLISH


def _by_wish(header: str) -> list[str]:
    wishes = re.findall(r"([A-Za-z]{1,8})[-\w]*\s*(?:;\s*q\s*=\s*([\d.]{1,5}))?", header[:500])
    weighed = [(_weight(weight), code.lower()) for code, weight in wishes]
    return [code for weight, code in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0
