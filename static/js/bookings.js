// The open page of visits, or of requests, fetches its list again when something changed.
// It waits while somebody types in it or has a dialog open: nothing moves under their hands.

import { announce } from "./announce.js";
import { live } from "./live.js";

const region = document.querySelector("[data-refresh]");
let waiting = false;

function isInUse() {
  const typing = region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  return typing || region.querySelector("dialog[open], [data-sending]");
}

async function refresh() {
  if (isInUse()) {
    waiting = true;
    return;
  }
  waiting = false;
  const answer = await fetch(region.dataset.refresh, { headers: { "x-background": "yes", "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok || isInUse()) return;
  show(await answer.text());
}

function show(html) {
  const next = document.createElement("template");
  next.innerHTML = html;
  if (region.matches("[data-list]:hover") && moves(next.content)) {
    waiting = true;
    return;
  }
  const news = next.content.querySelectorAll("[data-news]").length > region.querySelectorAll("[data-news]").length;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(next.content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (news) announce(region.querySelector("[data-news]").dataset.news);
  showCounts(region.querySelector("[data-waiting]"));
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

function refreshIfWaiting() {
  if (waiting) setTimeout(refresh);
}

if (region) {
  live.followTopic(region.dataset.topic, refresh);
  region.addEventListener("focusout", refreshIfWaiting);
  region.addEventListener("pointerleave", refreshIfWaiting);
  region.addEventListener("close", refreshIfWaiting, true);
}
