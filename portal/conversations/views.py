"""A patient's conversation with the care team, and the plain way to send and fetch messages."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute

from portal import clock
from portal.audit.actions import record
from portal.conversations.actions import mark_read
from portal.conversations.between import Happened, between
from portal.conversations.drafts import draft_of
from portal.conversations.live import live_socket
from portal.conversations.meanwhile import require_all_seen
from portal.conversations.models import Conversation
from portal.conversations.packets import fragment_of
from portal.conversations.queries import (
    Line,
    care_conversation_of,
    conversation_for,
    line_of,
    messages_after,
)
from portal.conversations.quick_answers import quick_answers
from portal.conversations.reading import Reading, read_page
from portal.conversations.switchboard import switchboard_of
from portal.conversations.urgent import question_about
from portal.errors import Invalid, PortalError
from portal.ids import new_id
from portal.languages import N_
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import (
    actor_of,
    is_htmx,
    is_opened_here,
    origin_of,
    path_id,
    reading,
    see_other,
    work,
)
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

MOST_FETCHED = 500
# Older check-ins would crowd out the words.
HAPPENED_LATELY = timedelta(hours=24)
LARGEST_NUMBER = 2**31 - 1


async def messages(request: Request) -> Response:
    """The patient's own conversation, or the team's inbox."""
    actor = actor_of(request)
    if actor.is_staff:
        return see_other("/inbox")
    async with reading(request) as session:
        care = await care_conversation_of(session, actor.person_id)
    return see_other(f"/conversations/{care.id}")


async def conversation(request: Request) -> Response:
    actor, conversation_id = actor_of(request), path_id(request, "conversation_id")
    if actor.is_staff:
        return see_other(f"/inbox/{conversation_id}")
    return await show(request, conversation_id)


async def show(
    request: Request,
    conversation_id: UUID,
    status: int = 200,
    words: str = "",
    error: str | None = None,
) -> Response:
    """The patient's page; `words` and `error` are of a message that could not be sent."""
    actor, before = actor_of(request), _number(request, "before")
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, conversation_id)
        record(unit, "conversation:read", patient_id=found.patient_id, subject=found.id)
        lines = await read_page(unit.session, actor, found, before)
        if is_opened_here(request):
            await mark_read(unit, found, actor.person_id, lines.head)
        draft = await draft_of(unit.session, found, actor.person_id)
    # Outside the transaction: nobody's message waits for what is only looked up.
    async with reading(request) as session:
        question = await question_about(session, lines.lines) if before is None else None
        answering = await state_of(request).answering(session, found.patient_id)
        happened = await _happened(request, session, lines)
        understood = await state_of(request).understood(session, lines.lines)
    return await page(
        request,
        "conversations/conversation.html",
        status,
        conversation=found,
        reading=lines,
        is_marked=is_opened_here(request),
        between=between(lines, happened, ZoneInfo(actor.time_zone)),
        answering=answering,
        understood=understood,
        question=question,
        quick=quick_answers(lines.lines) if before is None else None,
        client_id=draft.client_id if draft else new_id(),
        words=words or (draft.body if draft else ""),
        errors={"body": error} if error else {},
    )


async def _happened(request: Request, session: AsyncSession, lines: Reading) -> list[Happened]:
    """What the patient did elsewhere of late, to stand between the lines that there are."""
    if not lines.lines or not lines.is_latest:
        return []
    since = clock.now() - HAPPENED_LATELY
    lately = await state_of(request).happened(session, actor_of(request).person_id, since)
    return [Happened(at, words) for at, words in lately]


async def send(request: Request) -> Response:
    """Say something. A plain form goes back to its page; fetch and htmx get the message itself."""
    conversation_id = path_id(request, "conversation_id")
    form = await form_of(request)
    try:
        line, home = await say(request, conversation_id, form)
    except PortalError as error:
        if wants_fragment(request) or error.status == 404 or actor_of(request).is_staff:
            raise
        return await show(request, conversation_id, error.status, form.raw("body"), error.sentence)
    if wants_fragment(request):
        return HTMLResponse(fragment_of(line))
    return see_other(home)


async def say(request: Request, conversation_id: UUID, form: Form) -> tuple[Line, str]:
    """What a form says, stored, and where its page shows it. Raises all that `Switchboard.send`
    raises, and WrittenMeanwhile."""
    actor, client_id = actor_of(request), client_id_of(form)
    await require_seen(request, conversation_id, form, client_id)
    message = await switchboard_of(request).send(
        actor, origin_of(request), conversation_id, form.raw("body"), client_id
    )
    async with reading(request) as session:
        found = await session.get_one(Conversation, conversation_id)
        line = await line_of(session, found, message.id)
        care = await care_conversation_of(session, found.patient_id)
    said_at = f"#m-{message.id}"
    home = f"/inbox/{care.id}" if actor.is_staff else f"/conversations/{care.id}"
    return line, home + said_at


async def require_seen(
    request: Request, conversation_id: UUID, form: Form, client_id: UUID
) -> None:
    """A reply of the team's names the last message that its writer has seen, where its page can."""
    actor, seen = actor_of(request), _whole(form.raw("seen"))
    if actor.is_patient or seen is None:
        return
    async with reading(request) as session:
        found = await conversation_for(session, actor, conversation_id)
        await require_all_seen(session, actor, found.id, seen, client_id)


async def fetch(request: Request) -> Response:
    """The messages after a number, as fragments: what a page without a socket asks for."""
    actor, after = actor_of(request), _number(request, "after") or 0
    board = switchboard_of(request)
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, path_id(request, "conversation_id"))
        # A page without a socket asks every few seconds: its reading is noted like a socket's.
        if not board.was_noted(actor.session_id, found.id):
            record(unit, "conversation:read", patient_id=found.patient_id, subject=found.id)
        lines = await messages_after(unit.session, found, after, MOST_FETCHED)
    board.note(actor.session_id, found.id)
    return HTMLResponse("\n".join(fragment_of(line) for line in lines))


def wants_fragment(request: Request) -> bool:
    return is_htmx(request) or request.headers.get("accept", "").startswith("application/json")


def client_id_of(form: Form) -> UUID:
    """The page's own name for the message; a made-up one would let a resend say it twice."""
    if not form.raw("client_id"):
        return new_id()
    client_id = form.uuid("client_id")
    if client_id is None:
        raise Invalid(N_("This page cannot be sent any more. Open it again, and send from there."))
    return client_id


def _number(request: Request, name: str) -> int | None:
    return _whole(request.query_params.get(name, ""))


def _whole(text: str) -> int | None:
    """A whole number as the databases know it; anything else counts as absent."""
    return min(int(text[:20]), LARGEST_NUMBER) if text.isascii() and text.isdigit() else None


routes: list[BaseRoute] = [
    get("/messages", messages, allow=Permission.CONVERSATION_READ),
    get("/conversations/{conversation_id}", conversation, allow=Permission.CONVERSATION_READ),
    get("/conversations/{conversation_id}/messages", fetch, allow=Permission.CONVERSATION_READ),
    post("/conversations/{conversation_id}/messages", send, allow=Permission.CONVERSATION_WRITE),
    WebSocketRoute("/live", live_socket),
]
