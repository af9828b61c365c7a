// Who else has this thread open, so that two do not answer at once; and, when somebody else's answer
// arrives over words that are not sent yet, a banner that says so.

import { announce } from "../announce.js";

const AGAIN_EVERY = 15_000;
let told = null;
let timer = 0;

const place = () => document.querySelector("[data-here]");
const csrf = () => document.querySelector('form[data-composer] [name="csrf"]')?.value;

function tell(url, kind) {
  const body = new URLSearchParams({ csrf: csrf() ?? "", kind });
  const headers = { "hx-request": "true", "x-background": "yes" };
  return fetch(url, { method: "POST", body, headers, keepalive: kind === "gone" }).catch(() => null);
}

async function beat() {
  clearTimeout(timer);
  const here = place();
  const url = here?.dataset.here;
  if (told && told !== url) tell(told, "gone");
  told = url ?? null;
  if (!url || document.hidden) return;
  timer = setTimeout(beat, AGAIN_EVERY);
  const answer = await tell(url, "here");
  if (answer?.ok && place() === here) show(here, (await answer.text()).trim());
}

function show(here, words) {
  if (here.textContent.trim() === words) return;
  here.textContent = words;
  if (words) announce(words);
}

function leave() {
  clearTimeout(timer);
  if (told && csrf()) tell(told, "gone");
  told = null;
}

// Somebody of the team was faster.
document.addEventListener("message-arrived", ({ detail: { frame, person } }) => {
  const form = document.querySelector(`form[data-composer="${frame.conversation}"]`);
  const banner = form?.querySelector("[data-answered]");
  if (!banner || frame.author.role === "patient" || frame.author.id === person || !form.elements.body.value.trim()) return;
  const words = `${frame.author.name} has just answered. Read it before you send.`;
  banner.querySelector("p").textContent = words;
  banner.hidden = false;
  announce(words, { assertive: true });
});

document.addEventListener("submit", (event) => {
  const banner = event.target.querySelector?.("[data-answered]");
  if (banner) banner.hidden = true;
});

// Whoever begins to write hears at once who came meanwhile.
document.addEventListener("focusin", ({ target }) => { if (target.matches("form[data-composer] textarea")) beat(); });
document.addEventListener("htmx:after:swap", () => { if (place()?.dataset.here !== told) beat(); });
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
window.addEventListener("pagehide", leave);
beat();
