"""What stands around a mention: is it there, is it denied, or is it about something else?

Rules in the manner of NegEx and ConText, written for how patients write. Each looks at the sentence
of the mention; what none of them explains away is taken as present.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.symptoms import cues, past, relief

Span = tuple[int, int]

FAR = 240
"""Characters on either side that are looked at: a longer sentence is nobody's sentence."""
REACH = 7
"""Words that a denial reaches across."""
NEXT_SENTENCE = 80


class Status(StrEnum):
    PRESENT = "present"
    NEGATED = "negated"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A mention in its sentence; `clause` and `own` stop where a `but` turns the thought."""

    what: str
    words: str
    before: str
    after: str
    clause: str
    opening: str
    own: str
    rest: str
    following: str
    ends_in_question: bool

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.words}{self.after}"


class Surroundings:
    """One plain text, and where effects are mentioned in it, in order."""

    def __init__(self, text: str, effects: Sequence[Span]) -> None:
        self.text = text
        self.effects = effects
        self.starts = [start for start, _ in effects]
        self.by_companion = bool(cues.COMPANION.search(text))

    def status(self, span: Span, what: str) -> Status:
        place = self.place(span, what)
        if self._is_denied(place, span):
            return Status.NEGATED
        if self._is_other(place):
            return Status.OTHER
        return Status.PRESENT

    def place(self, span: Span, what: str) -> Place:
        start, end = self._sentence(span)
        before, after = self.text[start : span[0]], self.text[span[1] : end]
        words = self.text[span[0] : span[1]]
        clause = before[_last_end(cues.TURN, before) :]
        opening = before[_last_end(cues.NEW_TIME, before) :]
        closing = cues.NEW_TIME.split(after, maxsplit=1)[0]
        return Place(
            what=what,
            words=words,
            before=before,
            after=self._own_after(span, after),
            clause=clause,
            opening=opening,
            own=f"{opening}|{closing}",
            rest=after,
            following=self.text[end : end + NEXT_SENTENCE].lstrip(" .!?\n;)"),
            ends_in_question="?" in self.text[end : end + 2],
        )

    def _sentence(self, span: Span) -> Span:
        first = max(0, span[0] - FAR)
        start = first + _last_end(cues.SENTENCE_END, self.text[first : span[0]])
        found = cues.SENTENCE_END.search(self.text, span[1], span[1] + FAR)
        return start, found.start() if found else min(len(self.text), span[1] + FAR)

    def _own_after(self, span: Span, after: str) -> str:
        """Up to where the sentence turns to another effect or another thing."""
        after = cues.AND_MY.split(after, maxsplit=1)[0]
        turn = cues.TURN.search(after)
        if turn is None:
            return after
        rest = span[1] + turn.start()
        nearest = bisect_left(self.starts, rest)
        of_another = nearest < len(self.starts) and self.starts[nearest] < span[1] + len(after)
        if of_another or cues.ANOTHER_THING.match(after, turn.end()):
            return after[: turn.start()]
        return after

    def _is_denied(self, place: Place, span: Span) -> bool:
        if cues.DENIED_AFTER.match(self.text[span[1] : span[1] + 24]):
            return True
        if place.what == "overdose_addiction" and cues.NO_HARM.search(place.rest):
            return not past.STILL.search(place.rest)
        harmless = [found.span() for found in cues.NO_DENIAL.finditer(place.clause)]
        for found in reversed(list(cues.DENIAL.finditer(place.clause))):
            if any(first <= found.start() < last for first, last in harmless):
                continue
            if place.what == "overdose_addiction" and cues.STOPPING.match(place.words):
                return False
            if cues.NEVER.fullmatch(found[0]) and cues.UNTIL_NOW.match(place.after):
                return False
            if _is_no_denial_after_all(place):
                return False
            between = place.clause[found.end() :]
            return self._reaches(between, span[0] - len(between), place.after)
        return False

    def _reaches(self, between: str, start: int, after: str) -> bool:
        """A few words on, and past a comma only through a list."""
        rest = cues.OPINION.sub(" ", self._without_effects(between, start))
        if len(rest.split()) > REACH or cues.NEW_SUBJECT.search(rest):
            return False
        if not cues.LIST.search(rest):
            return True
        items = [item.split() for item in re.split(r",|/|\band\b|\bor\b|\bnor\b|\bni\b", rest)]
        if all(word in cues.LIST_WORDS for item in items for word in item):
            return True
        is_list = cues.OR.search(rest) or cues.OR_FOLLOWS.match(after)
        return bool(is_list) and all(len(item) <= 2 for item in items)

    def _without_effects(self, between: str, start: int) -> str:
        """The words between a denial and the mention, without other mentions."""
        kept: list[str] = []
        last = 0
        for i in range(bisect_left(self.starts, start), len(self.starts)):
            first, end = self.effects[i][0] - start, self.effects[i][1] - start
            if first >= len(between):
                break
            kept.append(between[last:first])
            last = max(last, end)
        return "".join([*kept, between[last:]])

    def _is_other(self, place: Place) -> bool:
        return (
            _is_over(place)
            or _is_history(place)
            or self._is_somebody_else(place)
            or _is_more_than_mine(place)
            or bool(cues.HEARSAY.search(place.clause) or cues.HEARD_AFTER.match(place.after))
            or _is_asked(place)
            or _is_feared(place)
            or (_is_about_mood(place) and _is_relieved(place))
            or (place.what in _STATES and bool(cues.NOW_GOOD.match(place.after)))
            or (place.words.startswith("conf") and bool(cues.PAPERWORK.search(place.sentence)))
        )

    def _is_somebody_else(self, place: Place) -> bool:
        found = cues.SOMEBODY_ELSE.search(place.opening)
        if found is None or (self.by_companion and not found["people"]):
            return False
        rest = place.opening[found.start("who") :]
        if place.what in _GRAVE and cues.ACUTE.search(place.words):
            return False
        reports = cues.SAYS.search(rest) and not found["people"]
        return not reports and not cues.SELF_AGAIN.search(rest)


_GRAVE = frozenset({"red_flag", "overdose_addiction"})
_LIFTS = frozenset({"foggy_memory", "confusion", "nausea"})
_STATES = frozenset({"slurred_speech", "foggy_memory", "confusion"})


def _is_no_denial_after_all(place: Place) -> bool:
    """What was not helped is there, and so is what somebody wrongly says does not exist."""
    if place.what == "anxiety" and cues.NOT_HELPED.search(place.before):
        return True
    claimed = cues.CLAIMED.search(place.before)
    contradicted = cues.CONTRADICTED.match(place.following) or cues.CONTRADICTED.match(place.rest)
    return bool(claimed and contradicted)


def _is_more_than_mine(place: Place) -> bool:
    """`She is more nervous than I am`."""
    return bool(cues.SOMEONE.search(place.clause) and cues.MORE_THAN_ME.match(place.after))


def _is_feared(place: Place) -> bool:
    """Not so when somebody fears for their own life: that is the thing itself."""
    if place.what == "red_flag" and cues.OWN_LIFE.search(place.words):
        return False
    return bool(cues.FEARED.search(place.before) or cues.AVOIDED.search(place.clause))


def _is_over(place: Place) -> bool:
    if place.what in {"vomiting", "red_flag"}:
        return bool(past.NOT_THIS_TIME.search(place.after))
    later = place.after
    if past.WENT_AWAY.match(place.following):
        later = f"{later} . {place.following}"
    over = (
        past.OVER.search(later)
        or past.ENDED.match(place.after)
        or past.ONLY_AT_FIRST.search(f"{place.before}|{place.rest}")
    )
    return bool(over) and not past.STILL.search(later)


def _is_history(place: Place) -> bool:
    if place.what == "red_flag" and "suicid" not in place.words:
        return False
    if past.STILL.search(place.own):
        return False
    if place.what == "red_flag" and (
        cues.BEFORE_IT.match(place.after) or past.NOW_WELL.search(place.rest)
    ):
        return True
    if place.what != "overdose_addiction" and past.SAID_BEFORE_MEDICINE.match(place.rest):
        return not past.NOT_BEFORE.search(place.before)
    if past.WAS.search(place.before) and past.BUT_NOW.match(place.rest):
        return place.what not in {"overdose_addiction", "vomiting"}
    return bool(
        past.HISTORY.search(place.own)
        or past.BEFORE_MEDICINE.search(place.opening)
        or cues.TRIED_ANOTHER.search(place.before)
        or past.LONG_AGO.search(place.rest)
        or past.LONG_AGO.match(place.following)
        or (place.what in _LIFTS and relief.TAKEN_AWAY.search(place.clause))
        or past.FINE_SINCE.search(f"{place.rest} {place.following}")
    )


def _is_about_mood(place: Place) -> bool:
    return place.what == "anxiety" or "suicid" in place.words


def _is_relieved(place: Place) -> bool:
    """Anxiety that is what the treatment is for, or that it eased."""
    near = place.clause.rsplit(",", 1)[-1]
    if relief.NOT_EASED.search(near):
        return False
    if relief.CONDITION.search(place.opening):
        return True
    if relief.GIVEN_FOR.match(place.rest):
        return True
    have = relief.HAVE.match(place.before)
    if have and relief.CONDITION_AFTER.match(place.rest):
        return True
    if (have or relief.BEGINS.match(place.before)) and relief.HAD_FOR_LONG.match(place.rest):
        return True
    if relief.WORSENED.search(f"{near[-30:]}|{place.after[:30]}"):
        return False
    return bool(relief.EASED_BEFORE.search(near) or relief.EASED_AFTER.match(place.after))


def _is_asked(place: Place) -> bool:
    """An `if` or a general question; a question about what is happening now stays present."""
    if _is_hypothetical(place):
        return True
    if place.ends_in_question and cues.ABOUT_LATER.match(place.sentence):
        return not cues.ASKS_FOR_DANGER.match(place.words)
    if cues.ASKS_FOR_DANGER.match(place.words):
        return False
    asked = (
        place.ends_in_question and cues.QUESTION.search(place.sentence)
    ) or cues.GENERAL_QUESTION.match(place.sentence)
    if not asked or cues.SO_MUCH.search(place.before):
        return False
    return not cues.ABOUT_NOW.search(place.sentence)


def _is_hypothetical(place: Place) -> bool:
    found = cues.IF.search(place.before)
    if found is None:
        return False
    between = place.before[found.end() :]
    return not cues.MAIN_CLAUSE.search(between) and not (
        place.what == "overdose_addiction"
        and cues.HABIT.search(f"{between}{place.words}")
        and not cues.MAY.search(between)
    )


def _last_end(pattern: re.Pattern[str], text: str) -> int:
    end = 0
    for found in pattern.finditer(text):
        end = found.end()
    return end
