"""The provider itself tells us, server to server, that somebody signed out there."""

from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal import clock
from portal.accounts.actions import find_identity
from portal.accounts.models import LogoutHeard, Session
from portal.accounts.oidc import Logout
from portal.accounts.provider import provider_of
from portal.accounts.refusals import AnswerRefused, ProviderDown, SignInFailed
from portal.accounts.sessions import end_session, hash_of
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Invalid
from portal.web.forms import form_data
from portal.web.requests import origin_of
from portal.web.state import state_of

log = structlog.get_logger()

LONGEST_TOKEN = 16 * 1024
# Longer than a token stays fresh, both clocks' leeway included.
REMEMBERED_FOR = timedelta(minutes=10)


async def told_to_end(request: Request) -> Response:
    """The signature is what proves who asks; the answers are those of the specification."""
    try:
        logout = await provider_of(request).logout_from(await _token_in(request))
        async with state_of(request).database.work(origin=origin_of(request)) as work:
            await end_as_told(work, logout)
    except SignInFailed as failure:
        log.warning("back_channel.refused", reason=failure.reason)
        status = failure.status if isinstance(failure, ProviderDown) else 400
        return JSONResponse({"error": "invalid_request"}, status)
    return Response()


async def _token_in(request: Request) -> str:
    try:
        given = (await form_data(request)).getlist("logout_token")
    except Invalid as error:
        raise AnswerRefused("no_form") from error
    if len(given) != 1 or not isinstance(given[0], str) or len(given[0]) > LONGEST_TOKEN:
        raise AnswerRefused("no_logout_token")
    return given[0]


async def end_as_told(work: UnitOfWork, logout: Logout) -> None:
    """End the sessions that are meant; raises AnswerRefused when this was heard before."""
    work.session.add(
        LogoutHeard(token_hash=hash_of(logout.jti), ends_at=clock.now() + REMEMBERED_FOR)
    )
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise AnswerRefused("replayed") from error
    for held in await _sessions_meant(work.session, logout):
        await end_session(work, held.id, held.person_id)
        record(work, "session:end_by_provider", subject=held.person_id)


async def _sessions_meant(session: AsyncSession, logout: Logout) -> list[Session]:
    meant = select(Session).where(col(Session.ended_at).is_(None))
    is_named = col(Session.provider_session) == logout.session
    if logout.subject is None:
        return list((await session.exec(meant.where(is_named))).all())
    identity = await find_identity(session, logout.issuer, logout.subject)
    if identity is None:
        return []
    meant = meant.where(col(Session.person_id) == identity.person_id)
    if logout.session is not None:
        # A sign-in whose ID token named no session may well be the one that ended there.
        meant = meant.where(or_(is_named, col(Session.provider_session).is_(None)))
    return list((await session.exec(meant)).all())
