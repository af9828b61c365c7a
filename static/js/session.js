// Warns two minutes before the sign-in ends for want of use, and keeps half-written words in this
// page, and nowhere else, through signing in again.

import { announce } from "./announce.js";
import { live } from "./live.js";
import { forgetAll, forgetOthers } from "./talk/keeping.js";
import { sendLeft } from "./talk/left.js";
import { _ } from "./words.js";

const WARN_BEFORE = 120;
const TELL_EVERY = 60_000;
const ASK_AGAIN = 30_000;
const ANSWER_WITHIN = 10_000;
const LONGEST_TIMER = 2 ** 31 - 1;

const dialog = document.getElementById("session-dialog");
const person = dialog.dataset.person;
const left = dialog.querySelector("[data-session-left]");
const extendForm = dialog.querySelector("[data-session-extend]");

let endsAt = Infinity;
let toldAt = Date.now();
let isOver = false;
let isSigningOut = false;
let isAsking = false;
let next = null;
let timer;

function wake(inSeconds) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.min(Math.max(inSeconds, 1) * 1000, LONGEST_TIMER));
}

async function ask(options) {
  const headers = { Accept: "application/json", ...options?.headers };
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  const answer = await fetch("/account/session", { cache: "no-store", signal, ...options, headers });
  // A post that comes too late is answered with a page.
  if (!answer.headers.get("content-type")?.startsWith("application/json")) return { signed_in: false };
  return answer.json();
}

// Asking must not prolong what it asks about.
const state = () => ask({ headers: { "X-Background": "yes" } });

function extend() {
  toldAt = Date.now();
  return ask({ method: "POST", body: new URLSearchParams({ csrf: extendForm.elements.csrf.value }) });
}

// One at a time: of two on their way at once the older answer could come last, and be believed.
async function follow(asking) {
  if (next !== extend) next = asking;
  if (isAsking) return;
  isAsking = true;
  while (next) await followOne();
  isAsking = false;
}

async function followOne() {
  const asking = next;
  next = null;
  try {
    take(await asking());
  } catch {
    // Not reachable now. The page's own clock goes on, and is compared with the server's later.
    wake(Math.min(secondsLeft(), ASK_AGAIN / 1000));
  }
}

function take(found) {
  if (!found.signed_in) return end();
  if (found.person !== person) return location.replace("/");
  endsAt = Date.now() + found.seconds * 1000;
  if (isOver) comeBack(found.csrf);
  else if (dialog.open && found.seconds > WARN_BEFORE) dialog.close();
  show();
}

const secondsLeft = () => Math.round((endsAt - Date.now()) / 1000);

function show() {
  const seconds = secondsLeft();
  if (seconds > WARN_BEFORE) return wake(seconds - WARN_BEFORE);
  warn(seconds);
  wake(seconds > 60 ? seconds - 60 : Math.min(seconds, 10));
}

// A timer can be late by hours after sleep, and another tab may have prolonged the sign-in.
function look() {
  if (isOver) return;
  if (dialog.open && secondsLeft() > 5) show();
  else follow(state);
}

function warn(seconds) {
  left.textContent = seconds > 60 ? _("2 minutes") : seconds > 10 ? _("1 minute") : _("a few seconds");
  if (dialog.open || isOver) return;
  part("warning");
  dialog.showModal();
  announce(_("You will be signed out in 2 minutes. Press Stay signed in to go on."));
}

function part(name) {
  for (const each of dialog.querySelectorAll("[data-session-part]")) {
    each.hidden = each.dataset.sessionPart !== name;
  }
  dialog.setAttribute("aria-labelledby", name === "over" ? "session-over-title" : "session-title");
}

const typed = "textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=search])";
const hasWords = () => [...document.querySelectorAll(typed)].some((box) => box.value !== box.defaultValue);

// Whoever walks by sees nothing: the page is hidden, its words are only kept in memory.
function end() {
  if (isOver || isSigningOut) return;
  isOver = true; // several ask at the same moment; whoever leaves twice interrupts the first leaving
  if (!hasWords()) {
    location.replace(`/welcome?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  document.documentElement.classList.add("is-signed-out");
  part("over");
  dialog.classList.add("session--over");
  if (!dialog.open) dialog.showModal();
}

function comeBack(csrf) {
  isOver = false;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
  document.documentElement.classList.remove("is-signed-out");
  dialog.classList.remove("session--over");
  dialog.close();
  announce(_("You are signed in again. What you wrote is still here."));
  document.dispatchEvent(new CustomEvent("session:back"));
}

// Writing is using: somebody who takes twenty minutes over a message stays signed in.
function used() {
  if (isOver || dialog.open || Date.now() - toldAt < TELL_EVERY) return;
  follow(extend);
}

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, used, { passive: true });

extendForm.addEventListener("submit", (event) => {
  event.preventDefault();
  follow(extend);
});
// Escape keeps things as they are: it must neither hide the end nor count as "I am here".
dialog.addEventListener("cancel", (event) => {
  if (isOver) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) follow(state);
});
window.addEventListener("focus", () => {
  if (isOver) follow(state);
});
// The live socket learns of an end at once: signed out in another tab, or by somebody else.
live.onState((now) => {
  if (now === "over") follow(state);
});

// What waits to be sent is kept in this tab for the person who wrote it, until they sign out.
forgetOthers(person);
sendLeft(person);
window.addEventListener("online", () => sendLeft(person));
document.addEventListener("session:back", () => sendLeft(person));
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/sign-out") return;
  isSigningOut = true; // its answer leads on, maybe to the provider: nothing may go elsewhere meanwhile
  forgetAll();
});
window.addEventListener("pagehide", () => { isSigningOut = false; });

follow(state);
