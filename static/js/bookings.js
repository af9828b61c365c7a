// The open page of visits, or of requests, fetches its list again when something changed.
// It waits while somebody types in it or has a dialog open: nothing moves under their hands.

import { announce } from "./announce.js";
import { live } from "./live.js";
import { templateOf } from "./markup.js";
import { _ } from "./words.js";

const region = document.querySelector("[data-refresh]");
const WARNED_BEFORE = 120;
const timers = [];
let waiting = false;
let shown = region?.innerHTML.trim();

function isInUse() {
  const typing = region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  return typing || region.matches(":active") || region.querySelector("dialog[open], [data-sending]") !== null;
}

async function refresh() {
  if (isInUse()) {
    waiting = true;
    return;
  }
  waiting = false;
  const answer = await fetch(region.dataset.refresh, { headers: { "x-background": "yes", "hx-request": "true" } }).catch(() => null);
  const html = answer?.ok ? await answer.text() : null;
  if (html === null) return;
  waiting = isInUse(); // somebody may have begun while it was on its way
  if (!waiting) show(html);
}

function show(html) {
  const next = templateOf(html);
  if (next.innerHTML.trim() === shown) return;
  if (region.matches("[data-list]:hover") && moves(next.content)) {
    waiting = true;
    return;
  }
  const news = next.content.querySelectorAll("[data-news]").length > region.querySelectorAll("[data-news]").length;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  shown = next.innerHTML.trim();
  region.replaceChildren(next.content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (news) announce(region.querySelector("[data-news]").dataset.news);
  showCounts(region.querySelector("[data-waiting]"));
  watchHolds();
}

// A row that is new at the end moves nothing; anything else waits until the pointer has left.
function moves(next) {
  const ids = (rows) => [...rows.querySelectorAll("[data-row]")].map((row) => row.dataset.row);
  const then = ids(next);
  return ids(region).some((id, place) => then[place] !== id);
}

function showCounts(counted) {
  for (const place of document.querySelectorAll("[data-view-count]")) {
    place.textContent = counted?.dataset[place.dataset.viewCount] ?? place.textContent;
  }
}

// A hold ends by itself: its reader hears of it two minutes before, and sees it when it has ended.
function watchHolds() {
  for (const timer of timers.splice(0)) clearTimeout(timer);
  for (const held of region.querySelectorAll("[data-seconds-left]")) {
    const left = Number(held.dataset.secondsLeft);
    if (left > WARNED_BEFORE) timers.push(setTimeout(warn, (left - WARNED_BEFORE) * 1000));
    timers.push(setTimeout(refresh, (left + 1) * 1000));
  }
}

async function warn() {
  await refresh();
  announce(_("The times we offer are held for 2 more minutes."));
}

function refreshIfWaiting() {
  if (waiting) setTimeout(refresh);
}

if (region) {
  watchHolds();
  live.followTopic(region.dataset.topic, refresh);
  region.addEventListener("focusout", refreshIfWaiting);
  region.addEventListener("pointerleave", refreshIfWaiting);
  region.addEventListener("click", refreshIfWaiting);
  region.addEventListener("close", refreshIfWaiting, true);
}
