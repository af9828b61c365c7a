"""The lead's page, and each of its tables as a file."""

import asyncio
import csv
import io
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.errors import NotFound
from portal.figures.drawing import CLASSES, bars
from portal.figures.facts import facts_for
from portal.figures.tables import TABLES, Cell, Table, tables_of
from portal.permissions import Permission
from portal.web.limits import FIGURES
from portal.web.requests import actor_of, work
from portal.web.routing import get
from portal.web.state import state_of
from portal.web.templates import page

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SPANS = {"4": "4 weeks", "12": "12 weeks", "52": "A year"}
USUAL = "12"


async def show_figures(request: Request) -> Response:
    tables = await _tables(request, "figures:read")
    return await page(
        request,
        "figures/figures.html",
        tables=[(table, bars(table)) for table in tables],
        classes=CLASSES,
        weeks=_weeks(request),
        until=clock.now(),
        spans=[
            (f"/figures?weeks={value}", words, None, value == _weeks(request))
            for value, words in SPANS.items()
        ],
    )


async def table_file(request: Request) -> Response:
    name = request.path_params["table"]
    if name not in TABLES:
        raise NotFound
    tables = await _tables(request, "figures:download", table=name)
    table = next(each for each in tables if each.name == name)
    return Response(
        _csv(table),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{table.name}.csv"'},
    )


async def _tables(request: Request, tag: str, **detail: str) -> list[Table]:
    until = clock.now()
    since = until - timedelta(weeks=int(_weeks(request)))
    async with work(request) as unit:
        facts = await facts_for(unit.session, actor_of(request), since, until)
        record(unit, tag, detail={"weeks": _weeks(request), **detail})
    # A year of a large clinic takes a moment to count: nobody else waits for it.
    return await asyncio.to_thread(tables_of, facts, state_of(request).settings.clinic.zone)


def _weeks(request: Request) -> str:
    asked = request.query_params.get("weeks", USUAL)
    return asked if asked in SPANS else USUAL


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_harmless(column) for column in table.columns])
    writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _harmless(cell: Cell) -> Cell:
    """A spreadsheet must not take words for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


routes = [
    get("/figures", show_figures, allow=Permission.FIGURES_READ, pace=FIGURES),
    get("/figures/{table}.csv", table_file, allow=Permission.FIGURES_READ, pace=FIGURES),
]
