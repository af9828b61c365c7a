// The inbox page: the list keeps up with what is said, and the composer has two faces. Without this
// module rows and modes are plain links.

import { announce } from "./announce.js";
import { refreshAbout } from "./inbox/about.js";
import { refreshDesk } from "./inbox/desk.js";
import "./inbox/here.js";
import { refreshLaters } from "./inbox/later.js";
import "./inbox/mentions.js";
import "./inbox/saved.js";
import "./inbox/turn.js";
import { live } from "./live.js";
import { templateOf } from "./markup.js";

const list = document.getElementById("inbox-list");
const news = document.querySelector("[data-news]");
let latest = null;
let isFetching = false;
let again = false;

// The server's row does not know which one is chosen here.
window.htmx.config.morphIgnore.push("aria-current");

const rowsOf = (root) => [...root.querySelectorAll("li[data-thread]")];
const orderOf = (root) => rowsOf(root).map((row) => row.id).join();

async function refresh() {
  if (isFetching) {
    again = true;
    return;
  }
  isFetching = true;
  do {
    again = false;
    const rows = await fetchRows();
    if (rows) await takeIn(rows);
  } while (again);
  isFetching = false;
}

async function fetchRows() {
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(list.dataset.rows, { headers }).catch(() => null);
  if (!answer?.ok) return null;
  return templateOf(await answer.text()).content.querySelector("#inbox-rows");
}

// Nothing moves under a pointer or a focused row: rows change in place, and the new order waits.
async function takeIn(rows) {
  latest = rows;
  count(rows);
  if (orderOf(rows) === orderOf(list) || !(list.matches(":hover") || list.contains(document.activeElement))) {
    await show();
    return;
  }
  for (const row of rowsOf(rows)) {
    const mine = document.getElementById(row.id);
    if (mine && mine.dataset.mark !== row.dataset.mark) await morph(mine, row.outerHTML, "outerMorph");
  }
  const fresh = rowsOf(rows).filter((row) => !document.getElementById(row.id)).length;
  say(fresh ? `${fresh} new.` : "The order has changed.");
}

function morph(target, text, swap) {
  return window.htmx.swap({ target, text, swap });
}

async function show() {
  if (!latest) return;
  const chosen = list.querySelector('[aria-current="true"]')?.id;
  await morph(list, latest.outerHTML, "innerMorph");
  if (chosen) document.getElementById(chosen)?.setAttribute("aria-current", "true");
  news.hidden = true;
}

function say(words) {
  const place = news.querySelector("[data-news-words]");
  if (news.hidden || place.textContent !== words) announce(words);
  place.textContent = words;
  news.hidden = false;
}

function count(rows) {
  for (const total of document.querySelectorAll("[data-total]")) {
    total.textContent = rows.dataset[total.dataset.total];
  }
  for (const number of document.querySelectorAll('[data-count="inbox"]')) number.textContent = rows.dataset.waiting;
}

function write(mode) {
  for (const composer of document.querySelectorAll(".composer[data-mode]")) {
    composer.hidden = composer.dataset.mode !== mode;
    if (!composer.hidden) composer.querySelector("textarea").focus();
  }
}

document.addEventListener("click", (event) => {
  const mode = event.target.closest("[data-mode-of]");
  const shows = event.target.closest("[data-show-new]");
  if (!mode && !shows) return;
  event.preventDefault();
  if (mode) write(mode.dataset.modeOf);
  else show().then(() => list.querySelector("a[data-row]")?.focus());
});

// Reload shows the same thread.
document.addEventListener("htmx:after:swap", () => {
  const id = document.querySelector("[data-detail-for]")?.dataset.detailFor;
  if (!id || !document.querySelector("#thread [data-log]")) return;
  const row = document.getElementById(`open-${id}`);
  for (const other of list.querySelectorAll('[aria-current="true"]')) if (other !== row) other.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
  document.getElementById("main").dataset.showing = "detail";
  window.history.replaceState(null, "", row?.getAttribute("href") ?? `/inbox/${id}`);
});

live.followTopic("inbox", () => {
  refresh();
  refreshDesk();
  refreshLaters();
  refreshAbout();
});
