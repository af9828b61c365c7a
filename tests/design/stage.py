"""A page of the care team's shell for the keyboard's tests: two patients, one detail, no server."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Page, Route

from portal.permissions import Actor, Role
from portal.settings import Clinic
from portal.web.security import CONTENT_POLICY
from portal.web.state import Counts
from portal.web.templates import environment

STATIC = Path(__file__).resolve().parents[2] / "static"
ADDRESS = "http://desk.test"
POLICY = CONTENT_POLICY.format(nonce="x")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

DETAIL = """<article class="detail" data-detail-for="{id}"><h2 tabindex="-1" data-detail-title>
{name}</h2><form method="post" action="/{id}/acknowledge">
<textarea id="words" aria-label="Words"></textarea>
<button aria-keyshortcuts="A">Acknowledge {name}</button></form></article>"""

DESK = """{% extends "staff.html" %}{% set layout = "triage" %}{% set active = "triage" %}
{% block title %}Triage{% endblock %}
{% block topbar %}<h1 id="list-title" tabindex="-1">Triage</h1>
{{ ui.search("q", "Find a patient", key_name="/") }}{% endblock %}
{% block list %}<ul class="queue__list" data-list>{% for id, name in patients %}
{{ ui.queue_row("/triage/" ~ id, id, "urgent", name, "day 1", "Throwing up", "6 min", "of 15 min",
  selected=loop.first, hx_get="/detail/" ~ id, hx_trigger="click, row-chosen",
  hx_target="[data-detail]") }}{% endfor %}</ul>{% endblock %}
{% block detail %}THE DETAIL{% endblock %}
"""
PATIENTS = [("one", "Patient A"), ("two", "Patient B"), ("three", "Patient C")]


def detail(id: str) -> str:
    return DETAIL.format(id=id, name=dict(PATIENTS)[id])


def desk(keys_on: bool = True, said: str | None = None) -> str:
    actor = Actor(
        uuid4(), "Night nurse", Role.NURSE, uuid4(), "America/New_York", "system", keys_on
    )
    page = environment.from_string(DESK).render(
        actor=actor,
        clinic=Clinic(),
        counts=Counts(),
        csrf="x",
        nonce="x",
        said=said,
        patients=PATIENTS,
    )
    # These would ask a server.
    page = re.sub(r"<script[^>]*/(session|bell|counts)\.js[^>]*></script>", "", page)
    return page.replace("THE DETAIL", detail("one"))


async def open_desk(page: Page, html: str, wait: float = 0) -> list[str]:
    """Opens it; the list that comes back holds the address of every form that is sent.

    `wait` is how long a detail takes to come, in seconds.
    """
    sent: list[str] = []

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if route.request.method == "POST":
            sent.append(path)
            await route.fulfill(status=204)
        elif path.startswith("/static/"):
            file = STATIC / path.split("/", 3)[3]
            await route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, ""))
        elif path.startswith("/detail/"):
            await asyncio.sleep(wait)
            await route.fulfill(body=detail(path.rsplit("/", 1)[1]), content_type="text/html")
        else:
            headers = {"content-type": "text/html", "content-security-policy": POLICY}
            await route.fulfill(body=html, headers=headers)

    await page.route("**/*", answer)
    await page.goto(f"{ADDRESS}/triage")
    return sent
