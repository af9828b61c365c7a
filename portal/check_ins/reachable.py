"""Whether any answers at all can meet a condition: a search over what it asks for.

Each name and each function is tried at the values around which conditions change: the answers of
the question, the numbers written in the rules and their neighbours, and not known, which is tried
first. Functions are taken as free of the answers they look at, so a rule that passes may still be
rare; one that does not pass can never be heard.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.check_ins.conditions import FACTS, Condition, Value

MOST_TRIES = 50_000

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


class _NotTried(Exception):
    def __init__(self, asked: str) -> None:
        self.asked = asked


@dataclass(slots=True)
class _Guess:
    """Facts as far as they were guessed; what is asked beyond that is raised."""

    held: Mapping[str, Value] = field(default_factory=dict)

    def value(self, name: str) -> Value:
        if name not in self.held:
            raise _NotTried(name)
        return self.held[name]

    def call(self, function: str, names: tuple[str, ...]) -> Value:
        return self.value(f"{function}({', '.join(names)})")


def can_hold(
    when: Condition,
    others: Sequence[Condition],
    words: Mapping[str, frozenset[str]],
    numbers: Mapping[str, Sequence[int]],
) -> bool:
    """`others` are those that would speak instead of it; `numbers` what may be answered to a
    question that has only these answers."""
    written = sorted({n for each in [when, *others] for n in _numbers_in(each)})
    tried = 0
    waiting: list[dict[str, Value]] = [{}]
    while waiting and tried < MOST_TRIES:
        tried += 1
        held = waiting.pop()
        try:
            if _holds_alone(when, others, held):
                return True
        except _NotTried as missing:
            options = _options(missing.asked, written, words, numbers)
            waiting += [{**held, missing.asked: option} for option in options]
    return bool(waiting)


def _holds_alone(when: Condition, others: Iterable[Condition], held: Mapping[str, Value]) -> bool:
    guess = _Guess(held)
    return when.holds(guess) and not any(other.holds(guess) for other in others)


def _numbers_in(when: Condition) -> Iterable[float]:
    for found in _NUMBER.findall(when.text):
        number = float(found)
        yield from (number - 1, number - 0.5, number, number + 0.5, number + 1)


def _options(
    asked: str,
    written: Sequence[float],
    words: Mapping[str, frozenset[str]],
    numbers: Mapping[str, Sequence[int]],
) -> list[Value]:
    function, _, rest = asked.partition("(")
    if rest:
        return [0, 1, None] if function in FACTS else [*written, None]
    if asked in numbers:
        return [*numbers[asked], None]
    if asked == "hours":
        return [*written]  # unknown hours meet every limit, even those that no hours meet
    spoken = sorted(words.get(asked, ()))
    ticks: list[Value] = [frozenset({word}) for word in spoken]
    return [*spoken, *ticks, None] if spoken else [*written, None]
