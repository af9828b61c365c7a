"""Puts the portal together: settings, database, hub, routes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp

from portal.accounts.backend import SignedIn
from portal.accounts.denials import on_denial
from portal.accounts.views import routes as account_routes
from portal.bookings.views import routes as booking_routes
from portal.check_ins.in_words import sent_in_words
from portal.check_ins.views import routes as check_in_routes
from portal.conversations.change_views import routes as change_routes
from portal.conversations.draft_views import routes as draft_routes
from portal.conversations.file_views import routes as file_routes
from portal.conversations.search_views import routes as search_routes
from portal.conversations.urgency_views import routes as urgency_routes
from portal.conversations.views import routes as conversation_routes
from portal.dashboard.views import routes as dashboard_routes
from portal.duty.views import routes as duty_routes
from portal.errors import NotAllowed, NotFound, PortalError
from portal.figures.views import routes as figure_routes
from portal.handling.answering import answering_for
from portal.inbox.presence import TOPIC as PRESENCE
from portal.inbox.presence import Presence
from portal.inbox.views import routes as inbox_routes
from portal.models import make_database
from portal.navigation import counts_for
from portal.notices.views import routes as notice_routes
from portal.readings.in_chat import understood_in
from portal.readings.listener import Judge
from portal.readings.replay_views import routes as replay_routes
from portal.readings.views import routes as reading_routes
from portal.realtime.bulletins import Reader
from portal.realtime.hub import Hub
from portal.realtime.relay import Relay
from portal.records.views import routes as record_routes
from portal.settings import Settings
from portal.triage.views import routes as triage_routes
from portal.web import counts, health, offline, reports
from portal.web.body_limit import BodyLimit
from portal.web.problems import (
    NO_DATABASE,
    on_failure,
    on_http_error,
    on_no_database,
    on_portal_error,
)
from portal.web.security import Shield
from portal.web.state import AppState
from portal.web.static import static_mount

LARGEST_BODY = 1 << 20


class Portal(Starlette):
    """Starlette with the shield outside even its handler of unexpected errors."""

    settings: Settings

    def build_middleware_stack(self) -> ASGIApp:
        return Shield(super().build_middleware_stack(), self.settings)


def create_app(settings: Settings, *extra: BaseRoute) -> Portal:
    """The whole application. `extra` routes come first: the demo's own provider."""
    hub = Hub()
    relay = Relay(settings.redis_url, hub) if settings.redis_url else None
    database = make_database(settings, relay.publish if relay else hub.publish)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        judge = Judge(database, hub)
        async with (relay or Reader(database, hub)).running():
            yield
            await judge.finished()
        await database.dispose()

    site = Router(routes=site_routes(), middleware=[Middleware(SignedIn)])
    app = Portal(
        routes=[static_mount(), *health.routes, *extra, Mount("/", app=site)],
        lifespan=lifespan,
        middleware=[Middleware(BodyLimit, LARGEST_BODY)],
        exception_handlers={
            PortalError: on_portal_error,
            NotAllowed: on_denial,
            NotFound: on_denial,
            HTTPException: on_http_error,
            **dict.fromkeys(NO_DATABASE, on_no_database),
            Exception: on_failure,
        },
    )
    app.settings = settings
    app.state.portal = AppState(
        settings,
        database,
        hub,
        counts_for,
        answering_for,
        sent_in_words,
        understood_in,
        {"relay": relay, PRESENCE: Presence(hub)},
    )
    return app


def site_routes() -> list[BaseRoute]:
    """Every address behind the sign-in, and those of the way to it."""
    return [
        *account_routes,
        *booking_routes,
        *change_routes,
        *check_in_routes,
        *conversation_routes,
        *counts.routes,
        *dashboard_routes,
        *draft_routes,
        *duty_routes,
        *file_routes,
        *figure_routes,
        *inbox_routes,
        *notice_routes,
        *offline.routes,
        *reading_routes,
        *replay_routes,
        *record_routes,
        *reports.routes,
        *search_routes,
        *triage_routes,
        *urgency_routes,
    ]
