"""The strokes that charts are made of: SVG pieces with classes and attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from portal.web.trends import Score


@dataclass(frozen=True, slots=True)
class Plot:
    """Where dates and scores land, in user units."""

    left: int
    right: int
    top: int
    bottom: int
    first: date
    last: date

    def x(self, on: date) -> float:
        days = max(1, (self.last - self.first).days)
        return round(self.left + (self.right - self.left) * (on - self.first).days / days, 1)

    def y(self, pain: float) -> float:
        return round(self.bottom - (self.bottom - self.top) * pain / 10, 1)

    def at(self, score: Score) -> str:
        return f"{self.x(score.on):g} {self.y(score.pain):g}"


def dot(plot: Plot, score: Score) -> str:
    return f"M{plot.at(score)}h0"


def through(plot: Plot, run: Sequence[Score]) -> str:
    return "M" + "L".join(plot.at(point) for point in run)


def path(css: str, pieces: Sequence[str]) -> Markup:
    """One path for all pieces of a kind; nothing at all for none."""
    return (
        Markup('<path class="{}" d="{}"/>').format(css, "".join(pieces)) if pieces else Markup("")
    )


def text(x: float, y: float, words: str, css: str = "") -> Markup:
    mark = Markup(' class="{}"').format(css) if css else Markup("")
    return Markup('<text{} x="{:g}" y="{:g}">{}</text>').format(mark, x, y, words)


def svg(
    name: str, box: str, css: str, title: str, description: str, parts: Sequence[Markup]
) -> Markup:
    opening = Markup(
        '<svg class="{css}" viewBox="{box}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>'
    ).format(css=css, box=box, name=name, title=title, description=description)
    return Markup("").join([opening, *parts, Markup("</svg>")])
