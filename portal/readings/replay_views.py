"""A page for administrators: a rule file on the clinic's own history. Counts only, nobody named."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.check_ins.library import rules_from, rules_of
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.permissions import Permission
from portal.readings.replay import Change, Tally, replay
from portal.web.forms import form_of
from portal.web.limits import REPLAYS
from portal.web.requests import reading, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

SPANS = {"4": "The last 4 weeks", "12": "The last 12 weeks", "52": "The last year", "": "All of it"}
USUAL = "12"


async def show(request: Request) -> Response:
    return await _page(request, weeks=USUAL)


async def run(request: Request) -> Response:
    """An empty field replays the rules that are in force."""
    form = await form_of(request)
    words, weeks = form.raw("rules"), form.raw("weeks")
    weeks = weeks if weeks in SPANS else USUAL
    async with reading(request) as session:
        in_force = rules_of(session)
    try:
        rules = rules_from(words) if words.strip() else in_force
    except RuleFileError as error:
        errors = {"rules": f"This file cannot be used: {error}."}
        return await _page(request, 422, words=words, weeks=weeks, errors=errors)
    tally = await _replayed(request, rules, weeks)
    return await _page(
        request,
        words=words,
        weeks=weeks,
        tally=tally,
        changes=list(Change),
        version=rules.version,
        rules=[(mark, _named(mark[1:], (rules, in_force)), n) for mark, n in tally.by_rule],
    )


async def _page(request: Request, status: int = 200, **given: Any) -> Response:
    usual: dict[str, Any] = {"words": "", "errors": {}, "tally": None, "spans": SPANS.items()}
    return await page(request, "readings/replay.html", status, **{**usual, **given})


async def _replayed(request: Request, rules: RuleSet, weeks: str) -> Tally:
    since = clock.now() - timedelta(weeks=int(weeks)) if weeks else None
    tally = Tally()
    async for _ in replay(state_of(request).database, rules, tally, since):
        pass
    async with work(request) as unit:
        record(unit, "rules:replay", detail={"rule_set": rules.version, "weeks": weeks or "all"})
    return tally


def _named(id: str, rule_sets: Sequence[RuleSet]) -> str:
    """A rule's title by the first of these that has it."""
    found = (each.rule(id) for each in rule_sets)
    return next((rule.title for rule in found if rule), "No longer there")


TRY = Permission.RULES_TRY

routes = [
    get("/rules/replay", show, allow=TRY),
    post("/rules/replay", run, allow=TRY, pace=REPLAYS),
]
