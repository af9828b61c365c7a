"""The one look that axe takes sees what is wrong by day, and what is wrong by night alone."""

from typing import TYPE_CHECKING

from tests.axe import violations

if TYPE_CHECKING:
    from playwright.async_api import Browser

PAGE = """<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><img src="data:,">
<style>@media (prefers-color-scheme: dark) { h1 { color: #333; background: #222 } }</style>"""


async def test_a_missing_text_is_seen_by_day_and_a_faint_heading_by_night(
    browser: "Browser",
) -> None:
    page = await browser.new_page()
    await page.set_content(PAGE)
    found = await violations(page)
    await page.close()
    assert found == [
        'image-alt: <img src="data:,">',
        "color-contrast: <h1>Page</h1> (by night)",
    ]
