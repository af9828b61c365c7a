"""What must hold of any rule set, a clinic's own too: pure, and quick enough for every start.

Every listed effect raises a flag, and no worse answer to one question counts for less. The
properties in the tests look at much more; here each question is tried by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from portal.check_ins.answers import Answer, Told
from portal.check_ins.facts import Case
from portal.check_ins.questionnaires import Page, PageForm
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet, judge
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect

HOURS = (None, 1.0, 3.0, 8.0, 20.0, 72.0)
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_NO_FLAG = len(Level)


def require_sane(rules: RuleSet, pages: Mapping[str, Page]) -> None:
    """Raises RuleFileError with what would go unseen."""
    for hours in HOURS:
        for effect in Effect:
            answers = {"effects": (effect.value,)}
            found = judge(rules, Case(Told(answers, _AT, hours), pages))
            if effect not in {finding.rule.effect for finding in found}:
                raise RuleFileError(f"{effect} raises no flag {_when(hours)}")
        for page in pages.values():
            _require_rising(rules, pages, page, hours)


def _require_rising(
    rules: RuleSet, pages: Mapping[str, Page], page: Page, hours: float | None
) -> None:
    mildest = _NO_FLAG
    for answer in _from_best_to_worst(page):
        ticks = {"effects": (page.effect.value,)} if page.effect else {}
        case = Case(Told({**ticks, page.id: answer}, _AT, hours), pages)
        rank = min((finding.level.rank for finding in judge(rules, case)), default=_NO_FLAG)
        if rank > mildest:
            raise RuleFileError(
                f"{page.id} {answer} counts for less than a better answer does {_when(hours)}"
            )
        mildest = rank


def _from_best_to_worst(page: Page) -> Iterable[Answer]:
    """Those of a question with degrees; of two that weigh the same either may be graver."""
    if page.form is PageForm.PAIN:
        return range(11)
    if page.form is not PageForm.SCALE:
        return ()
    return [choice.value for choice in sorted(page.choices, key=lambda each: each.grade)]


def _when(hours: float | None) -> str:
    return "when nobody knows the hours" if hours is None else f"{hours:g} hours after the dose"
