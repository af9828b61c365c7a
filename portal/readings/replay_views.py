"""A page for administrators: a rule file on the clinic's own history. Counts only, nobody named."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record
from portal.check_ins.library import RULES, rules_from
from portal.check_ins.rule_file import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.permissions import Permission
from portal.readings.replay import Change, Tally, replay
from portal.web.forms import form_of
from portal.web.requests import work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page


async def show(request: Request) -> Response:
    return await page(request, "readings/replay.html", words="", problem=None, tally=None)


async def run(request: Request) -> Response:
    """An empty field replays the rules that are in force."""
    words = (await form_of(request)).raw("rules")
    try:
        rules = rules_from(words) if words.strip() else RULES
    except RuleFileError as error:
        problem = f"This file cannot be used: {error}."
        return await page(
            request, "readings/replay.html", 422, words=words, problem=problem, tally=None
        )
    tally = await _replayed(request, rules)
    context: dict[str, Any] = {"words": words, "problem": None, "tally": tally}
    context |= {"changes": list(Change), "version": rules.version}
    return await page(request, "readings/replay.html", **context)


async def _replayed(request: Request, rules: RuleSet) -> Tally:
    tally = Tally()
    async for _ in replay(state_of(request).database, rules, tally):
        pass
    async with work(request) as unit:
        record(unit, "rules:replay", detail={"rule_set": rules.version})
    return tally


TRY = Permission.RULES_TRY

routes = [
    get("/rules/replay", show, allow=TRY),
    post("/rules/replay", run, allow=TRY),
]
