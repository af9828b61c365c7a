"""What every answer carries, whatever it is."""

import re
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.accounts.provider import use_provider
from portal.app import create_app
from portal.people.models import Person
from portal.web.static import versioned
from tests.conftest import ClientFor
from tests.security.conftest import one_database, routes_of

if TYPE_CHECKING:
    from portal.app import Portal

pytestmark = one_database

SAME_FOR_EVERYBODY = {"/service-worker.js"}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "htmx",
    "frame-ancestors": "'none'",
}

NONCE = re.compile(r"'nonce-([\w-]{22})'")
SCRIPT = re.compile(r"<script[^>]*>")


def assert_shielded(answer: httpx2.Response) -> None:
    headers = answer.headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert POLICY.items() <= policy.items()
    assert NONCE.fullmatch(policy["script-src"])
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in headers
    assert "cache-control" in headers
    assert "set-cookie" not in headers or "Secure" in headers["set-cookie"]


async def test_every_page_and_every_refusal_is_shielded_and_never_stored(
    app: "Portal", client_for: ClientFor, nurse_on_team: Person
) -> None:
    clients = [await client_for(nurse_on_team), await client_for()]
    for method, path in routes_of(app):
        for client in clients:
            answer = await client.http.request(method, path)
            assert_shielded(answer)
            kept = "no-cache" if path in SAME_FOR_EVERYBODY and answer.is_success else "no-store"
            assert answer.headers["cache-control"] == kept, path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/not-there", 404),
        ("GET", "/static/not-there.css", 404),
        ("GET", "/static/../portal/app.py", 404),
        ("PUT", "/account", 405),
        ("TRACE", "/account", 405),
        ("GET", "/healthz", 200),
        ("GET", "/metrics", 404),
    ],
)
async def test_odd_requests_are_shielded_too(
    client_for: ClientFor, method: str, path: str, status: int
) -> None:
    answer = await (await client_for()).http.request(method, path)
    assert answer.status_code == status
    assert_shielded(answer)


async def test_the_scripts_of_a_page_are_those_that_this_answer_names(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    client, seen = await client_for(nurse_on_team), set()
    for path in ("/triage", "/inbox", "/triage", "/account"):
        answer = await client.get(path)
        [nonce] = NONCE.findall(answer.headers["content-security-policy"])
        tags = SCRIPT.findall(answer.text)
        assert tags
        assert all(f'nonce="{nonce}"' in tag for tag in tags)
        seen.add(nonce)
    assert len(seen) == 4


async def test_a_static_file_is_kept_and_carries_no_cookie(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    answer = await (await client_for(nurse_on_team)).get(versioned("css/tokens.css"))
    assert answer.status_code == 200
    assert_shielded(answer)
    assert "immutable" in answer.headers["cache-control"]
    assert "cookie" not in answer.headers.get("vary", "").lower()


async def _fail(request: Request) -> Response:
    raise RuntimeError("the patient wrote: I feel sick")


@pytest.fixture
def failing(app: "Portal") -> "Portal":
    made = create_app(app.settings, Route("/fail", _fail))
    made.state.portal.database = app.state.portal.database
    use_provider(made.state.portal, app.state.portal.extras.get("provider"))
    return made


async def test_a_failure_is_shielded_and_tells_nothing_but_a_number(
    failing: "Portal", capsys: pytest.CaptureFixture[str]
) -> None:
    transport = httpx2.ASGITransport(app=failing, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://portal.test") as client:
        answer = await client.get("/fail", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert_shielded(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] in answer.text
    for word in ("RuntimeError", "Traceback", "feel sick", "portal/"):
        assert word not in answer.text
    assert "feel sick" not in "".join(capsys.readouterr())


async def test_a_body_that_is_too_big_is_refused_before_it_is_read(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post("/account/theme", theme="x" * (2 << 20))
    assert answer.status_code == 413
    assert "That was too big. Send something smaller." in answer.text
    assert_shielded(answer)


async def test_too_many_fields_are_refused(client_for: ClientFor, nurse_on_team: Person) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post("/account/theme", **{f"field-{n}": "x" for n in range(150)})
    assert answer.status_code in {400, 413, 422}
