// Keeps up to date who is here, when the answer comes, until when the team is there, and whether the
// writer of an urgent message is asked if it can wait. The page came with all of it; without this
// module it stays as it was. What is still true is not touched.

import { announce } from "../announce.js";
import { templateOf } from "../markup.js";
import { showUnderstood } from "./understood.js";

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

function show(here, html) {
  const template = templateOf(html);
  const [head, answering] = ["[data-head]", ".answering"].map((part) => template.content.querySelector(part));
  replace(document.querySelector("[data-head]"), head);
  showUnderstood(template.content);
  document.dispatchEvent(new CustomEvent("asked-again", { detail: template.content }));
  showAbove(here.querySelector(".answering"), answering);
}

// What can be pressed is not taken away from under a finger; a question is said once.
function showAbove(shown, fresh) {
  const asked = shown.querySelector("[data-urgency]");
  const asks = fresh.querySelector("[data-urgency]");
  if (shown.contains(document.activeElement)) return;
  replace(shown, fresh);
  if (asks && !asked) announce(asks.querySelector("h2").textContent, { assertive: true });
}

function replace(shown, fresh) {
  if (fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
}

if (place()) setInterval(look, EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden) lookWhoAnswers(); });
