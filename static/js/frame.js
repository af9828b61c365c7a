// What every page gets: dialogs, busy buttons, the error summary's focus and the status toast.
// Nothing here is needed to finish a task; without scripts each of these is a plain link or form.

import { announce } from "./announce.js";

const TOAST_STAYS = 10_000;
const BUSY_AT_MOST = 20_000;

function openDialog(opener, event) {
  const dialog = document.getElementById(opener.dataset.opens);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.dispatchEvent(new CustomEvent("opening", { bubbles: true }));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) openDialog(opener, event);
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
});

// Busy: the button's word changes and a second press does nothing until the answer is there.
function makeBusy(form, button) {
  form.dataset.sending = "yes";
  setTimeout(() => makeIdle(form), BUSY_AT_MOST);
  if (!button?.dataset.busy) return;
  const words = button.querySelector("[data-words]") ?? button;
  button.dataset.idle = words.textContent;
  words.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
}

function makeIdle(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy=true]")) {
    (button.querySelector("[data-words]") ?? button).textContent = button.dataset.idle;
    button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // After the other listeners: one that sends the form itself says so by preventing the default.
  setTimeout(() => {
    const byScript = event.defaultPrevented && !form.closest("[hx-post]");
    if (!byScript && document.contains(form)) makeBusy(form, event.submitter);
  });
}, true);

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form");
  if (form) makeIdle(form);
});
// A page that comes back from the back-forward cache must take presses again.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-sending]").forEach(makeIdle));

function announceToast(dock) {
  const words = dock.querySelector(".toast p")?.textContent.trim();
  if (!words) return;
  const undo = dock.querySelector("[aria-keyshortcuts]") ? " Press Z to undo" : "";
  announce(words + undo);
  hideLater(dock, dock.firstElementChild);
}

// The toast stays 10 s, and after that until the next action.
function hideLater(dock, toast) {
  setTimeout(() => {
    const hide = (event) => {
      if (toast.contains(event.target) || event.key === "z" || event.key === "Z") return;
      toast.remove();
      stop.abort();
    };
    const stop = new AbortController();
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, hide, { signal: stop.signal });
  }, TOAST_STAYS);
}

function start() {
  const summary = document.querySelector("[data-error-summary]");
  summary?.focus();
  const dock = document.getElementById("toast");
  if (dock) {
    new MutationObserver(() => announceToast(dock)).observe(dock, { childList: true });
    announceToast(dock);
  }
  const said = document.querySelector("[data-said] p");
  if (said) announce(said.textContent.trim());
}

start();
