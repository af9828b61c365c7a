// Keeps up to date who is here, when the answer comes, and whether the writer of an urgent message is
// asked if it can wait. The page came with all of it; without this module it stays as it was.

import { announce } from "../announce.js";

const REST = 600;
const EVERY = 60_000;
let timer = 0;

const place = () => document.querySelector("[data-answering]");

/** Something was said: look again, once for several messages in a row. */
export function lookWhoAnswers() {
  if (!place()) return;
  clearTimeout(timer);
  timer = setTimeout(look, REST);
}

async function look() {
  const here = place();
  if (!here || document.hidden) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(here.dataset.answering, { headers }).catch(() => null);
  if (answer?.ok) show(here, await answer.text());
}

// A question is not taken away from under a finger, and is said once.
function show(here, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const asked = here.querySelector("[data-urgency]");
  const asks = template.content.querySelector("[data-urgency]");
  if (asked && here.contains(document.activeElement)) return;
  here.replaceChildren(template.content);
  if (asks && !asked) announce(asks.querySelector("h2").textContent, { assertive: true });
}

if (place()) setInterval(look, EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden) lookWhoAnswers(); });
