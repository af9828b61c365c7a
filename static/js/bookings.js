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
  const news = next.content.querySelectorAll("[data-news]").length > region.querySelectorAll("[data-news]").length;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(next.content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (news) announce(region.querySelector("[data-news]").dataset.news);
}

function refreshIfWaiting() {
  if (waiting) setTimeout(refresh);
}

if (region) {
  live.followTopic(region.dataset.topic, refresh);
  region.addEventListener("focusout", refreshIfWaiting);
  region.addEventListener("close", refreshIfWaiting, true);
}
