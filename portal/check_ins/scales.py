"""The scales of the later check-ins, scored: pure (clinical.md section 4).

PHQ-9 and GAD-7 are sums of items from 0 to 3, with the bands of their authors from 5 on.
The pain scale is the mean of three items from 0 to 10, as the PEG is scored; it has no bands. A
scale with an item skipped has no score. They are for the care team: patients are told no score.
"""

from dataclasses import dataclass

from portal.check_ins.answers import Answers


@dataclass(frozen=True, slots=True)
class Scale:
    name: str
    items: tuple[str, ...]
    top: int
    bands: tuple[tuple[int, str], ...] = ()
    """From which score on it is called what, the highest first."""

    def score(self, answers: Answers) -> float | None:
        """None while any of it was not answered."""
        given = [answers.get(item) for item in self.items]
        numbers = [each for each in given if isinstance(each, int)]
        if len(numbers) < len(self.items):
            return None
        return sum(numbers) if self.bands else round(sum(numbers) / len(numbers), 1)

    def words(self, score: float) -> str:
        """`12 of 27, moderate`."""
        band = next((word for start, word in self.bands if score >= start), "")
        return f"{score:g} of {self.top}{f', {band}' if band else ''}"


def _items(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}_{number}" for number in range(1, count + 1))


_GRAVER = ((15, "severe"), (10, "moderate"), (5, "mild"), (0, "minimal"))
SCALES = (
    Scale(
        "PHQ-9",
        _items("phq", 9),
        27,
        ((20, "severe"), (15, "moderately severe"), *_GRAVER[1:]),
    ),
    Scale("GAD-7", _items("gad", 7), 21, _GRAVER),
    Scale("Pain, 3 items", ("pain_week", "pain_joy", "pain_tasks"), 10),
)


def scored(answers: Answers) -> list[tuple[Scale, float]]:
    """The scales that were answered in full."""
    scores = [(scale, scale.score(answers)) for scale in SCALES]
    return [(scale, score) for scale, score in scores if score is not None]
