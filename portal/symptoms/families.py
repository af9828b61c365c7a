"""families.toml: things that are said in many ways, as ideas that stand near each other.

A clinician reads there `{breath} & {odd}`: a word of one list and a word of the other, in either
order, at most six words apart. Here each line becomes regular expressions for `phrases.py`.

    {name}    any word of that list; `*` in a list is the rest of a word; `nouns` names the lists
              whose words may have an s: several lips, or what the lips are
    a ~ b     b after a, with up to three words in between
    a .. b    b after a, with up to six words in between, none of which denies
    a & b     the same in either order
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FAMILIES = Path(__file__).with_name("families.toml")

# Past a comma only where the sentence goes on about the same: lists go from one thing to another.
_GOES_ON = (
    "it|its|he|she|hes|shes|they|theyre|i|im|ive|and|now|still|like|which|that|really|so|just|"
    "feels?|looks?|almost|even|very|y|como|ya|muy|me|se|esta|estoy"
)
_BETWEEN = rf"(?: |, (?=(?:{_GOES_ON})\b)|/| - | & |-)"
# What turns the thought, so that the two ideas are no longer one.
_TURNS = (
    "no|not|never|without|nor|nothing|none|zero|dont|doesnt|didnt|isnt|arent|wasnt|werent|aint|"
    "fine|normal|ok|okay|but|because|then|sin|ni|nunca|pero|bien|and (?:my|his|her)|y (?:mi|su)"
)
_NEAR = rf"{_BETWEEN}(?:(?!(?:{_TURNS})\b)[\w']+{_BETWEEN}){{0,6}}"
_SOON = r" (?:[\w']+ ){0,3}"
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Family:
    """One thing that may be said: what it raises (`red_flag.danger`, `nausea`), and how."""

    says: str
    flags: tuple[str, ...]
    ways: tuple[str, ...]
    but_not: tuple[str, ...]


def families(known: Mapping[str, str]) -> Iterator[Family]:
    """`known`: lists of words that are regular expressions already."""
    data = tomllib.loads(FAMILIES.read_text(encoding="utf-8"))
    words = {**known, **{name: _any_of(listed) for name, listed in data["words"].items()}}
    # `My throat's closing` is `throats` in plain text.
    words |= {name: f"{words[name]}s?" for name in data["nouns"].split()}
    for each in data["family"]:
        yield _family(each, words)


def _family(entry: Mapping[str, Any], words: Mapping[str, str]) -> Family:
    flags = entry["flags"]
    return Family(
        says=entry["says"],
        flags=(flags,) if isinstance(flags, str) else tuple(flags),
        ways=tuple(way for line in entry["ways"] for way in _spelled_out(line, words)),
        but_not=tuple(
            way for line in entry.get("but_not", ()) for way in _spelled_out(line, words)
        ),
    )


def _any_of(listed: str) -> str:
    """A list of words and phrases, parted by commas or new lines, as one expression."""
    words = [" ".join(word.split()) for word in re.split(r"[,\n]", listed)]
    either = "|".join(word for word in words if word).replace("*", r"\w*")
    return f"(?:{either})"


def _spelled_out(line: str, words: Mapping[str, str]) -> tuple[str, ...]:
    one, _, other = line.partition(" & ")
    if not other:
        return (_in_order(line, words),)
    one, other = _in_order(one, words), _in_order(other, words)
    return f"{one}{_NEAR}{other}", f"{other}{_NEAR}{one}"


def _in_order(line: str, words: Mapping[str, str]) -> str:
    parts = [_soon(part, words) for part in line.split(" .. ")]
    return _NEAR.join(parts)


def _soon(part: str, words: Mapping[str, str]) -> str:
    named = [_NAME.sub(lambda name: words[name[1]], each) for each in part.split(" ~ ")]
    return _SOON.join(f"(?:{each})" for each in named)
