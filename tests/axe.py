"""What axe finds wrong on an open page: everything by day, what depends on colour by night too."""

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.async_api import Page

# Night changes colours and nothing else (static/css/tokens.css): only these rules can judge anew.
BY_COLOUR = {"runOnly": ["color-contrast", "link-in-text-block"]}
RUN = """(options) => axe.run({resultTypes: ["violations"], ...options}).then(
    (found) => found.violations.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 200)}`)
)"""


async def violations(page: "Page", **options: Any) -> list[str]:
    """A line for each rule that is broken; `options` are axe's own, for the run by day."""
    await page.emulate_media(color_scheme="light")
    await page.evaluate(AXE_SCRIPT)
    by_day = await page.evaluate(RUN, options)
    await page.emulate_media(color_scheme="dark")
    by_night = await page.evaluate(RUN, BY_COLOUR)
    return [*by_day, *(f"{line} (by night)" for line in by_night)]
