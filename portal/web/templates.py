"""Pages and fragments: one Jinja environment, always escaping, with the words for times."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from portal import languages
from portal.settings import HOME, Clinic
from portal.web import times
from portal.web.requests import SAID_COOKIE, actor_or_none, said_to
from portal.web.security import csrf_token
from portal.web.state import Counts, state_of
from portal.web.static import versioned

environment = Environment(
    loader=FileSystemLoader(HOME / "templates"),
    autoescape=True,
    extensions=["jinja2.ext.i18n"],
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # Else every rendering asks the disk whether a template is newer than the one it holds.
    auto_reload=False,
)
environment.policies["ext.i18n.trimmed"] = True
# The extension adds this method while the environment is made, so no type knows it.
vars(environment)["install_gettext_callables"](languages.gettext, languages.ngettext, newstyle=True)


def render(name: str, **context: Any) -> str:
    """A fragment without a request, for the socket; pass `zone` when it shows times."""
    return environment.get_template(name).render(context)


def fragment(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """Part of a page, for htmx and fetch."""
    html = render(name, **_frame(request, Counts()), **context)
    return HTMLResponse(html, status_code=status, headers={"vary": "HX-Request"})


async def page(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A whole page, with the navigation's counts and what the last action left to say."""
    frame = _frame(request, await counts_of(request))
    response = HTMLResponse(render(name, **frame, **context), status_code=status)
    response.headers["vary"] = "HX-Request, Cookie"
    if frame["said"]:
        response.delete_cookie(SAID_COOKIE, secure=True, httponly=True, samesite="lax")
    return response


async def counts_of(request: Request) -> Counts:
    """What waits for whoever asks; nothing waits for strangers."""
    actor = actor_or_none(request)
    if actor is None:
        return Counts()
    state = state_of(request)
    async with state.database.read() as session:
        return await state.counts(session, actor)


def _frame(request: Request, counts: Counts) -> dict[str, Any]:
    actor = actor_or_none(request)
    settings = state_of(request).settings
    return {
        "actor": actor,
        "clinic": settings.clinic,
        "counts": counts,
        "csrf": csrf_token(settings.secret_key, actor.session_id) if actor else "",
        "demo": settings.demo,
        "limits": settings.files,
        "nonce": request.scope["nonce"],
        "path": request.url.path,
        "said": said_to(request),
        "zone": ZoneInfo(actor.time_zone) if actor else settings.clinic.zone,
    }


def _zone(context: Context, tz: ZoneInfo | None) -> ZoneInfo:
    zone: ZoneInfo = tz or context.get("zone") or Clinic().zone
    return zone


def _in_zone(words: Callable[[Any, ZoneInfo], str | bool]) -> Callable[..., str | bool]:
    @pass_context
    def filter(context: Context, at: datetime | date, tz: ZoneInfo | None = None) -> str | bool:
        return words(at, _zone(context, tz))

    return filter


def phone_link(number: str) -> str:
    """The number for a `tel:` address."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _duration(span: timedelta) -> str:
    return times.duration(span)


environment.globals.update(
    language=languages.language, script_words=languages.script_words, static=versioned
)
environment.filters.update(
    {
        "ago": times.ago,
        "clock": _in_zone(times.clock_time),
        "day": _in_zone(times.day),
        "duration": _duration,
        "in_days": _in_zone(times.in_days),
        "iso": _iso,
        "is_today": _in_zone(times.is_today),
        "phone_link": phone_link,
        "relative_day": _in_zone(times.relative_day),
        "translated": languages.gettext,
        "when": _in_zone(times.when),
    }
)
