"""For those who watch the machine: lives, is ready, figures."""

import asyncio
import hmac

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from portal.web.schema import schema_problem
from portal.web.state import state_of

ANSWER_WITHIN = 5.0


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """503 and what is not in order, by name only."""
    problems = [name for name, fine in (await _checks(request)).items() if not fine]
    body = {"ready": not problems, "problems": problems}
    return JSONResponse(body, status_code=503 if problems else 200)


async def _checks(request: Request) -> dict[str, bool]:
    relay = state_of(request).extras.get("relay")
    fan_out = relay is None or relay.is_connected
    checks = {"database": False, "fan_out": fan_out}
    try:
        async with asyncio.timeout(ANSWER_WITHIN), state_of(request).database.read() as session:
            problem = await schema_problem(session)
    except (SQLAlchemyError, OSError, TimeoutError):
        return checks
    return checks | {"database": True, "migrations": problem is None}


async def metrics(request: Request) -> Response:
    """Prometheus text, for whoever holds METRICS_TOKEN; without the setting it is not there."""
    token = state_of(request).settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise HTTPException(404)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
