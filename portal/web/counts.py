"""The numbers beside the links, for an open page that heard of a change."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.permissions import Permission
from portal.web.routing import get
from portal.web.templates import counts_of


async def counts(request: Request) -> Response:
    found = await counts_of(request)
    return JSONResponse(
        {
            "triage": found.triage,
            "emergencies": found.emergencies,
            "inbox": found.inbox,
            "requests": found.requests,
        }
    )


routes = [get("/counts", counts, allow=Permission.ACCOUNT_USE)]
