"""The small language in which rules say when they fire: `nausea == 4 or before(nausea) >= 3`.

Python's own parser reads the text, and only comparisons, `and`, `or`, `in` and the functions below
are understood; nothing is ever evaluated as Python. There is no `not`: a condition may ask for more
of a bad thing, never for less of one, so that a worse answer cannot switch a rule off by itself.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

Value = float | str | frozenset[str] | None
Test = Callable[["Facts"], bool]
Term = Callable[["Facts"], Value]

# Each function takes the names of that many answers.
FUNCTIONS = {
    "above_baseline": 1,
    "above_baseline_before": 1,
    "before": 1,
    "grade": 2,
    "last": 1,
    "new": 1,
    "normal_before": 1,
    "reported": 1,
    "returned": 1,
    "rises": 1,
    "starts": 1,
    "times": 1,
    "total_24h": 1,
    "untold": 1,
}
FACTS = ("new", "normal_before", "reported", "returned", "rises", "starts", "untold")
OPERATORS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Eq: operator.eq,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# A limit on these counts as met when nobody knows them.
CAREFUL = frozenset({"hours"})


class ConditionError(ValueError):
    """The text is no condition, or names something that is never asked."""


class Facts(Protocol):
    """What is known when a condition is tested."""

    def value(self, name: str) -> Value: ...

    def call(self, function: str, names: tuple[str, ...]) -> Value: ...


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    holds: Test


def parse(text: str, words: Mapping[str, frozenset[str]]) -> Condition:
    """`words` maps each name to the words it may be compared with; none for a number."""
    joined = " ".join(text.split())
    try:
        tree = ast.parse(joined, mode="eval").body
    except SyntaxError as error:
        raise ConditionError(f"cannot be read: {joined}") from error
    return Condition(joined, _Reader(words).test(tree))


class _Reader:
    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        self.words = words

    def test(self, node: ast.expr) -> Test:
        if isinstance(node, ast.BoolOp):
            return self._joined(node)
        if isinstance(node, ast.Compare):
            return self._compared(node)
        if isinstance(node, ast.Call):
            return self._stated(node)
        raise ConditionError(f"is no condition: {ast.unparse(node)}")

    def _joined(self, node: ast.BoolOp) -> Test:
        tests = map(self.test, node.values)
        return reduce(_both if isinstance(node.op, ast.And) else _either, tests)

    def _stated(self, node: ast.Call) -> Test:
        name, arguments = self._called(node)
        if name == "any_of":
            return self._any_of(arguments)
        if name not in FACTS:
            raise ConditionError(f"{name}(...) must be compared with something")
        self._check(name, arguments)
        return lambda facts: bool(facts.call(name, arguments))

    def _any_of(self, arguments: tuple[str, ...]) -> Test:
        item, *options = arguments
        for option in options:
            self._word(option, item)
        wanted = frozenset(options)
        return lambda facts: bool(wanted & _as_set(facts.value(item)))

    def _compared(self, node: ast.Compare) -> Test:
        sides = [node.left, *node.comparators]
        return reduce(_both, map(self._pair, sides, node.ops, sides[1:]))

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Test:
        if isinstance(op, ast.In):
            word, item = self._name(left), self._name(right)
            self._word(word, item)
            return lambda facts: word in _as_set(facts.value(item))
        compare = OPERATORS.get(type(op))
        if compare is None:
            raise ConditionError(f"may not be compared like this: {ast.unparse(left)}")
        first, second = self._term(left, right), self._term(right, left)
        careful = any(isinstance(side, ast.Name) and side.id in CAREFUL for side in (left, right))
        return lambda facts: _compare(compare, first(facts), second(facts), careful)

    def _term(self, node: ast.expr, other: ast.expr) -> Term:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            number = float(node.value)
            return lambda facts: number
        if isinstance(node, ast.Call):
            name, arguments = self._called(node)
            self._check(name, arguments)
            return lambda facts: facts.call(name, arguments)
        name = self._name(node)
        if isinstance(other, ast.Name) and name in self.words.get(other.id, ()):
            return lambda facts: name
        self._item(name)
        if isinstance(other, ast.Name) and other.id not in self.words:
            self._word(other.id, name)
        return lambda facts: facts.value(name)

    def _check(self, function: str, arguments: tuple[str, ...]) -> None:
        if FUNCTIONS.get(function) != len(arguments):
            raise ConditionError(f"{function}({', '.join(arguments)}) is not known")
        for name in arguments:
            if function != "reported":
                self._item(name)
            else:
                self._word(name, "effects")

    def _called(self, node: ast.Call) -> tuple[str, tuple[str, ...]]:
        return self._name(node.func), tuple(self._name(argument) for argument in node.args)

    def _name(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise ConditionError(f"a name is needed: {ast.unparse(node)}")
        return node.id

    def _item(self, name: str) -> None:
        if name not in self.words:
            raise ConditionError(f"{name} is never asked")

    def _word(self, word: str, item: str) -> None:
        self._item(item)
        if word not in self.words[item]:
            raise ConditionError(f"{item} has no answer {word}")


# Each rule is asked of each check-in: these cost half of what all() and any() do.
def _both(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) and other(facts)


def _either(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) or other(facts)


def _as_set(value: Value) -> frozenset[str]:
    if isinstance(value, frozenset):
        return value
    return frozenset({value}) if isinstance(value, str) else frozenset()


def _compare(
    compare: Callable[[float, float], bool], left: Value, right: Value, careful: bool
) -> bool:
    if left is None or right is None:
        return careful
    if isinstance(left, int | float) and isinstance(right, int | float):
        return compare(left, right)
    return left == right
