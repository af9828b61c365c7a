"""The browser's own voice reads a question and its answers; without a voice nothing offers to."""

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Browse
from tests.people import Clinic

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a browser without a screen lacks: a voice, which writes down what it is given to say.
VOICE = """
const before = () => sessionStorage.getItem("said") ?? "";
const log = (line) => sessionStorage.setItem("said", `${before()}${line}\\n`);
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
Object.defineProperty(globalThis, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  getVoices: () => [{ lang: "LANGUAGE" }],
  speak: (said) => log(`${said.lang}: ${said.text}`),
  cancel: () => log("silence"),
}) });
"""


async def said(page: "Page") -> list[str]:
    text: str = await page.evaluate("sessionStorage.getItem('said') ?? ''")
    return text.splitlines()


async def opened(browse: Browse, clinic: Clinic, voice: str) -> "Page":
    page = await browse(clinic.patient)
    await page.add_init_script(VOICE.replace("LANGUAGE", voice))
    await page.goto("/check-ins/now")
    return page


async def test_each_question_is_read_with_its_answers_and_leaving_it_is_silence(
    browse: Browse, clinic: Clinic
) -> None:
    page = await opened(browse, clinic, "en-US")
    await page.get_by_role("button", name="Read it to me").click()
    assert (await said(page))[-5:] == [
        "silence",
        "en: Who is answering?",
        "en: I am. An adult is with me",
        "en: I am. I am alone",
        "en: I am the adult with them",
    ]
    await page.get_by_role("button", name="Stop reading").click()
    assert (await said(page))[-1] == "silence"
    await page.get_by_role("button", name="Read it to me").click()
    await page.get_by_role("button", name="I am the adult with them").click()
    await page.wait_for_url("**/awake")
    after = await said(page)
    assert "silence" in after[after.index("en: I am the adult with them", -6) + 1 :]
    await page.get_by_role("button", name="Read it to me").click()
    assert "en: How awake are they?" in await said(page)


@pytest.mark.parametrize("voice", ["de-DE", "none"])
async def test_without_a_voice_for_the_language_nothing_offers_to_read(
    browse: Browse, clinic: Clinic, voice: str
) -> None:
    page = await browse(clinic.patient)
    if voice != "none":
        await page.add_init_script(VOICE.replace("LANGUAGE", voice))
    await page.goto("/check-ins/now")
    await page.get_by_role("button", name="I am. I am alone").wait_for()
    assert await page.get_by_role("button", name="Read it to me").count() == 0
