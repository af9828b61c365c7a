"""Reads clinical_table.txt: what a clinician can check line by line against section 7."""

from dataclasses import dataclass
from pathlib import Path

from portal.check_ins.answers import Answer, Told
from portal.check_ins.facts import Case
from tests.check_ins.cases import DOSE_ENDED, before_dose, case, told

FILE = Path(__file__).with_name("clinical_table.txt")
TICKED = {
    "vomit_count": "vomiting",
    "sips": "vomiting",
    "nausea": "nausea",
    "speech": "slurred_speech",
    "speech_now": "slurred_speech",
    "memory": "foggy_memory",
    "memory_stops": "foggy_memory",
    "confusion": "confusion",
    "confusion_now": "confusion",
    "anxiety": "anxiety",
    "anxiety_stops": "anxiety",
    "medicine": "overdose_addiction",
}
LISTS = {"red_now", "effects", "since", "doses", "text", "gate", "today"}


@dataclass(frozen=True)
class Row:
    """`rule` fires, or `is_miss` and it does not; together the rules give `level`."""

    rule: str
    is_miss: bool
    level: str
    story: str

    @property
    def case(self) -> Case:
        *earlier, now = self.story.split(";")
        words, _, cautions = now.partition("[")
        held = frozenset(cautions.strip(" ]").split()) if cautions else frozenset[str]()
        return case(_told(words), *(_told(each) for each in earlier), cautions=held)


def rows() -> list[Row]:
    lines = FILE.read_text("utf-8").splitlines()
    parts = [line.split("|") for line in lines if line.strip() and not line.startswith("#")]
    return [
        Row(rule.removeprefix("not "), rule.startswith("not "), level, story)
        for rule, level, story in ([" ".join(each.split()) for each in part] for part in parts)
    ]


def _told(words: str) -> Told:
    when, _, rest = words.strip().partition(":")
    answers = _answers([each.split() for each in rest.split(",") if each.strip()])
    if when == "silence":
        return Told(answers, DOSE_ENDED, None)
    if when == "no dose":
        return told(None, **answers)
    hours = float(when.removesuffix(" h"))
    return before_dose(-hours / 24, **answers) if hours < 0 else told(hours, **answers)


def _answers(pairs: list[list[str]]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for name, value in pairs:
        if name in LISTS:
            answers[name] = tuple(value.split("+"))
        else:
            answers[name] = int(value) if value.isdigit() else value
    ticked = {TICKED[name] for name in answers if name in TICKED}
    if ticked or "effects" in answers:
        own = answers.get("effects", ())
        answers["effects"] = (*(own if isinstance(own, tuple) else ()), *sorted(ticked))
    if "text" in answers and isinstance(answers["text"], tuple):
        answers |= {f"said_{code}": "words" for code in answers["text"]}
    return answers
