"""Where somebody stands in a check-in: the page asked for, those around it, what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.check_ins.answers import Answer
from portal.check_ins.questionnaires import Page

LAST = "last"


@dataclass(frozen=True, slots=True)
class Step:
    page: Page
    path: Sequence[Page]
    answers: dict[str, Answer]

    @property
    def number(self) -> int:
        return [page.id for page in self.path].index(self.page.id) + 1

    @property
    def of(self) -> int:
        return len(self.path)

    @property
    def back(self) -> Page | None:
        return self.path[self.number - 2] if self.number > 1 else None

    @property
    def by_adult(self) -> bool:
        return self.answers.get("who") == "adult"

    @property
    def so_far(self) -> Answer | None:
        return self.answers.get(self.page.id)


def step_of(path: Sequence[Page], answers: dict[str, Answer], name: str) -> Step | None:
    """None when the answers do not lead to that page (any more)."""
    page = next((page for page in path if page.id == name), None)
    return Step(page, path, answers) if page else None


def is_whole(path: Sequence[Page], answers: dict[str, Answer]) -> bool:
    """Nothing is left but to send it."""
    return next_page(path, answers).id == LAST


def next_page(path: Sequence[Page], answers: dict[str, Answer]) -> Page:
    """The first page without an answer; the last page never has one."""
    return next(page for page in path if page.id == LAST or page.id not in answers)
