// Replies for later: the ones under the thread follow what others do, and a time is proposed.

const HOUR = 3600_000;
const place = () => document.getElementById("laters");

/** Somebody may have set, changed or sent one: show it, unless one of them is in use. */
export async function refreshLaters() {
  const here = place();
  if (!here || here.contains(document.activeElement)) return;
  const headers = { "hx-request": "true", "x-background": "yes" };
  const answer = await fetch(here.dataset.laters, { headers }).catch(() => null);
  if (!answer?.ok || place() !== here || here.contains(document.activeElement)) return;
  await window.htmx.swap({ target: here, text: await answer.text(), swap: "innerHTML" });
}

// A full hour a few hours on, on the clock of whoever writes: something near to what is wanted.
function propose(box) {
  const at = new Date(Math.ceil((Date.now() + 3 * HOUR) / HOUR) * HOUR);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  const [day, time] = [box.querySelector('[name="on"]'), box.querySelector('[name="at"]')];
  if (!day.value) day.value = local.slice(0, 10);
  if (!time.value) time.value = local.slice(11, 16);
}

document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-later-box]") || !box.open) return;
  propose(box);
  box.querySelector('[name="on"]').focus({ preventScroll: true });
}, true);

document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && event.target.closest?.("[data-later-box][open]");
  if (!box) return;
  box.open = false;
  box.querySelector("summary").focus();
  event.preventDefault();
  event.stopPropagation();
}, true);
