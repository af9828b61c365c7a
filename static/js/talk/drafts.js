// What is written and not sent is kept on the server: two seconds after the last key, and when the
// text box is left. Its words come back on any device; once its message is sent they are gone. Until
// then this tab keeps them, too: a reload loses nothing, without a line or when two devices write.

import { forget, remember, remembered } from "./keeping.js";
import { _ } from "../words.js";

const REST = 2000;
// A page that goes may leave this much behind for the browser to send: 64 KiB with the head.
const LEFT_BEHIND = 60_000;
const kept = new WeakMap();
let timer = 0;

const person = () => document.querySelector("[data-log]")?.dataset.person;
const placeOf = (form) => `draft:${form.dataset.composer}`;
const formOf = (target) => target.closest?.("form[data-composer][data-draft]");

async function keep(form) {
  clearTimeout(timer);
  const { body, client_id: name, csrf } = form.elements;
  const words = body.value;
  if (!words.trim()) forget(person(), placeOf(form));
  if (words === (kept.get(form) ?? body.defaultValue)) return;
  kept.set(form, words);
  const draft = { clientId: name.value, body: words };
  if (words.trim()) remember(person(), placeOf(form), [draft]);
  const fields = new URLSearchParams({ csrf: csrf.value, client_id: name.value, body: words });
  const options = { method: "POST", body: fields, headers: { "x-background": "yes" }, keepalive: String(fields).length < LEFT_BEHIND };
  const answer = await fetch(form.dataset.draft, options).catch(() => null);
  if (!answer?.ok) kept.delete(form);
  else if (body.value === words) {
    if (words.trim()) remember(person(), placeOf(form), [{ ...draft, saved: true }]);
    say(form, words.trim() ? _("Draft saved") : "");
  }
}

// What this tab has and the server has not comes back, unless it was sent meanwhile: the server never
// got it, or another device has put a draft of its own in its place. Then both stand there.
function restore(form) {
  const [draft] = remembered(person(), placeOf(form));
  if (!draft) return;
  forget(person(), placeOf(form));
  const { body, client_id: name } = form.elements;
  if (document.querySelector(`[data-message][data-client="${draft.clientId}"]`)) return;
  // The same draft as it is now, or done with on another device.
  if (draft.saved && (!body.value || name.value === draft.clientId)) return;
  if (!body.value) name.value = draft.clientId;
  body.value = joined(body.value, draft.body);
  keep(form);
}

function joined(one, other) {
  if (one.includes(other.trim())) return one;
  return other.includes(one.trim()) ? other : `${one}\n${other}`;
}

function say(form, words) {
  const place = form.querySelector("[data-draft-state]");
  if (place) place.textContent = words;
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form || event.target !== form.elements.body) return;
  say(form, "");
  clearTimeout(timer);
  timer = setTimeout(() => keep(form), REST);
});

// What was kept under the old name is gone with the message of that name.
document.addEventListener("renamed", ({ target }) => {
  kept.set(target, "");
  keep(target);
});

document.addEventListener("focusout", (event) => {
  const form = formOf(event.target);
  if (form && event.target === form.elements.body) keep(form);
});

// What is sent is on its way under its name: the server knows by that name that the draft is over.
// Words with files are kept once more, because a reload in the middle loses what is on its way. On
// the window, before whoever sends the files stops the event.
window.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (form.querySelector("[data-tray] [data-remove]")) keep(form);
  clearTimeout(timer);
  say(form, "");
  forget(person(), placeOf(form));
  setTimeout(() => kept.set(form, form.elements.body.value));
}, true);

const forms = () => document.querySelectorAll("form[data-composer][data-draft]");
window.addEventListener("pagehide", () => forms().forEach(keep));
forms().forEach(restore);
