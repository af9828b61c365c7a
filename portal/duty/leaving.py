"""The end of a shift: what one still has, and one press that hands all of it to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.conversations.models import Conversation
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid
from portal.flags.queries import FlagState, open_flags_for
from portal.flags.steps import To, hand_over
from portal.handling.actions import Seen, assign
from portal.handling.queries import states_for
from portal.people.queries import Named, colleagues_of, named
from portal.permissions import GRANTS, Actor, Permission
from portal.rota.models import Shift
from portal.rota.queries import own_shift
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that somebody has. `number` is its last step, as the page shows it."""

    conversation: Conversation
    patient: Named
    number: int


@dataclass(frozen=True, slots=True)
class Left:
    """What the actor still has, the most urgent first, and to whom it may go."""

    shift: Shift | None
    flags: Sequence[tuple[FlagState, Named]]
    talks: Sequence[Talk]
    colleagues: Sequence[Named]

    @property
    def is_empty(self) -> bool:
        return not self.flags and not self.talks


async def left_with(session: AsyncSession, actor: Actor) -> Left:
    every = await open_flags_for(session, actor)
    flags = sorted(
        (state for state in every if state.owner_id == actor.person_id),
        key=lambda state: (state.level.rank, state.due_at, state.id),
    )
    talks = await _talks(session, actor)
    people = await named(session, [state.patient_id for state in flags])
    return Left(
        shift=await own_shift(session, actor.person_id, clock.now()),
        flags=[(state, people[state.patient_id]) for state in flags],
        talks=talks,
        colleagues=await _colleagues(session, actor),
    )


async def _talks(session: AsyncSession, actor: Actor) -> list[Talk]:
    states = await states_for(session, actor)
    mine = {id: one for id, one in states.items() if one.owner_id == actor.person_id}
    rows = await session.exec(select(Conversation).where(col(Conversation.id).in_(mine)))
    found = rows.all()
    people = await named(session, [one.patient_id for one in found])
    return [Talk(one, people[one.patient_id], mine[one.id].number) for one in found]


async def _colleagues(session: AsyncSession, actor: Actor) -> list[Named]:
    found = await colleagues_of(session, actor.person_id)
    return [one for one in found if Permission.FLAG_ACT in GRANTS[one.role]]


async def show(request: Request) -> Response:
    return await _show(request)


async def _show(request: Request, form: Form | None = None) -> Response:
    """All is ticked at first; a form that cannot be comes back as it was filled in."""
    actor = actor_of(request)
    async with work(request) as unit:
        left = await left_with(unit.session, actor)
        for patient_id in {person.id for _, person in left.flags}:
            record(unit, "rota:leaving", patient_id=patient_id)
    return await page(
        request,
        "duty/leaving.html",
        422 if form else 200,
        left=left,
        colleagues=_options(left),
        ticked={*form.data.getlist("flag"), *form.data.getlist("talk")} if form else None,
        typed={name: form.raw(name) if form else "" for name in ("next", "note")},
        errors=form.errors if form else {},
    )


def _options(left: Left) -> list[tuple[str, str]]:
    return [(str(one.id), f"{one.name}, {one.role.words.lower()}") for one in left.colleagues]


async def leave(request: Request) -> Response:
    """Hand over what was ticked, all of it or, when somebody was first, none."""
    form = await form_of(request)
    next_id = form.uuid("next")
    if next_id is None:
        form.errors["next"] = "Choose who goes on with it."
    note = form.text("note", longest=LONGEST_NOTE)
    if form.errors or next_id is None:
        return await _show(request, form)
    try:
        async with work(request) as unit:
            count = await _hand_all(unit, actor_of(request), next_id, note, form)
    except (Conflict, Invalid) as refusal:
        form.errors["next"] = refusal.sentence
        return await _show(request, form)
    return see_other("/hand-over", said=_said(count))


def _said(count: int) -> str:
    if not count:
        return "Nothing was handed over. Only what is ticked goes to them."
    return "Handed over 1 item" if count == 1 else f"Handed over {count} items"


async def _hand_all(unit: UnitOfWork, actor: Actor, next_id: UUID, note: str, form: Form) -> int:
    """Only what the actor has is looked at, so a foreign id in the form names nothing."""
    left = await left_with(unit.session, actor)
    flags = set(form.many("flag", [str(state.id) for state, _ in left.flags]))
    talks = set(form.many("talk", [str(talk.conversation.id) for talk in left.talks]))
    for state, _ in left.flags:
        if str(state.id) in flags:
            await hand_over(unit, state.id, To(person_id=next_id), note)
    for talk in left.talks:
        if str(talk.conversation.id) in talks:
            seen = Seen(talk.number, talk.conversation.last_seq)
            await assign(unit, talk.conversation, seen, next_id)
    return len(flags) + len(talks)


routes = [
    get("/hand-over", show, allow=Permission.FLAG_ACT),
    post("/hand-over", leave, allow=Permission.FLAG_ACT),
]
