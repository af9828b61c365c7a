"""Browsers say here which rule of the page policy something broke. Only the rule is kept."""

import json

import structlog
from starlette.requests import Request
from starlette.responses import Response

from portal.web.limits import REPORTS
from portal.web.routing import ANYONE, post

log = structlog.get_logger()

LONGEST_REPORT = 16 * 1024
LONGEST_NAME = 40


async def take_report(request: Request) -> Response:
    """Nothing of the report but the directive's name is logged: addresses could tell too much."""
    body = await request.body()
    if len(body) <= LONGEST_REPORT:
        log.warning("page.policy_broken", directive=_directive_of(body))
    return Response(status_code=204)


def _directive_of(body: bytes) -> str:
    try:
        report = json.loads(body)["csp-report"]
        name = str(report.get("effective-directive") or report.get("violated-directive") or "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "unreadable"
    kept = "".join(sign for sign in name if sign.isascii() and (sign.isalpha() or sign == "-"))
    return kept[:LONGEST_NAME] or "unknown"


routes = [post("/csp-report", take_report, allow=ANYONE, pace=REPORTS)]
