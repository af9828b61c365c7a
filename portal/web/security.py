"""The shield around every response, and the check on every unsafe request.

Plain ASGI, because Starlette's BaseHTTPMiddleware does not see sockets.
"""

import hashlib
import hmac
from secrets import token_urlsafe
from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal import languages
from portal.settings import Settings

log = structlog.get_logger()

# Why a nonce and a policy of trusted types, and what it takes: docs/decisions/0012.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types htmx; report-uri /csp-report"
)
HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Shield:
    """Outermost: refuses foreign hosts, adds headers to whatever comes out, and logs failures.

    It wraps the server-error handler too, so a 500 carries the same headers as a page.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = {settings.host_header}
        self.secure = settings.public_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = request_id = uuid4().hex
        scope["nonce"] = token_urlsafe(16)
        if not self._knows_host(scope):
            refusal = PlainTextResponse("This address is not served here.\n", status_code=400)
            await refusal(scope, receive, self._with_headers(scope, send))
            return
        asked = languages.accepted(Headers(scope=scope).get("accept-language"))
        try:
            with languages.reading_in(asked):
                await self.app(scope, receive, self._with_headers(scope, send))
        except ClientDisconnect:
            # A phone that lost its line, or a page that was left: nothing of ours has failed.
            log.info("request.left", request_id=request_id)
        except Exception as error:
            # The text of an exception can hold what somebody wrote; its type and place cannot.
            log.critical("request.failed", request_id=request_id, error=_place_of(error))

    def _knows_host(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        health = scope["path"] in {"/healthz", "/readyz", "/metrics"}
        return len(hosts) == 1 and (health or hosts[0].lower() in self.hosts)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = CONTENT_POLICY.format(nonce=scope["nonce"])
                headers.setdefault("content-security-policy", policy)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers["x-request-id"] = scope["request_id"]
                if self.secure:
                    headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
            await send(message)

        return send_with_headers


def csrf_token(secret_key: str, session_id: UUID) -> str:
    """The token of one session; a form carries it in its hidden field `csrf`."""
    return hmac.new(secret_key.encode(), b"csrf" + session_id.bytes, hashlib.sha256).hexdigest()


def is_same_origin(headers: Headers, origin: str) -> bool:
    """Whether a browser says the request began on our own page (or it is no browser at all)."""
    given = headers.getlist("origin")
    if len(given) > 1 or (given and given[0] != origin):
        return False
    site = headers.get("sec-fetch-site")
    return site in {None, "same-origin"} or (site == "none" and not given)


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__module__}.{type(error).__name__}{place}"
