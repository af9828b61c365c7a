// Messages that waited for a connection when their page was left go from whichever page comes next:
// in order, and under their own names, so that none is said twice. What is refused, or may no longer
// be true, waits for its own page, which says why.

import { toast } from "../announce.js";
import { forget, isNews, remember, waiting } from "./keeping.js";
import { _ } from "../words.js";

let isSending = false;

export async function sendLeft(person) {
  if (isSending) return;
  isSending = true;
  for (const [place, items] of waiting(person)) {
    if (!document.querySelector(`form[data-composer="${place}"]`)) await sendAll(person, place, items);
  }
  isSending = false;
}

async function sendAll(person, place, items) {
  let left = items;
  while (left.length && isNews(left[0]) && await post(place, left[0])) {
    left = left.slice(1);
    if (left.length) remember(person, place, left);
    else forget(person, place);
  }
  if (left.length < items.length) toast(_("What you wrote before is sent now."));
}

async function post(place, { clientId, body, seen }) {
  const fields = new URLSearchParams({ csrf: document.querySelector("[name=csrf]").value, client_id: clientId, body });
  if (seen !== undefined) fields.append("seen", seen);
  const options = { method: "POST", body: fields, headers: { accept: "application/json", "hx-request": "true" } };
  const answer = await fetch(`/conversations/${place}/messages`, options).catch(() => null);
  return Boolean(answer?.ok);
}
