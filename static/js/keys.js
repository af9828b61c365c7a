// The care team's keyboard. Every key belongs to a visible control and is named in its
// aria-keyshortcuts; this module finds the control and presses it. Pages add nothing here.
//
// Rows: [data-list] a[data-row]. Detail: [data-detail] holding [data-detail-for="<row>"].
// Moving to a row fires "row-chosen" on its link after a short rest, so that running down the list
// loads one detail, not ten.

import { toast } from "./announce.js";
import { keyName, keysOf, sameKey, wordsOf } from "./key-names.js";

const REST = 150;
const WAIT_FOR_DETAIL = 5000;
const NOT_DONE = "Not done: this one is still loading. Press the key again.";
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const TEXT_INPUTS = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

let restTimer;
// The row whose detail was asked for and is not here yet.
let asked = null;

const off = () => document.body.dataset.keys === "off";
const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const rows = () => [...document.querySelectorAll("[data-list] a[data-row]")].filter(visible);
const chosenRow = () => document.querySelector('[data-list] a[data-row][aria-current="true"]');
const detailIsShown = () => {
  const pane = document.querySelector("[data-detail]");
  return pane !== null && visible(pane);
};
// J and A in one go: the button for A comes with the next detail.
const detailIsComing = () => detailIsShown() && chosenRow() && chosenRow().dataset.row !== detailFor();
const detailFor = () => document.querySelector("[data-detail-for]")?.dataset.detailFor;

function mark(row) {
  for (const other of document.querySelectorAll('[data-list] [aria-current="true"]')) {
    if (other !== row) other.removeAttribute("aria-current");
  }
  row.setAttribute("aria-current", "true");
  clearTimeout(restTimer);
}

function choose(row) {
  mark(row);
  row.focus();
  restTimer = setTimeout(() => load(row), REST);
}

function load(row) {
  clearTimeout(restTimer);
  const id = row.dataset.row;
  if (!detailIsShown() || id === detailFor() || id === asked) return;
  asked = id;
  setTimeout(() => { if (asked === id) asked = null; }, WAIT_FOR_DETAIL);
  row.dispatchEvent(new CustomEvent("row-chosen", { bubbles: true }));
}

document.addEventListener("htmx:after:swap", () => { if (asked === detailFor()) asked = null; });

// Resolves true when the detail on the page is the chosen row's: no key may act on the patient before.
// The swap has to be over: until then htmx does not know the new forms, and they would leave the page.
function detailOf(row) {
  if (!row || row.dataset.row === detailFor()) return Promise.resolve(true);
  load(row);
  return new Promise((resolve) => {
    const done = (ready) => {
      document.removeEventListener("htmx:after:swap", look);
      clearTimeout(late);
      asked = null;
      resolve(ready);
    };
    const look = () => { if (row.dataset.row === detailFor()) done(true); };
    const late = setTimeout(() => done(false), WAIT_FOR_DETAIL);
    document.addEventListener("htmx:after:swap", look);
  });
}

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const here = all.indexOf(document.activeElement);
  const from = here >= 0 ? here : all.indexOf(chosenRow());
  const focusIsOut = here < 0 && from < 0;
  const next = focusIsOut ? 0 : Math.min(Math.max(from + by, 0), all.length - 1);
  choose(all[next]);
  return true;
}

// An open dialog is the whole page while it is open.
const scope = () => document.querySelector("dialog[open]") ?? document;

function controlFor(key) {
  return [...scope().querySelectorAll("[aria-keyshortcuts]")].find(
    (control) => keysOf(control).some((own) => sameKey(own, key)) && visible(control) && !control.disabled,
  );
}

function use(control) {
  if (control.matches(TEXT_INPUTS)) control.focus();
  else control.click();
}

// A row that the tab key went to is meant like one that J went to.
function aim() {
  const focused = document.activeElement?.closest("[data-list] a[data-row]");
  if (focused && focused !== chosenRow()) mark(focused);
  return chosenRow();
}

async function press(key) {
  const control = controlFor(key);
  if (control && !control.closest("[data-detail]")) {
    use(control);
    return;
  }
  // The detail may be swapped while we wait, so the control is looked up again.
  if (!await detailOf(aim())) {
    toast(NOT_DONE);
    return;
  }
  const fresh = controlFor(key);
  if (fresh) use(fresh);
}

async function openRow(row, event) {
  if (!row.hasAttribute("hx-get") || !detailIsShown()) return;
  event.preventDefault();
  choose(row);
  if (await detailOf(row)) document.querySelector("[data-detail-title]")?.focus();
  else window.location.assign(row.href);
}

// Without the row of what is open the list's title: a row with the focus would seem to be meant.
function goBack(event) {
  const way = controlFor("Escape");
  const title = () => detailFor() && document.querySelector("h1[tabindex]");
  if (way) use(way);
  else (chosenRow() || title() || rows()[0])?.focus();
  event.preventDefault();
}

// Single keys: only when keys are on, nobody is writing, and no browser key is meant.
function single(event, key) {
  if (off() || event.ctrlKey || event.metaKey || event.altKey) return;
  const inRow = event.target.closest?.("[data-list] a[data-row]");
  if (key === "Enter") {
    if (inRow) openRow(inRow, event);
    return;
  }
  if (key === "Escape") {
    if (!document.querySelector("dialog[open]")) goBack(event);
    return;
  }
  const by = STEPS[key.length === 1 ? key.toLowerCase() : key];
  if (by && scope() === document && (key.length === 1 || inRow || event.target === document.body)) {
    if (step(by)) event.preventDefault();
    return;
  }
  if (key.length === 1 && (controlFor(key) || detailIsComing())) {
    event.preventDefault();
    press(key);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat && !(event.key in STEPS)) return;
  const writing = event.target.closest?.(TEXT_INPUTS);
  const key = keyName(event);
  if (key.includes("+")) {
    const control = controlFor(key);
    if (control && !off()) { event.preventDefault(); use(control); }
  } else if (!writing) {
    single(event, key);
  } else if (key === "Escape" && !off() && !document.querySelector("dialog[open]")) {
    event.target.blur();
    goBack(event);
  }
});

// On a narrow page list and detail are pages of their own: there the link is only a link.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-list] a[data-row][hx-get]");
  if (!row) return;
  if (detailIsShown()) mark(row);
  else event.stopPropagation();
}, true);

// The list of keys is read from the page, so it cannot be wrong. A view's own name says nothing of its key.
const VIEWS = { "]": "next view", "[": "previous view" };

function describe(list) {
  const lines = new Map();
  if (rows().length) lines.set("J K", "next, previous row").set("Enter", "open").set("Esc", "back to the list");
  for (const control of document.querySelectorAll("[aria-keyshortcuts]")) {
    if (!visible(control) || control.closest("dialog")) continue;
    const keys = keysOf(control).join(" ");
    if (keys !== "?" && !lines.has(keys)) lines.set(keys, VIEWS[keys] ?? wordsOf(control));
  }
  list.replaceChildren(...[...lines].flatMap(([keys, words]) => line(keys, words)));
}

function line(keys, words) {
  const term = document.createElement("dt");
  for (const name of keys.split(" ")) {
    const key = document.createElement("kbd");
    key.className = "key";
    key.textContent = name;
    term.append(key);
  }
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  return [term, meaning];
}

document.addEventListener("opening", (event) => {
  const list = event.target.querySelector("[data-keys-list]");
  if (list) describe(list);
});
