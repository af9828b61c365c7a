"""Sending photos and files, and looking at them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from portal.attachments.cabinet import cabinet_of
from portal.attachments.checking import FileKind
from portal.attachments.naming import disposition
from portal.audit.actions import record
from portal.conversations.drafts import draft_of
from portal.conversations.file_models import Attachment
from portal.conversations.files import attachment_in, bound_to, file_from
from portal.conversations.models import Conversation
from portal.conversations.packets import fragment_of
from portal.conversations.queries import care_conversation_of, conversation_for, line_of
from portal.conversations.rules import require_writer
from portal.conversations.sending_files import Parcel, send_files
from portal.conversations.switchboard import switchboard_of
from portal.conversations.views import client_id_of, require_seen, wants_fragment
from portal.errors import NotFound, PortalError
from portal.ids import new_id
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.limits import UPLOADS
from portal.web.requests import actor_of, origin_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page
from portal.web.uploads import files_in

# Should a file turn out to be a page after all, it may do nothing, and is nobody's.
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def choose(request: Request) -> Response:
    """The form for those whose page runs no scripts, with what they have written so far."""
    actor = actor_of(request)
    async with reading(request) as session:
        found = await conversation_for(session, actor, path_id(request, "conversation_id"))
        draft = await draft_of(session, found, actor.person_id)
    words = draft.body if draft else ""
    return await _form(request, found, draft.client_id if draft else new_id(), words)


async def _form(
    request: Request,
    found: Conversation,
    client_id: UUID,
    words: str,
    refusal: PortalError | None = None,
) -> Response:
    actor = actor_of(request)
    require_writer(actor, found.kind)
    async with reading(request) as session:
        back = await _home(session, request, found)
    return await page(
        request,
        "attachments/choose.html",
        refusal.status if refusal else 200,
        conversation=found,
        client_id=client_id,
        words=words,
        back=back,
        errors={"file": refusal.sentence} if refusal else {},
    )


async def send(request: Request) -> Response:
    """A plain form goes back to its page; fetch and htmx get the message itself, or JSON."""
    actor, form = actor_of(request), await form_of(request)
    parcel = Parcel(
        actor=actor,
        origin=origin_of(request),
        conversation_id=path_id(request, "conversation_id"),
        client_id=client_id_of(form),
        words=form.raw("body"),
        given=await files_in(form.data, "file"),
    )
    try:
        await require_seen(request, parcel.conversation_id, form, parcel.client_id)
        message = await send_files(switchboard_of(request), cabinet_of(request), parcel)
    except PortalError as error:
        if wants_fragment(request) or isinstance(error, NotFound):
            raise
        async with reading(request) as session:
            found = await conversation_for(session, actor, parcel.conversation_id)
        return await _form(request, found, parcel.client_id, parcel.words, error)
    async with reading(request) as session:
        found = await session.get_one(Conversation, parcel.conversation_id)
        if wants_fragment(request):
            return HTMLResponse(fragment_of(await line_of(session, found, message.id)))
        return see_other(f"{await _home(session, request, found)}#m-{message.id}")


async def whole(request: Request) -> Response:
    """The file itself. That it was looked at is in the trail each time."""
    async with work(request) as unit:
        found, row = await _found(unit.session, request)
        record(unit, "file:read", patient_id=found.patient_id, subject=row.id)
        file = file_from(unit.session, row, found.patient_id)
    bound = (*bound_to(row.id, found.patient_id), "whole")
    data = await cabinet_of(request).fetch(row.stored_as, *bound)
    how = "inline" if row.kind is FileKind.PHOTO else "attachment"
    return _answer(data, row.kind.media_type, disposition(how, file.name))


async def thumbnail(request: Request) -> Response:
    """The small picture in a message. Its page, or its socket, has noted who reads it."""
    async with reading(request) as session:
        found, row = await _found(session, request)
    if row.thumbnail_as is None:
        raise NotFound
    await _note_reading(request, found)
    bound = (*bound_to(row.id, found.patient_id), "thumbnail")
    data = await cabinet_of(request).fetch(row.thumbnail_as, *bound)
    return _answer(data, FileKind.PHOTO.media_type, "inline")


async def _note_reading(request: Request, found: Conversation) -> None:
    board, actor = switchboard_of(request), actor_of(request)
    if board.was_noted(actor.session_id, found.id):
        return
    async with work(request) as unit:
        record(unit, "conversation:read", patient_id=found.patient_id, subject=found.id)
    board.note(actor.session_id, found.id)


async def _found(session: AsyncSession, request: Request) -> tuple[Conversation, Attachment]:
    """Through the actor, so that a missing file and another's look the same."""
    conversation_id = path_id(request, "conversation_id")
    actor = actor_of(request)
    found = await conversation_for(session, actor, conversation_id)
    return found, await attachment_in(session, actor, found, path_id(request, "file_id"))


async def _home(session: AsyncSession, request: Request, found: Conversation) -> str:
    if actor_of(request).is_patient:
        return f"/conversations/{found.id}"
    care = await care_conversation_of(session, found.patient_id)
    return f"/inbox/{care.id}"


def _answer(data: bytes, media_type: str, how: str) -> Response:
    headers = {
        "content-disposition": how,
        "content-security-policy": NOTHING,
        "x-content-type-options": "nosniff",
    }
    return Response(data, media_type=media_type, headers=headers)


routes: list[BaseRoute] = [
    get(
        "/conversations/{conversation_id}/files",
        choose,
        allow=Permission.CONVERSATION_WRITE,
    ),
    post(
        "/conversations/{conversation_id}/files",
        send,
        allow=Permission.CONVERSATION_WRITE,
        pace=UPLOADS,
        takes_files=True,
    ),
    get(
        "/conversations/{conversation_id}/files/{file_id}",
        whole,
        allow=Permission.CONVERSATION_READ,
    ),
    get(
        "/conversations/{conversation_id}/files/{file_id}/thumbnail",
        thumbnail,
        allow=Permission.CONVERSATION_READ,
    ),
]
