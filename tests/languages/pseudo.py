"""Pages in a made-up language, in which every sentence of the catalogue stands in ⟦brackets⟧."""

import re
from html.parser import HTMLParser
from itertools import chain

from portal.check_ins.library import QUESTIONNAIRES, RULES, questionnaire_in
from portal.check_ins.questionnaires import Page
from portal.languages import SPANISH, catalogues
from portal.languages.catalogue import Catalogue

REAL = catalogues[SPANISH]
READ = ("aria-label", "placeholder", "alt", "title", "data-busy", "data-news")
SILENT = {"script", "style", "template"}
# A time, a day, a number with its unit; names of people, of the clinic and of browsers.
FORMED = re.compile(
    r"\d[\d:]*\s?[ap]\. m\.|\b(?:lun|mar|mié|jue|vie|sáb|dom)\b|"
    r"\b(?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)\b|"
    r"Patient [A-Z]|(?:Night|Day) nurse|Day doctor|Coordinator|English|Español|America/New York|"
    r"Home Infusion Care",
)


class Pseudo(Catalogue):
    """What the Spanish catalogue lacks stays as it is, and so is found."""

    def gettext(self, sentence: str) -> str:
        return f"⟦{sentence}⟧" if sentence in REAL.sentences else sentence

    def ngettext(self, one: str, more: str, n: int) -> str:
        said = one if n == 1 else more
        return f"⟦{said}⟧" if one in REAL.sentences else said


class Texts(HTMLParser):
    """What a reader sees or hears of a page, without what people wrote themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.heard: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in {"input", "meta", "link", "br", "img", "path", "circle", "use", "rect"}:
            written = given.get("dir") == "auto" or given.get("class") in {"said", "brand"}
            self._open.append(written or tag in SILENT)
        if tag != "template":
            self.heard += [given[name] or "" for name in READ if given.get(name)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.seen.append(data)


def unmarked(page: str) -> list[str]:
    """The words of a page that came out of no catalogue and no questionnaire."""
    texts = Texts()
    texts.feed(page)
    # One text, because a sentence may hold a link.
    every = [*texts.heard, *_outside("\n".join(texts.seen)).split("\n")]
    return [left for each in every if (left := _left(each))]


def _outside(text: str) -> str:
    """What stands in no brackets; a sentence may stand inside another one."""
    before = None
    while text != before:
        text, before = re.sub(r"⟦[^⟦⟧]*⟧", " ", text), text
    return text


def _left(text: str) -> str:
    text = SAID.sub(" ", FORMED.sub(" ", _outside(text)))
    return text.strip() if re.search(r"[A-Za-z]{2}", text) else ""


def _spanish_words() -> list[str]:
    said = [heading.heading_in(SPANISH) for heading in RULES.levels.values()]
    for rule in RULES.rules:
        words = rule.words_in(SPANISH)
        said += [*words.advice, *words.meanwhile, words.heading]
    asked = [questionnaire_in(SPANISH, version).pages for version in QUESTIONNAIRES]
    for page in chain.from_iterable(asked):
        said += [page.title, page.title_adult, page.hint, page.hint_adult, page.short, page.none]
        said += [each for each in (page.low, page.high) if each not in {Page.low, Page.high}]
        for choice in page.choices:
            said += [choice.label, choice.label_adult, choice.hint, choice.said]
    filled = {each.format(emergency_number="911") for each in said if each}
    return sorted(filled, key=len, reverse=True)


SAID = re.compile(
    "|".join(rf"(?<!\w){re.escape(said)}(?!\w)" for said in _spanish_words()), re.IGNORECASE
)
