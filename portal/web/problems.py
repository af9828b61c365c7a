"""What a person sees when something did not work: a sentence, the same everywhere, and a way on."""

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from uvicorn.protocols.utils import ClientDisconnected

from portal.errors import NotFound, NotSignedIn, PortalError, TooFast, Unavailable
from portal.languages import N_, _, gettext
from portal.web.late import too_fast
from portal.web.requests import actor_or_none, is_htmx
from portal.web.routing import ask_to_sign_in
from portal.web.templates import fragment, page

log = structlog.get_logger()

NO_DATABASE = (InterfaceError, OperationalError, PoolTimeout, TimeoutError, OSError)
SENTENCES = {
    400: N_("Your browser sent something we could not read. Go back and try again."),
    404: NotFound.sentence,
    405: N_("This page cannot do that. Go back and try again."),
    415: N_("We cannot read this kind of file."),
}


async def on_portal_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, PortalError):
        raise error
    if isinstance(error, NotSignedIn):
        return await ask_to_sign_in(request)
    if isinstance(error, TooFast):
        return await _too_fast(request, error)
    response = await problem(request, error.status, error.code, error.sentence)
    if isinstance(error, Unavailable):
        response.headers["retry-after"] = "10"
    return response


async def _too_fast(request: Request, error: TooFast) -> Response:
    """A plain form has left its page, so its words are shown; scripts still have theirs."""
    form_is_gone = request.method == "POST" and not is_htmx(request) and not _wants_json(request)
    if form_is_gone and actor_or_none(request):
        response = await too_fast(request, error.sentence)
    else:
        response = await problem(request, error.status, error.code, error.sentence)
    response.headers["retry-after"] = str(error.seconds)
    return response


async def on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    sentence = SENTENCES.get(error.status_code, PortalError.sentence)
    code = "not_found" if error.status_code == 404 else "error"
    response = await problem(request, error.status_code, code, sentence)
    response.headers.update(error.headers or {})
    return response


async def on_no_database(request: Request, error: Exception) -> Response:
    """The database is away, frozen or full: said at once, without asking it anything more."""
    if isinstance(error, ClientDisconnected):
        raise error  # an OSError, too; the server knows it, and nobody is there to be told
    log.error("database.unavailable", kind=type(error).__name__)
    sentence, code = gettext(Unavailable.sentence), Unavailable.code
    if _wants_json(request):
        response: Response = JSONResponse({"code": code, "detail": sentence}, status_code=503)
    else:
        response = _bare(request, 503, sentence)
    response.headers["retry-after"] = "10"
    return response


async def on_failure(request: Request, error: Exception) -> Response:
    """Anything unexpected: no detail leaves, only an id that the log also has."""
    sentence = _("Something went wrong on our side. Nothing you wrote was sent twice.")
    return await problem(request, 500, "error", sentence)


async def problem(request: Request, status: int, code: str, sentence: str) -> Response:
    """The answer in the form that was asked for: JSON, a fragment, or a page."""
    number, sentence = request.scope.get("request_id", ""), gettext(sentence)
    if _wants_json(request):
        return JSONResponse({"code": code, "detail": sentence}, status_code=status)
    context = {"status_code": status, "sentence": sentence, "request_id": number}
    try:
        if is_htmx(request):
            return fragment(request, "errors/_problem.html", status, **context)
        return await page(request, "errors/problem.html", status, **context)
    except Exception:  # even the page that says so may fail, for instance without a database
        return _bare(request, status, sentence)


def _wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _bare(request: Request, status: int, sentence: str) -> Response:
    try:
        html = fragment(request, "errors/bare.html", status, sentence=sentence)
    except Exception:
        return PlainTextResponse(f"{gettext(sentence)}\n", status_code=status)
    return HTMLResponse(bytes(html.body), status_code=status)
