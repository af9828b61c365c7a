"""Versioned questionnaires as data: pages, their choices, and the way through them.

Pure: it is handed what a file said, and refuses it in one sentence when something is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from portal.check_ins.conditions import Condition, ConditionError, Facts, parse
from portal.languages import ENGLISH, LANGUAGES, N_
from portal.symptoms.vocabulary import Effect

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {
    "pain": N_("pain {} of 10"),
    **dict.fromkeys(("pain_week", "pain_joy", "pain_tasks"), N_("{} of 10")),
    "systolic": N_("upper number {}"),
    "diastolic": N_("lower number {}"),
}
NONE = "none"
# What is read by people, and so has to be there in every language.
SAID = (
    "title",
    "title_adult",
    "hint",
    "hint_adult",
    "short",
    "label",
    "label_adult",
    "said",
    "none",
    "low",
    "high",
)
DAYS = {
    "en": ("I am not sure", "was not sure of the weekday", "said {}"),
    "es": ("No sé con seguridad", "no sabía con seguridad el día", "dijo {}"),
}
DAY_NAMES = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "Lunes Martes Miércoles Jueves Viernes Sábado Domingo",
}


class QuestionnaireError(ValueError):
    """The file cannot be used; the message is the one line that says why."""


class Kind(StrEnum):
    ACUTE = "acute"
    FOLLOW_UP = "follow_up"

    @property
    def words(self) -> str:
        return {"acute": "First 24 hours", "follow_up": "Follow-up"}[self.value]


class PageForm(StrEnum):
    """How a page is answered: one tap, a severity, ticks, 0 to 10, a weekday, or the last page."""

    BUTTONS = "buttons"
    SCALE = "scale"
    CHECKS = "checks"
    PAIN = "pain"
    WEEKDAY = "weekday"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Choice:
    value: int | str
    label: str
    label_adult: str
    said: str
    hint: str
    grade: int


@dataclass(frozen=True)
class Page:
    """One question. `id` is also the name of its answer."""

    id: str
    form: PageForm
    title: str
    title_adult: str
    hint: str
    hint_adult: str
    short: str
    choices: tuple[Choice, ...] = ()
    none: str = ""
    low: str = N_("No pain")
    high: str = N_("Worst")
    skip: bool = False
    effect: Effect | None = None
    when: Condition | None = None

    @cached_property
    def by_value(self) -> dict[str, Choice]:
        return {str(choice.value): choice for choice in self.choices}


@dataclass(frozen=True)
class Questionnaire:
    kind: Kind
    version: str
    pages: tuple[Page, ...] = field(repr=False)

    @cached_property
    def by_id(self) -> dict[str, Page]:
        return {page.id: page for page in self.pages}

    def path(self, facts: Facts) -> list[Page]:
        """The pages this person sees. It depends on answers only, so Back always works."""
        return [page for page in self.pages if page.when is None or page.when.holds(facts)]


def joined(version: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first file's pages with those of the others before its last one."""
    first, *others = parts
    more = [page for part in others for page in part["page"]]
    return {**first, "version": version, "page": [*first["page"][:-1], *more, first["page"][-1]]}


def questionnaire(data: Mapping[str, Any], language: str = ENGLISH) -> Questionnaire:
    """Reads a questionnaire file in one of its languages; raises QuestionnaireError."""
    version = str(data.get("version", "a questionnaire without version"))
    try:
        words = words_of(data["page"])
        pages = tuple(_page(in_language(entry, language), words) for entry in data["page"])
        return Questionnaire(Kind(data["kind"]), version, pages)
    except KeyError as error:
        raise QuestionnaireError(f"{version}: {error.args[0]} is missing") from error
    except ValueError as error:
        raise QuestionnaireError(f"{version}: {error}") from error


def in_language(entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A page with its choices in that language. What is said in English is said in every one."""
    choices = [_translated(entry["id"], each, language) for each in entry.get("choice", ())]
    return {**_translated(entry["id"], entry, language), "choice": choices}


def _translated(id: str, entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    if language == ENGLISH:
        return {**entry}
    words = entry.get(language, {})
    missing = [name for name in SAID if name in entry and not words.get(name)]
    if missing:
        raise QuestionnaireError(f"{id} has no {missing[0]} in {LANGUAGES[language]}")
    return {**entry, **words, "language": language}


def words_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The names conditions may use, each with the words it may be compared with."""
    words: dict[str, frozenset[str]] = {name: frozenset() for name in NUMBERS}
    # What the form finds out from an answer, and what was written down with the dose.
    words["weekday_wrong"] = words["note_written"] = frozenset({"yes", "no"})
    words["adult_at_dose"] = frozenset({"yes", "no"})
    for entry in entries:
        values = [choice["value"] for choice in entry.get("choice", ())]
        spoken = frozenset(value for value in values if isinstance(value, str))
        words[entry["id"]] = words.get(entry["id"], frozenset()) | spoken
    return words


def numbers_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, ...]]:
    """The numbers that may answer a question which is answered by a choice of them."""
    found: dict[str, tuple[int, ...]] = {}
    for entry in entries:
        values = [choice["value"] for choice in entry.get("choice", ())]
        if values and all(isinstance(value, int) for value in values):
            found[entry["id"]] = tuple(sorted({*found.get(entry["id"], ()), *values}))
    return found


def _page(entry: Mapping[str, Any], words: Mapping[str, frozenset[str]]) -> Page:
    id, title = entry["id"], entry["title"]
    return Page(
        id=id,
        form=PageForm(entry["form"]),
        title=title,
        title_adult=entry.get("title_adult", title),
        hint=entry.get("hint", ""),
        hint_adult=entry.get("hint_adult", entry.get("hint", "")),
        short=entry["short"],
        choices=_choices(id, entry),
        none=entry.get("none", ""),
        low=entry.get("low", Page.low),
        high=entry.get("high", Page.high),
        skip=entry.get("skip", False),
        effect=Effect(entry["effect"]) if "effect" in entry else None,
        when=_when(id, entry, words),
    )


def _choices(id: str, entry: Mapping[str, Any]) -> tuple[Choice, ...]:
    if entry["form"] == PageForm.WEEKDAY:
        return _weekdays(entry.get("language", ENGLISH))
    choices = tuple(_choice(choice) for choice in entry.get("choice", ()))
    if not choices and entry["form"] not in {PageForm.PAIN, PageForm.LAST}:
        raise QuestionnaireError(f"{id} has no choices")
    return choices


def _choice(data: Mapping[str, Any]) -> Choice:
    value, label = data["value"], data["label"]
    grade = data.get("grade", value if isinstance(value, int) else 0)
    return Choice(
        value=value,
        label=label,
        label_adult=data.get("label_adult", label),
        said=data["said"],
        hint=data.get("hint", ""),
        grade=grade,
    )


def _weekdays(language: str) -> tuple[Choice, ...]:
    unsure, was_unsure, said_day = DAYS[language]
    names = zip(WEEKDAYS, DAY_NAMES[language].split(), strict=True)
    days = [(day, name, said_day.format(_inside(name, language))) for day, name in names]
    every = [*days, ("unsure", unsure, was_unsure)]
    return tuple(Choice(value, label, label, said, "", 0) for value, label, said in every)


def _inside(name: str, language: str) -> str:
    """A weekday inside a sentence: only English writes it large."""
    return name if language == ENGLISH else name.lower()


def _when(
    id: str, entry: Mapping[str, Any], words: Mapping[str, frozenset[str]]
) -> Condition | None:
    if "when" not in entry:
        return None
    try:
        return parse(entry["when"], words)
    except ConditionError as error:
        raise QuestionnaireError(f"{id}: {error}") from error


def merged(questionnaires: Sequence[Questionnaire]) -> dict[str, Page]:
    """Every page of every version by its name, the newest last: rules may name any of them."""
    return {page.id: page for each in questionnaires for page in each.pages}
