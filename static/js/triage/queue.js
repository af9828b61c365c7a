// The list while it is open. Rows change in place; new ones wait behind the bar so that nothing moves
// under a pointer or a focused row. Only an emergency enters at once, at the top.

import { templateOf } from "../markup.js";
import { setClock, tick } from "./clock.js";
import { sayEmergency, setCounts, setUpdated, setWaiting } from "./news.js";

const IDLE = 60_000;
const LOOK = 5000;

const queue = document.getElementById("queue");
let latest = null;
let fetching = false;
let again = false;
let activeAt = Date.now();

const rowsOf = (root) => [...root.querySelectorAll("li[data-flag]")];
const idsOf = (root) => rowsOf(root).map((row) => row.id).join();
const onPage = (row) => document.getElementById(row.id);
const linkIn = (row) => row?.querySelector("a[data-row]");
const isEmergency = (row) => row.classList.contains("queue-row--emergency");
const isNew = (row) => row.classList.contains("queue-row--new");
const isAlarm = (row) => isEmergency(row) && isNew(row);
const isDone = (row) => row.classList.contains("queue-row--done");

/** Ask for the list by HTTP and take in what changed. Several calls at once become one more. */
export async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  do {
    again = false;
    const next = await fetchRows();
    if (next) await takeIn(next);
  } while (again);
  fetching = false;
}

async function fetchRows() {
  const headers = { "HX-Request": "true", "X-Background": "yes" };
  const answer = await fetch(queue.dataset.rows, { headers }).catch(() => null);
  if (!answer?.ok) return null;
  return templateOf(await answer.text()).content.querySelector("#queue-rows");
}

async function takeIn(next) {
  latest = next;
  setClock(next.dataset.now);
  // An empty page has nothing that could move.
  if (!rowsOf(queue).length) {
    await showAll();
    rowsOf(queue).filter(isAlarm).forEach(sayEmergency);
  } else {
    await update(next);
  }
  setCounts({ ...next.dataset, open: Number(next.dataset.open) });
  setWaiting(rowsOf(next).filter((row) => isNew(row) && !onPage(row)).map((row) => row.dataset.level));
  setUpdated();
  tick();
  document.dispatchEvent(new CustomEvent("queue-changed"));
}

async function update(next) {
  for (const row of rowsOf(next)) {
    const mine = onPage(row);
    if (mine && mine.dataset.mark !== row.dataset.mark) await change(mine, row);
    else if (!mine && isEmergency(row)) enter(row, next);
  }
  const there = new Set(rowsOf(next).map((row) => row.id));
  for (const mine of rowsOf(queue)) if (!there.has(mine.id)) leave(mine);
}

async function change(mine, row) {
  const isBack = isDone(mine) && isAlarm(row);
  await morph(mine, row.outerHTML, "outerMorph");
  if (isBack) sayEmergency(row);
}

function morph(target, text, swap) {
  return window.htmx.swap({ target, text, swap });
}

function enter(row, next) {
  const own = row.cloneNode(true);
  emergencies(next).prepend(own);
  window.htmx.process(own);
  recount(own.closest("section"));
  if (isNew(own)) sayEmergency(own);
}

function emergencies(next) {
  const there = document.getElementById("rows-emergency");
  if (there) return there;
  const group = next.querySelector("#group-emergency").cloneNode(true);
  group.querySelector("ul").replaceChildren();
  document.getElementById("queue-rows").prepend(group);
  return group.querySelector("ul");
}

function recount(group) {
  group.querySelector("h2 .numbers").textContent = rowsOf(group).length;
}

// Somebody else dealt with it. It stays where it is, and says so, until the order may change.
function leave(row) {
  if (isDone(row)) return;
  row.classList.remove("queue-row--new", "queue-row--late", "queue-row--emergency");
  row.classList.add("queue-row--done");
  const wait = row.querySelector(".queue-row__wait");
  delete wait.dataset.since;
  wait.querySelector("small").textContent = queue.dataset.gone;
  row.dataset.mark = "gone";
}

/** Everything that is new, in its order. Focus stays on its row, or goes to the next one left. */
export async function showAll() {
  if (!latest) return false;
  const row = document.activeElement?.closest?.("li[data-flag]");
  const staying = row && nextStaying(row);
  await morph(queue, latest.outerHTML, "innerMorph");
  if (row && !row.isConnected) linkIn(staying)?.focus({ preventScroll: true });
  setWaiting([]);
  tick();
  return true;
}

function nextStaying(row) {
  const rows = rowsOf(queue);
  const after = rows.slice(rows.indexOf(row));
  return after.find((one) => latest.querySelector(`#${CSS.escape(one.id)}`));
}

/** Take a row out and give back the link of the one to go on with. */
export function remove(flagId) {
  const row = document.getElementById(`row-${flagId}`);
  if (!row) return null;
  const rows = rowsOf(queue).filter((one) => one === row || !isDone(one));
  const at = rows.indexOf(row);
  const next = rows[at + 1] ?? rows[at - 1];
  const group = row.closest("section");
  row.remove();
  if (rowsOf(group).length) recount(group);
  else group.remove();
  return linkIn(next) ?? null;
}

/** Make a row the chosen one and have its detail loaded, as the keyboard would. */
export function choose(link) {
  for (const other of queue.querySelectorAll('[aria-current="true"]')) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.focus();
  link.dispatchEvent(new CustomEvent("row-chosen", { bubbles: true }));
}

// Nobody has touched the page for a minute: now the order may change.
function whenIdle() {
  if (Date.now() - activeAt < IDLE || !latest || document.querySelector("dialog[open]")) return;
  if (idsOf(latest) !== idsOf(queue)) showAll();
}

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(kind, () => { activeAt = Date.now(); }, { passive: true });
}
setInterval(whenIdle, LOOK);
setClock(document.getElementById("queue-rows").dataset.now);
tick();
