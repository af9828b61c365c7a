"""What a patient sees of check-ins that were sent: the result, the answers, the list."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.check_ins.coming import missed_check_ins, next_check_in
from portal.check_ins.in_words import answers_in_words
from portal.check_ins.library import rules_of
from portal.check_ins.queries import check_in_for, opened
from portal.check_ins.results import advice
from portal.check_ins.sent import submitted_check_ins
from portal.flags.history import reasons_of
from portal.flags.models import FlagSource
from portal.flags.queries import FlagState, flag_of_source
from portal.flags.standing import standing_of
from portal.people.access import patient_for
from portal.people.queries import name_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.state import state_of
from portal.web.templates import page

SHOWN = 30
# After this the advice is history, and the page says so before anything else.
OLD_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who took the flag, by the name that patients know, and when."""

    by: str
    at: datetime


async def list_own(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        patient = await patient_for(unit.session, actor, actor.person_id)
        sent = await submitted_check_ins(unit.session, patient.id)
        coming = await next_check_in(unit.session, patient.id, clock.now())
        missed = await missed_check_ins(unit.session, patient.id, clock.now())
        record(unit, "check_in:list", patient_id=patient.id)
    return await page(
        request,
        "check_ins/list.html",
        sent=sent[::-1][:SHOWN],
        coming=coming,
        missed=missed[::-1],
    )


async def show_result(request: Request) -> Response:
    """The rule's advice at once, emergency first; for a quiet check-in a thank-you."""
    actor, clinic = actor_of(request), state_of(request).settings.clinic
    async with work(request) as unit:
        check_in = await check_in_for(unit.session, actor, path_id(request, "check_in_id"))
        if check_in.submitted_at is None:
            return see_other(f"/check-ins/{check_in.id}")
        state = await flag_of_source(unit.session, FlagSource.CHECK_IN, check_in.id)
        reasons = await reasons_of(unit.session, state.flag) if state else []
        seen = await _seen(unit.session, state)
        answers, rules = opened(unit.session, check_in), rules_of(unit.session)
        coming = await next_check_in(unit.session, check_in.patient_id, clock.now())
        record(unit, "check_in:result", patient_id=check_in.patient_id, subject=check_in.id)
    context: dict[str, Any] = {
        "advice": advice(rules, reasons, state.flag.due_at, clinic, answers) if state else None,
        "coming": coming,
        "is_old": clock.now() - check_in.submitted_at > OLD_AFTER,
        "seen": seen,
        "standing": standing_of(state, clock.now(), clinic) if state else None,
        "understood": any(reason.rule.startswith("w-") for reason in reasons),
    }
    return await page(request, "check_ins/result.html", check_in=check_in, **context)


async def _seen(session: AsyncSession, state: FlagState | None) -> Seen | None:
    taken = state.acknowledgement if state else None
    if taken is None:
        return None
    return Seen((await name_of(session, taken.by_id)).name, taken.at)


async def show_answers(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        check_in = await check_in_for(unit.session, actor, path_id(request, "check_in_id"))
        every = await submitted_check_ins(unit.session, check_in.patient_id)
        sent = next((each for each in every if each.id == check_in.id), None)
        if sent is None:
            return see_other(f"/check-ins/{check_in.id}")
        lines = answers_in_words(sent, every)
        record(unit, "check_in:read", patient_id=check_in.patient_id, subject=check_in.id)
    return await page(request, "check_ins/answers.html", sent=sent, lines=lines)
