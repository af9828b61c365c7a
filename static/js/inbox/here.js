// Who else has this thread open, so that two do not answer at once; and, when somebody else's answer
// arrives over words that are not sent yet, a banner that says so.

import { announce } from "../announce.js";

const AGAIN_EVERY = 15_000;
const STAYED_AFTER = 3000;
// One stay with one thread. What is said of it after it is over counts no more, so that a request
// that was held up on its way brings nobody back.
let visit = null;
let timer = 0;
let asked = 0;
let isLeaving = false;

const place = () => document.querySelector("[data-here]");
const csrf = () => document.querySelector('[name="csrf"]')?.value;

function tell({ url, name }, kind) {
  const body = new URLSearchParams({ csrf: csrf() ?? "", kind, visit: name });
  const headers = { "hx-request": "true", "x-background": "yes" };
  return fetch(url, { method: "POST", body, headers, keepalive: kind === "gone" }).catch(() => null);
}

async function beat() {
  clearTimeout(timer);
  const here = place();
  const url = here?.dataset.here;
  if (visit && visit.url !== url) leave();
  if (!url || document.hidden || isLeaving) return;
  visit ??= { url, name: crypto.randomUUID() };
  timer = setTimeout(beat, AGAIN_EVERY);
  const mine = ++asked;
  const answer = await tell(visit, "here");
  const words = answer?.ok ? (await answer.text()).trim() : null;
  if (words !== null && mine === asked && place() === here) show(here, words);
}

function show(here, words) {
  if (here.textContent.trim() === words) return;
  here.textContent = words;
  if (words) announce(words);
}

function leave() {
  clearTimeout(timer);
  if (visit && csrf()) tell(visit, "gone");
  visit = null;
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
// Somebody came or left.
document.addEventListener("others-here", beat);
document.addEventListener("htmx:after:swap", () => { if (place()?.dataset.here !== visit?.url) beat(); });
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
// A page may be gone before what it says last is on its way; one that stays after all is back soon.
window.addEventListener("beforeunload", () => {
  leave();
  isLeaving = true;
  setTimeout(() => { isLeaving = false; beat(); }, STAYED_AFTER);
});
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) beat(); });
window.addEventListener("online", beat);
beat();
