// The small forms above a thread: they follow what others decide, and lead on to the next row.

const LEAVES = new Set(["snooze", "close"]);
const EXPLAINED = new Set([200, 409]);

const desk = () => document.getElementById("desk");

function isInUse(here) {
  const isChosen = [...here.querySelectorAll("option")].some((option) => option.selected !== option.defaultSelected);
  return isChosen || here.contains(document.activeElement) || here.querySelector("[data-sending], details[open]");
}

/** Somebody may have decided something: the forms show it, unless one of them is in use. */
export async function refreshDesk() {
  const here = desk();
  if (!here || isInUse(here)) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(here.dataset.desk, { headers }).catch(() => null);
  if (!answer?.ok || desk() !== here || isInUse(here)) return;
  await window.htmx.swap({ target: here, text: await answer.text(), swap: "innerHTML" });
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-snooze]") && event.target.open) event.target.querySelector("button").focus();
}, true);

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement?.matches?.("form[data-step]")) return;
  // After the swap the form is gone, and with it what it did.
  ctx.step = ctx.sourceElement.dataset.step;
  if (EXPLAINED.has(ctx.response.status)) return;
  // Whatever else went wrong has a page of its own, which says it.
  event.preventDefault();
  ctx.sourceElement.submit();
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const step = ctx?.step;
  if (!step) return;
  const notice = document.querySelector("#thread [data-notice]");
  const leaves = !notice && LEAVES.has(step);
  const next = leaves ? leave() : null;
  if (next) go(next);
  else if (leaves) document.getElementById("inbox-title").focus();
  else (notice ?? document.querySelector("[data-detail-title]"))?.focus();
});

// What was snoozed or resolved leaves the list at once; the next row comes, or the one before.
function leave() {
  const id = document.querySelector("[data-detail-for]")?.dataset.detailFor;
  const row = document.getElementById(`row-${id}`);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  return next?.querySelector("a[data-row]");
}

function go(link) {
  link.focus();
  link.click();
}
