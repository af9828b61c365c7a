"""The list and one thread as answers: a whole page, or the part that an open page asked for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record
from portal.conversations.drafts import draft_of
from portal.conversations.mentions import mentioned_for
from portal.conversations.models import Kind
from portal.conversations.queries import care_conversation_of, conversation_for
from portal.errors import Conflict
from portal.ids import new_id
from portal.inbox.laters import News, calls, news_for
from portal.inbox.presence import presence_of
from portal.inbox.queries import Thread, in_queue, threads_for
from portal.inbox.thread import OpenThread, open_thread
from portal.people.queries import named
from portal.permissions import Actor
from portal.web.requests import actor_of, is_htmx, is_opened_here, reading, see_other, work
from portal.web.templates import fragment, page

WAITING = "waiting"
VIEWS = {
    WAITING: "Waiting",
    "mine": "Mine",
    "mentions": "Mentions",
    "unowned": "No owner",
    "open": "All open",
    "snoozed": "Snoozed",
    "closed": "Closed",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """Words of a box, `reply` or `note`, that were not sent: they go back under their own name."""

    kind: str
    words: str
    client_id: UUID


async def thread_answer(
    request: Request,
    conversation_id: UUID,
    status: int = 200,
    *,
    notice: str | None = None,
    said: str | None = None,
    typed: Typed | None = None,
    undo: int | None = None,
) -> Response:
    """The thread as it is now. `notice` stands above it when somebody else was first, or when
    something is wrong with what was `typed`, which is put back into its box. `undo` is the step
    that can be taken back."""
    actor = actor_of(request)
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, conversation_id)
        if found.kind is Kind.NOTES:
            care = await care_conversation_of(unit.session, found.patient_id)
            return see_other(f"/inbox/{care.id}")
        opened = await open_thread(
            unit, actor, found, _before(request), marks=is_opened_here(request)
        )
    context = {
        "thread": opened,
        "is_marked": is_opened_here(request),
        "mode": _mode(request),
        "notice": notice,
        **_ids(opened),
    }
    context["to_newest"] = status == Conflict.status
    context["here"] = await others_here(request, opened.conversation.patient_id)
    context |= await _written(request, opened)
    if typed:
        context["mode"] = typed.kind
        context["written"][typed.kind] = typed.words
        context["client_ids"][typed.kind] = typed.client_id
    if is_htmx(request):
        view = {"view_query": view_query(view_of(request)), "done": said, "undo": undo}
        return fragment(request, "inbox/_opened.html", status, **context, **view)
    return await page(request, "inbox/inbox.html", status, **context, **await opened_list(request))


async def others_here(request: Request, patient_id: UUID) -> str:
    """Who else has the thread open, in words or nothing; its reader has found it."""
    others = presence_of(request).here(patient_id) - {actor_of(request).person_id}
    async with reading(request) as session:
        names = sorted(one.name for one in (await named(session, others)).values())
    if not names:
        return ""
    *most, last = names
    return f"{', '.join(most)} and {last} are also here" if most else f"{last} is also here"


async def opened_list(request: Request) -> dict[str, Any]:
    """Each row shows words of a patient's: one entry in the trail names them all."""
    async with work(request) as unit:
        threads = await threads_for(unit.session, actor_of(request))
        aside = await read_aside(unit.session, actor_of(request), threads)
        context = list_context(request, threads, aside)
        shown = [str(row.patient_id) for row in context["rows"]]
        record(unit, "inbox:read", detail={"patients": shown})
    return context


@dataclass(frozen=True, slots=True)
class Aside:
    """What concerns the reader in person: whose notes call them, what they must hear."""

    mentioned: frozenset[UUID]
    news: list[News]


async def read_aside(session: AsyncSession, actor: Actor, threads: list[Thread]) -> Aside:
    mentioned = frozenset(await mentioned_for(session, actor))
    listed = {row.patient_id for row in threads}
    news = [*await news_for(session, actor), *await calls(session, mentioned - listed)]
    return Aside(mentioned, news)


def list_context(request: Request, threads: list[Thread], aside: Aside) -> dict[str, Any]:
    actor, view = actor_of(request), view_of(request)
    placed = {name: [row for row in threads if belongs(row, name, actor)] for name in VIEWS}
    placed["mentions"] = [row for row in threads if row.patient_id in aside.mentioned]
    return {
        "rows": placed[view],
        "mentioned": aside.mentioned,
        "news": aside.news,
        "view": view,
        "view_query": view_query(view),
        "views": VIEWS,
        "totals": {name: len(rows) for name, rows in placed.items()},
    }


def belongs(row: Thread, view: str, actor: Actor) -> bool:
    """Whether this view shows the row."""
    if view == "closed":
        return row.is_closed
    if view == "snoozed":
        return row.is_snoozed
    if view == "mine":
        return row.is_open and row.owner is not None and row.owner.id == actor.person_id
    if view == "unowned":
        return row.is_open and row.owner is None
    return row.is_open and (view == "open" or in_queue(row, actor))


def view_of(request: Request) -> str:
    view = request.query_params.get("view", "")
    return view if view in VIEWS else WAITING


def view_query(view: str) -> str:
    return "" if view == WAITING else f"?view={view}"


def _ids(opened: OpenThread) -> dict[str, Any]:
    """What the log and the composers are told by name."""
    return {
        "conversation": opened.conversation,
        "notes": opened.notes,
        "notes_after": opened.notes_head,
        "reading": opened.reading,
        "between": opened.between,
        "desk": opened.desk,
        "saved": opened.saved,
        "laters": opened.laters,
        "team": opened.team,
        "turned": opened.turned,
    }


async def _written(request: Request, opened: OpenThread) -> dict[str, Any]:
    """What stands in the two boxes: a saved reply that was just chosen, or the reader's drafts."""
    me = actor_of(request).person_id
    async with reading(request) as session:
        drafts = {
            "reply": await draft_of(session, opened.conversation, me),
            "note": await draft_of(session, opened.notes, me),
        }
    words = {kind: draft.body if draft else "" for kind, draft in drafts.items()}
    chosen = _put_in(request, opened)
    words["reply"] = "\n".join(part for part in (words["reply"], chosen) if part)
    names = {kind: draft.client_id if draft else new_id() for kind, draft in drafts.items()}
    return {"drafts": drafts, "written": words, "client_ids": names}


def _put_in(request: Request, opened: OpenThread) -> str:
    """The saved reply that was chosen without scripts, for its reader to change and send."""
    chosen = request.query_params.get("saved", "")
    return next((one.words for one in opened.saved if str(one.id) == chosen), "")


def _mode(request: Request) -> str:
    return "note" if request.query_params.get("mode") == "note" else "reply"


def _before(request: Request) -> int | None:
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
