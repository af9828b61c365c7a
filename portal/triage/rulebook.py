"""The rules as a page for the care team: no patient on it, so nothing is recorded."""

from starlette.requests import Request
from starlette.responses import Response

from portal.check_ins.library import RULES
from portal.symptoms.levels import Level
from portal.web.templates import page


async def rules(request: Request) -> Response:
    levels = [(level, [rule for rule in RULES.rules if rule.level is level]) for level in Level]
    return await page(request, "triage/rules.html", levels=levels, rule_set=RULES)
