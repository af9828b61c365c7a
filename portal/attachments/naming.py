"""A file's name as it is shown and sent: its sender gave it, so nothing of it is believed. Pure."""

import re
import unicodedata
from urllib.parse import quote

LONGEST_NAME = 80
_HARMFUL = re.compile(r'[<>:"|?*%;\\/]')


def safe_name(given: str, ending: str) -> str:
    """Without path, control and direction signs; ends as its content says it should."""
    plain = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    shown = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "C")
    stem = _HARMFUL.sub(" ", shown)
    if stem.lower().endswith(ending):
        stem = stem[: -len(ending)]
    stem = " ".join(stem.split()).strip(". ")[: LONGEST_NAME - len(ending)].strip(". ")
    return f"{stem or 'File'}{ending}"


def disposition(how: str, name: str) -> str:
    """RFC 6266: a plain name for old programs, the true one for all others."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
