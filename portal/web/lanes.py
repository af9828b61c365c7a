"""Lanes under the care team's chart: on which days there was a check-in, and which flags rose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from portal.symptoms.levels import Level
from portal.web.drawing import Plot, path, text

CHECK_INS, FLAGS = 162, 184
SHAPES = {
    Level.EMERGENCY: "m-3-7h6l4 4v6l-4 4h-6l-4-4v-6z",
    Level.URGENT: "m0-7l7 12h-14z",
    Level.SOON: "m0-7l7 7-7 7-7-7z",
}
"""The urgency shapes of the design language, drawn around a point. Routine flags are left out."""


@dataclass(frozen=True, slots=True)
class Lanes:
    answered: frozenset[date]
    flags: Sequence[tuple[date, Level]]


def lanes_of(plot: Plot, lanes: Lanes) -> Markup:
    """A filled mark for a day with a check-in, an empty one for a day without."""
    days = [plot.first + timedelta(days=n) for n in range((plot.last - plot.first).days + 1)]
    return Markup("").join(
        [
            text(0, CHECK_INS + 4, "Check-ins"),
            path("chart-answered", _marks(plot, (day for day in days if day in lanes.answered))),
            path("chart-missed", _marks(plot, (day for day in days if day not in lanes.answered))),
            text(0, FLAGS + 4, "Flags"),
            *(_flags(plot, lanes, level) for level in SHAPES),
        ]
    )


def _marks(plot: Plot, days: Iterable[date]) -> list[str]:
    return [f"M{plot.x(day):g} {CHECK_INS - 5}v10" for day in days]


def _flags(plot: Plot, lanes: Lanes, level: Level) -> Markup:
    xs = [plot.x(on) for on, raised in lanes.flags if raised is level and on >= plot.first]
    return path(f"chart-{level}", [f"M{x:g} {FLAGS}{SHAPES[level]}" for x in xs])
