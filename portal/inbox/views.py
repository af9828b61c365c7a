"""The inbox: the list, one thread, and the list alone for a page that is already open."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from portal.audit.actions import record
from portal.conversations.models import Kind
from portal.conversations.queries import care_conversation_of, conversation_for
from portal.ids import new_id
from portal.inbox.queries import Thread, threads_for
from portal.inbox.thread import OpenThread, open_thread
from portal.permissions import Permission
from portal.web.requests import actor_of, is_htmx, path_id, reading, see_other, work
from portal.web.routing import get
from portal.web.templates import fragment, page

VIEWS = {"unanswered": "Unanswered", "open": "All open"}


async def inbox(request: Request) -> Response:
    return await page(request, "inbox/inbox.html", thread=None, **await _opened_list(request))


async def rows(request: Request) -> Response:
    """The list alone, for an open page whose inbox has changed; its opening is in the trail."""
    async with reading(request) as session:
        threads = await threads_for(session, actor_of(request))
    return fragment(request, "inbox/_rows.html", selected=None, **_list(request, threads))


async def thread(request: Request) -> Response:
    actor, conversation_id = actor_of(request), path_id(request, "conversation_id")
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, conversation_id)
        if found.kind is Kind.NOTES:
            care = await care_conversation_of(unit.session, found.patient_id)
            return see_other(f"/inbox/{care.id}")
        opened = await open_thread(unit, actor, found, _before(request))
    context = {"thread": opened, "mode": _mode(request), **_ids(opened)}
    if is_htmx(request):
        return fragment(request, "inbox/_opened.html", **context)
    return await page(request, "inbox/inbox.html", **context, **await _opened_list(request))


def _ids(opened: OpenThread) -> dict[str, Any]:
    """What the log and the composers are told by name."""
    return {
        "conversation": opened.conversation,
        "notes": opened.notes,
        "notes_after": opened.notes_head,
        "reading": opened.reading,
        "between": opened.between,
        "client_ids": (new_id(), new_id()),
    }


async def _opened_list(request: Request) -> dict[str, Any]:
    """Each row shows words of a patient's: one entry in the trail names them all."""
    async with work(request) as unit:
        threads = await threads_for(unit.session, actor_of(request))
        context = _list(request, threads)
        shown = [str(row.patient_id) for row in context["rows"]]
        record(unit, "inbox:read", detail={"patients": shown})
    return context


def _list(request: Request, threads: list[Thread]) -> dict[str, Any]:
    view = _view(request)
    shown = [row for row in threads if view == "open" or row.is_waiting]
    return {
        "rows": shown,
        "view": view,
        "view_query": "" if view == "unanswered" else f"?view={view}",
        "views": VIEWS,
        "totals": _counts(threads),
    }


def _counts(threads: list[Thread]) -> dict[str, int]:
    return {"unanswered": sum(row.is_waiting for row in threads), "open": len(threads)}


def _view(request: Request) -> str:
    view = request.query_params.get("view", "")
    return view if view in VIEWS else "unanswered"


def _mode(request: Request) -> str:
    return "note" if request.query_params.get("mode") == "note" else "reply"


def _before(request: Request) -> int | None:
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


routes: list[BaseRoute] = [
    get("/inbox", inbox, allow=Permission.INBOX_READ),
    get("/inbox/rows", rows, allow=Permission.INBOX_READ),
    get("/inbox/{conversation_id}", thread, allow=Permission.INBOX_READ),
]
