"""Pain charts drawn on the server: SVG with classes and attributes, no style, no script.

Dots are zero-length strokes with round caps and droplets share one path, which keeps a chart near
1 kB packed. Colours, widths and text sizes live in static/css/charts.css.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from portal.languages import _, gettext
from portal.web import trends
from portal.web.drawing import Plot, dot, path, svg, text, through
from portal.web.lanes import Lanes, lanes_of
from portal.web.times import long_day, month_name
from portal.web.trends import DoseMark, Score, whole

DROPLET = "c3 4 5 6 5 9a5 5 0 0 1-10 0c0-3 2-5 5-9z"
WEEK = 7


def pain_chart(
    scores: Sequence[Score],
    doses: Sequence[DoseMark],
    until: date,
    *,
    dose_word: str = "infusion",
    name: str = "pain-chart",
) -> Markup:
    """The patient's own chart: weekly means on a fixed 0 to 10, ends labelled, scale in words."""
    weeks = trends.weekly(trends.recent(scores, until), until)
    if not weeks:
        return Markup("")
    marks = _shown(doses, until)
    plot = Plot(12, 288, 28, 148, _earliest(weeks, marks), until)
    parts = [
        path("chart-grid", [f"M8 {plot.y(pain):g}H292" for pain in (0, 5, 10)]),
        _area(plot, weeks),
        text(292, 20, _("10, worst"), "chart-scale chart-end"),
        text(8, 142, _("0, none"), "chart-scale"),
        _doses(plot, marks, 160, numbered=False),
        _line(plot, weeks, step=WEEK),
        path("chart-points", [dot(plot, week) for week in weeks]),
        _ends(plot, weeks),
        _months(plot, 190, month_name),
    ]
    return svg(
        name,
        "0 0 300 198",
        "chart chart-patient",
        _title(dose_word),
        _summary(weeks, marks, dose_word),
        parts,
    )


def care_chart(
    scores: Sequence[Score],
    doses: Sequence[DoseMark],
    until: date,
    *,
    fired: bool = False,
    lanes: Lanes | None = None,
    dose_word: str = "infusion",
    name: str = "care-chart",
) -> Markup:
    """The care team's: daily dots, 7-day median, baseline, numbered droplets, last value named.

    `fired` says that a rule fired on the last value, which is then drawn as an alert; `lanes` puts
    the days of check-ins and flags below, on the same time line.
    """
    days = trends.daily(trends.recent(scores, until))
    if not days:
        return Markup("")
    marks = _shown(doses, until)
    plot = Plot(100 if lanes else 30, 516, 14, 124, _earliest(days, marks), until)
    middle = trends.weekly_median(days)
    parts = [
        path("chart-grid", [f"M{plot.left} {plot.y(pain):g}H520" for pain in range(0, 11, 2)]),
        *(
            text(plot.left - 8, plot.y(pain) + 4, str(pain), "chart-end")
            for pain in range(0, 11, 2)
        ),
        _baseline(plot, trends.baseline_of(days, doses), days[-1]),
        _doses(plot, marks, 133, numbered=True),
        path("chart-days", [dot(plot, day) for day in days]),
        _line(plot, middle),
        _callout(plot, days, fired),
        lanes_of(plot, lanes) if lanes else Markup(""),
        _months(plot, 212 if lanes else 164, lambda on: f"{on.day} {on:%b}"),
    ]
    return svg(
        name,
        "0 0 640 220" if lanes else "0 0 640 172",
        "chart chart-care",
        "Pain, 0 to 10, lower is better",
        _summary(days, marks, dose_word),
        parts,
    )


def _shown(doses: Sequence[DoseMark], until: date) -> list[DoseMark]:
    return [dose for dose in doses if until - trends.SHOWN <= dose.on <= until]


def _earliest(points: Sequence[Score], doses: Sequence[DoseMark]) -> date:
    return min([points[0].on, *(dose.on for dose in doses)])


def _line(plot: Plot, points: Sequence[Score], step: int = 1) -> Markup:
    runs = trends.unbroken(points, step)
    return path("chart-line", [through(plot, run) for run in runs if len(run) > 1])


def _area(plot: Plot, points: Sequence[Score]) -> Markup:
    runs = [run for run in trends.unbroken(points, WEEK) if len(run) > 1]
    floor = plot.bottom
    return path(
        "chart-area", [f"{through(plot, run)}V{floor}H{plot.x(run[0].on):g}z" for run in runs]
    )


def _ends(plot: Plot, weeks: Sequence[Score]) -> Markup:
    """The first and the last mean with their numbers, kept clear of the frame."""
    ends = [weeks[0], weeks[-1]] if len(weeks) > 1 else [weeks[0]]
    labels = [
        text(
            plot.x(end.on),
            plot.y(end.pain) + (24 if end.pain > 8 else -11),
            str(whole(end.pain)),
            "chart-value",
        )
        for end in ends
    ]
    return path("chart-ends", [dot(plot, end) for end in ends]) + Markup("").join(labels)


def _callout(plot: Plot, days: Sequence[Score], fired: bool) -> Markup:
    last = days[-1]
    alert = " chart-alert" if fired else ""
    rise = [through(plot, days[-2:])] if fired and _neighbours(days) else []
    when = "today" if last.on == plot.last else f"on {last.on.day} {last.on:%b}"
    was = f", was {days[-2].pain:g}" if len(days) > 1 else ""
    label = Markup('<text class="chart-last{}" x="526" y="{:g}">{:g} {}<tspan>{}</tspan></text>')
    return (
        path(f"chart-rise{alert}", rise)
        + path(f"chart-ends{alert}", [dot(plot, last)])
        + label.format(alert, plot.y(last.pain) + 4, last.pain, when, was)
    )


def _neighbours(days: Sequence[Score]) -> bool:
    return len(days) > 1 and (days[-1].on - days[-2].on).days <= trends.LONGEST_GAP + 1


def _baseline(plot: Plot, baseline: float | None, last: Score) -> Markup:
    """A dashed line with its number at the right, out of the way of the last value's."""
    if baseline is None:
        return Markup("")
    y, busy = plot.y(baseline), plot.y(last.pain)
    near = abs(y - busy) < 16
    beside = y if not near else busy + (16 if y >= busy else -16)
    line = path("chart-baseline", [f"M{plot.left} {y:g}H520"])
    return line + text(526, beside + 4, f"Baseline {baseline:g}", "chart-note")


def _doses(plot: Plot, marks: Sequence[DoseMark], y: int, *, numbered: bool) -> Markup:
    xs = [plot.x(mark.on) for mark in marks]
    drawn = path("chart-dose", [f"M{x:g} {plot.top}V{plot.bottom}" for x in xs])
    drawn += path("chart-droplet", [f"M{x:g} {y - 6}{DROPLET}" for x in xs])
    if not numbered:
        return drawn
    return drawn + Markup("").join(
        text(x + 8, y + 6, str(mark.number), "chart-number")
        for x, mark in zip(xs, marks, strict=True)
        if _room(xs, x)
    )


def _room(xs: Sequence[float], x: float) -> bool:
    """Weekly lozenges stand close: a number that would touch the next droplet is left out."""
    return all(not 0 < other - x < 22 for other in xs)


def _months(plot: Plot, y: int, words: Callable[[date], str]) -> Markup:
    starts = [on for on in _firsts(plot) if plot.x(on) < plot.right - 24]
    if not starts or plot.x(starts[0]) - plot.left > 90:
        starts.insert(0, plot.first)
    return Markup("").join(text(max(plot.left - 4, plot.x(on)), y, words(on)) for on in starts)


def _firsts(plot: Plot) -> list[date]:
    days = (plot.first + timedelta(days=n) for n in range((plot.last - plot.first).days + 1))
    return [day for day in days if day.day == 1]


def _title(dose_word: str) -> str:
    return _("Pain by week, with each %(dose)s marked", dose=gettext(dose_word))


def _summary(points: Sequence[Score], doses: Sequence[DoseMark], dose_word: str) -> str:
    pains = [point.pain for point in points]
    return _(
        "From %(first)s on %(start)s to %(last)s on %(end)s, lowest %(low)s, highest %(high)s, "
        "with %(n)s %(doses)s.",
        first=whole(pains[0]),
        start=long_day(points[0].on),
        last=whole(pains[-1]),
        end=long_day(points[-1].on),
        low=whole(min(pains)),
        high=whole(max(pains)),
        n=len(doses),
        doses=gettext(dose_word if len(doses) == 1 else f"{dose_word}s"),
    )
