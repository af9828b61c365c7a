"""The inbox: the list, one thread, and the list alone for a page that is already open."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from portal.conversations.queries import conversation_for, messages_before, notes_of
from portal.conversations.reading import AFTER_EVERYTHING, receipt_for
from portal.conversations.urgent import LOOKED_AT
from portal.flags.queries import flags_of
from portal.ids import new_id
from portal.inbox import deciding, later_views, replying, saved_views, turning
from portal.inbox.about import about_patient
from portal.inbox.desk import open_desk
from portal.inbox.presence import GONE, HERE, say, tell_open_pages
from portal.inbox.queries import threads_for
from portal.inbox.screens import (
    list_context,
    opened_list,
    others_here,
    read_aside,
    thread_answer,
    view_of,
    view_query,
)
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, reading
from portal.web.routing import get, post
from portal.web.templates import fragment, page


async def inbox(request: Request) -> Response:
    return await page(request, "inbox/inbox.html", thread=None, **await opened_list(request))


async def rows(request: Request) -> Response:
    """The list alone, for an open page whose inbox has changed; its opening is in the trail."""
    async with reading(request) as session:
        threads = await threads_for(session, actor_of(request))
        aside = await read_aside(session, actor_of(request), threads)
    context = list_context(request, threads, aside)
    return fragment(request, "inbox/_rows.html", selected=None, **context)


async def thread(request: Request) -> Response:
    return await thread_answer(request, path_id(request, "conversation_id"))


async def desk(request: Request) -> Response:
    """What can be decided about a thread that is open on a page: names and times, no words."""
    actor, conversation_id = actor_of(request), path_id(request, "conversation_id")
    async with reading(request) as session:
        found = await conversation_for(session, actor, conversation_id)
        opened = await open_desk(session, actor, found)
    query = view_query(view_of(request))
    return fragment(request, "inbox/_desk.html", desk=opened, view_query=query)


async def about(request: Request) -> Response:
    """What stands beside a thread that is open on a page; its opening is in the trail."""
    actor, conversation_id = actor_of(request), path_id(request, "conversation_id")
    async with reading(request) as session:
        found = await conversation_for(session, actor, conversation_id)
        flags = await flags_of(session, found.patient_id)
        beside = await about_patient(session, actor, found.patient_id, flags)
        lines = await messages_before(session, found, AFTER_EVERYTHING, LOOKED_AT)
        receipt = await receipt_for(session, actor, lines)
    return fragment(request, "inbox/_about_now.html", about=beside, receipt=receipt)


async def here(request: Request) -> Response:
    """An open page says that its thread is still open, or no more; and hears who else has it."""
    actor, form = actor_of(request), await form_of(request)
    kind, visit = GONE if form.raw("kind") == GONE else HERE, form.uuid("visit") or new_id()
    async with reading(request) as session:
        found = await conversation_for(session, actor, path_id(request, "conversation_id"))
        notes = await notes_of(session, found.patient_id)
    if say(request, kind, actor.person_id, found.patient_id, visit):
        tell_open_pages(request, actor.person_id, notes.id)
    return PlainTextResponse("" if kind == GONE else await others_here(request, found.patient_id))


routes: list[BaseRoute] = [
    get("/inbox", inbox, allow=Permission.INBOX_READ),
    get("/inbox/rows", rows, allow=Permission.INBOX_READ),
    *turning.routes,
    get("/inbox/{conversation_id}", thread, allow=Permission.INBOX_READ),
    get("/inbox/{conversation_id}/desk", desk, allow=Permission.INBOX_READ),
    get("/inbox/{conversation_id}/about", about, allow=Permission.INBOX_READ),
    post("/inbox/{conversation_id}/here", here, allow=Permission.INBOX_READ),
    *deciding.routes,
    *replying.routes,
    *later_views.routes,
    *saved_views.routes,
]
