// The triage page with scripts: the detail beside the list, what happens after an action, and the
// list that stays live. Without scripts every link and form here is a page of its own.

import { announce } from "./announce.js";
import { live } from "./live.js";
import { templateOf } from "./markup.js";
import { setCounts, setLive } from "./triage/news.js";
import { choose, refresh, remove, showAll } from "./triage/queue.js";

const queue = document.getElementById("queue");
const detail = document.getElementById("detail");
const title = document.getElementById("triage-title");
const query = new URL(location.href).searchParams.get("view");
const EXPLAINED = new Set([200, 409, 422]);

// The server's row does not know which one is chosen here.
window.htmx.config.morphIgnore.push("aria-current");

const shown = () => detail.querySelector("[data-detail-for]");
const dialogIsOpen = () => document.querySelector("dialog[open]") !== null;

document.querySelector("[data-show-new]").addEventListener("click", async (event) => {
  event.preventDefault();
  await refresh();
  await showAll();
});

// Esc and "Keep open" leave things as they are; on the form's own page the same link goes back.
document.addEventListener("click", (event) => {
  if (event.target.closest("dialog [data-closes]")) event.preventDefault();
});

// On a narrow page list and flag are pages of their own: there a form is only a form.
const isNarrow = () => !queue.checkVisibility();

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (isNarrow() && ctx.sourceElement?.matches?.("form[hx-post]")) {
    event.preventDefault();
    sendOnce(ctx.sourceElement);
    return;
  }
  ctx.hadFocus = detail.contains(document.activeElement);
  ctx.leaves = ctx.sourceElement?.dataset?.leaves;
});

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  if (!form?.matches?.("form[hx-post]") || EXPLAINED.has(ctx.response.status)) return;
  event.preventDefault();
  if (ctx.response.status === 401) sendOnce(form); // the page that answers keeps what was written
  else refused(ctx.response.raw);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx?.sourceElement?.matches?.("form[hx-post]")) toast("Not sent. Check your connection and try again.");
});

// A second press while the page is on its way would be refused as too late.
function sendOnce(form) {
  if (form.dataset.left) return;
  form.dataset.left = "yes";
  form.submit();
}

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-left]")) delete form.dataset.left;
});

async function refused(response) {
  toast(templateOf(await response.text()).content.textContent.trim().replace(/\s+/g, " ") || "Not done. Try again.");
}

function toast(words) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("p"), { textContent: words }));
  document.getElementById("toast").replaceChildren(box);
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.leaves && ctx.response?.status === 200) goOn(ctx.leaves);
  else if (ctx.response?.status === 422) focusWrong();
  else if (ctx.hadFocus && document.activeElement === document.body) focusDetail();
  rememberAddress();
});

// A reload shows the same flag. The list is left as it was, so this is no step in the history.
function rememberAddress() {
  const id = shown()?.dataset.detailFor;
  if (id) history.replaceState(null, "", `/triage/${id}${query ? `?view=${encodeURIComponent(query)}` : ""}`);
}

// A form that came back in its dialog: the first of what is wrong, which carries its sentence.
function focusWrong() {
  const wrong = document.querySelector("dialog[open] [aria-invalid=true]");
  (wrong?.querySelector("input") ?? wrong)?.focus();
}

function focusDetail() {
  (detail.querySelector("[data-error-summary]") ?? detail.querySelector("[data-detail-title]"))?.focus();
}

// After resolving, the next flag; when there is none, the head of the list.
function goOn(flagId) {
  const next = remove(flagId);
  if (next) choose(next);
  else title.focus();
}

// Somebody else acted on the flag that is shown: show it as it is now, unless somebody is writing.
document.addEventListener("queue-changed", () => {
  const flag = shown();
  if (!flag || dialogIsOpen()) return;
  const row = document.getElementById(`row-${flag.dataset.detailFor}`);
  if (!row || row.dataset.mark === flag.dataset.mark) return;
  const url = `/triage/${flag.dataset.detailFor}${location.search}`;
  window.htmx.ajax("GET", url, { target: "#detail", swap: "innerMorph", headers: { "X-Background": "yes" } });
});

const counts = document.getElementById("queue-rows").dataset;
setCounts({ ...counts, open: Number(counts.open) });
live.followTopic("triage", refresh);
live.onState((state, why) => {
  setLive(state === "live", state === "over");
  if (why === "signed_out" || why === "idle") announce("You are signed out. Sign in to see new flags.", { assertive: true });
});
