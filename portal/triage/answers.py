"""The queue and one flag as answers: a whole page, or the part that an open page asked for."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.flags.care import Callee, CallResult
from portal.flags.models import Outcome
from portal.flags.undo import Undoable, undoable_for
from portal.triage.detail import Detail
from portal.triage.forms import Posted
from portal.triage.queries import Queue, View, queue_for
from portal.web.requests import actor_of, is_background, is_htmx, reading, said_to
from portal.web.templates import fragment, page


@dataclass(frozen=True, slots=True)
class Screen:
    """What the two panes show. When somebody else was first, `notice` says so above the flag, and
    `kept` is what was written in vain."""

    queue: Queue
    detail: Detail | None
    showing: str = "detail"
    notice: str | None = None
    kept: str = ""

    @property
    def selected(self) -> str:
        return str(self.detail.row.id) if self.detail else ""


def view_of(request: Request) -> View:
    name = request.query_params.get("view", "")
    return View(name) if name in set(View) else View.OPEN


def address(view: View, path: str = "/triage") -> str:
    return path if view is View.OPEN else f"{path}?view={view.value}"


async def read_queue(request: Request, unit: UnitOfWork) -> Queue:
    """The view asked for. Whoever opens it has seen these patients, and that is recorded.

    A page that refreshes itself leaves one entry for all, or the trail would drown in them.
    """
    queue = await queue_for(unit.session, actor_of(request), view_of(request))
    patients = sorted({row.state.patient_id for row in queue.rows})
    if is_background(request):
        ids = [str(patient_id) for patient_id in patients]
        record(unit, "triage:refresh", detail={"view": queue.view.value, "patients": ids})
        return queue
    for patient_id in patients:
        record(unit, "triage:list", patient_id=patient_id, detail={"view": queue.view.value})
    return queue


async def whole_page(request: Request, screen: Screen, status: int = 200) -> Response:
    return await page(
        request,
        "triage/triage.html",
        status,
        queue=screen.queue,
        detail=screen.detail,
        showing=screen.showing,
        selected=screen.selected,
        undoable=await _undoable(request),
        **_detail_context(request, screen.notice, screen.kept),
    )


async def _undoable(request: Request) -> Undoable | None:
    """What the last action was, while it may be taken back: without scripts the page offers it."""
    if said_to(request) is None:
        return None
    async with reading(request) as session:
        return await undoable_for(session, actor_of(request))


def detail_pane(
    request: Request,
    detail: Detail,
    status: int = 200,
    *,
    notice: str | None = None,
    said: str = "",
    kept: str = "",
    undo: bool = False,
) -> Response:
    """The detail and its row. `said` goes to the status line of the page, with Undo beside it."""
    context = _detail_context(request, notice, kept)
    return fragment(
        request, "triage/_answer.html", status, detail=detail, result=said, undo=undo, **context
    )


# What an open page gets when a form in its dialog needs another look.
IN_DIALOG = {
    "triage/step.html": "triage/_step.html",
    "triage/resolve.html": "triage/_resolve_form.html",
}


async def form_page(request: Request, name: str, detail: Detail, posted: Posted) -> Response:
    """The form as a page of its own; alone, for the dialog of a page that is open already."""
    status = 422 if posted.errors else 200
    context = _detail_context(request, None) | {"posted": posted, "errors": posted.errors}
    context |= {"detail": detail, "step": posted.step}
    if is_htmx(request) and name in IN_DIALOG:
        return fragment(request, IN_DIALOG[name], status, **context)
    return await page(request, name, status, own_page=True, **context)


def list_context(request: Request) -> dict[str, Any]:
    """What every row needs: the moment its waiting is counted to, and the view its links keep."""
    return {"now": clock.now(), "view_query": address(view_of(request), "")}


def _detail_context(request: Request, notice: str | None, kept: str = "") -> dict[str, Any]:
    return {
        "notice": notice,
        "kept": kept,
        "callees": [(one.value, one.words.capitalize()) for one in Callee],
        "results": [(one.value, one.words) for one in CallResult],
        "outcome_options": [(outcome.value, outcome.words) for outcome in Outcome],
        "posted": Posted(),
        **list_context(request),
    }
