"""Answers and findings in words: for the flag, for the care team and for the patient. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.check_ins.answers import DRUGS, SEVERITIES, Answers, reported_effects, ticked
from portal.check_ins.facts import Case, weight
from portal.check_ins.questionnaires import NUMBERS, Page
from portal.check_ins.rules import Finding, Rule
from portal.check_ins.scales import Scale, scored
from portal.languages import N_, _, gettext, ngettext
from portal.symptoms.vocabulary import Effect

Pages = Mapping[str, Page]
PLAIN_EFFECTS = (  # of the vocabulary, which knows no other language
    *(N_("throwing up"), N_("feeling sick to the stomach"), N_("slurred speech")),
    *(N_("foggy memory"), N_("confusion"), N_("anxiety, stress or panic")),
    N_("too much medicine, or a strong wish for more"),
)
BESIDE = {
    "note_written": N_("wrote in their own words"),
    "text_unread": N_("wrote a {} that only a person can read"),
    "overdue": N_("did not answer"),
    "overdue_minutes": N_("{} minutes after it was due"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer for a reader: `squares` from 0 to 4 (None: not a matter of degree).

    `worse` is how much its weight rose since the last check-in after the same dose, below 0 when
    it fell, None when there is nothing to compare with.
    """

    name: str
    label: str
    said: str
    squares: int | None
    worse: int | None
    was: str | None


def quoted(pages: Pages, answers: Answers, name: str) -> str:
    """One answer as it is said back, "" when there is nothing to say."""
    answer = answers.get(name)
    if answer is None:
        return ""
    if name == "weekday_wrong":
        day = quoted(pages, answers, "weekday")
        return _("%(day)s, which is not right", day=day) if answer == "yes" else ""
    if name in BESIDE:
        return _(BESIDE[name]).format(answer)
    if name.startswith("said_"):
        return str(answer)
    if name in NUMBERS:
        return _(NUMBERS[name]).format(answer)
    page = pages.get(name)
    if page is None:
        return ""
    if isinstance(answer, tuple):
        chosen = ticked(answers, name)
        return ", ".join(choice.said for choice in page.choices if choice.value in chosen)
    choice = page.by_value.get(str(answer))
    return choice.said if choice else ""


def said(pages: Pages, answers: Answers, finding: Finding) -> str:
    """The answers a finding is about, as one line: `Threw up 2 times, water does not stay down`."""
    return said_of(pages, answers, finding.rule)


def said_of(pages: Pages, answers: Answers, rule: Rule) -> str:
    """The same in the language of the pages, for a rule that fired before."""
    parts = [_said_about(pages, answers, name, rule) for name in rule.about]
    return capital(", ".join(part for part in parts if part))


def _said_about(pages: Pages, answers: Answers, name: str, rule: Rule) -> str:
    effect = rule.effect
    if name == "effects":
        asked = [effect] if effect else [each for each in Effect if each in ticked(answers, name)]
        return ", ".join(filter(None, (_ticked_only(pages, answers, each) for each in asked)))
    page = pages.get(name)
    is_about = page and (rule.crisis or (effect and page.effect is effect))
    if is_about and not weight(pages, answers, name):
        # "No wish for more" is no report of the effect, and a skipped answer says nothing.
        return ""
    if name == "who":
        return _("nobody is there") if answers.get(name) == "patient_alone" else ""
    return quoted(pages, answers, name)


def _ticked_only(pages: Pages, answers: Answers, effect: Effect) -> str:
    """The effect itself, when no other answer says what it is like."""
    asked = [page.id for page in pages.values() if page.effect is effect]
    if any(weight(pages, answers, name) for name in asked):
        return ""
    if effect is Effect.OVERDOSE_ADDICTION:
        return _("%(effect)s, but not which it is", effect=gettext(effect.plain))
    return _("%(effect)s, but not how bad", effect=gettext(effect.plain))


def change(case: Case, finding: Finding) -> str | None:
    """What the last check-in after the same dose said about the first of these answers that is
    another now; an answer that tells of nothing now is no news."""
    if not case.series:
        return None
    before = case.series[-1].answers
    both = [
        (name, now, then)
        for name in finding.rule.about
        if (now := case.weight(name)) and (then := weight(case.pages, before, name)) is not None
    ]
    for name, now, then in both:
        if now != then:
            return f"At the last check-in: {quoted(case.pages, before, name) or 'not there'}"
    return "The same as at the last check-in" if both else None


def limit(finding: Finding) -> str:
    """Where the rule begins, and what raised its level."""
    if not finding.raised_by:
        return finding.rule.limit
    return f"{finding.rule.limit}. Raised one level: {'; '.join(finding.raised_by)}"


def summary(findings: Sequence[Finding]) -> str:
    """The line of the queue: the gravest finding, and how many others. Written, never cut."""
    others = len(findings) - 1
    first = findings[0].rule.summary
    return f"{first} and {others} more" if others else first


def lines(case: Case, path: Sequence[Page]) -> list[Line]:
    """The whole check-in in the order it was asked; what was skipped says so."""
    before = case.series[-1].answers if case.series else None
    found = [_line(case, page, before) for page in path if page.id != "last"]
    return found + [_number(case, name) for name in ("systolic", "diastolic") if _has(case, name)]


def scores(answers: Answers, before: Sequence[Answers]) -> list[Line]:
    """What the scales came to; `before` holds the answers of earlier check-ins, oldest first."""
    return [_score(scale, score, before) for scale, score in scored(answers)]


def _score(scale: Scale, score: float, before: Sequence[Answers]) -> Line:
    past = [then for answers in before if (then := scale.score(answers)) is not None]
    was = scale.words(past[-1]) if past else None
    return Line(scale.name, scale.name, scale.words(score), None, None, was)


def not_asked(lines: Sequence[Line], answers: Answers, how: str) -> list[Line]:
    """The lines of a check-in that was sent before its end, with how, and what stayed open."""
    count = sum(line.name not in answers for line in lines)
    rest = _("all questions were answered")
    if count:
        rest = ngettext("%(n)s question was not asked", "%(n)s questions were not asked", count)
    words = f"{capital(gettext(how))}; {rest}"
    first = Line("cut_short", _("How it was sent"), words, None, None, None)
    return [first, *(_open(line) if line.name not in answers else line for line in lines)]


def _open(line: Line) -> Line:
    return replace(line, said=_("Not asked"))


def _line(case: Case, page: Page, before: Answers | None) -> Line:
    answers, name = case.now.answers, page.id
    words = quoted(case.pages, answers, name)
    if name == "weekday" and words:
        words = page.by_value[str(answers[name])].label
        wrong = answers.get("weekday_wrong") == "yes"
        words += _(", not right") if wrong else _(", right")
    if not words:
        words = page.none.lower() if name in answers else _("skipped")
    was = quoted(case.pages, before, name) if before is not None else ""
    return Line(
        name,
        page.short,
        capital(_beside(page.short, words)),
        _squares(case, page),
        case.rise(name),
        _beside(page.short, was) or None,
    )


def _beside(label: str, words: str) -> str:
    """Without the label's own word in front of a number: `Pain` stands beside `7 of 10`."""
    number = words.removeprefix(f"{label.lower()} ")
    return number if number[:1].isdigit() else words


def _squares(case: Case, page: Page) -> int | None:
    return case.weight(page.id) if page.form == "scale" else None


def _has(case: Case, name: str) -> bool:
    return name in case.now.answers


def _number(case: Case, name: str) -> Line:
    labels = {"systolic": _("Blood pressure, upper"), "diastolic": _("Blood pressure, lower")}
    return Line(name, labels[name], str(case.now.answers[name]), None, case.rise(name), None)


def effect_grades(case: Case) -> dict[Effect, int | None]:
    """Every effect reported, with its grade from 1 to 4, or None when how bad was not said."""
    return {effect: _effect_grade(case, effect) for effect in sorted(_reported(case))}


def _reported(case: Case) -> frozenset[Effect]:
    return reported_effects(case.now.answers)


def _effect_grade(case: Case, effect: Effect) -> int | None:
    names = {
        Effect.VOMITING: ("vomit_count", "sips"),
        Effect.OVERDOSE_ADDICTION: ("medicine", "urge", "doses"),
    }.get(effect, (SEVERITIES[effect],))
    grades = [case.weight(name) or 0 for name in names]
    if effect is Effect.OVERDOSE_ADDICTION and ticked(case.now.answers, "since") & DRUGS:
        grades.append(case.weight("since") or 0)
    return max(grades) or None


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
