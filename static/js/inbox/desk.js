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

// Before the answer: when it comes the form is gone, and the list may have been told already.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const step = ctx.sourceElement?.matches?.("form[data-step]") && ctx.sourceElement.dataset.step;
  if (!step) return;
  const row = document.getElementById(`row-${document.querySelector("[data-detail-for]")?.dataset.detailFor}`);
  ctx.step = step;
  ctx.row = row?.id;
  ctx.next = (row?.nextElementSibling ?? row?.previousElementSibling)?.id;
});

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!ctx.step || EXPLAINED.has(ctx.response.status)) return;
  // Whatever else went wrong has a page of its own, which says it.
  event.preventDefault();
  ctx.sourceElement.submit();
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!ctx?.step) return;
  const notice = document.querySelector("#thread [data-notice]");
  if (!notice && LEAVES.has(ctx.step)) goOn(ctx);
  else (notice ?? document.querySelector("[data-detail-title]"))?.focus();
});

// What was snoozed or resolved leaves the list at once; the next row comes, or the one before.
function goOn({ row, next }) {
  document.getElementById(row)?.remove();
  const link = document.getElementById(next)?.querySelector("a[data-row]");
  if (!link) {
    document.getElementById("inbox-title").focus();
    return;
  }
  link.focus();
  link.click();
}
