"""Takes the pictures in docs/pictures: every page of the demo clinic, as its people see it.

`.venv/bin/python -m tests.pictures [NAME ...]` starts a fresh demo of its own and stops it again.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
START_WITHIN = 60


@dataclass(frozen=True)
class Picture:
    """`steps` are addresses to open, or `click:<selector>`, after signing in as `who`."""

    name: str
    who: str | None
    steps: tuple[str, ...]
    size: str = "phone"


PICTURES = (
    Picture("welcome", None, ("/welcome",)),
    Picture("help", None, ("/help",)),
    Picture("home", "Patient B", ("/",)),
    Picture("check-in", "Patient B", ("/", "click:text=Start check-in")),
    Picture("chat", "Patient B", ("/messages",)),
    Picture("visits", "Patient B", ("/visits",)),
    Picture("ask-for-a-visit", "Patient B", ("/visits/ask",)),
    Picture("plan", "Patient B", ("/plan",)),
    Picture("numbers", "Patient B", ("/numbers",)),
    Picture("account", "Patient B", ("/account",)),
    Picture("triage", "Night nurse", ("/triage",), "desktop"),
    Picture("inbox", "Night nurse", ("/inbox", "click:[data-list] a[data-row]"), "desktop"),
    Picture("requests", "Coordinator", ("/requests", "click:[data-list] a[data-row]"), "desktop"),
    Picture("patients", "Night nurse", ("/patients",), "desktop"),
    Picture("record", "Night nurse", ("/patients", "click:main a[href^='/patients/']"), "desktop"),
    Picture("rota", "Night nurse", ("/rota",), "desktop"),
    Picture("rules", "Day doctor", ("/rules",), "desktop"),
    Picture("figures", "Day doctor", ("/figures",), "desktop"),
    Picture("people", "Administrator", ("/people",), "desktop"),
)


async def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        port = _free_port()
        demo = _start_demo(data, port)
        try:
            await _until_it_answers(port)
            async with browsers.launched() as browser:
                for picture in PICTURES:
                    if not names or picture.name in names:
                        for scheme in ("light", "dark"):
                            await _take(browser, port, picture, scheme)
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(20)


def _start_demo(data: str, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATA_FOLDER": data, "PORT": str(port), "HOST": "127.0.0.1"}
    environment.pop("PUBLIC_URL", None)
    return subprocess.Popen([sys.executable, "-m", "portal", "demo"], env=environment)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _until_it_answers(port: int) -> None:
    for _ in range(START_WITHIN * 10):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError("the demo did not start")


async def _take(browser: "Browser", port: int, picture: Picture, scheme: str) -> None:
    options: dict[str, Any] = {"color_scheme": scheme}
    context = await browsers.context_for(
        browser, picture.size, f"http://127.0.0.1:{port}", **options
    )
    page = await context.new_page()
    if picture.who:
        await _sign_in(page, picture.who)
    for step in picture.steps:
        await _do(page, step)
    await page.wait_for_timeout(400)
    path = FOLDER / f"{picture.name}-{scheme}.jpg"
    await page.screenshot(path=path, type="jpeg", quality=70, scale="css")
    await context.close()


async def _sign_in(page: "Page", who: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_role("button", name=re.compile(rf"\b{re.escape(who)}\b")).first.click()
    await page.wait_for_load_state()


async def _do(page: "Page", step: str) -> None:
    kind, _, selector = step.partition(":")
    if kind == "click":
        await page.locator(selector).first.click()
        await page.wait_for_load_state()
    else:
        await page.goto(step)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
