"""Reads a gettext catalogue as it stands in the repository: a .po file, and nothing compiled."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

IN_SCRIPTS = "#. in scripts\n"
_DOUBTFUL = re.compile(r"^#,.*fuzzy", re.MULTILINE)
_LINE = re.compile(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*(".*")')


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What each English sentence is in one language; a counted one has two forms."""

    sentences: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scripts: frozenset[str] = frozenset()  # those that a page hands to its scripts

    def gettext(self, sentence: str) -> str:
        found = self.sentences.get(sentence)
        return found[0] if found else sentence

    def ngettext(self, one: str, more: str, n: int) -> str:
        found = self.sentences.get(one)
        if found is None or len(found) < 2:
            return one if n == 1 else more
        return found[0] if n == 1 else found[1]


def read_catalogue(path: Path) -> Catalogue:
    """Raises ValueError for what is no catalogue. Doubtful (fuzzy) entries count as missing."""
    entries = re.split(r"\n\s*\n", path.read_text("utf-8"))
    good = [entry for entry in entries if not _DOUBTFUL.search(entry)]
    found = {english: forms for english, forms in map(_entry, good) if english and all(forms)}
    scripts = frozenset(_entry(entry)[0] for entry in good if IN_SCRIPTS in entry)
    return Catalogue(found, scripts & found.keys())


def _entry(text: str) -> tuple[str, tuple[str, ...]]:
    parts: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"this line of a catalogue cannot be read: {line[:60]}")
        key = match[1] or key
        parts[key] = parts.get(key, "") + ast.literal_eval(match[2])
    forms = tuple(said for name, said in parts.items() if name.startswith("msgstr"))
    return parts.get("msgid", ""), forms
