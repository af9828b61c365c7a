"""What was understood from a note or a message, as answers that the rules can judge. Pure."""

from portal.check_ins.answers import Answer, Answers
from portal.languages import N_
from portal.symptoms.understanding import CODES, Mark, Understood, understood

NOTE, MESSAGE = "note", "message"
# The names that rules may use, each with the words it may be compared with.
NAMES: dict[str, frozenset[str]] = {
    "text": frozenset(CODES),
    "text_unread": frozenset({NOTE, MESSAGE}),
    **{f"said_{code}": frozenset() for code in CODES},
}
MARKS = "text_marks"
MOST_QUOTED = 3

PLAIN_KINDS = {
    "danger": N_("an emergency"),
    "self_harm": N_("thoughts of harm"),
    "too_much": N_("too much or mixed medicine"),
    "addiction": N_("a strong wish for more"),
    "no_fluids": N_("nothing stays down"),
    "hunch": N_("something that may need help now"),
    "pregnancy": N_("pregnant, or may be"),
    "nursing": N_("nursing a baby"),
}


def note_answers(note: str) -> dict[str, Answer | None]:
    """A note with what was understood from it; None takes back what an earlier note said."""
    found = understood(note)
    kept = {**answers_of(found, note, NOTE), MARKS: _written(found)} if note else {}
    blank: dict[str, Answer | None] = dict.fromkeys([*NAMES, MARKS])
    return {**blank, "note": note or None, "note_written": "yes" if note else None, **kept}


def answers_of(found: Understood, text: str, place: str) -> dict[str, Answer]:
    """Only what is there: an answer that is missing meets no limit."""
    answers: dict[str, Answer] = {}
    if found.found:
        answers["text"] = found.found
    if found.unread:
        answers["text_unread"] = place
    for code in CODES:
        if words := found.words(text, code):
            answers[f"said_{code}"] = ", ".join(words[:MOST_QUOTED])
    return answers


def marks_of(answers: Answers) -> list[Mark]:
    """The words of a note that led somewhere, as they were found when it was sent."""
    kept = answers.get(MARKS, ())
    parts = [mark.rsplit(":", 2) for mark in kept] if isinstance(kept, tuple) else []
    return [Mark(what, int(start), int(end)) for what, start, end in parts]


def is_own_words(name: str) -> bool:
    return name in NAMES or name == MARKS


def _written(found: Understood) -> tuple[str, ...]:
    return tuple(f"{mark.what}:{mark.start}:{mark.end}" for mark in found.marks)
