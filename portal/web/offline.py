"""For a phone without a connection: one page with the numbers to call, kept by a service worker.

It holds no health data, and the worker keeps nothing else but static files.
"""

from starlette.requests import Request
from starlette.responses import Response

from portal.web.routing import ANYONE, get
from portal.web.static import build, versioned
from portal.web.templates import fragment, render


async def show_offline(request: Request) -> Response:
    """The same for everybody, so that it may be kept on a shared phone."""
    return fragment(request, "offline.html")


async def service_worker(request: Request) -> Response:
    """Served from the top, because a worker only rules over addresses below its own."""
    kept = [versioned(path) for path in KEPT]
    script = render("service-worker.js", build=build(), kept=kept)
    return Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})


KEPT = (
    "css/tokens.css",
    "css/base.css",
    "css/controls.css",
    "css/components.css",
    "css/patient.css",
    "fonts/atkinson-hyperlegible-next-latin.woff2",
    "icons/droplet.svg",
)

routes = [
    get("/offline", show_offline, allow=ANYONE),
    get("/service-worker.js", service_worker, allow=ANYONE),
]
