"""A table's counts as bars, drawn on the server: the table beside them says the same in numbers."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.figures.tables import Table
from portal.web.drawing import svg, text

LEFT, RIGHT, STEP, BAR = 225, 560, 26, 16
# From the gravest to the mildest, and for what is waited for from in time to not yet.
CLASSES = {
    "Emergency": "bar-emergency",
    "Urgent": "bar-urgent",
    "Soon": "bar-soon",
    "Routine": "bar-routine",
    "In time": "bar-answered",
    "Late": "bar-soon",
    "Missed": "bar-missed",
    "Within its limit yet": "bar-missed",
    "False alarms": "bar-missed",
    "Told": "bar-answered",
    "Not told yet": "bar-soon",
    "Without an end": "bar-missed",
}


def bars(table: Table) -> Markup:
    """One bar a row, its parts in the order of the columns; empty without a count."""
    places = [table.columns.index(name) for name in table.stacked]
    counts = [[int(row[place] or 0) for place in places] for row in table.rows]
    most = max((sum(row) for row in counts), default=0)
    if most == 0:
        return Markup("")
    parts = [
        _row(n, str(row[0]), values, table.stacked, most)
        for n, (row, values) in enumerate(zip(table.rows, counts, strict=True))
    ]
    total = sum(sum(row) for row in counts)
    height = STEP * len(parts) + 4
    said = f"{total} in all, at most {most} in one row. The table has the numbers."
    return svg(
        f"bars-{table.name}", f"0 0 600 {height}", "chart chart-bars", table.title, said, parts
    )


def _row(n: int, name: str, values: Sequence[int], columns: Sequence[str], most: int) -> Markup:
    top = STEP * n + 4
    parts = [text(LEFT - 10, top + 13, name, "chart-end")]
    x = float(LEFT)
    for value, column in zip(values, columns, strict=True):
        width = round((RIGHT - LEFT) * value / most, 1)
        if value:
            parts.append(
                Markup('<rect class="{}" x="{:g}" y="{}" width="{:g}" height="{}"/>').format(
                    CLASSES[column], x, top, max(width - 1, 1), BAR
                )
            )
        x += width
    parts.append(text(round(x + 6, 1), top + 13, str(sum(values)), "chart-value-small"))
    return Markup("").join(parts)
