"""A page of ours makes no HTML and no script out of words, whoever got words into its scripts."""

from typing import TYPE_CHECKING

from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.serving import Served

# Answers with what could be done. Asked of the browser itself, past our own scripts.
DARE = """async () => {
  const done = [];
  const dare = async (name, act) => {
    try { await act(); done.push(name); } catch { /* refused */ }
  };
  const box = document.createElement("div");
  const script = document.createElement("script");
  const identity = { createHTML: (text) => text };
  await dare("words as HTML", () => { box.innerHTML = "<b>words</b>"; });
  await dare("words beside", () => box.insertAdjacentHTML("beforeend", "<b>words</b>"));
  await dare("words as a page", () => new DOMParser().parseFromString("<b>words</b>", "text/html"));
  await dare("words as a script", () => { script.text = "1"; });
  await dare("a script by its address", () => { script.src = "/static/x/js/frame.js"; });
  await dare("another worker", () => navigator.serviceWorker.register("/static/x/js/frame.js"));
  await dare("another policy", () => trustedTypes.createPolicy("other", identity));
  await dare("the policy again", () => trustedTypes.createPolicy("htmx", identity));
  return done;
}"""


async def test_words_become_neither_html_nor_a_script(browser: "Browser", server: "Served") -> None:
    # Not `browse`: here the policy is broken on purpose.
    context = await browsers.context_for(browser, "phone", server.url)
    page = await context.new_page()
    await page.goto("/welcome")
    assert await page.evaluate(DARE) == []
    await context.close()
