// The bar above the list, the tab's title, and what is said aloud about new flags.
// An emergency is said at once and once; urgent and soon are gathered; routine stays silent.

import { announce } from "../announce.js";
import { clockTime } from "./clock.js";

const GATHER = 20_000;
const LOST_AFTER = 10_000;

const bar = document.querySelector("[data-news]");
const link = bar.querySelector("[data-show-new]");
const words = bar.querySelector("[data-news-words]");
const plainTitle = document.title;
const zone = () => document.getElementById("queue-rows").dataset.zone;

let waiting = [];
let updated = words.textContent;
let lostAt = null;
let lostTimer = 0;
let saidAt = -Infinity;
let sayTimer = 0;
let unsaid = 0;

/** "2 new, 1 urgent" */
function summary(levels) {
  const urgent = levels.filter((level) => level === "urgent").length;
  return `${levels.length} new${urgent ? `, ${urgent} urgent` : ""}`;
}

function show() {
  bar.dataset.state = lostAt ? "lost" : waiting.length ? "new" : "quiet";
  const news = waiting.length ? `${summary(waiting)}.` : updated;
  words.textContent = lostAt ? `Not live since ${lostAt}. Trying again. ${waiting.length ? news : ""}`.trim() : news;
  link.textContent = waiting.length ? "Show them" : "Refresh";
}

/** The levels of the flags that wait behind the bar. */
export function setWaiting(levels) {
  const loud = (list) => list.filter((level) => level !== "routine").length;
  unsaid += Math.max(0, loud(levels) - loud(waiting));
  waiting = levels;
  show();
  if (unsaid) gather();
}

export function setUpdated() {
  updated = `Updated ${clockTime(zone())}.`;
  show();
}

function gather() {
  if (sayTimer) return;
  sayTimer = setTimeout(say, Math.max(0, saidAt + GATHER - Date.now()));
}

function say() {
  sayTimer = 0;
  unsaid = 0;
  const loud = waiting.filter((level) => level !== "routine");
  if (!loud.length) return;
  saidAt = Date.now();
  announce(summary(loud));
}

export function sayEmergency(row) {
  const name = row.querySelector(".queue-row__name").textContent.trim();
  const reason = row.querySelector(".queue-row__reason").textContent.trim();
  announce(`Emergency: ${name}. ${reason.replace(/\.$/, "")}.`, { assertive: true });
}

/** The numbers in the tab's title and the views. */
export function setCounts(counts) {
  document.title = counts.open > 0 ? `(${counts.open}) ${plainTitle}` : plainTitle;
  for (const view of document.querySelectorAll("[data-view-count]")) {
    view.textContent = counts[view.dataset.viewCount] ?? view.textContent;
  }
}

/** A short loss is nobody's business; a longer one is said, and its end too. */
export function setLive(isLive, isOver) {
  clearTimeout(lostTimer);
  if (isLive && lostAt) {
    lostAt = null;
    announce("Live again");
  } else if (!isLive && !lostAt) {
    lostTimer = setTimeout(lose, isOver ? 0 : LOST_AFTER);
  }
  show();
}

function lose() {
  lostAt = clockTime(zone());
  show();
  announce("Not live. New flags do not show by themselves. Refresh the list to see them.");
}
