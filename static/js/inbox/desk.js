// The small forms above a thread: they follow what others decide, and lead on to the next row.

const LEAVES = new Set(["snooze", "close"]);
const EXPLAINED = new Set([200, 409]);

const desk = () => document.getElementById("desk");

/** Somebody may have decided something: the forms show it, unless one of them is in use. */
export async function refreshDesk() {
  const here = desk();
  if (!here || here.contains(document.activeElement) || here.querySelector("[data-sending]")) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(here.dataset.desk, { headers }).catch(() => null);
  if (!answer?.ok || desk() !== here || here.contains(document.activeElement)) return;
  await window.htmx.swap({ target: here, text: await answer.text(), swap: "innerHTML" });
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-snooze]") && event.target.open) event.target.querySelector("button").focus();
}, true);

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement?.matches?.("form[data-step]") || EXPLAINED.has(ctx.response.status)) return;
  // Whatever else went wrong has a page of its own, which says it.
  event.preventDefault();
  ctx.sourceElement.submit();
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const step = ctx?.sourceElement?.dataset?.step;
  if (!step) return;
  const notice = document.querySelector("#thread [data-notice]");
  const next = !notice && LEAVES.has(step) ? leave() : null;
  if (next) go(next);
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
