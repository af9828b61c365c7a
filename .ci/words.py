"""Keeps the catalogues to the sentences that the code says. Needs Babel.

python .ci/words.py            puts new sentences in, takes unused ones out
python .ci/words.py --check    fails while a sentence is missing, unused or lost its values
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "portal": [("**.py", "python")],
    "static/js": [("**.js", "javascript")],
    "templates": [("**.html", "jinja2.ext:babel_extract")],
}
# Refusals that a script hears and shows.
HEARD = {"portal/errors.py", "portal/conversations/rules.py"}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {
    "**.html": {
        "extensions": "jinja2.ext.i18n",
        "trimmed": "true",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
VALUE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def said() -> Catalog:
    """Every sentence that is marked, in the order of the code."""
    catalog = Catalog()
    for folder, methods in FOLDERS.items():
        found = extract_from_dir(
            ROOT / folder, methods, OPTIONS, KEYWORDS, directory_filter=lambda folder: True
        )
        for file, _line, message, _comments, _context in found:
            in_script = folder == "static/js" or f"{folder}/{file}" in HEARD
            catalog.add(message, auto_comments=["in scripts"] if in_script else [])
    return catalog


def main() -> int:
    template = said()
    problems = 0
    for path in sorted((ROOT / "portal" / "languages").glob("*/LC_MESSAGES/portal.po")):
        catalog = read_po(path.read_bytes().splitlines(keepends=True), path.parts[-3])
        if "--check" in sys.argv:
            problems += check(path, catalog, template)
        else:
            update(path, catalog, template)
    return 1 if problems else 0


def update(path: Path, catalog: Catalog, template: Catalog) -> None:
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            width=96,
            omit_header=False,
            no_location=True,
            sort_output=True,
            ignore_obsolete=True,
        )


def check(path: Path, catalog: Catalog, template: Catalog) -> int:
    wrong = [
        *(f"not there: {name(m.id)}" for m in template if m.id and m.id not in catalog),
        *(f"said nowhere: {name(m.id)}" for m in catalog if m.id and m.id not in template),
        *(f"{why}: {name(m.id)}" for m in catalog if m.id for why in faults(m.id, m.string)),
    ]
    for each in wrong:
        print(f"{path.parts[-3]}: {each}", file=sys.stderr)
    return len(wrong)


def faults(id: object, string: object) -> list[str]:
    """What is wrong with one entry: nothing said, other values than in English, stray signs."""
    english = [id] if isinstance(id, str) else list(id)
    other = [string] if isinstance(string, str) else list(string)
    if not all(other):
        return ["not translated"]
    allowed = {value for form in english for value in values(form)}
    found = []
    if any(values(form) - allowed for form in other) or values(other[-1]) != values(english[-1]):
        found.append("other values")
    # Sentences go into attributes and pages as they are.
    if any(set(form) & set('"<>&') - set("".join(english)) for form in other):
        found.append("a sign that a page cannot hold")
    return found


def values(form: str) -> set[str]:
    return {match[0] for match in VALUE.finditer(form)}


def name(id: object) -> str:
    return id if isinstance(id, str) else id[0]


if __name__ == "__main__":
    sys.exit(main())
