// What is said about the patient keeps true while their thread is open: hours go by, check-ins and flags come.

import { announce } from "../announce.js";
import { templateOf } from "../markup.js";
import { dayOf, nameToday } from "../talk/log.js";

const EVERY = 60_000;

const address = () => document.querySelector("[data-about]")?.dataset.about;

/** Fetches it again. What is still true is not touched, and nothing is taken away that is in use. */
export async function refreshAbout() {
  const from = address();
  if (!from || document.hidden) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(from, { headers }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = templateOf(await answer.text()).content;
  if (address() !== from) return;
  const [level, events, beside] = ["level", "events", "beside"].map((part) => fresh.querySelector(`[data-${part}]`));
  showLevel(level);
  showEvents([...events.children]);
  showBeside(beside);
  document.dispatchEvent(new CustomEvent("asked-again", { detail: fresh }));
}

function showLevel(fresh) {
  const shown = document.querySelector("#thread [data-level]");
  const words = fresh.textContent.trim();
  const isNew = words && words !== shown.textContent.trim();
  replace(shown, fresh);
  if (isNew) announce(`${words}: ${document.querySelector("[data-detail-title]").textContent}`, { assertive: true });
}

// A flag stands where its time puts it, under its day. One that is older than what the page shows
// stays away.
function showEvents(events) {
  const log = document.querySelector("#thread [data-log]:not([data-past])");
  for (const event of log ? events.filter((line) => line.id) : []) {
    if (document.getElementById(event.id)) continue;
    const day = event.previousElementSibling;
    const named = dayOf(log, day);
    const lines = [...log.children].filter((line) => line.querySelector("time"));
    const next = lines.find((line) => line !== named && timeOf(line) > timeOf(event));
    if (next && next === lines[0]) continue;
    const place = next ?? log.querySelector("[data-pending]");
    if (!named) log.insertBefore(day, place);
    log.insertBefore(event, place);
    nameToday(log);
  }
}

const timeOf = (line) => Date.parse(line.querySelector("time").dateTime);

function showBeside(fresh) {
  const shown = document.getElementById("about");
  if (!shown.contains(document.activeElement)) replace(shown, fresh);
}

function replace(shown, fresh) {
  if (fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
}

setInterval(refreshAbout, EVERY);
document.addEventListener("visibilitychange", refreshAbout);
