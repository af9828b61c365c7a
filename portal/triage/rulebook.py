"""The rules as a page for the care team: no patient on it, so nothing is recorded."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from portal.check_ins.rule_sets import rules_by_version
from portal.check_ins.rules import Rule
from portal.errors import NotFound
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect
from portal.web.requests import reading
from portal.web.templates import page

OTHER = "other"
SHOWN = {
    "": "All",
    **{effect.value: effect.words.capitalize() for effect in Effect},
    OTHER: "Other",
}


async def rules(request: Request) -> Response:
    """Those in force, or `version`; with `effect` only what is about it."""
    version = request.query_params.get("version")
    async with reading(request) as session:
        rule_set = await rules_by_version(session, version)
        in_force = await rules_by_version(session, None)
    if rule_set is None:
        raise NotFound
    shown = request.query_params.get("effect", "")
    shown = shown if shown in SHOWN else ""
    found = [rule for rule in rule_set.rules if _is_about(rule, shown)]
    return await page(
        request,
        "triage/rules.html",
        levels=[(level, [rule for rule in found if rule.level is level]) for level in Level],
        rule_set=rule_set,
        in_force=in_force,
        count=len(found),
        views=[
            (_address(version, value), words, None, value == shown)
            for value, words in SHOWN.items()
        ],
    )


def _is_about(rule: Rule, shown: str) -> bool:
    if shown == OTHER:
        return rule.effect is None
    return not shown or rule.effect == shown


def _address(version: str | None, effect: str) -> str:
    query = {name: value for name, value in (("version", version), ("effect", effect)) if value}
    return f"/rules?{urlencode(query)}" if query else "/rules"
