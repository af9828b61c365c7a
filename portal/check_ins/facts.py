"""What the rules may ask about a check-in: its answers, the hours since the dose, and the past.

An answer's weight is its choice's grade. An effect that was asked about and not ticked weighs 0;
what was never asked has no weight (None), and None meets no limit, except that unknown hours do.
Where a rule asks whether something is there, a tick without a grade and words count as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from portal.check_ins.answers import Answers, Told, reported_effects, ticked
from portal.check_ins.conditions import Value
from portal.check_ins.questionnaires import Page, PageForm
from portal.symptoms.vocabulary import Effect

DAY = timedelta(hours=24)

# PRO-CTCAE composite grade from severity 1-4 (rows) and interference 0-4 (columns); severity 0
# is grade 0. 2021 algorithm, doi 10.1177/1740774520975120, as in clinical.md section 4.
COMPOSITE = ("11122", "11223", "12233", "22333")


@dataclass(frozen=True)
class Case:
    """A check-in to judge. `earlier` holds all submitted check-ins before it, oldest first."""

    now: Told
    pages: Mapping[str, Page] = field(repr=False)
    earlier: tuple[Told, ...] = ()
    cautions: frozenset[str] = frozenset()

    @cached_property
    def _found(self) -> dict[tuple[str, tuple[str, ...]], Value]:
        return {}

    @cached_property
    def _reported(self) -> frozenset[Effect]:
        return reported_effects(self.now.answers)

    def reports(self, effect: str) -> bool:
        return effect in self._reported

    @cached_property
    def series(self) -> tuple[Told, ...]:
        """The check-ins after the same dose, oldest first, without this one."""
        return tuple(told for told in self.earlier if told.same_dose)

    def at_time_of(self, position: int) -> "Case":
        """The case as it stood at an earlier check-in of the series."""
        places = [place for place, told in enumerate(self.earlier) if told.same_dose]
        place = places[position]
        return replace(self, now=self.earlier[place], earlier=self.earlier[:place])

    def value(self, name: str) -> Value:
        if name == "hours":
            return self.now.hours
        if name == "cautions":
            return self.cautions
        answer = self.now.answers.get(name)
        return frozenset(answer) if isinstance(answer, tuple) else answer

    def call(self, function: str, names: tuple[str, ...]) -> Value:
        """Many rules ask the same: each is found out once."""
        asked = function, names
        if asked not in self._found:
            self._found[asked] = _FUNCTIONS[function](self, *names)
        return self._found[asked]

    def weight(self, name: str) -> int | None:
        return weight(self.pages, self.now.answers, name)

    def weight_before(self, name: str) -> int | None:
        """At the last check-in after the same dose."""
        return weight(self.pages, self.series[-1].answers, name) if self.series else None

    def rise(self, name: str) -> int | None:
        return _difference(self.weight(name), self.weight_before(name))


def weight(pages: Mapping[str, Page], answers: Answers, name: str) -> int | None:
    answer = answers.get(name)
    page = pages.get(name)
    if answer is None:
        return _weight_unasked(answers, name, page)
    if isinstance(answer, tuple):
        choices = page.choices if page else ()
        chosen = ticked(answers, name)
        return max((choice.grade for choice in choices if choice.value in chosen), default=0)
    if name == "weekday_wrong":
        return int(answer == "yes")
    choice = page.by_value.get(str(answer)) if page else None
    if choice is not None:
        return choice.grade
    return answer if isinstance(answer, int) else None


def _weight_unasked(answers: Answers, name: str, page: Page | None) -> int | None:
    if answers.get(f"{name}_now") == "gone":
        return 0
    asked = page is not None and page.effect is not None and "effects" in answers
    return 0 if asked and page and page.effect not in reported_effects(answers) else None


def _at_least(pages: Mapping[str, Page], answers: Answers, name: str) -> int | None:
    """Its weight; 1 where its effect is reported in words, or ticked and nobody said how bad."""
    found, page = weight(pages, answers, name), pages.get(name)
    if found or page is None or page.effect is None:
        return found
    is_written = page.effect in ticked(answers, "text")
    return 1 if is_written or _is_untold(answers, name, page) else found


def _is_untold(answers: Answers, name: str, page: Page) -> bool:
    is_told = name in answers or answers.get(f"{name}_now") == "gone"
    return page.effect in ticked(answers, "effects") and not is_told


def _before(case: Case, name: str) -> Value:
    return case.weight_before(name)


def _last(case: Case, name: str) -> Value:
    past = (weight(case.pages, told.answers, name) for told in reversed(case.earlier))
    return next((each for each in past if each is not None), None)


def _is_there(case: Case, name: str) -> bool:
    return (_at_least(case.pages, case.now.answers, name) or 0) >= 1


def _in_series(case: Case, name: str) -> list[int]:
    weights = [_at_least(case.pages, told.answers, name) for told in case.series]
    return [each for each in weights if each is not None]


def _new(case: Case, name: str) -> Value:
    return _is_there(case, name) and not any(_in_series(case, name))


def _starts(case: Case, name: str) -> Value:
    if not case.series:
        return _is_there(case, name)
    return _is_there(case, name) and not _at_least(case.pages, case.series[-1].answers, name)


def _normal_before(case: Case, name: str) -> Value:
    return 0 in _in_series(case, name)


def _returned(case: Case, name: str) -> Value:
    """There, then as usual, and there again now."""
    past = _in_series(case, name)
    first = next((place for place, each in enumerate(past) if each >= 1), None)
    return _is_there(case, name) and first is not None and 0 in past[first:]


def _rises(case: Case, name: str) -> Value:
    last = _last(case, name)
    return last is None or (case.weight(name) or 0) > _number(last)


def _times(case: Case, name: str) -> Value:
    told = [*case.earlier, case.now]
    return float(sum((weight(case.pages, each.answers, name) or 0) >= 1 for each in told))


def _total_24h(case: Case, name: str) -> Value:
    recent = [told for told in case.earlier if case.now.at - told.at <= DAY]
    answers = [told.answers.get(name, 0) for told in [*recent, case.now]]
    return float(sum(answer for answer in answers if isinstance(answer, int)))


def _baseline(case: Case, name: str) -> int:
    """The last answer before this dose. Without one the careful reading: none of it at all, but for
    pain, which who comes for it has, the least since this dose."""
    before = (told for told in reversed(case.earlier) if not told.same_dose)
    past = (weight(case.pages, told.answers, name) for told in before)
    known = next((each for each in past if each is not None), None)
    if known is not None:
        return known
    page = case.pages.get(name)
    if page is None or page.form is not PageForm.PAIN:
        return 0
    since = (weight(case.pages, told.answers, name) for told in (*case.series, case.now))
    return min((each for each in since if each is not None), default=0)


def _above_baseline(case: Case, name: str) -> Value:
    return _difference(case.weight(name), _baseline(case, name))


def _above_baseline_before(case: Case, name: str) -> Value:
    return _difference(case.weight_before(name), _baseline(case, name))


def _grade(case: Case, severity: str, interference: str) -> Value:
    how_bad, stops = case.weight(severity), case.weight(interference)
    if how_bad is None or stops is None:
        return None
    return float(COMPOSITE[how_bad - 1][stops]) if how_bad else 0.0


def _reported(case: Case, effect: str) -> Value:
    return case.reports(effect)


def _untold(case: Case, name: str) -> Value:
    """A tick without the answer that tells it apart: an unfinished check-in has such."""
    return _is_untold(case.now.answers, name, case.pages[name])


def _difference(now: int | None, then: int | None) -> int | None:
    return None if now is None or then is None else now - then


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "above_baseline": _above_baseline,
    "above_baseline_before": _above_baseline_before,
    "before": _before,
    "grade": _grade,
    "last": _last,
    "new": _new,
    "normal_before": _normal_before,
    "reported": _reported,
    "returned": _returned,
    "rises": _rises,
    "starts": _starts,
    "times": _times,
    "total_24h": _total_24h,
    "untold": _untold,
}
