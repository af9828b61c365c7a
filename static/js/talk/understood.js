// What we understood from one's own words stands under them, quietly. It comes with the page, and with
// what stands above the composer, which is fetched again after each message and correction.

/** Puts each line under its message; one whose message no longer says so goes. */
export function showUnderstood(content) {
  const template = content.querySelector("template[data-understood-of]");
  if (!template) return;
  for (const id of template.dataset.understoodOf.split(" ")) {
    const fresh = template.content.querySelector(`[data-understood="${id}"]`);
    const shown = document.querySelector(`[data-log] [data-understood="${id}"]`);
    if (shown?.contains(document.activeElement)) continue;
    shown?.remove();
    const message = document.getElementById(`m-${id}`);
    if (fresh && message) (document.querySelector(`[data-change="${id}"]`) ?? message).after(fresh);
  }
  template.remove();
}
