"""The page of saved replies: add, change, retire."""

from starlette.requests import Request
from starlette.responses import Response

from portal.errors import Conflict
from portal.handling.models import SavedReply
from portal.handling.saved import (
    VARIABLES,
    add_reply,
    change_reply,
    retire_reply,
    saved_replies,
    saved_reply,
    unknown_variables,
)
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

LONGEST_NAME, LONGEST_WORDS = 40, 2000
PAGE = "/saved-replies"


async def replies(request: Request) -> Response:
    return await _show(request)


async def one(request: Request) -> Response:
    async with reading(request) as session:
        reply = await saved_reply(session, path_id(request, "reply_id"))
    return await _show(request, reply)


async def add(request: Request) -> Response:
    form = await form_of(request)
    name, words = _read(form)
    if form.errors:
        return await _show(request, form=form)
    try:
        async with work(request) as unit:
            await add_reply(unit, actor_of(request).person_id, name, words)
    except Conflict as conflict:
        form.errors["name"] = conflict.sentence
        return await _show(request, form=form, status=409)
    return see_other(PAGE, said=f"Added {name}")


async def change(request: Request) -> Response:
    form = await form_of(request)
    name, words = _read(form)
    async with reading(request) as session:
        reply = await saved_reply(session, path_id(request, "reply_id"))
    if form.errors:
        return await _show(request, reply, form)
    try:
        async with work(request) as unit:
            held = await saved_reply(unit.session, reply.id)
            await change_reply(unit, actor_of(request).person_id, held, name, words)
    except Conflict as conflict:
        form.errors["name"] = conflict.sentence
        return await _show(request, reply, form, 409)
    return see_other(PAGE, said=f"Changed {name}")


async def retire(request: Request) -> Response:
    async with work(request) as unit:
        reply = await saved_reply(unit.session, path_id(request, "reply_id"))
        retire_reply(unit, reply)
    return see_other(PAGE, said=f"{reply.name} is no longer in use")


def _read(form: Form) -> tuple[str, str]:
    name = form.text("name", longest=LONGEST_NAME, required="Give it a short name to find it by.")
    words = form.text("words", longest=LONGEST_WORDS, required="Write what it says.")
    unknown = unknown_variables(words)
    if unknown:
        form.errors["words"] = f"There is no variable {{{unknown[0]}}}. Use one of those below."
    return name, words


async def _show(
    request: Request,
    reply: SavedReply | None = None,
    form: Form | None = None,
    status: int = 422,
) -> Response:
    """The list beside a form: of a new reply, of the one to change, or of what was posted."""
    async with reading(request) as session:
        found = await saved_replies(session)
    return await page(
        request,
        "inbox/saved_replies.html",
        status if form else 200,
        replies=found,
        reply=reply,
        typed=form.raw("name") if form else (reply.name if reply else ""),
        words=form.raw("words") if form else (reply.words if reply else ""),
        errors=form.errors if form else {},
        variables=VARIABLES,
    )


routes = [
    get(PAGE, replies, allow=Permission.INBOX_READ),
    post(PAGE, add, allow=Permission.INBOX_READ),
    get(f"{PAGE}/{{reply_id}}", one, allow=Permission.INBOX_READ),
    post(f"{PAGE}/{{reply_id}}", change, allow=Permission.INBOX_READ),
    post(f"{PAGE}/{{reply_id}}/retire", retire, allow=Permission.INBOX_READ),
]
